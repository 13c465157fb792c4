#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Debian's own kernel for a guest, with our code as external modules. The last line of
# the output is a directory with bzImage and lib/modules, where of the kernel's own
# modules there are those that guests have devices for.
#
# Only root can do that: the modules are built as stock-check.sh says.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/bare-system.sh"

OUT=$BUILD/stock
# What the guest's init needs, and what tests ask for.
NEEDED=(virtio_pci 9pnet_virtio 9p virtio_blk virtio_rng tdx-guest sev-guest
	tpm_vtpm_proxy)

# add_modules - of those in FROM and those that were installed in the bare system,
# what modprobe would load of NEEDED and of ours.
add_modules() {
	local name modules=lib/modules/$RELEASE
	rsync -a --delete "$ROOT/$modules/updates" "$FROM/$modules/"
	mkdir -p "$OUT/$modules"
	cp "$FROM/$modules"/modules.{builtin,builtin.modinfo,order} "$OUT/$modules/"
	depmod -b "$FROM" "$RELEASE"
	for name in "${NEEDED[@]}" $(find "$FROM/$modules/updates" -name '*.ko*' \
					   -printf '%f\n' | sed 's/\.ko.*//'); do
		modprobe -d "$FROM" -S "$RELEASE" --show-depends "$name"
	done | awk '$1 == "insmod" { print $2 }' | sort -u |
		while read -r name; do
			install -D -m 644 "$name" "$OUT/$modules/${name#*"/$RELEASE/"}"
		done
	depmod -b "$OUT" "$RELEASE"
}

make_kernel() {
	local FROM name
	stock_system amd64
	# apt does not like a plus in a path.
	name=kernel-${RELEASE//+/-}
	FROM=$CACHE/stock-$name
	(create_system "$name" extract "linux-image-$RELEASE/$KERNEL_SUITE" \
		"that kernel")
	quietly "$BUILD/stock-kernel.log" "building our modules for $RELEASE" \
		make_there modules_install
	rm -rf "$OUT"
	mkdir -p "$OUT"
	# What is extracted only has no such link.
	ln -sfn usr/lib "$FROM/lib"
	cp "$FROM/lib/modules/$RELEASE/vmlinuz" "$OUT/bzImage"
	add_modules
}

"$TOP/scripts/deps.sh" stock build
((EUID == 0)) || die "only root can enter the bare system"
mkdir -p "$BUILD"
with_lock "stock-$SUITE" make_kernel
echo "$OUT"
