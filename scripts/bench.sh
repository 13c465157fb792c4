#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What measuring costs, beside what others do: scripts/guest/bench takes samples
# in a guest, scripts/bench/report.py makes a table and plots of them in
# build/bench/. scripts/bench/README.md tells what the rows are.
#
# These are figures and not tests: a target that is missed is in the table, and
# no failure. It fails if something could not be measured, or if a log does not
# verify.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# One processor for each of two providers, and memory for a million records.
export KERNEL=bench SMP=2 MEM=1024 TPM=1
DEST=$BUILD/bench
# What the guest gets to see, and where it leaves its samples.
SHARE=$BUILD/share/bench
# A module, or what is built in: its name, and the objects.
PARTS=('tsm,tsm-tdx drivers/virt/coco/tsm/built-in.a'
       'tpm-measurement drivers/char/tpm/tpm-measurement.o drivers/char/tpm/tpm2-pcr.o
	drivers/char/tpm/tpm-watch.o'
       tsm-snp measurement-example)

build_program() {
	gcc -O2 -Wall -Wextra -Werror -I"$TOP/include/uapi" \
		-o "$SHARE/bench" "$TOP"/scripts/bench/*.c -lcrypto -lpthread
}

# build_modules - the sample once more, by another name: two providers that differ in
# nothing; and what lets nobody watch the TPM.
build_modules() {
	local dir=$DEST/modules
	mkdir -p "$dir"
	sed 's/\.name = "sample"/.name = "sample2"/' \
		"$TOP/samples/tsm/measurement-example.c" \
		>"$dir/measurement-example-2.c"
	cp "$TOP/scripts/bench/modules/watch-off.c" "$dir/"
	echo 'obj-m := measurement-example-2.o watch-off.o' >"$dir/Kbuild"
	quietly "$DEST/modules.log" "building a second sample and a switch for the watch" \
		env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		make -C "$OBJ" M="$dir" modules
	cp "$dir/measurement-example-2.ko" "$dir/watch-off.ko" "$SHARE/"
}

# make_disk - an empty one for the agent's log.
make_disk() {
	rm -f "$DEST/disk"
	truncate -s 128M "$DEST/disk"
	mkfs.ext4 -q "$DEST/disk"
}

# sizes - of the parts, as samples.
sizes() {
	local part words
	for part in "${PARTS[@]}"; do
		read -ra words <<<"$part"
		if ((${#words[@]} == 1)); then
			size -t "$(find "$MODULE_DIR" -name "$part.ko")"
		else
			(cd "$OBJ" && size -t "${words[@]:1}")
		fi | awk -v part="${words[0]}" '$NF == "(TOTALS)" {
			printf "{\"row\": \"size\", \"side\": \"%s\", \"text\": %d, \"data\": %d, \"bss\": %d}\n",
				part, $1, $2, $3 }'
	done
}

# machine - what the figures depend on.
machine() {
	local cpu
	cpu=$(sed -n 's/^model name[[:blank:]]*: //p' /proc/cpuinfo | head -n 1)
	echo "Host: $(nproc) processors, $cpu, Linux $(uname -r)"
	echo "Guest: $(qemu-system-x86_64 --version | head -n 1)," \
		"${ACCEL:-tcg}, $SMP processors, $MEM MiB," \
		"Linux $(<"$OBJ/include/config/kernel.release")" \
		"with scripts/kernel/bench.config${APPEND:+ and $APPEND}"
	echo "Load of the host before, over 1, 5 and 15 minutes:" \
		"$(cut -d ' ' -f 1-3 /proc/loadavg)"
}

"$TOP/scripts/deps.sh" build guest bench
OBJ=$("$TOP/scripts/kernel-build.sh")
MODULE_DIR=${OBJ%/*}/modules
rm -rf "$SHARE"
mkdir -p "$SHARE" "$DEST"
build_program
with_lock "build-$(basename "${OBJ%/*}")" build_modules
make_disk

machine >"$DEST/machine"
say "measuring (about 5 min)"
DISK=$DEST/disk GUEST_TIMEOUT=${GUEST_TIMEOUT:-1800} \
	"$TOP/scripts/guest.sh" "$(<"$TOP/scripts/guest/bench")"
rm "$DEST/disk"
{
	cat "$SHARE/samples.jsonl"
	sizes
} >"$DEST/samples.jsonl"
python3 -B "$TOP/scripts/bench/report.py" "$DEST"
