#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# modules.sh [build|install|uninstall] - build our kernel code as external modules
# into build/modules, from the same sources that an overlaid kernel tree is built
# from. One test per module. With "install" they are then installed as the kernel's
# own make modules_install does it; "uninstall" removes what that has installed.
#
# KDIR=DIR	the kernel to build them for: what its make calls O=, or the
#		headers that a distribution installs, such as
#		/lib/modules/$(uname -r)/build. That, gcc and make are all that
#		this needs. For another architecture ARCH and CROSS_COMPILE are as for
#		the kernel. Without it our guest's kernel, for which every module
#		must come out that it has not built in; there is no installing
#		for that one.
# INSTALL_MOD_PATH=DIR
#		install them below DIR. Other variables of the kernel's make work
#		as well, INSTALL_MOD_STRIP for instance.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"

OUT=$BUILD/modules
LOG=$BUILD/modules.log

# in_makefiles - the modules that our Makefiles know, without .ko.
in_makefiles() {
	# shellcheck disable=SC2016 # these are make's variables
	find "$TOP/drivers/virt/coco/tsm" "$TOP/samples/tsm" -name Makefile \
		-exec sed -n 's/^obj-\$(CONFIG_[A-Z_0-9]*)[[:blank:]]*+=//p' {} + |
		tr -s '[:blank:]' '\n' | sed -n 's/\.o$//p' | sort
}

# built_in NAME - whether the kernel has this module in itself.
built_in() {
	grep -q "/$1\.ko$" "$KDIR/modules.builtin"
}

# info KO FIELD - as modinfo -F, which not every machine has that compiles.
info() {
	"${CROSS_COMPILE:-}readelf" -p .modinfo "$1" | sed -n "s/^ *\[ *[0-9a-f]*\]  $2=//p"
}

# problems KO RELEASE - what is wrong with a module.
problems() {
	local license magic
	license=$(info "$1" license)
	[ "$license" = GPL ] || echo "its license is '$license'"
	magic=$(info "$1" vermagic)
	[[ $magic == "$2 "* ]] || echo "it is for $magic, not for $2"
}

# warnings - those about our code. That the kernel was built by other versions of
# programs is no fault of it.
warnings() {
	grep -i warning "$LOG" |
		grep -v 'differs from the one used to build the kernel$' || true
}

kmake() {
	env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		make -C "$KDIR" -j"$JOBS" M="$TOP" MO="$OUT" "$@"
}

compile() {
	# What was compiled once does not warn again.
	[ "$ACTION" = install ] || rm -rf "$OUT"
	mkdir -p "$OUT"
	quietly "$LOG" "building external modules for $KDIR" kmake modules
}

# compressor - the program that compresses this kernel's modules, if any.
compressor() {
	sed -n 's/^CONFIG_MODULE_COMPRESS_\(XZ\|ZSTD\)=y$/\L\1/p' \
		"$KDIR/include/config/auto.conf"
}

install_modules() {
	local settings=() program modules=${INSTALL_MOD_PATH:-}/lib/modules/$RELEASE
	# Modules load without compression as well.
	program=$(compressor)
	if [ -n "$program" ] && ! command -v "$program" >/dev/null; then
		settings=(CONFIG_MODULE_COMPRESS_ALL=)
	fi
	quietly "$BUILD/modules_install.log" "installing them in $modules" \
		kmake modules_install "${settings[@]}"
	known_to_modprobe
}

# known_to_modprobe - the kernel's make leaves this out where there is no
# System.map, as with a distribution's headers.
known_to_modprobe() {
	if command -v depmod >/dev/null; then
		quietly "$BUILD/depmod.log" "telling modprobe" \
			depmod -b "${INSTALL_MOD_PATH:-/}" "$RELEASE"
	else
		say "there is no depmod here; modprobe does not know of this before you run: depmod ${INSTALL_MOD_PATH:+-b $INSTALL_MOD_PATH }$RELEASE"
	fi
}

# uninstall_modules - below updates/ there are none but from external builds.
uninstall_modules() {
	local name updates=${INSTALL_MOD_PATH:-}/lib/modules/$RELEASE/updates
	while read -r name; do
		find "$updates" -name "$name.ko*" -printf '%P\n' -delete
	done < <(in_makefiles; sed -n 's/^\(tsm-[a-z]*\)-y := .*/\1/p' "$TOP/Kbuild")
	find "$updates" -depth -type d -empty -delete
	known_to_modprobe
}

# On some systems depmod is where the PATH of users does not lead.
PATH=$PATH:/usr/sbin:/sbin
ACTION=${1:-build}
case $ACTION in
build) ;;
install | uninstall)
	[ -n "${KDIR:-}" ] ||
		die "modules_$ACTION needs the kernel that they are for: make modules_$ACTION KDIR=/lib/modules/\$(uname -r)/build"
	;;
*) die "usage: modules.sh [build|install|uninstall]" ;;
esac

lock=modules-$(echo "$TOP" | sha256sum | cut -c 1-8)
EXPECTED=
if [ -z "${KDIR:-}" ]; then
	"$TOP/scripts/deps.sh" build
	KDIR=$("$TOP/scripts/kernel-build.sh" | tail -n 1)
	EXPECTED=$(in_makefiles)
	# Nobody may rebuild that kernel meanwhile.
	lock=build-$(basename "$(dirname "$KDIR")")
elif ! command -v "${CROSS_COMPILE:-}gcc" >/dev/null || ! command -v make >/dev/null; then
	"$TOP/scripts/deps.sh" modules
fi
KDIR=$(realpath "$KDIR")
if [ ! -f "$KDIR/include/config/kernel.release" ] ||
   [ ! -f "$KDIR/Module.symvers" ]; then
	die "KDIR=$KDIR is not a built kernel nor a kernel's headers; install the headers of your kernel, or leave KDIR unset"
fi
RELEASE=$(<"$KDIR/include/config/kernel.release")
# The kernel's make runs in another directory.
if [ -n "${INSTALL_MOD_PATH:-}" ]; then
	INSTALL_MOD_PATH=$(realpath -m "$INSTALL_MOD_PATH")
	export INSTALL_MOD_PATH
fi

if [ "$ACTION" = uninstall ]; then
	[ -d "${INSTALL_MOD_PATH:-}/lib/modules/$RELEASE/updates" ] ||
		die "nothing is installed in ${INSTALL_MOD_PATH:-}/lib/modules/$RELEASE/updates"
	with_lock "$lock" uninstall_modules
	exit
fi

with_lock "$lock" compile

verdict "no warnings" "$(warnings)"
while read -r module; do
	verdict "$module" "$(problems "$OUT/$module" "$RELEASE")"
done < <(sed 's/\.o$/.ko/' "$OUT/modules.order")
for name in $EXPECTED; do
	built_in "$name" || grep -q "\(^\|/\)$name\.o$" "$OUT/modules.order" ||
		not_ok "$name.ko" "it is in a Makefile but was not built"
done
if [ "$ACTION" = install ] && ((TAP_FAILED == 0)); then
	with_lock "$lock" install_modules
	ok "installed"
fi
tap_done
