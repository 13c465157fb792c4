# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Which machine QEMU is for the guest, and how the kernel gets into it; what
# hangs on that machine is the same for all of them and is in guest.sh.
#
# TEE=tdx, snp or svsm makes the guest a confidential one: under the emulator in
# tools/testing/tee-emu, or, with ACCEL=kvm, by the hardware.
#
# Sourced after lib.sh, not run.

# Debian's OVMF. Variables that a guest sets are gone when it is.
UEFI_CODE=/usr/share/OVMF/OVMF_CODE_4M.fd
UEFI_VARIABLES=/usr/share/OVMF/OVMF_VARS_4M.fd

# guest_machine KERNEL INITRAMFS COMMAND-LINE - put QEMU's arguments into the
# array MACHINE.
#
# Never KVM unless the user asks for it: a host can offer one on which a stock
# guest kernel does not run.
guest_machine() {
	local accel arguments
	case ${TEE:-none} in
	none) ;;
	tdx | snp | svsm)
		arguments=$("$TOP/scripts/tee-emu.sh" "$TEE" "$@") || exit
		mapfile -t MACHINE <<<"$arguments"
		return
		;;
	*) die "TEE=$TEE: use none, tdx, snp or svsm" ;;
	esac
	case ${ACCEL:-tcg} in
	tcg) accel=(-accel 'tcg,thread=multi' -cpu max) ;;
	kvm) accel=(-accel kvm -cpu host) ;;
	*) die "ACCEL=$ACCEL: use tcg, which runs everywhere, or kvm" ;;
	esac
	# shellcheck disable=SC2034 # read by the script that sources this file
	MACHINE=(-M q35 "${accel[@]}" -smp "${SMP:-2}" -m "${MEM:-512}"
		 -kernel "$1" -initrd "$2" -append "$3")
	[ -z "${UEFI:-}" ] || MACHINE+=(
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$UEFI_CODE"
		-drive "if=pflash,unit=1,format=raw,snapshot=on,file=$UEFI_VARIABLES")
}
