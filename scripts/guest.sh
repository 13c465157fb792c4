#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh [-i] [COMMAND] - run a shell command in a QEMU guest.
#
# The guest's kernel is scripts/kernel-build.sh's, its root file system
# scripts/initramfs.sh's. The command's output is the output, its exit status
# the status; 125 is for a guest that could not run it. The kernel's console is
# in build/guest/console.log. build/share is /share in the guest.
#
# Without a command and with -i, which need a terminal, the user gets a shell in
# the guest; with -i after the command.
#
# CMD='...'		the command, if there is no argument
# TPM=0			no TPM; else a software TPM 2.0 that starts empty
# TPM=tis		one that works by interrupts, in a machine without ACPI and
#			with one processor
# TPM_BANKS=BANKS	which PCRs have which banks, as for tpm2_pcrallocate, such as
#			'sha256:all+sha384:0,1,2,3,4,5,6,7'
# DISK=FILE		a disk with the bytes of FILE, /dev/vda in the guest
# REBOOT=1		a guest that reboots starts again, and runs the command again,
#			instead of being taken for one that failed
# UEFI=1		UEFI firmware instead of a BIOS, for a guest that is no
#			confidential one
# SMP=2 MEM=512		processors and MiB
# ACCEL=kvm		use KVM; the default is to emulate, which works anywhere
# APPEND='...'		more words for the kernel's command line
# GUEST_TIMEOUT=600	seconds until a guest that runs a command is given up
# KERNEL, KSRC		which kernel, see scripts/kernel-build.sh; the default is tour,
#			which is built soonest, but where TEE, UEFI or DISK needs more;
#			KERNEL=stock is Debian's, see scripts/stock-kernel.sh

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/guest-machine.sh"
. "$(dirname "$0")/swtpm.sh"

INTERACTIVE=
if [ "${1:-}" = -i ]; then
	INTERACTIVE=1
	shift
fi
COMMAND=${*:-${CMD:-}}
[ -n "$COMMAND" ] || INTERACTIVE=1
if [ -n "$INTERACTIVE" ] && { [ ! -t 0 ] || [ ! -t 1 ]; }; then
	die "there is no terminal for a shell in the guest; give a command: make guest CMD='...'"
fi

case ${TEE:-none}${UEFI:-}${DISK:-} in
none) export KERNEL=${KERNEL:-tour} ;;
*) export KERNEL=${KERNEL:-default} ;;
esac

TPM=${TPM:-crb}
case $TPM in
0)
	[ -z "${TPM_BANKS:-}" ] ||
		die "TPM=0 is a guest without a TPM, which has no banks; leave out TPM or TPM_BANKS"
	;;
tis)
	if [ "${TEE:-none}" != none ] || [ -n "${UEFI:-}" ]; then
		die "TPM=tis is a plain machine with a BIOS; leave out TEE and UEFI, or TPM"
	fi
	[ "${SMP:-1}" = 1 ] ||
		die "TPM=tis is a machine without ACPI, which finds one processor only; leave out SMP"
	SMP=1
	# Nothing else tells the driver that the chip is there, and what its interrupt is
	# for is read from the chip.
	APPEND="acpi=off tpm_tis.force=1 tpm_tis.interrupts=1 ${APPEND:-}"
	;;
1 | crb) TPM=crb ;;
*) die "TPM=$TPM: use 0 for none, tis for one that works by interrupts, or leave it out" ;;
esac

"$TOP/scripts/deps.sh" guest
RUN=$(mktemp -d "${TMPDIR:-/tmp}/tsm-guest.XXXXXX")
SWTPM=
QEMU=
CONSOLE=
TERMINAL=

# shellcheck disable=SC2317 # run by the trap
clean_up() {
	[ -z "$QEMU" ] || kill "$QEMU" 2>/dev/null || true
	[ -z "$SWTPM" ] || kill "$SWTPM" 2>/dev/null || true
	[ -z "$CONSOLE" ] || rm -f "$CONSOLE"
	[ -z "$TERMINAL" ] || stty "$TERMINAL"
	rm -rf "$RUN"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# no_result TEXT... - the guest did not do its job.
no_result() {
	if [ -s "$CONSOLE" ]; then
		printf 'The end of the console (all of it: %s):\n' \
			"${LASTING_CONSOLE#"$TOP/"}" >&2
		tail -n 40 "$CONSOLE" | sed 's/^/    /' >&2
	fi
	printf 'error: %s\n' "$*" >&2
	exit 125
}

# Each guest has a console file of its own; the name that users know is that of
# the guest that was started last.
start_console() {
	LASTING_CONSOLE=$BUILD/guest/console.log
	mkdir -p "$BUILD/guest"
	CONSOLE=$(mktemp "$BUILD/guest/console.XXXXXX")
	chmod a+r "$CONSOLE"
	ln -f "$CONSOLE" "$LASTING_CONSOLE"
}

# share TAG DIR - let the guest mount DIR by the name TAG. The device's last two
# options make it work in confidential guests as well.
share() {
	DEVICES+=(-fsdev "local,id=$1,path=$2,security_model=none"
		  -device "virtio-9p-pci,fsdev=$1,mount_tag=$1,disable-legacy=on,iommu_platform=on")
}

mkdir -p "$RUN/job" "$BUILD/share"
[ -z "$COMMAND" ] || printf '%s\n' "$COMMAND" >"$RUN/job/command"
if [ -n "$INTERACTIVE" ]; then
	echo "$(stty size) ${TERM:-linux}" >"$RUN/job/terminal"
	TERMINAL=$(stty -g)
	LIMIT=0
	# Control characters are for the guest.
	PORT=stdio,id=port,signal=off
	exec {INPUT}<&0
else
	LIMIT=${GUEST_TIMEOUT:-600}
	PORT=stdio,id=port
	exec {INPUT}</dev/null
fi

# The guest's own copy: another run may replace them at any time.
"$TOP/scripts/initramfs.sh" "$RUN"
# Where the host is busy, the kernel could take a late timer for a broken one.
guest_machine "$RUN/bzImage" "$RUN/initramfs" \
	"console=ttyS0 earlyprintk=serial,ttyS0,115200 panic=-1 oops=panic no_timer_check ${APPEND:-}"
start_console
DEVICES=(-chardev "file,id=console,path=$CONSOLE" -serial chardev:console
	 -chardev "$PORT" -serial chardev:port)
share job "$RUN/job"
share share "$BUILD/share"
if [ -n "${DISK:-}" ]; then
	DEVICES+=(-drive "file=$DISK,format=raw,if=none,id=disk"
		  -device 'virtio-blk-pci,drive=disk,disable-legacy=on,iommu_platform=on')
fi
[ -n "${REBOOT:-}" ] || DEVICES+=(-no-reboot)
if [ "$TPM" != 0 ]; then
	start_tpm "$RUN" "${TPM_BANKS:-}"
	DEVICES+=(-chardev "socket,id=tpm,path=$RUN/tpm.sock"
		  -tpmdev 'emulator,id=tpm0,chardev=tpm'
		  -device "tpm-$TPM,tpmdev=tpm0")
fi

# In the background, so that a signal to this script is served at once.
STATUS=0
timeout --foreground --kill-after=5 "$LIMIT" \
	qemu-system-x86_64 -nodefaults -no-user-config -display none \
	"${MACHINE[@]}" "${DEVICES[@]}" <&"$INPUT" 2>"$RUN/qemu.log" &
QEMU=$!
wait "$QEMU" || STATUS=$?
QEMU=
cat "$RUN/qemu.log" >&2
if [ -s "$RUN/job/status" ]; then
	exit "$(<"$RUN/job/status")"
fi
case $STATUS in
124 | 137)
	no_result "the guest was not done after $LIMIT s; GUEST_TIMEOUT=N allows it more" ;;
0)
	no_result "the guest went down before its command was done;" \
		"$(grep -ao 'Kernel panic - .*' "$CONSOLE" || echo 'no panic')" ;;
*)
	no_result "QEMU ended with status $STATUS" ;;
esac
