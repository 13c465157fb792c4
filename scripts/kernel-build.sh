#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build the guest kernel with this repository in it. The last line of the
# output is the build directory: what make calls O=, with the modules and
# arch/x86/boot/bzImage. Beside it are source/, the tree it was built from, and
# modules/, the modules as they are installed.
#
# KERNEL=NAME	the configuration: scripts/kernel/tour.config, which is all for
#		NAME tour, on top of it scripts/kernel/default.config, which is
#		the default, and on top of that scripts/kernel/NAME.config for
#		any other NAME; a scripts/kernel/NAME.diff is what this kernel
#		needs and the series does not.
# KSRC, KVERSION	the kernel, see scripts/kernel-source.sh
#
# Every checkout has builds of its own in the cache, so that no two of them see
# each other's sources. Who works in such a directory holds the cache's lock
# build-NAME, where NAME is that of the directory above. Nothing is run, not even
# make, if nothing changed.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

KERNEL=${KERNEL:-default}

# Where a warning of W=1 fails the build.
OUR_DIRS=(drivers/virt/coco/tsm drivers/char/tpm samples/tsm)

# hash_sources GREP-ARGS... - a hash for each file of the tree that is ours or
# that patches/ edits, of those that grep selects by name.
hash_sources() {
	(cd "$WORK/source" && grep "$@" .overlay | xargs -r sha256sum)
}

kmake() {
	# A build starts from nothing that the user's own make has set.
	env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		make -j"$JOBS" -C "$WORK/source" O="$WORK/obj" "$@"
}

# check_config - kconfig drops what it does not know, and what lacks a
# dependency, without a word.
check_config() {
	local line refused=()
	while read -r line; do
		case $line in
		CONFIG_*=*)
			grep -qxF -- "$line" "$WORK/obj/.config" ||
				refused+=("$line")
			;;
		'# CONFIG_'*' is not set')
			line=${line#\# }
			line=${line% is not set}
			if grep -q "^$line=" "$WORK/obj/.config"; then
				refused+=("$line=n")
			fi
			;;
		esac
	done <"$WORK/wanted.config"
	((${#refused[@]} == 0)) ||
		die "options in scripts/kernel/ that this kernel does not take; look up what they depend on: ${refused[*]}"
}

# merged FILE... - what they say; of several lines about one option the last.
merged() {
	cat "$@" | tac | awk '
		match($0, /^(# )?CONFIG_[A-Za-z0-9_]+/) {
			option = substr($0, RSTART, RLENGTH)
			sub(/^# /, "", option)
			if (seen[option]++)
				next
		}
		{ print }' | tac
}

# unchanged FILE STATE - whether the step that left STATE in FILE need not be
# done again. In a tree of the user's anything may have changed.
unchanged() {
	[ -z "${KSRC:-}" ] && [ -e "$1" ] && [ "$(<"$1")" = "$2" ]
}

configure() {
	local state
	merged "${FRAGMENTS[@]}" >"$WORK/wanted.config"
	state=$(sha256sum <"$WORK/wanted.config"; hash_sources Kconfig || true)
	if unchanged "$WORK/configured" "$state"; then
		return
	fi
	rm -f "$WORK/configured"
	quietly "$WORK/log/config.log" "configuring the kernel" \
		kmake KCONFIG_ALLCONFIG="$WORK/wanted.config" allnoconfig
	check_config
	echo "$state" >"$WORK/configured"
}

# our_warnings - compile our directories once more, apart from the kernel: there
# a change of the flags would compile them anew in each build.
our_warnings() {
	local dir
	for dir in "${OUR_DIRS[@]}"; do
		mkdir -p "$WORK/w1/$dir"
		kmake M="$WORK/source/$dir" MO="$WORK/w1/$dir" W=1 \
			KCFLAGS=-Werror modules
	done
}

check_warnings() {
	local log=$WORK/log/w1.log state
	state=$(build_state)
	if unchanged "$WORK/checked" "$state"; then
		return
	fi
	rm -f "$WORK/checked"
	say "compiling our directories with W=1"
	watched "$log" our_warnings
	if grep -qi 'warning:' "$log"; then
		# What was compiled is not compiled again, and would not warn
		# again.
		rm -rf "$WORK/w1"
		WATCHED_STATUS=1
	fi
	if ((WATCHED_STATUS != 0)); then
		cat "$log" >&2
		die "our directories do not compile without warnings (W=1)"
	fi
	echo "$state" >"$WORK/checked"
}

# build_state - what the kernel is built from. Documentation and tools do not go
# into it.
build_state() {
	cat "$WORK/configured"
	sha256sum <"$0"
	hash_sources -vE '^(Documentation|tools)/' || true
}

compile() {
	local state what="building the kernel, only what changed"
	state=$(build_state)
	if unchanged "$WORK/built" "$state"; then
		return
	fi
	[ -e "$WORK/obj/arch/x86/boot/bzImage" ] ||
		what="building the kernel (3 min on two cores)"
	rm -f "$WORK/built"
	quietly "$WORK/log/build.log" "$what" kmake bzImage modules
	quietly "$WORK/log/modules.log" "installing the modules" \
		kmake INSTALL_MOD_PATH="$WORK/modules" modules_install
	echo "$state" >"$WORK/built"
}

build() {
	"$TOP/scripts/overlay.sh" "$PRISTINE" "$WORK/source" "${DIFFS[@]}"
	configure
	compile
	# The tour is not what finds them.
	[ "$KERNEL" = tour ] || check_warnings
}

[ -e "$TOP/scripts/kernel/$KERNEL.config" ] ||
	die "KERNEL=$KERNEL: there is no scripts/kernel/$KERNEL.config"
FRAGMENTS=("$TOP/scripts/kernel/tour.config")
[ "$KERNEL" = tour ] || FRAGMENTS+=("$TOP/scripts/kernel/default.config")
case $KERNEL in
tour | default) ;;
*) FRAGMENTS+=("$TOP/scripts/kernel/$KERNEL.config") ;;
esac
DIFFS=()
[ ! -e "$TOP/scripts/kernel/$KERNEL.diff" ] ||
	DIFFS+=("$TOP/scripts/kernel/$KERNEL.diff")

"$TOP/scripts/deps.sh" build
PRISTINE=$("$TOP/scripts/kernel-source.sh")
VERSION=$(make -s --no-print-directory -C "$PRISTINE" kernelversion)
WORK=$(claim_build "$KERNEL-$VERSION" "$PRISTINE")
with_lock "build-${WORK##*/}" build
echo "$WORK/obj"
