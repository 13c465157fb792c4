#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What an administrator gets: Debian 13 with the stock cloud kernel of its backports,
# systemd, udev and a TPM, on which the two packages are installed by apt. It is booted
# again and again, and looks at itself each time, by scripts/guest/distro. The output
# is KTAP.
#
# The disk is written here, without a guest: the system is that of deb-check.sh, and
# what is put into it beside our packages is what looks and reports. Consoles, and what
# each boot reported, are in build/distro-check.
#
# BOOTS='first second'	only these boots, in the order in which they are here
# BOOT_TIMEOUT=1800	seconds until a boot is given up

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/bare-system.sh"
. "$(dirname "$0")/guest-machine.sh"
. "$(dirname "$0")/swtpm.sh"

# Three times without a boot loader, which is soonest; twice each what systemd measures
# more of, with either kind of initramfs; and the machine when our packages are gone.
ALL_BOOTS='first second third uki-first uki-second dracut-first dracut-second grub purged'
NAME=distro-check
OUT=$BUILD/$NAME-out
LIMIT=${BOOT_TIMEOUT:-1800}
# One processor: another one would, under this emulation, now and then run instructions
# that the first has just patched, as this kernel does.
MACHINE=(-M q35 -accel 'tcg,thread=multi' -cpu max -smp 1 -m 1024)
# Where the host is busy, the kernel could take a late timer for a broken one.
OPTIONS='root=LABEL=system ro console=ttyS0 panic=-1 oops=panic no_timer_check'
RUN=$(mktemp -d "${TMPDIR:-/tmp}/tsm-distro.XXXXXX")
SWTPM=

# shellcheck disable=SC2317 # run by the trap
clean_up() {
	[ -z "$SWTPM" ] || kill "$SWTPM" 2>/dev/null || true
	leave_machine "$NAME"
	rm -rf "$RUN"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# add_reporter - into the system, a service that runs what is on the second disk once
# it is up, and reports by the second serial port. And time: what takes seconds on
# hardware may take minutes here.
add_reporter() {
	mkdir -p "$ROOT/etc/systemd/system.conf.d"
	cat >"$ROOT/etc/systemd/system/$NAME.service" <<-'END'
		[Unit]
		Description=Look at this system and report
		[Service]
		Type=exec
		ExecStart=/bin/bash -c 'tr -d "\\0" </dev/disk/by-id/virtio-job >/run/job && exec bash /run/job >/dev/ttyS1 2>&1'
		[Install]
		WantedBy=multi-user.target
	END
	printf '%s\n' '[Manager]' DefaultTimeoutStartSec=900 DefaultTimeoutStopSec=900 \
		DefaultDeviceTimeoutSec=900 >"$ROOT/etc/systemd/system.conf.d/slow.conf"
	echo 'LABEL=system / ext4 errors=remount-ro 0 1' >"$ROOT/etc/fstab"
	echo machine >"$ROOT/etc/hostname"
	: >"$ROOT/etc/machine-id"
	mkdir -p "$ROOT/var/log/journal"
	in_root systemctl enable "$NAME.service"
}

# make_disk FILE - a disk with that system, without what nobody reads in a boot.
make_disk() {
	mkdir -p "$RUN/empty"
	mke2fs -q -t ext4 -L system -d "$ROOT" "$1" 4G
}

# take_kernel DIR - the kernel and the initramfs of that system, for a boot without a
# boot loader.
take_kernel() {
	mkdir -p "$1"
	cp "$ROOT/boot/vmlinuz-$RELEASE" "$1/vmlinuz"
	cp "$ROOT/boot/initrd.img-$RELEASE" "$1/initrd"
}

# make_uki INITRAMFS FILE - kernel, that initramfs of the system, the command line and
# systemd's stub, in one.
make_uki() {
	in_root ukify build "--linux=/boot/vmlinuz-$RELEASE" "--initrd=$1" \
		"--cmdline=$OPTIONS" --output=/tmp/uki.efi
	mv "$ROOT/tmp/uki.efi" "$2"
}

# make_esp FILE [SOURCE DESTINATION]... - a disk with the file system that UEFI boots
# from, and these files in it.
make_esp() {
	local disk=$1 name dir
	shift
	truncate -s 512M "$disk"
	echo 'start=1MiB type=U' | sfdisk -q --label gpt "$disk"
	# To the end of the partition, which leaves room for the second table.
	mformat -i "$disk@@1M" -F -T $((510 * 2048)) ::
	while (($# > 0)); do
		dir=
		while IFS= read -r -d / name; do
			dir+=/$name
			mdir -i "$disk@@1M" "::$dir" >/dev/null 2>&1 ||
				mmd -i "$disk@@1M" "::$dir"
		done <<<"$2"
		mcopy -i "$disk@@1M" "$1" "::/$2"
		shift 2
	done
}

# make_esps - by what the machine with UEFI boots: systemd-boot and a UKI, of
# initramfs-tools and of dracut; shim and GRUB.
make_esps() {
	local efi=$ROOT/usr/lib
	make_uki "/boot/initrd.img-$RELEASE" "$RUN/uki.efi"
	in_root dracut --no-hostonly --kver "$RELEASE" /tmp/dracut.img
	make_uki /tmp/dracut.img "$RUN/dracut.efi"
	rm "$ROOT/tmp/dracut.img"
	echo 'timeout 0' >"$RUN/loader.conf"
	cat >"$RUN/grub.cfg" <<-END
		search --label system --set root
		linux /boot/vmlinuz-$RELEASE $OPTIONS
		initrd /boot/initrd.img-$RELEASE
		boot
	END
	for name in uki dracut; do
		make_esp "$RUN/esp-$name" "$RUN/$name.efi" EFI/Linux/debian.efi \
			"$RUN/loader.conf" loader/loader.conf \
			"$efi/systemd/boot/efi/systemd-bootx64.efi" EFI/BOOT/BOOTX64.EFI
	done
	make_esp "$RUN/esp-grub" "$RUN/grub.cfg" EFI/debian/grub.cfg \
		"$efi/shim/shimx64.efi.signed" EFI/BOOT/BOOTX64.EFI \
		"$efi/grub/x86_64-efi-signed/grubx64.efi.signed" EFI/BOOT/grubx64.efi
}

# make_purged - the system after its packages were purged: $RUN/purged and its disk.
make_purged() {
	quietly "$OUT/purge.log" "apt purges the packages" \
		in_root apt-get -y purge tsm-log tsm-measurement-dkms
	quietly "$OUT/disk.log" "making a disk of it" make_disk "$RUN/disk-purged"
	take_kernel "$RUN/purged"
}

# install_machine - the system with our packages: $RUN/disk, and by what it is booted.
install_machine() {
	enter_machine "$NAME"
	make_packages /tmp/deb
	add_reporter
	quietly "$OUT/install.log" "apt installs them" in_root sh -c \
		'exec apt-get -y install /tmp/deb/tsm-log_*.deb /tmp/deb/tsm-measurement-dkms_*.deb'
	rm -r "$ROOT/tmp/deb"
	quietly "$OUT/disk.log" "making a disk of it" make_disk "$RUN/disk"
	take_kernel "$RUN/direct"
	quietly "$OUT/esp.log" "making what UEFI boots" make_esps
	make_purged
	leave_machine "$NAME"
}

# make_job STAGE - the second disk, with what is to be looked at there.
make_job() {
	{
		echo "STAGE=$1"
		cat "$TOP/scripts/guest/distro"
	} >"$RUN/job"
	truncate -s %512 "$RUN/job"
}

# take_report FILE - each test of the guest is one of ours. What ends early has not
# tested the rest.
take_report() {
	local line diagnostics=()
	while IFS= read -r line; do
		case $line in
		"ok - "*)
			ok "$STAGE: ${line#ok - }"
			diagnostics=()
			;;
		"not ok - "*)
			not_ok "$STAGE: ${line#not ok - }" "${diagnostics[@]}"
			diagnostics=()
			;;
		"# "*) diagnostics+=("${line#\# }") ;;
		"seen: "*) echo "# $STAGE: ${line#seen: }" ;;
		esac
	done < <(tr -d '\r' <"$1")
	if ! grep -q '^the end' "$1"; then
		not_ok "$STAGE: the boot and its tests" "${diagnostics[@]}" \
			"the report does not end; the end of the console:" \
			"$(tail -n 40 "$CONSOLE")"
	fi
}

# boot STAGE MACHINE... - the machine is switched on, with these arguments of QEMU's,
# and runs until it is off. Its disk and what its TPM keeps are those of the last time.
# A boot loader sees only disks that firmware might boot from.
boot() {
	STAGE=$1
	shift
	CONSOLE=$OUT/$STAGE.console
	make_job "$STAGE"
	mkdir -p "$RUN/tpm"
	run_tpm "$RUN" "$RUN/tpm.sock" --flags startup-clear \
		--ctrl "type=unixio,path=$RUN/tpm.sock"
	say "boot '$STAGE'"
	watched "$OUT/qemu.log" timeout --foreground --kill-after=5 "$LIMIT" \
		qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot \
		"${MACHINE[@]}" "$@" \
		-chardev "file,id=console,path=$CONSOLE" -serial chardev:console \
		-chardev "file,id=report,path=$OUT/$STAGE.report" -serial chardev:report \
		-drive "file=$RUN/disk,format=raw,if=none,id=disk,cache=unsafe" \
		-device virtio-blk-pci,drive=disk,bootindex=1 \
		-drive "file=$RUN/job,format=raw,if=none,id=job" \
		-device virtio-blk-pci,drive=job,serial=job \
		-device virtio-rng-pci \
		-chardev "socket,id=tpm,path=$RUN/tpm.sock" \
		-tpmdev emulator,id=tpm0,chardev=tpm -device tpm-crb,tpmdev=tpm0
	wait "$SWTPM" || true
	SWTPM=
	((WATCHED_STATUS == 0)) || cat "$OUT/qemu.log" >&2
	take_report "$OUT/$STAGE.report"
}

# direct_boot STAGE DIR - without a boot loader, by the kernel and initramfs in DIR.
direct_boot() {
	boot "$1" -kernel "$RUN/$2/vmlinuz" -initrd "$RUN/$2/initrd" -append "$OPTIONS"
}

# uefi_boot STAGE ESP - by what is on the disk ESP. The firmware's variables are those of
# the last time.
uefi_boot() {
	[ -e "$RUN/variables" ] || cp "$UEFI_VARIABLES" "$RUN/variables"
	boot "$1" -drive "if=pflash,unit=0,format=raw,readonly=on,file=$UEFI_CODE" \
		-drive "if=pflash,unit=1,format=raw,file=$RUN/variables" \
		-drive "file=$RUN/$2,format=raw,if=none,id=esp" \
		-device virtio-blk-pci,drive=esp,bootindex=0
}

# run_stage STAGE
run_stage() {
	case $1 in
	first | second | third) direct_boot "$1" direct ;;
	uki-*) uefi_boot "$1" esp-uki ;;
	dracut-*) uefi_boot "$1" esp-dracut ;;
	grub) uefi_boot "$1" esp-grub ;;
	purged)
		mv "$RUN/disk-purged" "$RUN/disk"
		direct_boot "$1" purged
		;;
	*) die "there is no boot '$1'; there are: $ALL_BOOTS" ;;
	esac
}

"$TOP/scripts/deps.sh" deb stock guest distro
((EUID == 0)) || die "only root can enter the system"
rm -rf "$OUT"
mkdir -p "$OUT"
with_lock "stock-deb-$SUITE" install_machine
ok "apt installs the packages"
read -ra STAGES <<<"${BOOTS:-$ALL_BOOTS}"
for stage in "${STAGES[@]}"; do
	run_stage "$stage"
done
tap_done
