#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tee-emu.sh [MODE KERNEL INITRD COMMAND-LINE] - build the emulator of TDX and
# SEV-SNP guests into build/tee-emu.
#
# With arguments, print what QEMU needs to be that machine with that kernel,
# one argument a line, for a script to read with mapfile. MODE is tdx, snp or
# svsm. MEM=512 is the memory in MiB; ACCEL=kvm asks for a real confidential
# guest, with FIRMWARE=OVMF.fd.
#
# Quotes and reports are signed with keys that are made here, once, as are the
# roots of their certificates: build/tee-emu/{tdx,snp}-root.pem.
#
# What the caller must know about such a machine: it has one processor; virtio
# devices need disable-legacy=on,iommu_platform=on; and svsm needs a tpm-crb
# device, which belongs to the SVSM then, as the guest's vTPM.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

(($# == 0 || $# == 4)) ||
	die "usage: tee-emu.sh [tdx|snp|svsm KERNEL INITRD COMMAND-LINE]"
SOURCE=$TOP/tools/testing/tee-emu

build() {
	make -s -C "$SOURCE" O="$BUILD/tee-emu"
	[ "$BUILD/tee-emu/keys" -nt "$SOURCE/pki.py" ] ||
		/usr/bin/python3 -B "$SOURCE/pki.py" "$BUILD/tee-emu"
}

if [ "${ACCEL:-tcg}" = tcg ]; then
	mkdir -p "$BUILD/tee-emu"
	# Two runs at once must not write the same files.
	with_lock "tee-emu-$(echo "$TOP" | md5sum | cut -c1-8)" build >&2
fi
(($# > 0)) || exit 0
exec "$SOURCE/boot.sh" --print --mode "$1" --initrd "$3" --append "$4" \
	--memory "${MEM:-512}" --accel "${ACCEL:-tcg}" \
	--image "$BUILD/tee-emu/tee-emu.bin" --keys "$BUILD/tee-emu/keys" \
	--firmware "${FIRMWARE:-OVMF.fd}" "$2"
