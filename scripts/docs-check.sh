#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Documentation, by the kernel's own tools: kernel-doc comments, the ABI files,
# and our pages as Sphinx builds them. A warning is a failure.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"

OUT=$BUILD/docs
# The kernel's Sphinx extensions look for a directory of this name.
PAGES_TREE=$OUT/tree/Documentation
ABI=(Documentation/ABI/testing/sysfs-kernel-tsm
     Documentation/ABI/testing/securityfs-tsm
     Documentation/ABI/testing/configfs-tsm-rtmrs)
PAGES=(admin-guide/tsm-measurement admin-guide/tsm-measurement-quotes
       admin-guide/tsm-measurement-agents admin-guide/tsm-measurement-coco
       admin-guide/tsm-measurement-systemd admin-guide/tsm-measurement-keylime
       admin-guide/tsm-measurement-go-tpm admin-guide/tsm-measurement-dstack
       admin-guide/tsm-measurement-ima
       admin-guide/tsm-measurement-scope admin-guide/tsm-measurement-threats
       driver-api/coco/tsm-measurement driver-api/coco/tsm-record
       trace/events-tsm)

# exported FILE - the functions that FILE exports, except to our own tests.
exported() {
	sed -n 's/^EXPORT_SYMBOL\(_GPL\)\?(\([a-z0-9_]*\).*/\2/p' "$1"
}

# kernel_doc_problems FILE - warnings, and exported functions without kernel-doc.
kernel_doc_problems() {
	local function text
	tools/docs/kernel-doc -none -Wall "$1" 2>&1 || true
	for function in $(exported "$1"); do
		text=$(tools/docs/kernel-doc -rst -function "$function" "$1" \
			2>/dev/null || true)
		[[ $text == *".. c:function::"* ]] ||
			echo "$1: $function() is exported and has no kernel-doc"
	done
}

# abi_tree - a tree with our ABI files only, for tools that want a directory.
abi_tree() {
	mkdir -p "$OUT/abi/testing"
	cp "${ABI[@]}" "$OUT/abi/testing/"
}

abi_problems() {
	local dir text
	tools/docs/get_abi.py --dir "$OUT/abi" validate 2>&1 || true
	for dir in /sys/kernel/tsm /sys/kernel/security/tsm \
		   /sys/kernel/config/tsm/rtmrs; do
		text=$(tools/docs/get_abi.py --dir "$OUT/abi" search "^$dir")
		[[ $text == *$dir* ]] ||
			echo "the ABI files describe nothing below $dir"
	done
}

# sphinx_source - a documentation tree of our pages, the indexes that lead to
# them, and the ABI files as a page. All of admin-guide would take minutes.
sphinx_source() {
	local page dir
	mkdir -p "$PAGES_TREE"
	cp MAINTAINERS "$OUT/tree/"
	for page in "${PAGES[@]}"; do
		dir=$PAGES_TREE/${page%/*}
		mkdir -p "$dir"
		cp "Documentation/${page%/*}/index.rst" "$dir/"
		cp "Documentation/$page.rst" "$dir/"
	done
	{
		printf 'ABI\n===\n\n'
		tools/docs/get_abi.py --dir "$OUT/abi" rest
	} >"$PAGES_TREE/abi.rst"
	{
		printf 'Index\n=====\n\n.. toctree::\n\n   abi\n'
		printf '   %s/index\n' "${PAGES[@]%/*}" | sort -u
	} >"$PAGES_TREE/index.rst"
}

# The kernel's configuration expects to be run where it is.
sphinx() {
	cd Documentation
	srctree=$SOURCE sphinx-build -q -b html -c "$SOURCE/Documentation" \
		-d "$OUT/doctrees" -w "$OUT/warnings" "$PAGES_TREE" "$OUT/html"
}

# warnings - what Sphinx said, but for what follows from the tree being so
# small, from programs that only draw pictures, and about others' ABI files.
warnings() {
	grep -vE -e '/index\.rst:.*toctree contains reference to nonexisting' \
		-e 'dot\(1\) not found' \
		-e '^WARNING: [^;]* is defined [0-9]+ times: ' \
		"$OUT/warnings" || true
}

# page_problems PAGE
page_problems() {
	[ -s "$OUT/html/$1.html" ] || echo "$1.html was not built"
	warnings | grep -F "$PAGES_TREE/$1.rst" || true
}

# other_warnings - such as those about comments in sources, which the pages
# include.
other_warnings() {
	local page patterns=()
	for page in "${PAGES[@]}"; do
		patterns+=(-e "$PAGES_TREE/$page.rst")
	done
	warnings | grep -vF "${patterns[@]}" || true
}

# dangling - names of documentation files that do not exist. Man pages have a
# backslash before each hyphen.
dangling() {
	"$TOP/scripts/overlay.sh" --list |
		xargs -d '\n' grep -noHIE 'Documentation/[A-Za-z0-9_/.\-]+[a-z]' |
		tr -d '\134' | while IFS=: read -r file line name; do
			[ -e "$name" ] ||
				echo "$file:$line: there is no $name"
		done
}

"$TOP/scripts/deps.sh" check
SOURCE=$(dirname "$("$TOP/scripts/kernel-build.sh" | tail -n 1)")/source
# The kernel's tools leave no caches in its tree.
export PYTHONDONTWRITEBYTECODE=1
rm -rf "$OUT"
mkdir -p "$OUT"
cd "$SOURCE"

while read -r file; do
	verdict "kernel-doc $file" "$(kernel_doc_problems "$file")"
done < <("$TOP/scripts/overlay.sh" --list |
	 grep -E '^(include|drivers|samples)/.*\.[ch]$')

for file in "${ABI[@]}"; do
	[ -e "$file" ] ||
		die "$file is missing: it must describe files of the interface"
done
abi_tree
verdict "ABI files" "$(abi_problems)"

sphinx_source
quietly "$OUT/sphinx.log" "building our pages with Sphinx (20 s)" sphinx
for page in "${PAGES[@]}"; do
	verdict "page $page" "$(page_problems "$page")"
done
verdict "pages without other warnings" "$(other_warnings)"
verdict "references to documentation files" "$(dangling)"
tap_done
