#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What needs no kernel tree: shellcheck on every script, clang-format on the
# user-space C, and rules for all files of the repository.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"

# The version decides on the layout, so it is part of the rule. It does not
# understand the macros that the kernel's selftests are written with.
CLANG_FORMAT=clang-format-14

# The kernel's .clang-format is the pristine tree's.
"$TOP/scripts/deps.sh" check
PRISTINE=$("$TOP/scripts/kernel-source.sh")

# all_files - what is in the repository or about to be.
all_files() {
	if [ -e .git ]; then
		# What is deleted and not yet committed is listed as well.
		git ls-files --cached --others --exclude-standard |
			while read -r file; do
				[ ! -f "$file" ] || echo "$file"
			done
	else
		find . -path ./build -prune -o -type f -printf '%P\n'
	fi | sort
}

# text_files - those of all_files that are text, of any kind. What fuzzing made
# is not, even where it looks like it.
text_files() {
	all_files | grep -v '^tools/tsm/fuzz/corpus/' |
		xargs -d '\n' grep -lI '' | sort
}

# shell_scripts - by name or by their first line.
shell_scripts() {
	text_files | while read -r file; do
		case $file in
		*.sh | *.bash-completion) echo "$file" ;;
		*)
			if head -n 1 "$file" | grep -qE '^#! ?/.*/(ba|da|)sh\b'; then
				echo "$file"
			fi
			;;
		esac
	done
}

# needs_spdx FILE - whether it is source, as the kernel sees it: code, build
# files, configuration, documentation pages.
needs_spdx() {
	case $1 in
	*.c | *.h | *.S | *.sh | *.py | *.rst | *.config | *.lds) return 0 ;;
	Makefile | Kconfig | Kbuild | */Makefile | */Kconfig | */Kbuild) return 0 ;;
	esac
	head -c 2 "$1" | grep -q '^#!'
}

# Licences that go with the kernel's and are used here.
LICENSES='GPL-2\.0(-only|-or-later)?( WITH Linux-syscall-note)?'

without_spdx() {
	text_files | while read -r file; do
		if needs_spdx "$file" && ! head -n 2 "$file" |
		   grep -qE "SPDX-License-Identifier: ($LICENSES)( \*/| -->)?\$"; then
			echo "$file: the first line (the second after #!) must be its SPDX-License-Identifier: GPL-2.0, GPL-2.0-only or the like"
		fi
	done
}

# Lines of a diff's context may end in the kernel's own white space.
bad_white_space() {
	text_files | grep -v '\.diff$' | while read -r file; do
		grep -nHE '[[:blank:]]+$|'$'\r' "$file" || true
		if [ -n "$(tail -c 1 "$file")" ]; then
			echo "$file: no newline at the end"
		fi
	done
}

# Where this machine gets its packages, and where others commonly do: a file
# that names such a host works on few machines and for a few years.
host_names() {
	local sites
	# shellcheck disable=SC2016 # this is apt's own variable
	sites=$(apt-get indextargets --format '$(SITE)' |
		sed -n 's|^[a-z+]*://\([^/:]*\.[^/:]*\).*|\1|p' | sort -u)
	text_files | xargs -d '\n' grep -nHF -e "${sites:-no site}" || true
	text_files | xargs -d '\n' grep -nHE \
		'\b(deb|ftp[0-9]*|cdn|mirrors?|archive|snapshot|security|pypi|registry|proxy)\.[a-z.]*(debian|ubuntu|kernel|python|npmjs|golang)\.(org|com)\b' || true
}

# A path of the machine on which a file was written means nothing elsewhere.
own_paths() {
	local path parent paths=("$TOP" "$CACHE")
	parent=$(dirname "$TOP")
	case $parent in
	/ | /home | /home/* | /root | /tmp | /srv | /opt | /usr/src) ;;
	*) paths+=("$parent") ;;
	esac
	for path in "${paths[@]}"; do
		text_files | xargs -d '\n' \
			grep -nHP '(?<![\w$}).-])\Q'"$path"'\E/' || true
	done
}

# changed_by_make - what make makes of a command for the guest.
# shellcheck disable=SC2016 # for the shell in the guest
changed_by_make() {
	local command='x=1; echo "$x" $(id -u) $$ #' dir arrived
	unset MAKEFLAGS MAKELEVEL MAKEOVERRIDES
	dir=$(mktemp -d)
	printf '#!/bin/sh\nprintf %%s "$CMD"\n' >"$dir/guest.sh"
	chmod +x "$dir/guest.sh"
	arrived=$(make -s guest RUN="$dir" CMD="$command" 2>&1 || true)
	[ "$arrived" = "$command" ] ||
		echo "given on the command line: '$command' becomes '$arrived'"
	arrived=$(CMD=$command make -s guest RUN="$dir" 2>&1 || true)
	[ "$arrived" = "$command" ] ||
		echo "given in the environment: '$command' becomes '$arrived'"
	rm -rf "$dir"
}

cd "$TOP"

while read -r file; do
	verdict "shellcheck $file" "$(shellcheck -f gcc "$file" 2>&1 || true)"
done < <(shell_scripts)

while read -r file; do
	verdict "clang-format $file" \
		"$("$CLANG_FORMAT" --style=file:"$PRISTINE/.clang-format" \
			"$file" 2>&1 | diff -u --label "$file" \
			--label "as clang-format writes it" "$file" - |
			head -n 20 || true)"
done < <(text_files | grep -E '^tools/.*\.[ch]$' |
	 grep -v '^tools/testing/selftests/')

verdict "SPDX lines" "$(without_spdx)"
verdict "white space" "$(bad_white_space)"
verdict "no host names of package sources" "$(host_names)"
verdict "no paths of this machine" "$(own_paths)"
verdict "make leaves commands for the guest alone" "$(changed_by_make)"

if problems=$(cd scripts && python3 -B ktap_test.py 2>&1); then
	ok "tests of the test counter"
else
	not_ok "tests of the test counter" "$problems"
fi
tap_done
