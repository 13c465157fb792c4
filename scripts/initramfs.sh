#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# initramfs.sh DIR - put a kernel and a matching root file system for a guest
# into DIR, as bzImage and initramfs.
#
# The root file system has two layers. The base, which comes from the host's
# packages and is kept in build/guest/: busybox, bash, tpm2-tools, evmctl, jq, as
# much of Python as a script needs, what gives a group access to our files: udev and
# two tools of systemd, and what loads modules as udev does. And ours, made anew each
# time: init, tsm-log, all modules, and, but with the kernel of the tour, the
# kselftests in /kselftest as the kernel's own `make install` lays them out.
#
# GUEST_KERNEL=DIR	another kernel in place of that one, with all else as it is:
#			what make built in DIR/obj, its modules in DIR/modules

set -euo pipefail
. "$(dirname "$0")/lib.sh"

(($# == 1)) || die "usage: initramfs.sh DIR"
DEST=$(cd "$1" && pwd)
BASE=$BUILD/guest/base
SELFTESTS=(tsm tsm/tdx tsm/snp)

# libraries FILE... - the shared libraries they need; a static program and a
# script need none.
libraries() {
	local file
	for file in "$@"; do
		ldd "$file" 2>/dev/null || true
	done | sed -nE 's|.*[[:blank:]](/[^ ]+) \(0x.*|\1|p' | sort -u
}

archive() {
	(cd "$1" && find . -mindepth 1 | sort |
		cpio --quiet -o -H newc -R 0:0 --reproducible)
}

# python_modules - the files of what Python imports as it starts, and of the
# modules that our tests use. (With the first import of hashlib in it.)
python_modules() {
	/usr/bin/python3 -I -S -c 'import _sitebuiltins, hashlib, os, sys
for module in list(sys.modules.values()):
    print(getattr(module, "__file__", None) or "")' | sed '/^$/d'
}

# libgcc is what glibc loads when a thread is canceled; ldd does not tell.
base_files() {
	local files
	mapfile -t files < <(python_modules)
	files+=(/bin/busybox /bin/bash /usr/bin/jq /usr/bin/python3 /usr/bin/tpm2
		/usr/bin/evmctl /usr/bin/sha384sum /bin/udevadm /bin/systemd-sysusers
		/bin/systemd-tmpfiles /bin/kmod
		/usr/lib/x86_64-linux-gnu/libtss2-tcti-device.so.0
		/lib/x86_64-linux-gnu/libgcc_s.so.1)
	printf '%s\n' "${files[@]}"
	libraries "${files[@]}"
}

# base_is_current - whether this script and all that the base holds, with the
# paths it has on the host, are older than the base.
base_is_current() {
	local files
	[ -e "$BASE.cpio" ] || return 1
	mapfile -t files <"$BASE.list"
	[ -z "$(find -L "${files[@]}" -cnewer "$BASE.cpio" 2>&1)" ]
}

make_base() {
	local file applet
	! base_is_current || return 0
	say "making the base of the guest's root file system"
	rm -rf "$BASE" "$BASE".*
	mkdir -p "$BASE"/{bin,lib,usr,dev,etc,proc,sys,tmp,run,root,share}
	# All programs are in /bin, whatever path they are called by.
	ln -s bin "$BASE/sbin"
	ln -s ../bin ../lib "$BASE/usr/"
	ln -s ../bin "$BASE/usr/sbin"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$BASE/etc/passwd"
	echo 'root:x:0:' >"$BASE/etc/group"
	base_files | while read -r file; do
		mkdir -p "$BASE${file%/*}"
		cp -L "$file" "$BASE$file"
	done
	for applet in $(/bin/busybox --list); do
		[ -e "$BASE/bin/$applet" ] || ln -s busybox "$BASE/bin/$applet"
	done
	cp -P /usr/bin/tpm2_* "$BASE/bin/"
	# busybox's modprobe reads the first 255 characters of a name, and that of a
	# processor is longer.
	mkdir "$BASE/lib/kmod"
	ln -s ../../bin/kmod "$BASE/lib/kmod/modprobe"
	{
		base_files
		realpath "$0"
	} >"$BASE.list"
	archive "$BASE" >"$BASE.cpio.new"
	mv "$BASE.cpio.new" "$BASE.cpio"
}

# make_selftests - build tools/testing/selftests/ against the kernel's own
# headers, if anything of it changed.
make_selftests() {
	local dir=$WORK/kselftest state
	state=$(cd "$SOURCE" && {
		grep -E '^(tools/testing/selftests|tools/tsm/access|include/uapi)/' .overlay |
			xargs -r sha256sum
		sha256sum "$TOP/scripts/initramfs.sh"
	})
	if [ -e "$dir/state" ] && [ "$(<"$dir/state")" = "$state" ]; then
		return
	fi
	rm -rf "$dir"
	mkdir -p "$dir/build"
	quietly "$WORK/log/headers.log" "exporting the kernel's headers" \
		env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		make -s -C "$SOURCE" O="$WORK/obj" headers
	quietly "$WORK/log/kselftest.log" "building the kselftests" \
		env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		make -s -C "$SOURCE/tools/testing/selftests" O="$dir/build" \
		TARGETS="${SELFTESTS[*]}" FORCE_TARGETS=1 \
		KHDR_INCLUDES="-isystem $WORK/obj/usr/include" \
		INSTALL_PATH="$dir/install" install
	echo "$state" >"$dir/state"
}

# add_libraries FILE... - put what they need into our layer, except for what the
# base has.
add_libraries() {
	local file
	for file in $(libraries "$@"); do
		if [ ! -e "$BASE$file" ]; then
			mkdir -p "$DEST/layer${file%/*}"
			cp -L "$file" "$DEST/layer$file"
		fi
	done
}

# make_layer - what changes from run to run.
make_layer() {
	local layer=$DEST/layer
	mkdir -p "$layer/bin"
	install -m 755 "$TOP/scripts/guest/init" "$layer/init"
	install "$BUILD/tools/tsm-log" "$layer/bin/"
	[ "${KERNEL:-default}" = tour ] ||
		cp -r "$WORK/kselftest/install" "$layer/kselftest"
	rsync -a --exclude=/build --exclude=/source \
		"$MODULES/lib/modules" "$layer/lib/"
	mapfile -t programs < <(find "$layer" -path "$layer/lib" -prune -o -type f -perm -u+x -print)
	add_libraries "${programs[@]}"
}

# assemble - while nobody builds in the same place.
assemble() {
	[ -e "$WORK/built" ] ||
		die "another run changed the kernel build meanwhile and failed; run this again"
	mkdir -p "$BUILD/guest"
	make_base
	[ "${KERNEL:-default}" = tour ] || make_selftests
	make_layer
	cp "$IMAGE" "$DEST/"
	archive "$DEST/layer" | cat "$BASE.cpio" - >"$DEST/initramfs"
	rm -rf "$DEST/layer"
}

"$TOP/scripts/deps.sh" build guest
# The kselftests and the headers that they need come from a kernel of ours.
STOCK=
if [ "${KERNEL:-}" = stock ]; then
	STOCK=$("$TOP/scripts/stock-kernel.sh" | tail -n 1)
	export KERNEL=default
fi
OBJ=$("$TOP/scripts/kernel-build.sh")
WORK=${OBJ%/*}
SOURCE=$WORK/source
IMAGE=${STOCK:-${GUEST_KERNEL:-$WORK}/obj/arch/x86/boot}/bzImage
MODULES=${STOCK:-${GUEST_KERNEL:-$WORK}/modules}
"$TOP/scripts/tools.sh"
with_lock "build-${WORK##*/}" assemble
