#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# deps.sh [PURPOSE...] - install what is missing for these purposes (all of
# them without an argument). Silent and quick when nothing is missing.
#
#	build	the kernel, its modules and the tools
#	tools	tsm-log
#	modules	our modules for a kernel whose headers are there
#	guest	a QEMU guest with a software TPM, and what runs in it
#	bench	a disk for the guest of make bench
#	check	the checks that make check runs on the host
#	stock	a bare system for make stock-check and make deb-check
#	deb	Debian packages
#	distro	disks for a guest that is a whole Debian

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# The kernel's own needs (Documentation/process/changes.rst), and those of tsm-log:
# libcrypto, json-c and the TSS library.
tools=(gcc make libssl-dev libjson-c-dev libtss2-dev pkg-config)
build=("${tools[@]}" flex bison bc libelf-dev cpio rsync kmod patch xz-utils
       python3)
modules=(gcc make)
# tpm2-tools are for cross-checks in the guest; the library is how they get to
# the chip there; ima-evm-utils are for IMA's list. jq reads what we write as JSON,
# Python is for a second reading of the log; systemd and udev have what gives a group
# access to our files. OVMF is firmware that measures what it does.
guest=(qemu-system-x86 swtpm busybox-static tpm2-tools libtss2-tcti-device0
       cpio jq kmod python3-minimal systemd udev ovmf python3-cryptography
       ima-evm-utils)
bench=(e2fsprogs)
# clang is for fuzzing; dpkg-dev unpacks the source of a newer sparse; the
# rest checks style, documentation and the patch series. Quotes are made with
# Python's cryptography, and checked by tpm2-tools as well.
check=(clang libclang-rt-14-dev clang-format-14 shellcheck dpkg-dev
       python3-sphinx python3-yaml groff-base perl git systemd
       python3-cryptography tpm2-tools swtpm)
stock=(mmdebstrap kmod)
distro=(e2fsprogs mtools fdisk)
deb=("${tools[@]}" dpkg-dev debhelper dh-dkms rsync)

(($# > 0)) || set -- build modules guest bench check stock deb distro
wanted=()
for purpose in "$@"; do
	case $purpose in
	tools) wanted+=("${tools[@]}") ;;
	build) wanted+=("${build[@]}") ;;
	modules) wanted+=("${modules[@]}") ;;
	guest) wanted+=("${guest[@]}") ;;
	bench) wanted+=("${bench[@]}") ;;
	check) wanted+=("${check[@]}") ;;
	stock) wanted+=("${stock[@]}") ;;
	deb) wanted+=("${deb[@]}") ;;
	distro) wanted+=("${distro[@]}") ;;
	*) die "deps.sh: no purpose '$purpose'; there are build, tools, modules, guest, bench, check, stock, deb and distro" ;;
	esac
done

# missing - those of $wanted that are not installed.
missing() {
	command -v dpkg-query >/dev/null ||
		die "there is no dpkg-query: this needs Debian 12 or later"
	comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) \
		<(dpkg-query -W -f '${db:Status-Status} ${Package}\n' \
			"${wanted[@]}" 2>/dev/null |
			sed -n 's/^installed //p' | sort -u) | tr '\n' ' '
}

install() {
	local list
	# Another run may have installed them while this one waited.
	list=$(missing)
	[ -n "$list" ] || return 0
	say "missing packages: $list"
	quietly "$CACHE/log/apt-update.log" "reading the package lists" \
		apt-get -qq update
	# shellcheck disable=SC2086 # a list of names
	quietly "$CACHE/log/apt-install.log" \
		"installing them (up to 5 min)" \
		env DEBIAN_FRONTEND=noninteractive apt-get -y \
		--no-install-recommends -o DPkg::Lock::Timeout=600 \
		install $list
}

MISSING=$(missing)
[ -n "$MISSING" ] || exit 0
((EUID == 0)) ||
	die "missing packages; as root, run: apt-get install --no-install-recommends $MISSING"
with_lock deps install
