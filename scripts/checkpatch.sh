#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# checkpatch.sh - the kernel's checkpatch --strict over the repository's files
#		  that belong into a kernel tree, one test per file
# checkpatch.sh PATCH... - over patches; prints what is wrong with them

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"

# What is not asked of us, and why:
IGNORED=(
	# MAINTAINERS is updated once, by the last patch of the series.
	FILE_PATH_CHANGES
	# Attributes that are made for each register, as the hardware has them,
	# cannot be const.
	CONST_STRUCT
	# DEFINE_FREE(..., if (x) ...) is taken for a statement. The compiler
	# warns of indentation that misleads, and clearer.
	SUSPECT_CODE_INDENT
	# Macros that define registers, and attributes, take their names, which
	# have no side effects.
	MACRO_ARG_REUSE
)
# of files, as they are here:
IGNORED_IN_FILES=(
	# The text of a boot parameter is in patches/, with which it makes a patch,
	# and there this is asked.
	UNDOCUMENTED_SETUP
)
# and of programs in tools/, which are not kernel code:
IGNORED_IN_TOOLS=(
	# The macros in question are the kernel's own.
	PREFER_DEFINED_ATTRIBUTE_MACRO
	# <inttypes.h> has PRIu64.
	CAMELCASE
	# How these programs look is clang-format's decision: it opens a line
	# there if a message is long.
	OPEN_ENDED_LINE
	# A list of options, to be one part of an array, has no parentheses.
	COMPLEX_MACRO
)

PRISTINE=$("$TOP/scripts/kernel-source.sh")
# checkpatch leaves a file where it runs: the names in the kernel's headers,
# which take it long to collect. So it sees our directories from here.
SCRATCH=$BUILD/checkpatch

# checkpatch ONLY_TOOLS ARGS... - says of each file what is wrong with it or that
# nothing is. Without git: the repository around us is not a kernel's.
checkpatch() {
	local types=("${IGNORED[@]}")
	[ -z "$1" ] || types+=("${IGNORED_IN_TOOLS[@]}")
	shift
	[ "$1" != -f ] || types+=("${IGNORED_IN_FILES[@]}")
	cd "$SCRATCH"
	GIT_DIR=/nonexistent perl "$PRISTINE/scripts/checkpatch.pl" \
		--root="$PRISTINE" --strict --emacs --show-types \
		--max-line-length=100 --ignore="$(IFS=,; echo "${types[*]}")" \
		"$@" 2>&1 || true
}

set_up() {
	local dir
	mkdir -p "$SCRATCH"
	for dir in "$TOP"/*/; do
		dir=${dir%/}
		ln -sfn "$dir" "$SCRATCH/${dir##*/}"
	done
}

# only_tools PATCH - prints yes if it touches nothing outside tools/.
only_tools() {
	if ! sed -n 's|^+++ b/||p' "$1" | grep -qv '^tools/'; then
		echo yes
	fi
}

# problems FILE OUTPUT - what is in OUTPUT about FILE; nothing if it is clean.
problems() {
	local said
	said=$(grep -F "$1" "$2" || true)
	if [[ $said != *"$1 has no obvious style problems"* ]]; then
		grep -E ': (ERROR|WARNING|CHECK):' <<<"$said" ||
			echo "$1: checkpatch did not check it"
	fi
}

# check_all ONLY_TOOLS - the files on stdin, one test each.
check_all() {
	local list=$SCRATCH/list piece file files
	rm -f "$list"*
	cat >"$list"
	split -n "r/$JOBS" "$list" "$list."
	for piece in "$list".*; do
		mapfile -t files <"$piece"
		((${#files[@]} == 0)) ||
			checkpatch "$1" -f "${files[@]}" >"$piece.out" &
	done
	wait
	cat "$list".*.out >"$list.out"
	while read -r file; do
		verdict "checkpatch $file" "$(problems "$file" "$list.out")"
	done <"$list"
}

# our_files - the text among the files for the kernel tree. What fuzzing made is
# no text, even where it looks like it.
our_files() {
	cd "$TOP"
	"$TOP/scripts/overlay.sh" --list | grep -v '^tools/tsm/fuzz/corpus/' |
		xargs -d '\n' grep -lI ''
}

set_up
if (($# > 0)); then
	for patch; do
		patch=$(realpath "$patch")
		problems "$patch" <(checkpatch "$(only_tools "$patch")" "$patch")
	done
	exit
fi

"$TOP/scripts/deps.sh" check
check_all '' < <(our_files | grep -v '^tools/')
check_all yes < <(our_files | grep '^tools/')
tap_done
