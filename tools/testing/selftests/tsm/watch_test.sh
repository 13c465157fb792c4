#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tsm-log watch on a live log: each record once, in order, across trims, until the
# provider goes.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh

TSM=/sys/kernel/tsm/sample
OUT=/tmp/watch_test
PID=

trim()
{
	echo "$1" >"$LOGS/${TSM##*/}/trim"
}

trim_all()
{
	trim "$(<"$LOGS/${TSM##*/}/next_record")"
}

fresh()
{
	rmmod measurement_example && modprobe measurement_example
}

# extend TEXT COUNT
extend()
{
	local n

	for ((n = 1; n <= $2; n++)); do
		printf '%s %d' "$1" "$n" >"$TSM/rtmr$((n % 3))/append_event" ||
			return 1
	done
}

# numbered TEXT FIRST LAST - the events of extend, one per line.
numbered()
{
	seq "$2" "$3" | sed "s/^/$1 /"
}

# await COMMAND... - until it succeeds.
await()
{
	local n

	for n in $(seq 600); do
		! "$@" || return 0
		sleep 0.1
	done
	echo "waited in vain for: $*"
	cat "$OUT" "$OUT.err"
	return 1
}

# start [ARGUMENT...] - watch in the background, whose process is PID, until it has
# found its place in the log.
start()
{
	tsm-log watch "$@" sample >"$OUT" 2>"$OUT.err" &
	PID=$!
	await reads_log
}

reads_log()
{
	local fd

	for fd in "/proc/$PID/fd"/*; do
		case $(readlink "$fd") in
		*/tsm/*/cel) return 0 ;;
		esac
	done
	return 1
}

# shows LINES - whether so many lines came by now.
shows()
{
	[ "$(wc -l <"$OUT")" -ge "$1" ]
}

# ends STATUS - whether watch ended, with this status.
ends()
{
	wait "$PID"
	[ $? -eq "$1" ]
}

stop()
{
	kill -TERM "$PID"
	ends 143
}

# events - the text of the events that were shown.
events()
{
	sed -n 's/.*"\(.*\)"$/\1/p' "$OUT"
}

shows_what_comes()
{
	fresh && extend old 3 && start && extend new 5 && await shows 6 && stop ||
		return 1
	events
	[ "$(events)" = "$(numbered new 1 5)" ] && [ ! -s "$OUT.err" ]
}

begins_where_told()
{
	fresh && extend old 600 && start --from 590 && extend new 2 &&
		await shows 13 && stop || return 1
	events
	[ "$(events)" = "$(numbered old 591 600; numbered new 1 2)" ]
}

lines_are_those_of_show()
{
	fresh && extend text 20 && start --from 0 && await shows 21 && stop ||
		return 1
	tsm-log show sample | cmp - "$OUT"
}

json_lines()
{
	fresh && start --json && extend text 3 && await shows 3 && stop ||
		return 1
	tsm-log show --json sample | sed '1d; $d; s/,$//' | cmp - "$OUT"
}

survives_trims()
{
	fresh && start || return 1
	for round in 1 2 3 4 5; do
		extend "round $round" 10 && await shows $((round * 10 + 1)) &&
			trim_all || return 1
	done
	stop || return 1
	[ "$(events)" = "$(for round in 1 2 3 4 5; do
				   numbered "round $round" 1 10
			   done)" ] &&
		[ ! -s "$OUT.err" ]
}

# Trims of all that there is, as fast as they can come.
trims_under_extends()
{
	local shown missed

	fresh && start --json || return 1
	extend storm 500 &
	while kill -0 $! 2>/dev/null; do
		trim_all
	done
	extend last 1 && await grep -q '"last 1"' "$OUT" && stop || return 1
	shown=$(wc -l <"$OUT")
	missed=$(sed -n 's/.*missed \([0-9]*\) record.*/\1/p' "$OUT.err" |
		 awk '{ sum += $1 } END { print sum + 0 }')
	echo "shown $shown, missed $missed"
	[ $((shown + missed)) -eq 501 ] &&
		sed 's/.*"recnum":\([0-9]*\).*/\1/' "$OUT" | sort -nuc
}

tells_what_was_missed()
{
	fresh && extend old 10 && trim 7 &&
		start --from 2 && await shows 4 && stop && cat "$OUT.err" &&
		grep 'sample: missed 5 records, 2 to 6, which have been trimmed' \
			"$OUT.err" && [ "$(events | head -n 1)" = 'old 8' ]
}

# More than once, because the provider may go at any moment of a round of watch.
ends_with_the_provider()
{
	local round

	for round in 1 2 3 4 5 6 7 8; do
		modprobe measurement_example && start &&
			extend "round $round" 3 &&
			rmmod measurement_example && ends 0 || return 1
	done
	cat "$OUT.err"
	modprobe measurement_example &&
		grep 'sample: the provider has gone' "$OUT.err"
}

ends_and_had_missed_some()
{
	fresh && extend old 3 && trim 3 &&
		start --from 1 && rmmod measurement_example && ends 1 &&
		modprobe measurement_example
}

ends_with_its_reader()
{
	local status

	fresh && extend old 3 || return 1
	tsm-log watch --from 0 sample | head -n 2
	status=${PIPESTATUS[0]}
	# Nobody reads: either it found that out or SIGPIPE came first.
	[ "$status" -eq 0 ] || [ "$status" -eq 141 ]
}


no_such_provider()
{
	tsm-log watch no-such-provider
	[ $? -eq 2 ]
}

ktap_print_header
needs tsm-log
ktap_set_plan 11

check shows_what_comes
check begins_where_told
check lines_are_those_of_show
check json_lines
check survives_trims
check trims_under_extends
check tells_what_was_missed
check ends_with_the_provider
check ends_and_had_missed_some
check ends_with_its_reader
check no_such_provider

rm -f "$OUT" "$OUT.err"
ktap_finished
