#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests of tsm-log on the host: its behaviour with logs that another program
# made (tools/tsm/tests), the inputs that fuzzing found worth keeping, its man
# page, and the ways to build and install it.
#
# The program under test has the address and undefined-behaviour sanitizers.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"

SOURCE=$TOP/tools/tsm
OUT=$BUILD/tools-check
SANITIZERS='-fsanitize=address,undefined -fno-sanitize-recover=all'

# make_tool ARGS... - without an outer make's variables, which mean something
# else there.
make_tool() {
	env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		make -C "$SOURCE" -j"$JOBS" "$@"
}

# expect_ok NAME COMMAND... - one test, passed if COMMAND succeeds. If that is
# a function, it must not count on errexit, which is off in a condition.
expect_ok() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		ok "$name"
	else
		not_ok "$name" "$output"
	fi
}

behaviour() {
	local log=$OUT/test.log status=0
	PYTHONDONTWRITEBYTECODE=1 python3 "$SOURCE/tests/test_tsm_log.py" \
		"$OUT/san/tsm-log" "$BUILD/tools/tsm-log" | tee "$log" ||
		status=$?
	TAP_COUNT=$(grep -cE '^(not )?ok ' "$log" || true)
	TAP_FAILED=$(grep -c '^not ok ' "$log" || true)
	if ((status != 0 && TAP_FAILED == 0)); then
		not_ok "tests of tsm-log ended with status $status"
	fi
}

corpus() {
	local target
	for target in show checkpoint verify; do
		expect_ok "corpus of fuzz-$target" \
			"$OUT/san/fuzz/fuzz-$target" \
			"$SOURCE/fuzz/corpus/$target"/*
	done
}

man_page() {
	verdict "man page" \
		"$(groff -man -Tutf8 -ww -z "$SOURCE/tsm-log.1" 2>&1)"
}

# Whether what --help says of options is in the man page.
man_page_options() {
	local option
	for option in $({ "$BUILD/tools/tsm-log" show --help
			  "$BUILD/tools/tsm-log" verify --help
			  "$BUILD/tools/tsm-log" --help; } |
			 grep -oE -- '--[a-z]+' | sort -u); do
		grep -qF -- "${option//-/\\-}" "$SOURCE/tsm-log.1" ||
			echo "the man page does not have $option"
	done
}

# In the source tree, as tools of the kernel are built by hand: a copy of it.
install_works() {
	local copy=$OUT/copy root=$OUT/root
	local SOURCE=$copy/tools/tsm
	rm -rf "$copy" "$copy.clean" "$root"
	mkdir -p "$copy/include/uapi/linux" "$copy/tools" &&
	cp "$TOP/include/uapi/linux/tsm-event-log.h" "$copy/include/uapi/linux/" &&
	cp -r "$TOP/tools/tsm" "$copy/tools/" &&
	make_tool clean &&
	cp -r "$copy" "$copy.clean" &&
	make_tool &&
	make_tool install DESTDIR="$root" prefix=/usr &&
	"$root/usr/bin/tsm-log" --version &&
	[ -s "$root/usr/share/man/man1/tsm-log.1" ] &&
	make_tool clean &&
	diff -r "$copy.clean" "$copy"
}

static_works() {
	make_tool OUTPUT="$OUT/static/" LDFLAGS=-static &&
	"$OUT/static/tsm-log" --version
}

"$TOP/scripts/deps.sh" build check
command -v groff >/dev/null ||
	die "groff is missing, which checks the man page; run: apt-get install groff-base"
mkdir -p "$OUT"
"$TOP/scripts/tools.sh"
quietly "$OUT/build.log" "building tsm-log with sanitizers" \
	make_tool OUTPUT="$OUT/san/" CFLAGS="-O1 -g $SANITIZERS" \
	FUZZ_DRIVER=fuzz/driver.o all fuzz

behaviour
corpus
man_page
verdict "options in the man page" "$(man_page_options)"
expect_ok "build in place, install, clean" install_works
expect_ok "static build" static_works
tap_done
