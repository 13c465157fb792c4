#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Prove the patch series: on a pristine tree, series by series and patch by patch,
# git am applies it, the directories that it touches build with W=1 without a
# warning and their modules link, and neither sparse nor checkpatch --strict has
# anything to say. At the end the tree must be what the repository makes of it.
#
# LONG=1: each series can be taken without those after it: after it the KUnit tests
# pass under UML, and a guest that the series is for boots its kernel and runs its
# tests; in all 40 min more on two cores, for most of which it compiles.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/sparse-tool.sh"

OUT=$BUILD/series-check
LOG=$OUT/build.log
RECORD=$OUT/sparse

# What runs in a guest after a series: the kind of the guest, and the tests, which
# are those of that series.
declare -A GUESTS=(
	[1-core]='none kunit:tsm-kunit'
	[2-selftests]='none tsm:poll_test tsm:signal_test tsm:fuzz_test'
	[3-tdx]='tdx kunit:tsm-tdx-kunit tsm/tdx:tdx_test tsm:signal_test'
	[4-tpm]='none kunit:tpm-measurement-kunit tsm:abi_test tsm:extend_test'
	[5-snp]='snp kunit:tsm-snp-kunit tsm/snp:snp_test.sh'
	[6-rtmr-configfs]='tdx tsm:rtmrs_test'
	[7-ima]='none tsm:ima_test.sh tsm:others_test.sh'
)

# Somebody must have signed off for the proof. It is thrown away.
identity() {
	if [ -z "$(git config user.name || true)${GIT_AUTHOR_NAME:-}" ] ||
	   [ -z "$(git config user.email || true)${GIT_AUTHOR_EMAIL:-}" ]; then
		export GIT_AUTHOR_NAME="Nobody (proof only)"
		export GIT_AUTHOR_EMAIL=nobody@example.org
		say "git has no identity; the proof, and nothing else, is signed off by $GIT_AUTHOR_NAME"
	fi
}

# in_tree ARGS... - git in the tree, whose repository lies beside it: inside,
# the kernel would take its version from it.
in_tree() {
	env GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
		GIT_COMMITTER_NAME=proof GIT_COMMITTER_EMAIL=proof@example.org \
		GIT_AUTHOR_NAME=proof GIT_AUTHOR_EMAIL=proof@example.org \
		git -C "$WORK/tree" --git-dir="$WORK/git" \
		--work-tree="$WORK/tree" "$@"
}

kmake() {
	env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		make -s -j"$JOBS" -C "$WORK/tree" O="$WORK/obj" W=1 "$@"
}

# pristine_tree - the tree by hard links, and a repository of those of its
# files that the series edits: git am needs no others, and refuses to make a
# file that already exists.
pristine_tree() {
	local file
	mkdir -p "$WORK/tree" "$WORK/obj"
	rsync -a --delete --exclude=/.complete "${KERNEL_OUTPUT[@]}" \
		--link-dest="$PRISTINE/" "$PRISTINE/" "$WORK/tree/"
	rm -rf "$WORK/git"
	in_tree init -q -b series
	while read -r file; do
		in_tree add --force "$file"
	done < <(sed -n 's|^--- a/||p' "$OUT"/patches/*/*.patch | sort -u |
		 while read -r file; do
			[ ! -e "$PRISTINE/$file" ] || echo "$file"
		 done)
	in_tree commit -q -m "The kernel's files that the series edits"
	in_tree tag base
}

# configure - with the guest's options, as far as the tree has them yet, and with
# fault injection, so that the tests which need it are compiled, too.
configure() {
	cp "$OBJ/.config" "$WORK/obj/.config"
	"$WORK/tree/scripts/config" --file "$WORK/obj/.config" \
		-e FAULT_INJECTION -e FAILSLAB
	kmake olddefconfig
}

# prepare_build - what builds of single directories need of the kernel: its
# configuration and tools, and what it exports.
prepare_build() {
	nm "$OBJ/vmlinux.o" | exports >"$WORK/exports"
	# Nothing of an earlier run may pass for built now.
	rm -rf "$WORK"/obj/{drivers,samples,security}
	configure
	kmake prepare modules_prepare
}

# touched - the files that the patches on stdin change.
touched() {
	sed -n 's|^diff --git a/.* b/||p' | sort -u
}

# kernel_dirs - of these files, the directories that the kernel's make builds.
kernel_dirs() {
	local file dir
	while read -r file; do
		dir=${file%/*}
		case $file in
		tools/* | Documentation/* | include/* | MAINTAINERS) ;;
		*) [ ! -e "$WORK/tree/$dir/Makefile" ] || echo "$dir/" ;;
		esac
	done | sort -u
}

# tool_dirs - of these files, the directories in tools/ that have a Makefile,
# but for that of all selftests.
tool_dirs() {
	local dir
	sed -n 's|^\(tools/.*\)/[^/]*$|\1|p' | sort -u | while read -r dir; do
		[ "$dir" = tools/testing/selftests ] ||
			[ ! -e "$WORK/tree/$dir/Makefile" ] || echo "$dir"
	done
}

# exporters - modules of the kernel that export something, as far as they are
# configured now. Theirs are symbols that vmlinux.o does not have.
exporters() {
	local module option
	while read -r module; do
		# shellcheck disable=SC2016 # these are make's variables
		option=$(sed -n 's/^obj-$(\(CONFIG_[A-Z0-9_]*\))[[:blank:]]*+=.*\<'"${module##*/}"'\.o\>.*/\1/p' \
			"$WORK/tree/${module%/*}/Makefile")
		if grep -qx "${option:-none}=m" "$WORK/obj/.config"; then
			echo "$module.ko"
		fi
	done < <(awk '$3 != "vmlinux" { print $3 }' "$OBJ/Module.symvers" |
		 sort -u | grep -vE '^(drivers/virt/coco/tsm|samples/tsm)/')
}

# exports - of what nm says on stdin, what is exported.
exports() {
	sed -n 's/.* __export_symbol_//p' | sort -u
}

# link_with - the kernel that modules are linked with, which has in it what some later
# patch builds in. What is a module yet, of the objects on stdin, has other names there.
link_with() {
	(cd "$WORK/obj" && xargs -r nm) | exports |
		comm -12 - "$WORK/exports" |
		sed 's/.*/& built_in_&\n__export_symbol_& __export_symbol_built_in_&/' \
			>"$WORK/renamed"
	rm -f "$WORK/obj/vmlinux.o"
	if [ -s "$WORK/renamed" ]; then
		objcopy --redefine-syms="$WORK/renamed" \
			"$OBJ/vmlinux.o" "$WORK/obj/vmlinux.o"
	else
		ln -s "$OBJ/vmlinux.o" "$WORK/obj/vmlinux.o"
	fi
}

# build DIR... - these directories of the kernel, and then the modules in them,
# so that a symbol which nobody exports is found.
build() {
	local modules
	if touched <"${DONE[-1]}" | grep Kconfig >/dev/null; then
		configure
		# What was a module may be built in now.
		find "$WORK/obj" -name '*.mod' -delete
	fi
	kmake C=1 CHECK="$TOP/scripts/sparse-recorder.sh" "$@"
	mapfile -t modules < <(cd "$WORK/obj" && find "$@" -name '*.mod' |
			       sed 's/\.mod$/.ko/' | sort -u)
	((${#modules[@]} > 0)) || return 0
	(cd "$WORK/obj" && find "$@" -name '*.mod' -exec cat {} +) | sort -u |
		link_with
	mapfile -t modules < <({ printf '%s\n' "${modules[@]}"
				 exporters; } | sort -u)
	kmake "${modules[@]}"
}

# sparse_problems - what sparse says of the files that were compiled since this was
# last asked.
sparse_problems() {
	local record file
	for record in "$RECORD"/*.out; do
		[ -e "$record" ] || continue
		file=$(basename "$record" .out)
		file=${file//,//}
		problems "$file" | sed "s|^|$file: |"
		echo "$file" >>"$OUT/sparse.list"
		rm -f "${record%.out}".*
	done
}

# build_tool DIR
build_tool() {
	mkdir -p "$OUT/$1"
	case $1 in
	tools/testing/selftests/*) kmake headers ;;
	esac
	env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		make -s -C "$WORK/tree/$1" OUTPUT="$OUT/$1/" O="$OUT/$1" \
		KHDR_INCLUDES="-isystem $WORK/obj/usr/include"
}

# verdict_of_build NAME COMMAND... - ok if it works and nothing warns.
verdict_of_build() {
	local name=$1
	shift
	watched "$LOG" "$@"
	if ((WATCHED_STATUS != 0)) || grep -qi 'warning' "$LOG"; then
		not_ok "$name" "$(tail -n 40 "$LOG")"
	else
		ok "$name"
	fi
}

# check_patch PATCH - the patches before it are in $DONE.
check_patch() {
	local patch=$1 series name dirs tools dir
	series=$(basename "${patch%/*}")
	name="$series $(basename "$patch" .patch)"
	if ! in_tree am -q "$patch" >"$LOG" 2>&1; then
		not_ok "$name applies" "$(<"$LOG")"
		return 1
	fi
	ok "$name applies"
	name="$series $(basename "$patch" | cut -d - -f 1)"
	DONE+=("$patch")

	# A header or an option that changes affects what came before as well.
	mapfile -t dirs < <(cat "${DONE[@]}" | touched | kernel_dirs)
	if ! touched <"$patch" | grep -vE '^(tools|Documentation)/|^MAINTAINERS' >/dev/null; then
		dirs=()
	elif ((${#dirs[@]} == 0)); then
		echo "# $name: a later patch has the Makefile of its files"
	fi
	if ((${#dirs[@]} > 0)); then
		echo "# $name: ${dirs[*]}"
		verdict_of_build "$name builds, modules link" build "${dirs[@]}"
		verdict "$name sparse" "$(sparse_problems)"
	fi
	mapfile -t tools < <(touched <"$patch" | tool_dirs)
	for dir in "${tools[@]}"; do
		verdict_of_build "$name builds $dir" build_tool "$dir"
	done
	verdict "$name checkpatch" \
		"$("$TOP/scripts/checkpatch.sh" "$patch")"
}

# unchecked - the C files that the series adds to the kernel and that no patch got
# to build, or sparse did not see.
unchecked() {
	local file
	in_tree diff --name-only --diff-filter=A base |
		grep -E '^(drivers|samples|security)/.*\.c$' | while read -r file; do
			[ -e "$WORK/obj/${file%.c}.o" ] ||
				echo "$file: no patch compiles it"
			grep -qxF "$file" "$OUT/sparse.list" ||
				echo "$file: sparse was not run on it"
		done
}

# expect - keep what the series must end in, before anybody edits further: the
# overlay's files, which do not have MAINTAINERS.
expect() {
	mkdir -p "$OUT/expected"
	{
		"$TOP/scripts/series.sh" --list
		sed -n 's|^--- a/\([^\t]*\).*|\1|p' "$TOP"/patches/*.diff
	} >"$OUT/expected.list"
	rsync -a --files-from="$OUT/expected.list" "$SOURCE/" "$OUT/expected/"
}

# differences - files that the series leaves different from that.
differences() {
	local file
	{
		in_tree diff --name-only base | grep -vxF MAINTAINERS
		cat "$OUT/expected.list"
	} | sort -u | while read -r file; do
		cmp -s "$OUT/expected/$file" "$WORK/tree/$file" ||
			echo "$file"
	done
}

# unmatched - patterns of our entries in MAINTAINERS that match no file.
unmatched() {
	local pattern
	sed -n 's/^F:[[:blank:]]*//p' "$TOP/MAINTAINERS" |
		while read -r pattern; do
			(cd "$WORK/tree" && compgen -G "$pattern" >/dev/null) ||
				echo "F: $pattern matches nothing"
		done
}

# kunit - all of our suites that the tree has, under UML.
kunit() {
	(cd "$WORK/tree" && env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		tools/testing/kunit/kunit.py run --jobs="$JOBS" \
		--kunitconfig=drivers/virt/coco/tsm --build_dir="$WORK/kunit")
}

# build_guest - the whole kernel, apart from the builds of single directories, which
# have what a later kernel exports.
build_guest() {
	local dir make=(env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES
		    make -s -j"$JOBS" -C "$WORK/tree" O="$WORK/guest/obj")
	mkdir -p "$WORK/guest/obj"
	# The files of now may be older than what was built of later ones.
	while read -r dir; do
		rm -rf "$WORK/guest/obj/$dir"
	done < <(cat "${DONE[@]}" | touched | kernel_dirs)
	cp "$OBJ/.config" "$WORK/guest/obj/.config"
	"${make[@]}" olddefconfig
	"${make[@]}" bzImage modules
	rm -rf "$WORK/guest/modules"
	"${make[@]}" INSTALL_MOD_PATH="$WORK/guest/modules" modules_install
}

# guest WHAT - the kernel of now; WHAT is one of $GUESTS.
guest() {
	local what
	read -ra what <<<"$1"
	build_guest
	GUEST_KERNEL=$WORK/guest LOG_NAME=series-check/guest TEE=${what[0]} \
		PROGRAMS="${what[*]:1}" "$TOP/scripts/kselftest.sh"
}

# check_alone SERIES - with those before it, and without those after it.
check_alone() {
	verdict_of_build "$1 KUnit" kunit
	if [ -n "${GUESTS[$1]:-}" ]; then
		verdict_of_build "$1 guest" guest "${GUESTS[$1]}"
	else
		not_ok "$1 guest" "there is no guest for it at the top of scripts/series-check.sh"
	fi
}

# check_one SERIES - its patches, in their order.
check_one() {
	local patch
	for patch in "$OUT/patches/$1"/*.patch; do
		case $patch in
		*/0000-*) continue ;;
		esac
		check_patch "$patch" || return 1
	done
	verdict "$1 cover letter checkpatch" \
		"$("$TOP/scripts/checkpatch.sh" "$OUT/patches/$1"/0000-*.patch)"
	[ -z "${LONG:-}" ] || check_alone "$1"
}

check_series() {
	local series
	quietly "$OUT/tree.log" "linking a pristine tree (10 s)" pristine_tree
	get_sparse
	quietly "$OUT/prepare.log" \
		"preparing builds in it (1 min the first time)" prepare_build
	for series in "$OUT"/patches/*/; do
		check_one "$(basename "$series")" || break
	done
	verdict "every source file is compiled and checked" "$(unchecked)"
	verdict "the entries in MAINTAINERS match files" "$(unmatched)"
	verdict "the last one ends in the repository's content" "$(differences)"
	tap_done
}

cd "$TOP"
identity
OBJ=$("$TOP/scripts/kernel-build.sh" | tail -n 1)
SOURCE=$(dirname "$OBJ")/source
WORK=$(dirname "$OBJ")/series
PRISTINE=$("$TOP/scripts/kernel-source.sh")
SRCTREE=$WORK/tree
DONE=()
rm -rf "$OUT"
mkdir -p "$OUT"
touch "$OUT/sparse.list"
"$TOP/scripts/series.sh" "$OUT/patches"
expect
with_lock "series-$(basename "$(dirname "$OBJ")")" check_series
