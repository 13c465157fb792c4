#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tee-emu-check.sh [SET...] - test the emulator of TDX and SEV-SNP guests: its
# cryptography on the host, what it refuses, and what an unmodified kernel and
# mainline's drivers find in each kind of guest.
#
# The sets are crypto, refuse, isolate, tdx, strict, snp, svsm, and all by
# default. The guests' consoles and results stay in build/tee-emu/.
#
# BOOTS=3		how often a guest of each kind is booted besides

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/swtpm.sh"

SETS=("$@")
((${#SETS[@]} > 0)) || SETS=(crypto refuse isolate tdx strict snp svsm)
BOOTS=${BOOTS:-3}
((BOOTS > 0)) || die "BOOTS=$BOOTS: at least 1"
OUT=$BUILD/tee-emu
SOURCE=$TOP/tools/testing/tee-emu

"$TOP/scripts/deps.sh" build guest
"$TOP/scripts/tee-emu.sh"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/tee-emu.XXXXXX")
SWTPM=
# shellcheck disable=SC2317 # run by the trap
clean_up() {
	[ -z "$SWTPM" ] || kill "$SWTPM" 2>/dev/null || true
	rm -rf "$WORK"
}
trap clean_up EXIT

# results NAME FILE - count the test results in a file of KTAP as ours; a file
# that ends before its plan says so is a failure.
results() {
	local line planned counted=0
	while IFS= read -r line; do
		case $line in
		'ok '*) ok "$1: ${line#*- }" ;;
		'not ok '*) not_ok "$1: ${line#*- }" ;;
		'# '*) echo "$line" ;;
		*) continue ;;
		esac
		case $line in
		'# '*) ;;
		*) counted=$((counted + 1)) ;;
		esac
	done <"$2"
	planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$2")
	[ "${planned:-none}" = "$counted" ] ||
		not_ok "$1: all tests ran" \
			"planned ${planned:-nothing}, ran $counted"
}

# machine CONSOLE ARGUMENT... - run QEMU until the guest is off. $WORK/time has
# the milliseconds that passed, and those that QEMU kept processors busy.
machine() {
	local console=$1 status=0
	shift
	{
		TIMEFORMAT='%3R %3U %3S'
		time timeout --kill-after=5 "${TEE_TIMEOUT:-300}" \
			qemu-system-x86_64 -nodefaults -no-user-config \
			-display none -no-reboot -serial "file:$console" "$@" \
			>"$WORK/qemu.log" 2>&1 </dev/null || status=$?
	} 2>"$WORK/seconds"
	awk '{ printf "%d %d\n", $1 * 1000, ($2 + $3) * 1000 }' \
		"$WORK/seconds" >"$WORK/time"
	return "$status"
}

# guest SET COMMAND-LINE - boot a guest of a set, which runs the tests of the
# set and writes the results to its second serial port, $WORK/results.
guest() {
	local mode=$1 devices=(-serial "file:$WORK/results") arguments
	[ "$mode" != strict ] || mode=tdx
	if [ "$mode" = svsm ]; then
		start_tpm "$WORK"
		devices+=(-chardev "socket,id=chrtpm,path=$WORK/tpm.sock"
			  -tpmdev 'emulator,id=tpm0,chardev=chrtpm'
			  -device 'tpm-crb,tpmdev=tpm0')
	fi
	"$TOP/scripts/tee-emu.sh" "$mode" "$WORK/bzImage" "$WORK/initrd" \
		"console=ttyS0 panic=-1 rdinit=/tee-init $2" >"$WORK/arguments"
	mapfile -t arguments <"$WORK/arguments"
	rm -f "$WORK/results"
	machine "$OUT/$1-console.log" "${arguments[@]}" "${devices[@]}"
}

# make_guest - the guests' kernel and file system, and our tests on top of it.
make_guest() {
	[ ! -e "$WORK/initrd" ] || return 0
	"$TOP/scripts/initramfs.sh" "$WORK"
	mkdir -p "$WORK/layer"
	gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -iquote "$SOURCE" \
		-o "$WORK/layer/guest-test" "$SOURCE/tests/guest-test.c" \
		"$SOURCE/sha384.c"
	install -m 755 "$SOURCE/tests/guest-init" "$WORK/layer/tee-init"
	(cd "$WORK/layer" && find . -mindepth 1 |
		cpio --quiet -o -H newc -R 0:0) |
		cat "$WORK/initramfs" - >"$WORK/initrd"
}

# A value of each static register that is not its default, to see that the
# command line sets it.
VALUES="tee.mrowner=$(printf '%096d' 12345) tee.rtmr0=$(printf '%096d' 67890)"
SNP_VALUES="tee.host_data=$(printf '%064d' 12345)"

test_guest() {
	local set=$1 options=$VALUES problem='' passed busy booting=0 i
	case $set in
	strict) options+=" tee.strict" ;;
	snp | svsm) options=$SNP_VALUES ;;
	esac
	make_guest
	: >"$WORK/results"
	# All that the drivers do must also be right about shared memory.
	guest "$set" "tee_test=$set tee.isolate $options" || true
	cp "$OUT/$set-console.log" "$OUT/$set-tests-console.log"
	tr -d '\r' <"$WORK/results" >"$OUT/$set-results.log"
	results "$set" "$OUT/$set-results.log"

	for ((i = 1; i <= BOOTS; i++)); do
		guest "$set" "quiet tee_test=boot $options" || true
		read -r passed booting <"$WORK/time"
		echo "# $set: boot $i and power-off took $passed ms, $booting of them busy"
		grep -q '^booted' "$WORK/results" ||
			problem+="boot $i ended without user space: $(tail -n 2 "$OUT/$set-console.log")"
	done
	verdict "$set: $BOOTS more guests boot" "$problem"

	# The same, but the guest sleeps for 6 s. On a busy machine an emulator
	# that spins meanwhile gets less than that of a processor, yet a lot; and
	# a boot takes more or less of one, by what else the machine does.
	guest "$set" "quiet tee_test=sleep $options" || true
	read -r passed busy <"$WORK/time"
	problem=
	if ((busy > booting + booting / 4 + 1000)) || ! grep -q '^slept' "$WORK/results"; then
		problem="QEMU was busy for $busy ms of $passed, and for $booting ms without the sleep"
	fi
	verdict "$set: QEMU rests while the guest sleeps" "$problem"
}

# refused NAME TEXT ARGUMENT... - the emulator must say TEXT and end QEMU.
refused() {
	local name=$1 text=$2 problem=
	shift 2
	TEE_TIMEOUT=20 machine "$WORK/console" "$@" ||
		problem="QEMU ended with status $?; "
	grep -qF "$text" "$WORK/console" ||
		problem+="it said: $(tr -d '\r' <"$WORK/console")"
	verdict "refuse: $name" "$problem"
}

test_refusals() {
	local base=(-M q35 -accel tcg -kernel "$OUT/tee-emu.bin")
	local cpu=(-cpu 'max,phys-bits=52') mode=(-append 'tee.mode=tdx')
	local small=(-initrd "$WORK/bzImage,$WORK/initrd")
	make_guest
	refused "no kernel" "there is no kernel" \
		"${base[@]}" "${cpu[@]}" -m 512 "${mode[@]}"
	refused "a kernel that is none" "no bzImage" \
		"${base[@]}" "${cpu[@]}" -m 512 "${mode[@]}" -initrd "$WORK/initrd"
	refused "no mode" "tee.mode=tdx, tee.mode=snp or tee.mode=svsm" \
		"${base[@]}" "${cpu[@]}" -m 512 -append "quiet"
	refused "two processors" "run QEMU with -smp 1" \
		"${base[@]}" "${cpu[@]}" -m 512 -smp 2 "${mode[@]}"
	refused "a CPU model without SVM" "run QEMU with -cpu max,phys-bits=52" \
		"${base[@]}" -cpu max,svm=off,phys-bits=52 -m 512 "${mode[@]}"
	refused "a CPU model with a short physical address" "phys-bits=52" \
		"${base[@]}" -cpu max,phys-bits=40 -m 512 "${mode[@]}"
	refused "too little memory for the modules" "too little memory" \
		"${base[@]}" "${cpu[@]}" -m 16 "${mode[@]}" "${small[@]}"
	refused "too little memory for the kernel" "too little memory" \
		"${base[@]}" "${cpu[@]}" -m 128 "${mode[@]}" "${small[@]}"
	refused "svsm without a TPM" "needs a TPM" \
		"${base[@]}" "${cpu[@]}" -m 512 "${small[@]}" \
		-append tee.mode=svsm
	refused "a misspelt option" "tee.mrtx is not an option" \
		"${base[@]}" "${cpu[@]}" -m 512 "${small[@]}" \
		-append 'tee.mode=tdx tee.mrtx=00'
	refused "a register of the wrong length" "takes 96 hexadecimal digits" \
		"${base[@]}" "${cpu[@]}" -m 512 "${small[@]}" \
		-append 'tee.mode=tdx tee.mrtd=00'
	refused "an unknown fault" "tee.fault= takes" \
		"${base[@]}" "${cpu[@]}" -m 512 "${small[@]}" \
		-append 'tee.mode=tdx tee.fault=nonsense'
}

# test_isolation - a guest whose conversions do nothing must not get away with
# it. (One that converts all it should does: test_guest.)
test_isolation() {
	local set
	make_guest
	for set in tdx snp; do
		guest "$set" "tee_test=$set tee.isolate tee.fault=convert-lost=1000" ||
			true
		if grep -q "used a private page as shared" "$OUT/$set-console.log"; then
			ok "isolate: $set: use of a page that was not converted is found"
		else
			not_ok "isolate: $set: use of a page that was not converted is found" \
				"$(tail -n 3 "$OUT/$set-console.log")"
		fi
	done
}

for set in "${SETS[@]}"; do
	case $set in
	crypto)
		make -s -C "$SOURCE" O="$OUT" check >"$WORK/crypto" || true
		results crypto "$WORK/crypto"
		make -s -C "$SOURCE" O="$OUT" check-signatures \
			>"$WORK/signatures" || true
		results signatures "$WORK/signatures"
		;;
	refuse) test_refusals ;;
	isolate) test_isolation ;;
	tdx | strict | snp | svsm) test_guest "$set" ;;
	*) die "there is no set '$set': crypto, refuse, isolate, tdx, strict, snp, svsm" ;;
	esac
done
tap_done
