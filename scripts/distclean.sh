#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Remove the cache: kernel sources, builds, tools that were built for checks.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ -d "$CACHE" ] || exit 0
# A slip in TSM_CACHE must not cost anyone a home directory: everything in the
# cache has a name that one of these scripts gave it.
while read -r name; do
	case $name in
	apt | build | log | linux-source-* | sparse-* | sparse.part | stock-* | *.lock) ;;
	*) die "$CACHE has '$name' in it, which is not ours; remove by hand what you do not need" ;;
	esac
done < <(find "$CACHE" -mindepth 1 -maxdepth 1 -printf '%f\n')
say "removing $CACHE"
rm -rf "$CACHE"
