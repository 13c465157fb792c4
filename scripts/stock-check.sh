#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Our modules for a distribution's kernel, on a system that has that kernel's
# headers, gcc and make and nothing else: do make modules and make modules_install
# work there as they stand? One test per step.
#
# The system is a directory of 450 MB in the cache, which a chroot enters; its packages
# are downloaded once. What is missing there cannot be installed there: it has no apt.
#
# ARCH=arm64	cross-compiled for the kernel of that architecture

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/bare-system.sh"

LOG=$BUILD/stock-check.log
ARCH=${ARCH:-amd64}
# What must come out for that kernel.
MODULES=(tsm tsm-tpm measurement-example)
[ "$ARCH" != amd64 ] || MODULES+=(tsm-tdx tsm-snp)

# step NAME TARGET [VARIABLE=VALUE...] - a test that make does this there.
step() {
	local name=$1
	shift
	say "$name"
	watched "$LOG" make_there "$@"
	if ((WATCHED_STATUS == 0)); then
		ok "$name"
	else
		not_ok "$name" "$(tail -n 25 "$LOG")"
	fi
}

# not_found DIR - which modules modprobe does not find below DIR, and what it says.
not_found() {
	local name last
	# Below INSTALL_MOD_PATH it misses the kernel's own modules.
	depmod -b "$1" "$RELEASE" 2>/dev/null
	for name in "${MODULES[@]}"; do
		last=$(modprobe -d "$1" -S "$RELEASE" --show-depends "$name" |
		       tail -n 1)
		[[ $last == */updates/*$name.ko* ]] || echo "$name: $last"
	done
}

check() {
	stock_system "$ARCH"
	step "make modules for $RELEASE" modules
	step "make modules_install" modules_install
	verdict "modprobe finds them" "$(not_found "$ROOT" 2>&1)"
	step "make modules_install with INSTALL_MOD_PATH" modules_install \
		INSTALL_MOD_PATH=/mnt
	verdict "modprobe finds them below INSTALL_MOD_PATH" \
		"$(not_found "$ROOT/mnt" 2>&1)"
	step "make modules_uninstall" modules_uninstall
	verdict "make modules_uninstall leaves nothing" \
		"$(find "$ROOT/lib/modules/$RELEASE/" -path '*updates*')"
	tap_done
}

"$TOP/scripts/deps.sh" stock
((EUID == 0)) || die "only root can enter the bare system"
mkdir -p "$BUILD"
with_lock "stock-$SUITE" check
