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
# An emulated guest keeps one processor busy at most, and rests half of the time. So
# three checks run at once where there are two processors: two in guests, and with
# what is left one that compiles.
#
# CHECKS='style kunit' runs only these. KERNEL=debug runs, with that kernel, those
# that test the kernel in a guest; to the others it makes no difference. LONG=1 runs what
# has a long form in that, for hours.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# One after the other before all else: what takes seconds, so that a slip shows
# early, and the kernel, which the others need.
FIRST=(style kernel)
# What keeps processors busy. The kernel that sparse needs, the largest of all, is that
# of kselftest-debug, too, which waits for it.
ON_HOST=(sparse checkpatch tools-check modules docs-check kunit series-check)
# What waits for guests, the longest first.
IN_GUESTS=(kselftest-debug kselftest kselftest-tdx distro-check kselftest-svsm
	   kselftest-snp tee-emu-check soak run ima-check firmware-check tpm-check
	   hibernate-check)
# What KERNEL=debug makes a difference to.
WITH_KERNEL=(kernel kselftest kselftest-tdx kselftest-snp kselftest-svsm run)
# What these run of what they have, which as a whole takes too long here:
# - The tests of tools have more of fork() and exec() than of our kernel code, and in the
#   debug kernel that takes minutes each.
# - In a guest of SEV-SNP what can be extended is a TPM and the sample, as in the plain
#   one. It runs what is its own, what writes, and what makes a quote; with the TPM of an
#   SVSM also what is of a TPM.
# - Of the boots of a whole Debian: that the packages work there, and after a reboot.
declare -A SHORT_FORM=(
	[kselftest-debug]='kunit tsm:abi_test tsm:extend_test tsm:storm_test
			   tsm:poll_test tsm:fault_test tsm:interposer_test
			   tsm:uevent_test tsm:unload_test tsm:signal_test
			   tsm:fuzz_test tsm:stress_test tsm:rtmrs_test'
	[kselftest-snp]='kunit:tsm-snp-kunit tsm/snp:snp_test.sh tsm/snp:load_test.sh
			 tsm:quote_test.sh tsm:abi_test tsm:extend_test
			 tsm:uevent_test tsm:unload_test tsm:verify_test.sh'
	[kselftest-svsm]='kunit:tpm-measurement-kunit kunit:tsm-snp-kunit
			  tsm/snp:snp_test.sh tsm/snp:load_test.sh
			  tsm/snp:svsm_test.sh tsm:quote_test.sh tsm:abi_test
			  tsm:extend_test tsm:storm_test tsm:record_test.sh
			  tsm:others_test.sh tsm:tpm_test.sh tsm:verify_test.sh'
	[distro-check]='first second'
)
# What can say something without a kernel.
NEED_NO_KERNEL=(style checkpatch kernel tools-check kunit distro-check)

LOGS=$BUILD/check
TOTAL_PASSED=0
TOTAL_FAILED=0
TOTAL_CPU=0
KERNEL_FAILED=
TABLE=()
# The last line of a log: the seconds of processor time of the check.
TIMEFORMAT='# processors: %0U + %0S s'
# Which tests failed, for the end, where those look who see no more of this.
FAILURES=()
# How many checks may run at once.
AT_ONCE=$((JOBS > 1 ? 3 : 1))
# What runs: the name of a check to its process and to when it began.
declare -A PIDS=() STARTED=()
# When that was last shown, and after how many seconds it is again.
SHOWN=$SECONDS
STEP=30
[ ! -t 2 ] || STEP=2

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

not_run() {
	echo "not run: the kernel did not build"
	return 1
}

# is_one_of NAME NAME...
is_one_of() {
	local name=$1
	shift
	[[ " $* " == *" $name "* ]]
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

# short_form NAME - of what a check has, what it runs here; nothing stands for all.
short_form() {
	[ -n "${LONG:-}" ] || [ "${KERNEL:-default}" != default ] ||
		echo "${SHORT_FORM[$1]:-}"
}

# start NAME - begin a check. Those on the host leave guests their processor, but for
# the one that a guest waits for.
start() {
	local name=$1 command
	say "$name"
	command=("$TOP/scripts/${name/#kselftest-*/kselftest}.sh")
	case $name in
	kernel | run) command=("check_$name") ;;
	kselftest-debug) command=(env KERNEL=debug "PROGRAMS=$(short_form "$name")"
				  "${command[@]}") ;;
	kselftest-*) command=(env "TEE=${name#*-}" "PROGRAMS=$(short_form "$name")"
			      "${command[@]}") ;;
	distro-check) command=(env "BOOTS=$(short_form "$name")" "${command[@]}") ;;
	esac
	if [ -n "$KERNEL_FAILED" ] && ! is_one_of "$name" "${NEED_NO_KERNEL[@]}"; then
		command=(not_run)
	elif [ "$name" != sparse ] && is_one_of "$name" "${ON_HOST[@]}"; then
		command=(nice -n 10 "${command[@]}")
	fi
	STARTED[$name]=$SECONDS
	# A process group of its own, so that an interrupt ends all of it.
	set -m
	{ time "${command[@]}"; } >"$LOGS/$name.log" 2>&1 </dev/null &
	PIDS[$name]=$!
	set +m
}

# row NAME PASSED FAILED SECONDS CPU-SECONDS - the numbers of the table.
row() {
	printf '%-15s %6s %6s %5d s %5d s' "$@"
}

# finish NAME - what has ended: its row of the table, its share of the totals.
finish() {
	local name=$1 log=$LOGS/$1.log status=0 counts passed failed cpu
	wait "${PIDS[$name]}" || status=$?
	counts=$("$TOP/scripts/ktap.py" --status "$status" "$log" || true)
	[ -n "$counts" ] || counts=$'0 1\nits results could not be counted'
	read -r passed failed <<<"$counts"
	TOTAL_PASSED=$((TOTAL_PASSED + passed))
	TOTAL_FAILED=$((TOTAL_FAILED + failed))
	cpu=$(($(sed -n '$s/^# processors: \(.*\) s$/\1/p' "$log")))
	TOTAL_CPU=$((TOTAL_CPU + cpu))
	TABLE+=("$(row "$name" "$passed" "$failed" $((SECONDS - STARTED[$name])) \
		       "$cpu")  ${log#"$TOP/"}")
	if ((failed > 0)); then
		[ "$name" != kernel ] || KERNEL_FAILED=1
		mapfile -t -O "${#FAILURES[@]}" FAILURES \
			< <(sed "1d; s/^/failed: $name: /" <<<"$counts")
		printf '    %s\n' "${FAILURES[@]: -failed}"
		echo "    from ${log#"$TOP/"}:"
		excerpt "$log" | sed 's/^/    | /'
	fi
	printf '    %s: %d passed, %d failed\n' "$name" "$passed" "$failed"
	unset "PIDS[$name]"
}

# finish_ended - all that have ended.
finish_ended() {
	local name
	for name in "${!PIDS[@]}"; do
		if ! kill -0 "${PIDS[$name]}" 2>/dev/null; then
			[ ! -t 2 ] || printf '\r\033[K' >&2
			finish "$name"
		fi
	done
}

# show - how long each check has run and the last line of its log: of one of them on a
# terminal, of all elsewhere.
show() {
	local name line=
	for name in "${!PIDS[@]}"; do
		line="$(printf '%4d s  %s: %.50s' $((SECONDS - STARTED[$name])) \
			"$name" "$(tail -n 1 "$LOGS/$name.log")")"
		[ -t 2 ] || printf '    %s\n' "$line" >&2
	done
	if [ -t 2 ] && [ -n "$line" ]; then
		printf '\r    %s\033[K' "$line" >&2
	fi
}

# on_host_now - whether one of the checks on the host runs.
on_host_now() {
	local name
	for name in "${!PIDS[@]}"; do
		! is_one_of "$name" "${ON_HOST[@]}" || return 0
	done
	return 1
}

# postpone - let others go before a check that would only wait for the kernel of sparse.
postpone() {
	if ((${#GUEST_QUEUE[@]} > 1)) && [ "${GUEST_QUEUE[0]}" = kselftest-debug ] &&
	   [ -n "${PIDS[sparse]:-}" ]; then
		GUEST_QUEUE=("${GUEST_QUEUE[1]}" "${GUEST_QUEUE[0]}"
			     "${GUEST_QUEUE[@]:2}")
	fi
}

# take - move the next check from its queue to $NEXT, if there is one: one on the host
# at a time, or more of them when all others have begun.
take() {
	postpone
	if ((${#HOST_QUEUE[@]} > 0)) &&
	   { ((${#GUEST_QUEUE[@]} == 0)) || ! on_host_now; }; then
		NEXT=${HOST_QUEUE[0]}
		HOST_QUEUE=("${HOST_QUEUE[@]:1}")
	elif ((${#GUEST_QUEUE[@]} > 0)); then
		NEXT=${GUEST_QUEUE[0]}
		GUEST_QUEUE=("${GUEST_QUEUE[@]:1}")
	else
		return 1
	fi
}

# wait_for_one - until one of those that run has ended.
wait_for_one() {
	local running=${#PIDS[@]}
	while ((${#PIDS[@]} == running)); do
		sleep 0.2
		if ((SECONDS >= SHOWN + STEP)); then
			SHOWN=$SECONDS
			show
		fi
		finish_ended
	done
}

# shellcheck disable=SC2317 # run by the trap
interrupted() {
	local name
	for name in "${!PIDS[@]}"; do
		kill -TERM -- "-${PIDS[$name]}" 2>/dev/null || true
	done
	exit 130
}

if [ -n "${CHECKS:-}" ]; then
	read -ra SELECTED <<<"$CHECKS"
elif [ "${KERNEL:-default}" != default ]; then
	SELECTED=("${WITH_KERNEL[@]}")
else
	SELECTED=("${FIRST[@]}" "${ON_HOST[@]}" "${IN_GUESTS[@]}")
fi
FIRST_QUEUE=()
HOST_QUEUE=()
GUEST_QUEUE=()
for name in "${SELECTED[@]}"; do
	if is_one_of "$name" "${FIRST[@]}"; then
		FIRST_QUEUE+=("$name")
	elif is_one_of "$name" "${ON_HOST[@]}"; then
		HOST_QUEUE+=("$name")
	elif is_one_of "$name" "${IN_GUESTS[@]}"; then
		GUEST_QUEUE+=("$name")
	else
		die "there is no check '$name'; there are: ${FIRST[*]} ${ON_HOST[*]} ${IN_GUESTS[*]}"
	fi
done

rm -rf "$LOGS"
mkdir -p "$LOGS"
"$TOP/scripts/deps.sh" build guest check
trap interrupted INT TERM
for name in "${FIRST_QUEUE[@]}"; do
	start "$name"
	wait_for_one
done
while :; do
	while ((${#PIDS[@]} < AT_ONCE)) && take; do
		start "$NEXT"
	done
	((${#PIDS[@]} > 0)) || break
	wait_for_one
done

printf '\n%-15s %6s %6s %7s %7s  %s\n' check passed failed time CPU log
printf '%s\n' "${TABLE[@]}" \
	"$(row all "$TOTAL_PASSED" "$TOTAL_FAILED" "$SECONDS" "$TOTAL_CPU")"
((TOTAL_FAILED == 0)) || printf '%s\n' '' "${FAILURES[@]:0:20}"
printf '\n%d passed, %d failed\n' "$TOTAL_PASSED" "$TOTAL_FAILED"
((TOTAL_FAILED == 0))
