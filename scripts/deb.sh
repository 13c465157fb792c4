#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# deb.sh [VERSION] - build Debian packages into build/deb: tsm-log, and the modules
# for DKMS; and their source package. How is in packaging/debian. With VERSION they
# are of that one, not of packaging/debian/changelog's.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

OUT=$BUILD/deb
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
quietly "$BUILD/deb.log" "building the packages (about 1 min)" \
	env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
	dpkg-buildpackage -us -uc "-j$JOBS"
rm -rf "$OUT/tsm-measurement-$VERSION"
printf '%s\n' "$OUT"/*.deb
