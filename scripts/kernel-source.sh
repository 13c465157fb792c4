#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Print the path of a pristine kernel tree, obtaining one first if need be.
#
# KSRC=/path/to/linux	use that tree; it is never written to
# KVERSION=7.3		the series that Debian packages as linux-source-KVERSION,
#			and no other
# KSERIES=7.3		without KVERSION: the series that is meant. Once the suite
#			has it no more, the newest one that it has and that
#			patches/ applies to is taken instead.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

SERIES=${KVERSION:-${KSERIES:-7.3}}
SUITE=${KSUITE:-trixie-backports}
# One that was taken instead is a link of this name.
TREE=$CACHE/linux-source-$SERIES
# What the sources are made for, at the least.
OLDEST=7.3

# fetch SERIES
fetch() {
	local tree=$CACHE/linux-source-$1 work=$CACHE/linux-source-$1.part
	[ ! -e "$tree/.complete" ] || return 0
	rm -rf "$work" "$tree"
	mkdir -p "$work"
	cd "$work"
	quietly "$CACHE/log/kernel-download.log" \
		"downloading linux-source-$1 (about 150 MB)" \
		apt_private "$SUITE" deb download "linux-source-$1"
	quietly "$CACHE/log/kernel-unpack.log" \
		"unpacking linux-source-$1 (about 30 s)" unpack "$1"
	touch "$work/linux-source-$1/.complete"
	mv "$work/linux-source-$1" "$tree"
	rm -rf "$work"
}

unpack() {
	dpkg-deb -x ./*.deb deb
	tar -xf "deb/usr/src/linux-source-$1.tar.xz"
}

# packaged - the series that the suite has, newest first.
packaged() {
	apt_names "$SUITE" linux-source- |
		sed -n 's/^linux-source-\([0-9][0-9.]*\)$/\1/p' | sort -Vr
}

# instead SERIES... - the first of these that will do.
instead() {
	local series problem
	for series; do
		[ "$(printf '%s\n' $OLDEST "$series" | sort -V | head -n 1)" = $OLDEST ] ||
			continue
		fetch "$series"
		if problem=$("$TOP/scripts/overlay.sh" --check \
			"$CACHE/linux-source-$series" 2>&1); then
			ln -sfn "linux-source-$series" "$TREE"
			return
		fi
		say "linux-source-$series will not do: $(tail -n 1 <<<"$problem")"
	done
	die "$SUITE has no linux-source-$SERIES and no other one from $OLDEST on that patches/ applies to; it has: $*. Set KSRC= to a kernel tree"
}

obtain() {
	local available
	# Another run may have finished it while this one waited for the lock.
	[ ! -e "$TREE/.complete" ] || return 0
	quietly "$CACHE/log/apt-$SUITE.log" \
		"reading the package list of $SUITE (about 5 s)" \
		apt_private "$SUITE" deb update
	mapfile -t available < <(packaged)
	if [[ " ${available[*]} " == *" $SERIES "* ]]; then
		fetch "$SERIES"
	elif [ -n "${KVERSION:-}" ]; then
		die "$SUITE has no linux-source-$KVERSION; it has: ${available[*]}"
	else
		instead "${available[@]}"
	fi
}

if [ -n "${KSRC:-}" ]; then
	if [ ! -f "$KSRC/Kbuild" ] || [ ! -d "$KSRC/drivers/virt/coco" ]; then
		die "KSRC=$KSRC is not a kernel tree; name the top of a Linux 7.3 or later source tree"
	fi
	(cd "$KSRC" && pwd)
	exit
fi

[ -e "$TREE/.complete" ] || with_lock kernel-source obtain
if [ -L "$TREE" ]; then
	TREE=$CACHE/$(readlink "$TREE")
	say "$SUITE had no linux-source-$SERIES any more, so this is ${TREE##*/}, the newest there that patches/ applies to"
fi
echo "$TREE"
