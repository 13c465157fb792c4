#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Run everything that proves the work and count. The last line is
# "N passed, N failed"; the status is 0 only if nothing failed.
#
# Each check is the make target of the same name, NAME-TEE with that TEE and
# NAME-debug with KERNEL=debug; what it says is in build/check/NAME.log. Counted are
# the leaf results in there (see ktap.py). A check that could not run, that skipped
# a test or that ended badly without naming a failed test counts as a failure.
#
# CHECKS='style kunit' runs only these. KERNEL=debug runs, with that kernel, those
# that test the kernel in a guest; to the others it makes no difference.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# What takes seconds comes first, so that a slip shows early; the kernel, which
# the others need, before them.
ALL=(style checkpatch kernel sparse tools-check modules docs-check kunit
     kselftest kselftest-tdx kselftest-snp kselftest-svsm run ima-check
     firmware-check tpm-check hibernate-check soak tee-emu-check kselftest-debug
     series-check)
# What tests the kernel in a guest.
IN_GUEST=(kernel kselftest kselftest-tdx kselftest-snp kselftest-svsm run)
# What kselftest-debug runs. The tests of tools have more of fork() and exec() than
# of our kernel code, and there that takes minutes each: KERNEL=debug has them.
DEBUG_PROGRAMS=(kunit tsm:abi_test tsm:extend_test tsm:storm_test tsm:poll_test
		tsm:fault_test tsm:interposer_test tsm:uevent_test
		tsm:unload_test tsm:signal_test tsm:fuzz_test tsm:stress_test
		tsm:rtmrs_test)
# Without a kernel these cannot say anything.
NEED_KERNEL=(sparse modules docs-check kselftest kselftest-tdx kselftest-snp
	     kselftest-svsm run ima-check firmware-check tpm-check
	     hibernate-check soak tee-emu-check kselftest-debug series-check)

LOGS=$BUILD/check
TOTAL_PASSED=0
TOTAL_FAILED=0
KERNEL_FAILED=
TABLE=()

# The kernel is a check of one test.
check_kernel() {
	"$TOP/scripts/kernel-build.sh"
	echo "ok 1 - kernel and modules build"
}

# The main job as the user sees it: a tour, whose status says whether it worked.
check_run() {
	"$TOP/scripts/run.sh"
	echo "ok 1 - the main job in a guest"
}

# excerpt LOG - what LOG says of its failures, or its end if it names none.
excerpt() {
	if grep -qE '^[# \t]*not ok\>' "$1"; then
		awk '/^[# \t]*not ok / { show = 12 }
		     /^[# \t]*ok / { show = 0 }
		     show-- > 0 && ++lines <= 60' "$1"
	else
		tail -n 25 "$1"
	fi
}

# run_one NAME - run a check; its log, its row of the table, its share of the
# totals.
run_one() {
	local name=$1 log=$LOGS/$1.log command start counts passed failed
	start=$SECONDS
	say "$name"
	command=("$TOP/scripts/$name.sh")
	case $name in
	kernel | run) command=("check_$name") ;;
	kselftest-debug) command=(env KERNEL=debug "PROGRAMS=${DEBUG_PROGRAMS[*]}"
				  "$TOP/scripts/kselftest.sh") ;;
	kselftest-*) command=(env "TEE=${name#*-}" "$TOP/scripts/kselftest.sh") ;;
	esac
	if [ -n "$KERNEL_FAILED" ] && [[ " ${NEED_KERNEL[*]} " == *" $name "* ]]; then
		command=(eval 'echo "not run: the kernel did not build"; exit 1')
	fi
	watched "$log" "${command[@]}"
	counts=$("$TOP/scripts/ktap.py" --status "$WATCHED_STATUS" "$log" || true)
	read -r passed failed <<<"$counts"
	TOTAL_PASSED=$((TOTAL_PASSED + passed))
	TOTAL_FAILED=$((TOTAL_FAILED + failed))
	TABLE+=("$(printf '%-15s %6d %6d %5d s  %s' "$name" "$passed" \
		   "$failed" $((SECONDS - start)) "${log#"$TOP/"}")")
	if ((failed > 0)); then
		[ "$name" != kernel ] || KERNEL_FAILED=1
		sed '1d; s/^/    failed: /' <<<"$counts"
		echo "    from ${log#"$TOP/"}:"
		excerpt "$log" | sed 's/^/    | /'
	fi
	printf '    %d passed, %d failed\n' "$passed" "$failed"
}

if [ -n "${CHECKS:-}" ]; then
	read -ra SELECTED <<<"$CHECKS"
elif [ "${KERNEL:-default}" != default ]; then
	SELECTED=("${IN_GUEST[@]}")
else
	SELECTED=("${ALL[@]}")
fi
for name in "${SELECTED[@]}"; do
	[[ " ${ALL[*]} " == *" $name "* ]] ||
		die "there is no check '$name'; there are: ${ALL[*]}"
done

rm -rf "$LOGS"
mkdir -p "$LOGS"
"$TOP/scripts/deps.sh" check
for name in "${SELECTED[@]}"; do
	run_one "$name"
done

printf '\n%-15s %6s %6s %7s  %s\n' check passed failed time log
printf '%s\n' "${TABLE[@]}"
printf '\n%d passed, %d failed\n' "$TOTAL_PASSED" "$TOTAL_FAILED"
((TOTAL_FAILED == 0))
