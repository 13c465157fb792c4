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

# create_system NAME VARIANT PACKAGES WHAT [ARCHITECTURE] - a system with these
# packages, a list with commas, and what mmdebstrap's VARIANT has; in $ROOT. Some may be
# of that architecture. It is made once, and anew if other packages are asked for.
create_system() {
	local native
	native=$(dpkg --print-architecture)
	ROOT=$CACHE/stock-$1
	if [ -e "$ROOT/.complete" ] && [ "$(<"$ROOT/.complete")" = "$3" ]; then
		return
	fi
	rm -rf "$ROOT" "$ROOT.part"
	{
		debian_line "$SUITE" deb
		debian_line "$KERNEL_SUITE" deb
	} >"$ROOT.list"
	quietly "$CACHE/log/stock-$1.log" "making $4 (about 3 min)" \
		mmdebstrap --variant="$2" --include="$3" \
		"--architectures=$native${5:+,$5}" \
		"$SUITE" "$ROOT.part" "$ROOT.list"
	rm -f "$ROOT.list"
	echo "$3" >"$ROOT.part/.complete"
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

# What people's machines have that our packages go on: for DKMS, initramfs-tools and
# dracut, and a stock cloud kernel.
MACHINE_PACKAGES=dkms,lintian,initramfs-tools,dracut-core,systemd,udev,kmod,xz-utils
MACHINE_PACKAGES+=,libjson-c5,libssl3t64,libtss2-esys-3.0.2-0t64,bash-completion,man-db
MACHINE_PACKAGES+=,linux-headers-cloud-amd64/$KERNEL_SUITE
MACHINE_PACKAGES+=,linux-image-cloud-amd64/$KERNEL_SUITE
# What packages are built with: a library may have another name in another release.
MACHINE_PACKAGES+=,debhelper,dh-dkms,libjson-c-dev,libssl-dev,libtss2-dev,pkgconf
# And what such a machine boots by, and looks at its TPM with.
MACHINE_PACKAGES+=,systemd-sysv,dbus,login,e2fsprogs,zstd,tpm2-tools,libtss2-rc0t64
MACHINE_PACKAGES+=,systemd-ukify,systemd-boot-efi,shim-signed,grub-efi-amd64-signed

# enter_machine NAME - a system with these packages, to be written to: it is the lower
# layer of an overlay, which is at $ROOT in build/NAME. RELEASE is its kernel.
enter_machine() {
	local layers=$BUILD/$1 name
	create_system "deb-$SUITE" apt "$MACHINE_PACKAGES" \
		"a system with a stock kernel and DKMS"
	LOWER=$ROOT
	UPPER=$layers/upper
	ROOT=$layers/root
	rm -rf "$layers"
	mkdir -p "$UPPER" "$ROOT" "$layers/work"
	mount -t overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$layers/work" \
		overlay "$ROOT"
	name=$(cd "$ROOT/usr/lib/modules" && printf '%s\n' *-cloud-amd64)
	RELEASE=$name
}

# make_packages DIR [VERSION] - our Debian packages, made there from our source package,
# in its DIR. All is there for that but a compiler of C++, which dpkg-buildpackage would
# ask for.
make_packages() {
	local dir=$1
	shift
	"$TOP/scripts/deb.sh" -S "$@" >/dev/null
	mkdir -p "$ROOT$dir"
	cp "$BUILD"/deb-source/*.{dsc,tar.xz} "$ROOT$dir/"
	# shellcheck disable=SC2016 # for the shell inside
	quietly "$BUILD/deb-$SUITE.log" "building the packages in $SUITE (about 1 min)" \
		in_root sh -c 'cd "$1" && dpkg-source -x *.dsc tree && cd tree &&
			dpkg-buildpackage -us -uc -d "-j$2" && rm -r ../tree' \
		sh "$dir" "$JOBS"
}

# leave_machine NAME - nothing is left of it.
leave_machine() {
	! mountpoint -q "$BUILD/$1/root" || umount "$BUILD/$1/root"
	rm -rf "${BUILD:?}/$1"
}

# What a build of external modules takes of the repository.
TAKEN=(Kbuild Makefile scripts external drivers include samples)

# stock_system [ARCHITECTURE] - a system with a stock kernel's headers, gcc, make and
# nothing else, and our sources in its /src; for another architecture with a compiler
# for that one besides. RELEASE is that kernel, and CROSS what else make is told.
stock_system() {
	local arch=${1:-amd64} name=$SUITE packages=gcc,make headers
	CROSS=()
	case $arch in
	amd64) ;;
	arm64)
		name+=-$arch
		packages+=,gcc-aarch64-linux-gnu
		CROSS=(ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-)
		;;
	*) die "ARCH=$arch: use amd64 or arm64" ;;
	esac
	create_system "$name" essential \
		"$packages,linux-headers-$arch:$arch/$KERNEL_SUITE" \
		"a bare system with a stock kernel's headers" "${CROSS:+$arch}"
	rm -rf "$ROOT/src" "$ROOT"/lib/modules/*/updates "$ROOT/mnt/lib"
	mkdir "$ROOT/src"
	(cd "$TOP" && cp -a "${TAKEN[@]}" "$ROOT/src/")
	headers=$(cd "$ROOT/usr/src" && printf '%s\n' linux-headers-*-"$arch")
	RELEASE=${headers#linux-headers-}
}

# make_there TARGET [VARIABLE=VALUE...] - what our Makefile makes for that kernel, there.
make_there() {
	in_root make -C /src "JOBS=$JOBS" KDIR="/lib/modules/$RELEASE/build" \
		"${CROSS[@]}" "$@"
}
