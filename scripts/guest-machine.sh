# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Which machine QEMU is for the guest, and how the kernel gets into it; what
# hangs on that machine is the same for all of them and is in guest.sh.
#
# Sourced after lib.sh, not run.

# guest_machine KERNEL INITRAMFS COMMAND-LINE - put QEMU's arguments into the
# array MACHINE.
#
# Never KVM unless the user asks for it: a host can offer one on which a stock
# guest kernel does not run.
guest_machine() {
	local accel
	case ${ACCEL:-tcg} in
	tcg) accel=(-accel 'tcg,thread=multi' -cpu max) ;;
	kvm) accel=(-accel kvm -cpu host) ;;
	*) die "ACCEL=$ACCEL: use tcg, which runs everywhere, or kvm" ;;
	esac
	[ "${TEE:-none}" = none ] || die "TEE=$TEE: there is only none"
	# shellcheck disable=SC2034 # read by the script that sources this file
	MACHINE=(-M q35 "${accel[@]}" -smp "${SMP:-2}" -m "${MEM:-512}"
		 -kernel "$1" -initrd "$2" -append "$3")
}
