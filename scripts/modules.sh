#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build our kernel code as external modules into build/modules, from the same
# sources that an overlaid kernel tree is built from. One test per module.
#
# KDIR=DIR	the kernel to build them for: what its make calls O=, or the
#		headers that a distribution installs, such as
#		/lib/modules/$(uname -r)/build. That, gcc and make are all that
#		this needs. Without it our guest's kernel, for which every module
#		must come out that it has not built in.

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
	readelf -p .modinfo "$1" | sed -n "s/^ *\[ *[0-9a-f]*\]  $2=//p"
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
	rm -rf "$OUT"
	mkdir -p "$OUT"
	quietly "$LOG" "building external modules for $KDIR" kmake modules
}

lock=modules-$(echo "$TOP" | sha256sum | cut -c 1-8)
EXPECTED=
if [ -z "${KDIR:-}" ]; then
	"$TOP/scripts/deps.sh" build
	KDIR=$("$TOP/scripts/kernel-build.sh" | tail -n 1)
	EXPECTED=$(in_makefiles)
	# Nobody may rebuild that kernel meanwhile.
	lock=build-$(basename "$(dirname "$KDIR")")
elif ! command -v gcc >/dev/null || ! command -v make >/dev/null; then
	"$TOP/scripts/deps.sh" modules
fi
KDIR=$(realpath "$KDIR")
if [ ! -f "$KDIR/include/config/kernel.release" ] ||
   [ ! -f "$KDIR/Module.symvers" ]; then
	die "KDIR=$KDIR is not a built kernel nor a kernel's headers; install the headers of your kernel, or leave KDIR unset"
fi
RELEASE=$(<"$KDIR/include/config/kernel.release")

with_lock "$lock" compile

verdict "no warnings" "$(warnings)"
while read -r module; do
	verdict "$module" "$(problems "$OUT/$module" "$RELEASE")"
done < <(sed 's/\.o$/.ko/' "$OUT/modules.order")
for name in $EXPECTED; do
	built_in "$name" || grep -q "\(^\|/\)$name\.o$" "$OUT/modules.order" ||
		not_ok "$name.ko" "it is in a Makefile but was not built"
done
tap_done
