#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# deb.sh [-S] [VERSION] - build Debian packages into build/deb: tsm-log, and the
# modules for DKMS; and their source package. How is in packaging/debian. With VERSION
# they are of that one, not of packaging/debian/changelog's.
#
# They are for the release of Debian that this machine has: its libraries are what
# tsm-log depends on. -S makes only the source package, into build/deb-source, from
# which another release makes its own.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

OUT=$BUILD/deb
WHAT="building the packages (about 1 min)"
OPTIONS=(-us -uc "-j$JOBS")
if [ "${1:-}" = -S ]; then
	shift
	OUT=$BUILD/deb-source
	WHAT="making the source package"
	# What a build needs is not needed for that.
	OPTIONS=(-us -uc -S -d)
fi
# What the packages are made from.
TAKEN=(Kbuild COPYING README.md drivers external include packaging samples
       tools/tsm)

# stage VERSION - the source tree.
stage() {
	local tree=$OUT/tsm-measurement-$1
	rm -rf "$OUT"
	mkdir -p "$tree"
	(cd "$TOP" && rsync -aR --include='*.d/' --exclude='*.[oad]' \
		--exclude='*.ko' --exclude='*.mod*' \
		--exclude='.*' --exclude='*~' --exclude=/tools/tsm/fuzz/corpus \
		--exclude=/tools/tsm/tsm-log "${TAKEN[@]}" "$tree/")
	mv "$tree/packaging/debian" "$tree/debian"
	sed -i "1s/(.*)/($1)/" "$tree/debian/changelog"
}

"$TOP/scripts/deps.sh" deb
# The program's, the packages' and DKMS's version are one.
VERSION=${1:-$(dpkg-parsechangelog -l "$TOP/packaging/debian/changelog" -S Version)}
stage "$VERSION"
cd "$OUT/tsm-measurement-$VERSION"
quietly "$BUILD/deb.log" "$WHAT" env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
	dpkg-buildpackage "${OPTIONS[@]}"
rm -rf "$OUT/tsm-measurement-$VERSION"
printf '%s\n' "$OUT"/*.d[es][bc]
