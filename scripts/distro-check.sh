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
# BOOT_TIMEOUT=1800	seconds until a boot is given up

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/bare-system.sh"
. "$(dirname "$0")/guest-machine.sh"
. "$(dirname "$0")/swtpm.sh"

NAME=distro-check
OUT=$BUILD/$NAME-out
LIMIT=${BOOT_TIMEOUT:-1800}
# One processor: another one would, under this emulation, now and then run instructions
# that the first has just patched, as this kernel does.
export SMP=1 MEM=1024
# Where the host is busy, the kernel could take a late timer for a broken one.
OPTIONS='root=LABEL=system ro console=ttyS0 panic=-1 oops=panic no_timer_check'
RUN=$(mktemp -d "${TMPDIR:-/tmp}/tsm-distro.XXXXXX")
SWTPM=
QEMU=

# shellcheck disable=SC2317 # run by the trap
clean_up() {
	[ -z "$QEMU" ] || kill "$QEMU" 2>/dev/null || true
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

# install_machine - the system with our packages: $RUN/disk, and $RUN/direct.
install_machine() {
	enter_machine "$NAME"
	make_packages /tmp/deb
	add_reporter
	quietly "$OUT/install.log" "apt installs them" in_root sh -c \
		'exec apt-get -y install /tmp/deb/tsm-log_*.deb /tmp/deb/tsm-measurement-dkms_*.deb'
	rm -r "$ROOT/tmp/deb"
	quietly "$OUT/disk.log" "making a disk of it" make_disk "$RUN/disk"
	take_kernel "$RUN/direct"
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
		"$@" \
		-chardev "file,id=console,path=$CONSOLE" -serial chardev:console \
		-chardev "file,id=report,path=$OUT/$STAGE.report" -serial chardev:report \
		-drive "file=$RUN/disk,format=raw,if=none,id=disk,cache=unsafe" \
		-device virtio-blk-pci,drive=disk \
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

# direct_boot STAGE - without a boot loader.
direct_boot() {
	guest_machine "$RUN/direct/vmlinuz" "$RUN/direct/initrd" "$OPTIONS"
	boot "$1" "${MACHINE[@]}"
}

"$TOP/scripts/deps.sh" deb stock guest distro
((EUID == 0)) || die "only root can enter the system"
rm -rf "$OUT"
mkdir -p "$OUT"
with_lock "stock-deb-$SUITE" install_machine
ok "apt installs the packages"
direct_boot first
tap_done
