#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Fuzz the parsers of tsm-log and its whole check of files with libFuzzer, for
# FUZZ_SECONDS (60) in all. Needs clang.
#
# fuzz.sh [TARGET...]	these targets only: show, checkpoint, verify,
#			firmware, import, tdx, snp, tpm
# fuzz.sh --merge	take what was found into the corpus of the repository,
#			and from there what covers nothing that others do not
#
# tools/tsm/fuzz/corpus/TARGET is only read; what fuzzing adds is kept in
# build/fuzz/corpus/TARGET, where the next run goes on. Quotes have keys and
# certificates, which are made anew: the seeds for those, and for logs of other
# programs, are in build/fuzz/seeds.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"

TARGETS=(show checkpoint verify firmware import tdx snp tpm)
SOURCE=$TOP/tools/tsm
OUT=$BUILD/fuzz
SANITIZERS='address,undefined'

build() {
	# Nothing of an outer make's variables, which mean something else there.
	env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		make -C "$SOURCE" -j"$JOBS" OUTPUT="$OUT/" CC=clang \
		CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,$SANITIZERS -fno-sanitize-recover=all" \
		LDFLAGS=-fsanitize=fuzzer fuzz
}

# fuzz TARGET SECONDS
fuzz() {
	local target=$1 seconds=$2 log=$OUT/$1.log corpus=$OUT/corpus/$1
	local artifacts=$OUT/artifacts/$1 given=$SOURCE/fuzz/corpus/$1
	[ -d "$given" ] || given=$OUT/seeds/$target
	mkdir -p "$corpus" "$artifacts"
	say "fuzzing $target for $seconds s"
	watched "$log" "$OUT/fuzz/fuzz-$target" -max_total_time="$seconds" \
		-max_len=8192 -timeout=10 -print_final_stats=1 \
		-artifact_prefix="$artifacts/" \
		"$corpus" "$given"
	if ((WATCHED_STATUS == 0)); then
		ok "fuzz $target"
		sed -n 's/^stat::number_of_executed_units: */# inputs tried: /p
			s/^stat::new_units_added: */# inputs that reached something new: /p' "$log"
	else
		not_ok "fuzz $target" "$(grep -m 1 -A 12 -E 'ERROR|SUMMARY|runtime error' "$log" || tail -n 12 "$log")" \
			"run it again: $OUT/fuzz/fuzz-$target $artifacts/FILE" \
			"and, once it is fixed, copy FILE to $SOURCE/fuzz/corpus/$target/"
	fi
}

# merge TARGET - a minimal set of inputs with the same coverage of edges.
merge() {
	local target=$1 corpus=$SOURCE/fuzz/corpus/$1 merged=$OUT/merged/$1
	rm -rf "$merged"
	mkdir -p "$merged" "$OUT/corpus/$target"
	quietly "$OUT/merge-$target.log" "merging the corpus of $target" \
		"$OUT/fuzz/fuzz-$target" -max_len=8192 -use_counters=0 \
		-set_cover_merge=1 "$merged" "$corpus" "$OUT/corpus/$target"
	mkdir -p "$corpus"
	find "$corpus" -type f -delete
	cp "$merged"/* "$corpus/"
	say "$target: $(find "$corpus" -type f | wc -l) inputs"
}

"$TOP/scripts/deps.sh" build check
quietly "$OUT/build.log" "building the fuzz targets" build
quietly "$OUT/seeds.log" "making seeds" /usr/bin/python3 -B "$SOURCE/fuzz/make_seeds.py" "$OUT/seeds"

if [ "${1:-}" = --merge ]; then
	for target in show checkpoint verify firmware; do
		merge "$target"
	done
	exit
fi
(($# > 0)) || set -- "${TARGETS[@]}"
for target; do
	[ -x "$OUT/fuzz/fuzz-$target" ] ||
		die "there is no fuzz target '$target'; there are ${TARGETS[*]}"
	SHARE=$((${FUZZ_SECONDS:-60} / $#))
	fuzz "$target" $((SHARE > 0 ? SHARE : 1))
done
tap_done
