#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What others make of our logs: a replay of CEL-TLV in Python, jq of the JSON, and
# tpm2_eventlog of the TCG2 log. All formats must say the same, and lead to the
# registers' values.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh
. "$DIR"/tpm.sh

ROOT=/sys/kernel/tsm
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

# What applications measure, and what is hard to write down.
events()
{
	printf 'example.org load_config {"alg":"sha384"}' >"$TMP/1"
	printf 'enter-initrd' >"$TMP/2"
	printf '{"string":"os-separator","eventType":"phase"}\n' >"$TMP/3"
	printf '\0\1"\\\036\200\377\303\050' >"$TMP/4"
	printf 'x' >"$TMP/5"
	head -c 1000 /dev/urandom >"$TMP/6"
}

# measure PROVIDER REGISTER... - each of the events into each register
measure()
{
	local provider=$1 register event

	shift
	for register; do
		for event in "$TMP"/[1-6]; do
			cat "$event" >"$ROOT/$provider/$register/append_event" ||
				return 1
		done
	done
}

hex()
{
	od -An -v -tx1 "$@" | tr -d ' \n'
}

export_as()
{
	tsm-log export --format "$@"
}

# json_records PROVIDER - as cel_replay.py --records prints them
json_records()
{
	export_as json "$1" | tr -d '\036' | jq -r '[
		if has("pcr") then "pcr\(.pcr)" else "rtmr\(.ccmr - 1)" end,
		.content.event_type,
		([.digests[] | "\(.hashAlg):\(.digest)"] | join(",")),
		.content.event_data ] | join(" ")'
}

# tcg2_records PROVIDER - likewise
tcg2_records()
{
	export_as tcg2 "$1" >"$TMP/tcg2" && tpm2_eventlog "$TMP/tcg2" | awk '
		function done() {
			if (number > 0)
				print register, type, substr(digests, 2), event
		}
		{ gsub(/"/, "") }
		/^- EventNum:/ { done(); number = $3; digests = event = "" }
		/^  PCRIndex:/ { register = "pcr" $2 }
		/^  EventType:/ { type = $2 }
		/^  - AlgorithmId:/ { bank = $3 }
		/^    Digest:/ { digests = digests "," bank ":" $2 }
		/^  Event:/ { event = $2 }
		/^pcrs:/ { done(); number = 0 }'
}

replays()
{
	"$DIR"/cel_replay.py "$ROOT/$1"
}

# change FILE OFFSET - another byte there, counted from the end
change()
{
	local byte='#'

	[ "$(tail -c "$2" "$1" | head -c 1 | hex)" != 23 ] || byte='%'
	printf '%s' "$byte" | dd of="$1" bs=1 conv=notrunc 2>/dev/null \
		seek=$(($(stat -c %s "$1") - $2))
}

# The log ends with an event of 1000 bytes, and 19 bytes before that with a digest.
# An event that was changed is not what was measured, and nothing more is known of it.
replay_finds_a_change()
{
	local copy=$TMP/copy file

	mkdir -p "$copy/logs/$1"
	for file in cel checkpoints; do
		cat "$LOGS/$1/$file" >"$copy/logs/$1/$file"
	done
	(cd "$ROOT" && find "$1/" -name digest) |
		while read -r file; do
			mkdir -p "$copy/${file%/*}"
			cat "$ROOT/$file" >"$copy/$file"
		done
	"$DIR"/cel_replay.py --logs "$copy/logs" "$copy/$1" || return 1
	! "$DIR"/cel_replay.py --logs "$copy/logs" --records "$copy/$1" |
		grep claimed || return 1
	change "$copy/logs/$1/cel" 1
	"$DIR"/cel_replay.py --logs "$copy/logs" --records "$copy/$1" |
		tail -n 1 | grep ' claimed$' || return 1
	change "$copy/logs/$1/cel" $((1000 + 19 + 1))
	! "$DIR"/cel_replay.py --logs "$copy/logs" "$copy/$1"
}

# Every text of the sequence begins with RS and ends with LF (RFC 7464), is one
# record, and they are numbered.
json_is_a_log()
{
	local first next count

	first=$(cat "$LOGS/$1/first_record")
	next=$(cat "$LOGS/$1/next_record")
	count=$((next - first))
	export_as json "$1" >"$TMP/json" || return 1
	[ "$(tr -cd '\036' <"$TMP/json" | wc -c)" -eq "$count" ] || return 1
	[ "$(grep -c "^$(printf '\036'){.*}$" "$TMP/json")" -eq "$count" ] ||
		return 1
	tr -d '\036' <"$TMP/json" | jq -s -e --argjson first "$first" \
		--argjson next "$next" '
		(map(.recnum) == [range($first; $next)]) and
		all(.[];
			(has("pcr") != has("ccmr")) and
			(.digests | length > 0) and
			all(.digests[]; {sha1: 40, sha256: 64, sha384: 96,
				sha512: 128}[.hashAlg] == (.digest | length)) and
			.content_type == "pcclient_std" and
			(.content.event_type | IN("EV_ACTION", "EV_COMPACT_HASH")))'
}

json_has_the_events()
{
	local event

	json_records "$1" | awk '{ print $4 }' >"$TMP/data"
	for event in "$TMP"/[1-6]; do
		grep -qx "$(hex "$event")" "$TMP/data" || {
			echo "missing: $(hex "$event")"
			return 1
		}
	done
}

# same_records FUNCTION PROVIDER
same_records()
{
	"$DIR"/cel_replay.py --records "$ROOT/$2" >"$TMP/cel" &&
		[ -s "$TMP/cel" ] && "$1" "$2" >"$TMP/other" &&
		diff "$TMP/cel" "$TMP/other"
}

cel_is_the_kernels()
{
	export_as cel "$1" | cmp - "$LOGS/$1/cel"
}

# Other programs' field widths, there and back.
wide_cel_comes_back()
{
	local widths=(--recnum-size 4 --index-size 4)

	export_as cel "${widths[@]}" -o "$TMP/wide" "$1" || return 1
	! cmp -s "$TMP/wide" "$LOGS/$1/cel" || return 1
	export_as cel --log "$TMP/wide" | cmp - "$LOGS/$1/cel"
}

eventlog_computes_the_pcrs()
{
	export_as tcg2 "$1" >"$TMP/tcg2" &&
		tpm2_eventlog "$TMP/tcg2" | pcr_values >"$TMP/computed" &&
		tpm2_pcrread | pcr_values >"$TMP/live" || return 1
	# Both registers, in each bank.
	[ "$(wc -l <"$TMP/computed")" -eq $((2 * ${#banks[@]})) ] &&
		! grep -vxFf "$TMP/live" "$TMP/computed"
}

# Two PCRs that start with zeros, as a TCG2 log supposes, and logs of this test
# alone where providers can come anew.
rmmod measurement_example
modprobe measurement_example
locate
find_banks
tpm2_pcrreset 16 23
restart 16,23

tpm=${TPM##*/}
providers=(sample "$tpm")
events
sha256sum "$0" | cut -c 1-64 >$ROOT/sample/rtmr1/digest
measure sample rtmr0 rtmr2
measure "$tpm" pcr16 pcr23
if [ -d $ROOT/tdx ]; then
	providers+=(tdx)
	measure tdx rtmr2 rtmr3
fi

ktap_print_header
needs tsm-log
ktap_set_plan $((7 * ${#providers[@]} + 2))

for provider in "${providers[@]}"; do
	check replays "$provider"
	check replay_finds_a_change "$provider"
	check json_is_a_log "$provider"
	check json_has_the_events "$provider"
	check same_records json_records "$provider"
	check cel_is_the_kernels "$provider"
	check wide_cel_comes_back "$provider"
done
check same_records tcg2_records "$tpm"
check eventlog_computes_the_pcrs "$tpm"

ktap_finished
