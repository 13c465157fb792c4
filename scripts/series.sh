#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# series.sh [DIR] - write the patch series into DIR (build/series)
# series.sh --list - print the repository's files that are in them
#
# There is one series for each maintainer, to be applied in the order of their
# names; N-NAME of them is in DIR/N-NAME.
#
# patches/series/ is the manifest. In N-NAME, 00-cover-letter.txt is the cover
# letter: subject, blank line, text. Each NN-NAME.txt is a patch: what it takes from
# the repository, blank line, commit message. What it takes:
#
#	files: FILE...		files, or with a slash at the end all in a directory
#				that no patch takes by name
#	edits: patches/X.diff	these edits of the kernel's files
#	part: FILE ADDRESS	lines of a file that an earlier patch took, maybe of
#				an earlier series; until this patch the file goes
#				without them
#	maintainers: MAINTAINERS	our entries, into the kernel's file
#
# ADDRESS is sed's, such as /^config X/,/^$/. So a file that grows over the
# series is kept once, as it is at the end, and what is left out before can
# never contradict it.
#
# Each file for the kernel tree and each patches/*.diff must be in one patch, or
# in patches/series/left-out.txt: a path, with a slash at the end for all in a
# directory, and why.
#
# Signed-off-by, and the M: line in MAINTAINERS, are of the git identity that
# runs this.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# Names are compared as bytes, everywhere.
export LC_ALL=C
MANIFEST=$TOP/patches/series
OUT=${1:-$BUILD/series}
WORK=$BUILD/series.$$

# identity - who signs off; as git itself finds it, but never a guess.
identity() {
	NAME=${GIT_AUTHOR_NAME:-$(git config user.name || true)}
	EMAIL=${GIT_AUTHOR_EMAIL:-$(git config user.email || true)}
	if [ -z "$NAME" ] || [ -z "$EMAIL" ]; then
		die "git does not know who signs off the series; run: git config user.name 'Your Name'; git config user.email you@your.domain"
	fi
}

# named - the files that a patch takes by name.
named() {
	local patch
	for patch in "${PATCHES[@]}"; do
		values "$patch" files
	done | tr -s '[:blank:]' '\n' | grep -v '/$'
}

# id PATCH - the name by which the others here know it. They sort as the patches do.
id() {
	echo "${1#"$MANIFEST/"}"
}

# values PATCH KEY - the values of KEY in the header of PATCH, one per line.
values() {
	sed '/^$/q' "$1" | sed -n "s/^$2:[[:blank:]]*//p"
}

# expand LIST - file names, one per line; directories become what LIST has of
# them.
expand() {
	local name
	tr -s '[:blank:]' '\n' | while read -r name; do
		case $name in
		*/) grep "^$name" "$1" || echo "$name" ;;
		?*) echo "$name" ;;
		esac
	done
}

# takes - FILE<tab>PATCH for all that the manifest takes, in its order.
takes() {
	local patch
	for patch in "${PATCHES[@]}"; do
		{
			values "$patch" files
			values "$patch" edits
			values "$patch" maintainers
		} | expand "$WORK.rest" | sed "s|\$|	$(id "$patch")|"
	done
}

# parts - FILE<tab>PATCH<tab>ADDRESS for all parts, in the manifest's order.
parts() {
	local patch file address
	for patch in "${PATCHES[@]}"; do
		while read -r file address; do
			printf '%s\t%s\t%s\n' "$file" "$(id "$patch")" "$address"
		done < <(values "$patch" part)
	done
}

# left_out - the files that are in no patch on purpose.
left_out() {
	[ ! -e "$MANIFEST/left-out.txt" ] ||
		sed 's/#.*//; s/[[:blank:]].*//' "$MANIFEST/left-out.txt" |
			expand "$WORK.all"
}

# check_header PATCH - every line must be one of the known keys, and a message
# must follow.
check_header() {
	local bad
	bad=$(sed '/^$/q' "$1" | grep -vE '^((files|edits|part|maintainers): .*)?$' || true)
	[ -z "$bad" ] ||
		die "patches/series/$(id "$1"): not a header line: $bad (see the top of scripts/series.sh)"
	sed '1,/^$/d' "$1" | grep -q . ||
		die "patches/series/$(id "$1"): a commit message must follow the header after a blank line"
}

check_manifest() {
	local name patch file address first problems
	((${#PATCHES[@]} > 0)) || die "patches/series has no patches"
	for name in "${SERIES[@]}"; do
		[ -e "$MANIFEST/$name/00-cover-letter.txt" ] ||
			die "patches/series/$name/00-cover-letter.txt is missing"
	done
	for patch in "${PATCHES[@]}"; do
		check_header "$patch"
	done

	problems=$(cut -f 1 "$WORK.takes" | sort | uniq -d)
	[ -z "$problems" ] ||
		die "in more than one patch of patches/series: ${problems//$'\n'/ }"
	problems=$(comm -23 "$WORK.sent" <(cut -f 1 "$WORK.takes" | sort))
	[ -z "$problems" ] ||
		die "in no patch of patches/series, nor in its left-out.txt: ${problems//$'\n'/ }"
	problems=$(comm -13 "$WORK.sent" <(cut -f 1 "$WORK.takes" | sort))
	[ -z "$problems" ] ||
		die "patches/series takes what the repository does not have or left-out.txt names: ${problems//$'\n'/ }"

	while IFS=$'\t' read -r file patch address; do
		first=$(awk -F '\t' -v f="$file" '$1 == f { print $2 }' "$WORK.takes")
		[[ -n $first && $first < $patch ]] ||
			die "patches/series/$patch: part of $file, which no earlier patch takes"
		[ -n "$(sed -n "$address p" "$TOP/$file")" ] ||
			die "patches/series/$patch: part $address matches no line of $file"
	done <"$WORK.parts"
}

# put FILE PATCH - FILE as it is from PATCH on: whole, without the parts that
# later patches bring. What blank lines these leave over goes with them.
put() {
	local file=$1 now=$2 other patch address without=()
	mkdir -p "$WORK/$(dirname "$file")"
	cp -p "$TOP/$file" "$WORK/$file"
	while IFS=$'\t' read -r other patch address; do
		if [ "$other" = "$file" ] && [[ $patch > $now ]]; then
			without+=(-e "$address d")
		fi
	done <"$WORK.parts"
	if ((${#without[@]} > 0)); then
		sed "${without[@]}" "$TOP/$file" | cat -s |
			sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$WORK/$file"
	fi
}

# make_commit NUMBER PATCH
make_commit() {
	local number=$1 path=$2 patch file
	patch=$(id "$path")
	while read -r file; do
		put "$file" "$patch"
	done < <({ values "$path" files | expand "$WORK.rest"
		   values "$path" part | cut -d ' ' -f 1; } | sort -u)
	while read -r file; do
		patch -s -d "$WORK" -p1 --forward --batch \
			--no-backup-if-mismatch <"$TOP/$file" >&2
	done < <(values "$path" edits | expand "$WORK.rest")
	while read -r file; do
		"$TOP/scripts/maintainers.py" "$PRISTINE/MAINTAINERS" \
			"$TOP/$file" "$NAME <$EMAIL>" >"$WORK/MAINTAINERS"
	done < <(values "$path" maintainers | expand "$WORK.rest")

	git -C "$WORK" add --all --force
	! git -C "$WORK" diff --cached --quiet ||
		die "patches/series/$patch changes nothing"
	# One minute apart, so that mail programs keep the order.
	export GIT_AUTHOR_DATE="$((EPOCH + 60 * number)) +0000"
	export GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
	sed '1,/^$/d' "$path" | git -C "$WORK" commit -q -s -F -
}

# edited_files - the kernel's files that patches/*.diff edit.
edited_files() {
	cat "$TOP"/patches/*.diff | sed -n 's|^--- a/\([^\t]*\).*|\1|p' | sort -u
}

# start - a repository of the kernel's files that the series touches, no more:
# that is all a diff needs.
start() {
	local file
	mkdir -p "$WORK"
	for file in MAINTAINERS $(edited_files); do
		mkdir -p "$WORK/$(dirname "$file")"
		cp -p "$PRISTINE/$file" "$WORK/$file"
	done
	# The same series for everybody, whatever their configuration.
	export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
	export GIT_AUTHOR_NAME=$NAME GIT_AUTHOR_EMAIL=$EMAIL
	export GIT_COMMITTER_NAME=$NAME GIT_COMMITTER_EMAIL=$EMAIL
	export GIT_AUTHOR_DATE="$EPOCH +0000" GIT_COMMITTER_DATE="$EPOCH +0000"
	git -C "$WORK" init -q -b series
	git -C "$WORK" add --all --force
	git -C "$WORK" commit -q -m "The kernel's files that the series touches"
	git -C "$WORK" tag base
}

# write_series NAME START - the patches of one series, which begins after START.
write_series() {
	git -C "$WORK" branch "$1"
	git -C "$WORK" config "branch.$1.description" \
		"$(<"$MANIFEST/$1/00-cover-letter.txt")"
	git -C "$WORK" format-patch -q -o "$OUT/$1" --numbered --cover-letter \
		--cover-from-description=subject --zero-commit --no-signature \
		--diff-algorithm=histogram "$2..$1"
}

"$TOP/scripts/deps.sh" build check
cd "$TOP"
[ "$OUT" = --list ] || identity
PRISTINE=$("$TOP/scripts/kernel-source.sh")
# The date of the last commit, so that the same content gives the same series.
EPOCH=$(git log -1 --format=%ct 2>/dev/null || date +%s)

mkdir -p "$BUILD"
trap 'rm -rf "$WORK" "$WORK".*' EXIT
SERIES=()
PATCHES=()
for path in "$MANIFEST"/[0-9]*/[0-9]*.txt; do
	name=$(basename "${path%/*}")
	[[ " ${SERIES[*]} " == *" $name "* ]] || SERIES+=("$name")
	[ "${path##*/}" = 00-cover-letter.txt ] || PATCHES+=("$path")
done
{
	"$TOP/scripts/overlay.sh" --list
	ls -d patches/*.diff MAINTAINERS
} | sort >"$WORK.all"
left_out | sort >"$WORK.left-out"
comm -23 "$WORK.all" "$WORK.left-out" >"$WORK.sent"
grep -vxFf <(named) "$WORK.sent" >"$WORK.rest"
takes >"$WORK.takes"
parts >"$WORK.parts"
check_manifest

if [ "$OUT" = --list ]; then
	grep -vE '^(patches/.*|MAINTAINERS)$' "$WORK.sent"
	exit
fi

start
rm -rf "$OUT"
mkdir -p "$OUT"
number=0
last=base
for name in "${SERIES[@]}"; do
	for path in "$MANIFEST/$name"/[0-9]*.txt; do
		[ "${path##*/}" != 00-cover-letter.txt ] || continue
		number=$((number + 1))
		make_commit "$number" "$path"
	done
	write_series "$name" "$last"
	last=$name
done
say "${#SERIES[@]} series of ${#PATCHES[@]} patches and their cover letters, signed off by $NAME <$EMAIL>, are in ${OUT#"$TOP/"}; make series-check proves them"
