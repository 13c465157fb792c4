#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The Debian packages, on a Debian 13 with the stock cloud kernel of its backports:
# built from their source package, checked by lintian, installed, upgraded, removed and
# purged. What is left in the end is said, and must be what a system keeps.
#
# The system is a directory of 1.5 GB in the cache, which a chroot enters; its packages
# are downloaded once. What is done to it is undone: it is the lower layer of an
# overlay.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/bare-system.sh"

LOG=$BUILD/deb-check.log
MODULES=(tsm tsm_tpm tsm_tdx tsm_snp)
# A kernel that is too old, as far as DKMS can see before it builds.
OLD=6.12.1-old
UPGRADE=1.0+upgrade

# What stays after a purge: what DKMS and others keep for themselves, logs, caches;
# the group, since files may belong to it; and the archive, which is evidence.
KEPT='^/(var/(log|cache|lib/(dpkg|apt|systemd|dkms/mok\.(key|pub)))|run|tmp)(/|$)'
KEPT+='|^/etc/(group|gshadow|\.pwd\.lock)-?$'
KEPT+='|^/(boot/initrd\.img-|usr/lib/modules/[^/]*/modules\.)'
KEPT+='|^/var/lib/tsm-log(/|$)'

# step NAME COMMAND... - a test, passed if that succeeds there.
step() {
	local name=$1
	shift
	say "$name"
	watched "$LOG" in_root "$@"
	if ((WATCHED_STATUS == 0)); then
		ok "$name"
	else
		not_ok "$name" "$(tail -n 25 "$LOG")"
	fi
}

# says NAME NUMBER TEXT - a test, passed if the last step said that on so many lines.
says() {
	local count
	count=$(grep -cF -- "$3" "$LOG" || true)
	if ((count == $2)); then
		ok "$1"
	else
		not_ok "$1" "'$3' is there $count times, not $2:" "$(<"$LOG")"
	fi
}

# lint - what lintian says of all packages and their source.
lint() {
	in_root lintian --allow-root --display-info --tag-display-limit 0 \
		"/tmp/deb/tsm-measurement_1.0_amd64.changes" 2>&1 || true
}

# not_installed - which modules modprobe does not find for that kernel.
not_installed() {
	local name file
	for name in "${MODULES[@]}"; do
		file=$(in_root modinfo -k "$RELEASE" -n "$name" 2>&1 || true)
		[[ $file == */updates/dkms/* ]] || echo "$name: $file"
	done
}

# not_in_image LISTER IMAGE - what is missing in an initramfs.
not_in_image() {
	local name list
	list=$(in_root "$1" "$2" 2>&1 | tr - _)
	for name in "${MODULES[@]}"; do
		grep -q "/$name\.ko" <<<"$list" || echo "$name is not in $2"
	done
}

# access_problems - whether the group, the rule and the units are there.
access_problems() {
	in_root getent group tsm >/dev/null || echo "there is no group tsm"
	for unit in tsm-log-archive.timer tsm-log-archive-shutdown.service; do
		in_root systemctl is-enabled "$unit" | grep -qx enabled ||
			echo "$unit is not enabled"
	done
	# It exits with 1 for one that is not.
	! in_root systemctl is-enabled tsm-log-pcrlock.service >/dev/null ||
		echo "tsm-log-pcrlock.service is enabled"
	in_root systemd-analyze verify --man=yes tsm-log-archive.timer \
		tsm-log-archive-shutdown.service tsm-log-pcrlock.service 2>&1 || true
	in_root udevadm verify --no-summary /usr/lib/udev/rules.d/60-tsm.rules \
		/usr/lib/udev/rules.d/60-tsm-measurement.rules 2>&1 || true
}

# left - the files that were not there before, and what is gone or new in others.
left() {
	(cd "$UPPER" && find . -mindepth 1 ! -type d -printf '/%P\n') | sort |
		grep -vE "$KEPT" || true
}

# add_old_kernel - headers of it, as far as anybody looks before a build.
add_old_kernel() {
	local dir=$ROOT/usr/lib/modules/$OLD
	mkdir -p "$dir/build/include"
	cp "$ROOT/usr/lib/modules/$RELEASE/build/.config" "$dir/build/"
	touch "$dir"/modules.{order,builtin}
}

check() {
	enter_machine deb-check
	make_packages /tmp/deb
	make_packages /tmp/upgrade "$UPGRADE"
	ok "the packages build"
	add_old_kernel

	verdict "lintian has nothing to say" "$(lint)"
	step "apt installs them" sh -c \
		'exec apt-get -y install /tmp/deb/tsm-log_*.deb /tmp/deb/tsm-measurement-dkms_*.deb'
	says "one line says that $OLD is too old" 1 \
		"Linux $OLD is too old; it takes 7.3 or later"
	says "one line says what to enroll for Secure Boot" 1 'mokutil --import'
	verdict "modprobe finds the modules for $RELEASE" "$(not_installed)"
	verdict "they are in the initramfs of initramfs-tools" \
		"$(not_in_image lsinitramfs "/boot/initrd.img-$RELEASE")"
	step "dracut makes an initramfs" dracut --no-hostonly --kver "$RELEASE" \
		/tmp/dracut.img
	verdict "they are in the initramfs of dracut" \
		"$(not_in_image lsinitrd /tmp/dracut.img)"
	step "tsm-log starts" tsm-log --version
	verdict "group, units and rules" "$(access_problems)"

	mkdir -p "$ROOT/etc/tmpfiles.d" "$ROOT/var/lib/tsm-log/tpm0"
	echo '# mine' >"$ROOT/etc/tmpfiles.d/tsm.conf"
	touch "$ROOT/var/lib/tsm-log/tpm0/evidence"
	step "apt upgrades them" sh -c 'exec apt-get -y install /tmp/upgrade/*.deb'
	verdict "modprobe finds the modules after the upgrade" "$(not_installed)"
	verdict "the old source is gone" "$(cd "$ROOT" && find usr/src var/lib/dkms \
		-mindepth 1 -maxdepth 2 -path '*tsm-measurement*1.0')"

	step "apt removes them" apt-get -y remove tsm-log tsm-measurement-dkms
	verdict "no module is left" "$(cd "$ROOT" && find usr/lib/modules -path '*updates*')"
	verdict "the configuration and the archive are left" "$(
		for file in etc/tmpfiles.d/tsm.conf var/lib/tsm-log/tpm0/evidence; do
			[ -e "$ROOT/$file" ] || echo "$file is gone"
		done)"
	step "dpkg purges them" dpkg --purge tsm-log tsm-measurement-dkms
	rm -rf "$ROOT/etc/tmpfiles.d/tsm.conf" "$ROOT/usr/lib/modules/$OLD"
	verdict "a purge leaves what it should" "$(left)"
	sed 's/^/# left: /' < <(cd "$UPPER" && find var/lib/tsm-log etc/group \
		var/lib/dkms -type f)
	tap_done
}

"$TOP/scripts/deps.sh" deb stock
((EUID == 0)) || die "only root can enter the bare system"
mkdir -p "$BUILD"
trap 'leave_machine deb-check' EXIT
with_lock "stock-deb-$SUITE" check
