#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# boot.sh - boot a kernel as a TDX or SEV-SNP guest; see README.rst.

set -euo pipefail

usage() {
	cat <<-END
	usage: boot.sh --mode tdx|snp|svsm [OPTION...] KERNEL [-- QEMU-ARGUMENT...]

	Boots KERNEL, a bzImage of Linux for x86-64, as a TDX guest, an SEV-SNP
	guest, or an SEV-SNP guest under an SVSM with a vTPM. The console is the
	terminal; Ctrl-A X ends it.

	  --initrd FILE   the initial file system
	  --append TEXT   the kernel's command line, and options of the emulator
	                  (tee.*)
	  --keys FILE     sign quotes and reports with the keys in FILE, which
	                  pki.py makes
	  --memory MB     memory, 1024 by default
	  --image FILE    the emulator; it is built if this is not given
	  --accel kvm     a real confidential guest, on hardware that has them
	                  (untested)
	  --firmware FILE OVMF for --accel kvm (OVMF.fd)
	  --print         run nothing: print the arguments for QEMU that concern
	                  the machine and the kernel, one a line
	END
}

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MODE=
INITRD=
KEYS=
APPEND=
MEMORY=1024
IMAGE=
ACCEL=tcg
FIRMWARE=OVMF.fd
PRINT=
KERNEL=

while (($#)); do
	case $1 in
	--mode | --initrd | --keys | --append | --memory | --image | --accel | --firmware)
		(($# >= 2)) || die "$1 needs a value"
		name=${1#--}
		printf -v "${name^^}" %s "$2"
		shift 2
		;;
	--print)
		PRINT=1
		shift
		;;
	--help)
		usage
		exit
		;;
	--)
		shift
		break
		;;
	-*)
		usage >&2
		die "$1 is not an option"
		;;
	*)
		[ -z "$KERNEL" ] || die "there are two kernels: $KERNEL and $1"
		KERNEL=$1
		shift
		;;
	esac
done

case $MODE in
tdx | snp | svsm) ;;
*)
	usage >&2
	die "--mode is missing: it is tdx, snp or svsm"
	;;
esac
[ -n "$KERNEL" ] || die "which kernel? Give an arch/x86/boot/bzImage"
for file in "$KERNEL" ${INITRD:+"$INITRD"} ${KEYS:+"$KEYS"}; do
	[ -r "$file" ] || die "cannot read $file"
done

# module FILE - its name as QEMU takes it in -initrd, where a space ends it and
# a comma separates it from the next.
module() {
	case $1 in
	*' '*) die "QEMU cannot load '$1': use a path without spaces" ;;
	esac
	printf '%s' "${1//,/,,}"
}

emulated_machine() {
	local modules
	if [ -z "$IMAGE" ]; then
		IMAGE=$HERE/build/tee-emu.bin
		make -s -C "$HERE" O=build >&2
	fi
	modules=$(module "$KERNEL")
	[ -z "$INITRD" ] || modules+=,$(module "$INITRD")
	[ -z "$KEYS" ] || modules+=,$(module "$KEYS")
	MACHINE=(-M q35 -accel tcg -cpu 'max,phys-bits=52' -smp 1 -m "$MEMORY"
		 -kernel "$IMAGE" -initrd "$modules"
		 -append "tee.mode=$MODE $APPEND")
}

# real_machine - after QEMU's documentation (docs/system/i386/tdx.rst and
# amd-memory-encryption.rst); it has never been run by those who wrote it.
real_machine() {
	local machine=q35,confidential-guest-support=tee0 objects snp ram
	case $MODE in
	tdx)
		objects=(-object 'tdx-guest,id=tee0' -cpu host)
		machine+=,kernel-irqchip=split
		;;
	snp)
		snp=sev-snp-guest,id=tee0,cbitpos=51,reduced-phys-bits=1
		ram=memory-backend-memfd,id=ram,size=${MEMORY}M,share=true
		objects=(-object "$snp,kernel-hashes=on"
			 -object "$ram,prealloc=false" -cpu EPYC-v4)
		machine+=,memory-backend=ram
		;;
	svsm)
		die "which SVSM QEMU is to start is up to you: see the documentation of the SVSM"
		;;
	esac
	MACHINE=(-M "$machine" -accel kvm "${objects[@]}" -m "$MEMORY"
		 -bios "$FIRMWARE" -kernel "$KERNEL")
	[ -z "$INITRD" ] || MACHINE+=(-initrd "$INITRD")
	MACHINE+=(-append "$APPEND")
}

case $ACCEL in
tcg) emulated_machine ;;
kvm) real_machine ;;
*) die "--accel is tcg or kvm" ;;
esac

if [ -n "$PRINT" ]; then
	printf '%s\n' "${MACHINE[@]}"
	exit
fi

if [ "$MODE" = svsm ]; then
	command -v swtpm >/dev/null || die "svsm needs swtpm: apt-get install swtpm"
	STATE=$(mktemp -d)
	trap 'rm -rf "$STATE"' EXIT
	# It ends with QEMU's connection.
	swtpm socket --tpm2 --tpmstate "dir=$STATE" --flags startup-clear \
		--ctrl "type=unixio,path=$STATE/socket" --terminate &
	for ((i = 0; i < 100; i++)); do
		[ ! -S "$STATE/socket" ] || break
		sleep 0.05
	done
	MACHINE+=(-chardev "socket,id=chrtpm,path=$STATE/socket"
		  -tpmdev 'emulator,id=tpm0,chardev=chrtpm'
		  -device 'tpm-crb,tpmdev=tpm0')
fi
qemu-system-x86_64 -nodefaults -display none -serial mon:stdio -no-reboot \
	"${MACHINE[@]}" "$@"
