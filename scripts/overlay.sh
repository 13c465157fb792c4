#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# overlay.sh PRISTINE DEST [DIFF...] - make DEST the kernel tree PRISTINE plus ours.
#
# DEST is PRISTINE by hard links, with this repository's files laid over it and
# patches/*.diff and each DIFF applied. PRISTINE is never written to, not through a link
# either: what differs in DEST is always a file of its own.
#
# A second call brings DEST up to date and touches only files whose content
# changes, so that make rebuilds only what they affect. DEST/.overlay lists the
# files that are ours; what leaves that list becomes PRISTINE's file again.
#
# overlay.sh --check PRISTINE - whether patches/*.diff apply to it.
# overlay.sh --list - the repository's files that belong into a kernel tree.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# The diffs apply in the order of their names, which is that of their bytes.
export LC_ALL=C

# Where a kernel tree has the same directories as this repository.
OVERLAID=(drivers include samples security tools Documentation)

# Editors' and version control's leftovers are not ours.
our_files() {
	local dir
	cd "$TOP"
	for dir in "${OVERLAID[@]}"; do
		[ ! -d "$dir" ] ||
			find "$dir" -type f ! -name '*~' ! -name '.*.sw?' \
				! -name '*.orig' ! -name '*.rej' \
				! -name '*.pyc' ! -name '*.o'
	done
}

if [ "${1:-}" = --list ]; then
	our_files | sort
	exit
fi

(($# >= 2)) ||
	die "usage: overlay.sh PRISTINE DEST [DIFF...] | --check PRISTINE | --list"
CHECK=
if [ "$1" = --check ]; then
	CHECK=$(mktemp -d)
	set -- "$2" "$CHECK"
fi
PRISTINE=$(cd "$1" && pwd)
mkdir -p "$2"
DEST=$(cd "$2" && pwd)
shift 2
DIFFS=("$TOP"/patches/*.diff "$@")
STAGE=$DEST.stage
LIST=$DEST/.overlay

# The files that a diff edits.
edited_files() {
	sed -n 's|^+++ b/\([^\t]*\).*|\1|p' "$1"
}

# stage - what DEST must have that PRISTINE has not, in a tree of its own.
stage() {
	local diff file
	rm -rf "$STAGE"
	mkdir "$STAGE"
	our_files >"$STAGE.list"
	rsync -a --files-from="$STAGE.list" "$TOP/" "$STAGE/"
	for diff in "${DIFFS[@]}"; do
		edited_files "$diff" >"$STAGE.edited"
		[ -s "$STAGE.edited" ] ||
			die "${diff#"$TOP/"} edits no file; it must be a unified diff with '+++ b/FILE' lines"
		while read -r file; do
			[ -f "$PRISTINE/$file" ] ||
				die "${diff#"$TOP/"} edits $file, which $PRISTINE does not have; a new file belongs in the repository at its own path"
			if [ ! -e "$STAGE/$file" ]; then
				mkdir -p "$STAGE/${file%/*}"
				cp "$PRISTINE/$file" "$STAGE/$file"
				echo "$file" >>"$STAGE.list"
			fi
		done <"$STAGE.edited"
		patch -d "$STAGE" -p1 --forward --batch --no-backup-if-mismatch \
		      --reject-file=- <"$diff" >"$STAGE.log" 2>&1 || {
			cat "$STAGE.log" >&2
			die "${diff#"$TOP/"} does not apply to $PRISTINE; adapt it to that tree"
		}
	done
	sort -o "$STAGE.list" "$STAGE.list"
}

# exclusions - for the files of the list on standard input, what rsync must leave
# alone: each of them, and the directories that only we have.
exclusions() {
	local file dir
	while read -r file; do
		echo "/$file"
		dir=${file%/*}
		while [ ! -d "$PRISTINE/$dir" ]; do
			echo "/$dir/"
			dir=${dir%/*}
		done
	done | sort -u
}

# link_pristine - everything of PRISTINE that is not covered by one of ours.
link_pristine() {
	local copied=$DEST/.pristine
	# A packaged tree does not change; one that the user names may.
	if [ -e "$PRISTINE/.complete" ] && [ -e "$copied" ] &&
	   [ "$(<"$copied")" = "$PRISTINE" ]; then
		return
	fi
	rm -f "$copied"
	touch "$LIST"
	cat "$STAGE.list" "$LIST" | exclusions >"$STAGE.exclude"
	rsync -a --delete --link-dest="$PRISTINE/" "${KERNEL_OUTPUT[@]}" \
		--exclude=/.overlay --exclude=/.pristine \
		--exclude=/.complete --exclude-from="$STAGE.exclude" \
		"$PRISTINE/" "$DEST/"
	echo "$PRISTINE" >"$copied"
}

# drop_former - give back what was ours last time and is no longer.
drop_former() {
	local file
	[ -e "$LIST" ] || return 0
	comm -23 "$LIST" "$STAGE.list" | while read -r file; do
		rm -f "$DEST/$file"
		if [ -f "$PRISTINE/$file" ]; then
			# A copy and not a link: it must be newer than what
			# was built from our version.
			cp "$PRISTINE/$file" "$DEST/$file"
		else
			rmdir -p --ignore-fail-on-non-empty \
				"$DEST/${file%/*}"
		fi
	done
}

# lay_over - put the staged files in place.
lay_over() {
	local file
	# rsync replaces files, but sets an unchanged file's mode in place:
	# through a hard link that would be PRISTINE's.
	while read -r file; do
		if [ "$DEST/$file" -ef "$PRISTINE/$file" ]; then
			rm "$DEST/$file"
		fi
	done <"$STAGE.list"
	# Without --times: what changes is new to make, the rest stays old.
	rsync -rlp --checksum "$STAGE/" "$DEST/"
	cp "$STAGE.list" "$LIST"
}

trap 'rm -rf "$STAGE" "$STAGE".* ${CHECK:+"$CHECK"}' EXIT
stage
[ -z "$CHECK" ] || exit 0
link_pristine
drop_former
lay_over
