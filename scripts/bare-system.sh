# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Bare Debian systems of another release than the machine's own, with the headers
# of a stock kernel that our code is made for: directories in the cache, which a
# chroot enters.
#
# Sourced after lib.sh, not run.

SUITE=trixie
# Where that release has such a kernel.
KERNEL_SUITE=$SUITE-backports

# create_system NAME VARIANT PACKAGES WHAT - a system with these packages, a list
# with commas, and what mmdebstrap's VARIANT has; in $ROOT. It is made once.
create_system() {
	ROOT=$CACHE/stock-$1
	[ ! -e "$ROOT/.complete" ] || return 0
	rm -rf "$ROOT" "$ROOT.part"
	{
		debian_line "$SUITE" deb
		debian_line "$KERNEL_SUITE" deb
	} >"$ROOT.list"
	quietly "$CACHE/log/stock-$1.log" "making $4 (about 3 min)" \
		mmdebstrap --variant="$2" --include="$3" \
		"$SUITE" "$ROOT.part" "$ROOT.list"
	rm -f "$ROOT.list"
	touch "$ROOT.part/.complete"
	mv "$ROOT.part" "$ROOT"
}

# in_root COMMAND... - run it there, with no more of our environment than that, and
# without a network.
in_root() {
	# shellcheck disable=SC2016 # for the shell inside
	unshare --mount --pid --net --fork --kill-child sh -c '
		mount -t proc proc "$0/proc" && exec chroot "$0" env -i \
			PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
	' "$ROOT" "$@"
}

# What a build of external modules takes of the repository.
TAKEN=(Kbuild Makefile scripts external drivers include samples)

# stock_system - a system with a stock kernel's headers, gcc, make and nothing else, and
# our sources in its /src. RELEASE is that kernel.
stock_system() {
	local headers
	create_system "$SUITE" essential \
		"gcc,make,linux-headers-amd64/$KERNEL_SUITE" \
		"a bare system with a stock kernel's headers"
	rm -rf "$ROOT/src" "$ROOT"/lib/modules/*/updates "$ROOT/mnt/lib"
	mkdir "$ROOT/src"
	(cd "$TOP" && cp -a "${TAKEN[@]}" "$ROOT/src/")
	headers=$(cd "$ROOT/usr/src" && printf '%s\n' linux-headers-*-amd64)
	RELEASE=${headers#linux-headers-}
}

# make_there TARGET [VARIABLE=VALUE...] - what our Makefile makes for that kernel, there.
make_there() {
	in_root make -C /src "JOBS=$JOBS" KDIR="/lib/modules/$RELEASE/build" "$@"
}
