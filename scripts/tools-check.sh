#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests of tsm-log on the host: its behaviour with logs that another program
# made (tools/tsm/tests), the inputs that fuzzing found worth keeping, its man
# page, its systemd units, and the ways to build and install it.
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

# The Python is Debian's: that one has the modules that deps.sh installs.
behaviour() {
	local suite log status failed preloaded
	for suite in test_tsm_log test_export test_archive test_event test_measure \
		     test_consumers test_import test_quote test_collect; do
		log=$OUT/$suite.log
		preloaded=$OUT/interrupt.so
		[ "$suite" != test_collect ] || preloaded=$OUT/configfs.so
		status=0
		TAP_COUNT=$TAP_COUNT PYTHONDONTWRITEBYTECODE=1 \
			/usr/bin/python3 "$SOURCE/tests/$suite.py" "$OUT/san/tsm-log" \
			"$BUILD/tools/tsm-log" "$preloaded" | tee "$log" ||
			status=$?
		TAP_COUNT=$((TAP_COUNT + $(grep -cE '^(not )?ok ' "$log" || true)))
		failed=$(grep -c '^not ok ' "$log" || true)
		TAP_FAILED=$((TAP_FAILED + failed))
		if ((status != 0 && failed == 0)); then
			not_ok "$suite ended with status $status"
		fi
	done
}

corpus() {
	local target
	for target in show checkpoint verify firmware; do
		expect_ok "corpus of fuzz-$target" \
			"$OUT/san/fuzz/fuzz-$target" \
			"$SOURCE/fuzz/corpus/$target"/*
	done
	# Those of quotes have keys and certificates, which are made anew; those of
	# import are as the programs write them.
	rm -rf "$OUT/seeds"
	/usr/bin/python3 -B "$SOURCE/fuzz/make_seeds.py" "$OUT/seeds"
	for target in import tdx snp tpm; do
		expect_ok "seeds of fuzz-$target" \
			"$OUT/san/fuzz/fuzz-$target" "$OUT/seeds/$target"/*
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
			  "$BUILD/tools/tsm-log" export --help
			  "$BUILD/tools/tsm-log" watch --help
			  "$BUILD/tools/tsm-log" archive --help
			  "$BUILD/tools/tsm-log" measure --help
			  "$BUILD/tools/tsm-log" quote --help
			  "$BUILD/tools/tsm-log" --help; } |
			 grep -oE -- '--[a-z-]+' | sort -u); do
		grep -qF -- "${option//-/\\-}" "$SOURCE/tsm-log.1" ||
			echo "the man page does not have $option"
	done
}

# completes EXPECTED WORD... - one test: what is offered for the last WORD, in a
# directory with a copy of sysfs in "tree".
completes() {
	expect_ok "completion of: tsm-log ${*:2}" \
		env -C "$OUT/completion" "$SOURCE/tests/completion.sh" \
		"$BUILD/tools/tsm-log" "$SOURCE/tsm-log.bash-completion" "$@"
}

completion() {
	local dir=$OUT/completion
	rm -rf "$dir"
	mkdir -p "$dir"/tree/{sample/{rtmr1,mrtd,log},tpm0/{pcr1,pcr11,log},empty}
	touch "$dir"/tree/{sample/rtmr1,tpm0/pcr1,tpm0/pcr11}/append_event \
		"$dir/text"
	completes 'archive export measure quote show verify watch' ''
	completes 'show' sh
	completes '--help --version' -
	completes 'sample tpm0 tree' show --sysfs tree ''
	completes 'sample' show --sysfs = tree s
	completes 'tree' show --sysfs missing ''
	completes 'tree' show --sysfs t
	completes 'text tree' show --log t
	completes 'tpm0 tree' verify --sysfs tree t
	completes '--archive --firmware-log --from --help --json --merge --output --sysfs' \
		watch --
	completes 'text tree' watch --merge --output t
	completes '' watch --from ''
	completes 'cel ima json tcg2' export --format ''
	completes 'json' export --format = j
	completes 'tpm2-tools trustee' export --for t
	completes 'sample/rtmr1 tpm0/pcr1 tpm0/pcr11' measure --sysfs tree ''
	completes 'tpm0/pcr11' measure --once key --sysfs tree tpm0/pcr11
	completes '' measure --sysfs tree tpm0/pcr11 ''
	completes 'sample tpm0' quote --nonce 00 --sysfs tree ''
	completes 'text tree' quote --ak t
	completes '' no-such-command ''
}

# What systemd says of the units, with the program where it is now.
units() {
	local dir=$OUT/units
	rm -rf "$dir"
	mkdir -p "$dir"
	cp -r "$SOURCE/systemd"/* "$dir/"
	sed -i "s|/usr/bin/tsm-log |$BUILD/tools/tsm-log |" "$dir"/*.service
	systemd-analyze verify --man=no "$dir"/*.{service,timer} 2>&1 ||
		echo "systemd-analyze ended with status $?"
}

# installs_below PREFIX ROOT - all that a system needs, and units that start the
# program that was installed; and nothing of it is left after make uninstall.
installs_below() {
	local prefix=$1 root=$2 unit
	make_tool install DESTDIR="$root" prefix="$prefix" &&
	"$root$prefix/bin/tsm-log" --version &&
	[ -s "$root$prefix/share/man/man1/tsm-log.1" ] &&
	[ -s "$root$prefix/share/bash-completion/completions/tsm-log" ] &&
	[ -s "$root$prefix/lib/udev/rules.d/60-tsm.rules" ] &&
	[ -s "$root$prefix/lib/sysusers.d/tsm.conf" ] &&
	[ -s "$root$prefix/lib/tmpfiles.d/tsm.conf" ] &&
	[ -s "$root$prefix/lib/systemd/system/tsm-log-archive.timer" ] || return 1
	for unit in "$root$prefix"/lib/systemd/system/*.service; do
		grep "^Exec[A-Z][a-z]*=-\?$prefix/bin/tsm-log \(archive\|watch\) " "$unit" ||
			{ echo "$unit does not start it"; return 1; }
	done
	make_tool uninstall DESTDIR="$root" prefix="$prefix" || return 1
	[ -z "$(find "$root" -type f)" ] ||
		{ echo "left:"; find "$root" -type f; return 1; }
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
	installs_below /usr "$root" &&
	installs_below /usr/local "$root" &&
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
quietly "$OUT/build.log" "building interrupt.so" \
	gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o "$OUT/interrupt.so" \
	"$TOP/tools/testing/selftests/tsm/interrupt.c"
quietly "$OUT/build.log" "building configfs.so" \
	gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o "$OUT/configfs.so" \
	"$SOURCE/tests/configfs.c"

behaviour
corpus
man_page
verdict "options in the man page" "$(man_page_options)"
completion
verdict "systemd units" "$(units)"
expect_ok "build in place, install, clean" install_works
expect_ok "static build" static_works
tap_done
