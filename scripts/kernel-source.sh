#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Print the path of a pristine kernel tree, obtaining one first if need be.
#
# KSRC=/path/to/linux	use that tree; it is never written to
# KVERSION=7.3		the series that Debian packages as linux-source-KVERSION

set -euo pipefail
. "$(dirname "$0")/lib.sh"

KVERSION=${KVERSION:-7.3}
SUITE=${KSUITE:-trixie-backports}
TREE=$CACHE/linux-source-$KVERSION

fetch() {
	local work package
	# Another run may have finished it while this one waited for the lock.
	if [ -e "$TREE/.complete" ]; then
		return
	fi
	work=$CACHE/linux-source-$KVERSION.part
	package=linux-source-$KVERSION
	rm -rf "$work" "$TREE"
	mkdir -p "$work"
	cd "$work"
	quietly "$CACHE/log/apt-$SUITE.log" \
		"reading the package list of $SUITE (about 5 s)" \
		apt_private "$SUITE" deb update
	quietly "$CACHE/log/kernel-download.log" \
		"downloading $package (about 150 MB)" \
		apt_private "$SUITE" deb download "$package"
	quietly "$CACHE/log/kernel-unpack.log" \
		"unpacking $package (about 30 s)" unpack
	touch "$work/linux-source-$KVERSION/.complete"
	mv "$work/linux-source-$KVERSION" "$TREE"
	rm -rf "$work"
}

unpack() {
	dpkg-deb -x ./*.deb deb
	tar -xf "deb/usr/src/linux-source-$KVERSION.tar.xz"
}

if [ -n "${KSRC:-}" ]; then
	if [ ! -f "$KSRC/Kbuild" ] || [ ! -d "$KSRC/drivers/virt/coco" ]; then
		die "KSRC=$KSRC is not a kernel tree; name the top of a Linux 7.2 or later source tree"
	fi
	(cd "$KSRC" && pwd)
	exit
fi

[ -e "$TREE/.complete" ] || with_lock kernel-source fetch
echo "$TREE"
