#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tsm-log archive on a live log: wherever it is stopped, no record is lost or
# archived twice, and all of it still verifies up to the registers.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh

TSM=/sys/kernel/tsm/sample
ARCHIVE=/tmp/archive_test
# What it is given is appended to it, record by record.
EVENTS=/tmp/archive_test.events

number()
{
	echo "$(<"$LOGS/${TSM##*/}/$1")"
}

# extend COUNT - by events that are never the same.
extend()
{
	local n next

	for ((n = 0; n < $1; n++)); do
		next=$(<"$LOGS/${TSM##*/}/next_record")
		printf 'event %d' "$next" >"$TSM/rtmr$((n % 3))/append_event" ||
			return 1
		printf 'event %d\n' "$next" >>"$EVENTS"
	done
}

archive()
{
	tsm-log archive "$ARCHIVE" sample
}

# fresh - no archive yet, and a provider whose log begins with record 0.
fresh()
{
	rm -rf "$ARCHIVE" "$EVENTS"
	mkdir "$ARCHIVE"
	rmmod measurement_example && modprobe measurement_example
}

# interrupted KILL|FAIL STEP - run archive and stop it at that step.
interrupted()
{
	LD_PRELOAD=$DIR/interrupt.so env "INTERRUPT_$1=$2" \
		tsm-log archive "$ARCHIVE" sample
}

segments()
{
	find "$ARCHIVE" -name '????????????-????????????' | sed 's|.*/||' | sort
}

# records ARGUMENT... - lines RECNUM EVENT of what show gives
records()
{
	tsm-log show "$@" >/tmp/show &&
		awk -F '"' '/"/ { split($1, field, " "); print field[1], $2 }' \
			/tmp/show
}

# all_there - all segments and, after them, the kernel's log have the events that
# were sent, once, and in that order. Of what is in both, the kernel's is still to
# be trimmed.
all_there()
{
	local segment

	for segment in $(segments); do
		records --log "$ARCHIVE"/sample/*/"$segment/cel" || return 1
	done >/tmp/archived
	records sample >/tmp/live || return 1
	awk 'FILENAME == "/tmp/archived" { last = $1; print; next }
	     last == "" || $1 > last' /tmp/archived /tmp/live |
		awk '$1 != NR - 1 { print "record " $1 " as number " NR - 1; exit }
		     { print $2, $3 }' >/tmp/found
	diff "$EVENTS" /tmp/found | head -n 5
	cmp "$EVENTS" /tmp/found
}

moves_the_records()
{
	fresh && extend 10 && archive || return 1
	[ "$(number first_record)" -eq 10 ] && [ "$(number size)" -eq 0 ] &&
		[ "$(segments)" = 000000000000-000000000009 ] && all_there
}

chains()
{
	fresh || return 1
	for count in 3 1 300; do
		extend "$count" && archive || return 1
	done
	want=' 3 segments, 304 records (0 to 303), 3 registers; 2 more records'
	want="$want in the live log; 3 registers equal to the live ones"
	want="$want; content: 306 bound, 0 claimed; number 1, booted [-0-9T:]*Z\$"
	extend 2 && all_there && tsm-log verify "$ARCHIVE/" | grep "$want"
}

segment_verifies_alone()
{
	local segment

	for segment in "$ARCHIVE"/sample/*/*-*; do
		tsm-log verify --log "$segment/cel" \
			--checkpoints "$segment/checkpoints" || return 1
	done
	[ -e "$segment/cel" ]
}

nothing_new_no_segment()
{
	local before

	before=$(segments)
	archive && archive | grep 'sample: no new records' &&
		[ "$(segments)" = "$(printf '%s\n000000000304-000000000305' "$before")" ]
}

lost_segment_is_found()
{
	local first

	first=$(echo "$ARCHIVE"/sample/*)
	mv "$first/000000000003-000000000003" /tmp/ || return 1
	tsm-log verify "$ARCHIVE/"
	[ $? -eq 1 ] && mv /tmp/000000000003-000000000003 "$first/" &&
		tsm-log verify "$ARCHIVE/"
}

# at_every_step KILL|FAIL STATUS
at_every_step()
{
	local step status

	fresh || return 1
	for step in $(seq 60); do
		extend 2 || return 1
		interrupted "$1" "$step"
		status=$?
		if [ $status -eq 0 ]; then
			[ "$step" -gt 8 ] && extend 1 && archive && all_there &&
				tsm-log verify "$ARCHIVE/"
			return
		fi
		if [ $status -ne "$2" ]; then
			echo "status $status at step $step"
			return 1
		fi
		all_there || return 1
		if [ -n "$(segments)" ]; then
			tsm-log verify "$ARCHIVE/" || return 1
		fi
		extend 1 && archive && all_there &&
			tsm-log verify "$ARCHIVE/" || return 1
		# The steps that only the first one takes, too.
		if [ $((step % 2)) -eq 0 ]; then
			fresh || return 1
		fi
	done
	echo "no end of steps"
	return 1
}

killed_at_every_step()
{
	at_every_step KILL 137
}

full_disk_at_every_step()
{
	at_every_step FAIL 2
}

two_at_once()
{
	fresh && extend 200 || return 1
	for _ in 1 2 3 4; do
		archive &
	done
	wait
	archive && all_there && [ "$(segments | wc -l)" -eq 1 ]
}

under_extends()
{
	local pid round

	fresh || return 1
	extend 600 &
	pid=$!
	for round in $(seq 20); do
		archive || return 1
	done
	wait $pid && archive && all_there && [ "$round" -eq 20 ] &&
		tsm-log verify "$ARCHIVE/"
}

provider_that_comes_anew()
{
	fresh && extend 3 && archive || return 1
	rmmod measurement_example && modprobe measurement_example || return 1
	printf 'anew' >"$TSM/rtmr0/append_event" && archive || return 1
	set -- "$ARCHIVE"/sample/*
	[ $# -eq 2 ] && tsm-log verify "$ARCHIVE/" >/tmp/output && cat /tmp/output &&
		grep ' 3 records (0 to 2), .* not compared' /tmp/output &&
		grep ' 1 record (0 to 0), .* equal to the live ones' /tmp/output
}

trimmed_by_others()
{
	fresh && extend 3 && archive && extend 3 || return 1
	echo 5 >"$LOGS/${TSM##*/}/trim" || return 1
	archive
	[ $? -eq 1 ] || return 1
	tsm-log verify "$ARCHIVE/" | grep 'the records 3 to 4 are not archived'
}

read_only_file_system()
{
	local status

	fresh && extend 3 && mount -t tmpfs -o ro none "$ARCHIVE" || return 1
	archive
	status=$?
	umount "$ARCHIVE"
	[ $status -eq 2 ] && [ "$(number first_record)" -eq 0 ] && archive &&
		all_there
}

small_file_system()
{
	local status

	fresh && extend 300 &&
		mount -t tmpfs -o size=16k none "$ARCHIVE" || return 1
	archive
	status=$?
	umount "$ARCHIVE"
	[ $status -eq 2 ] && [ "$(number first_record)" -eq 0 ] && archive &&
		all_there
}

ktap_print_header
needs tsm-log
ktap_set_plan 13

modprobe measurement_example

check moves_the_records
check chains
check segment_verifies_alone
check nothing_new_no_segment
check lost_segment_is_found
check killed_at_every_step
check full_disk_at_every_step
check two_at_once
check under_extends
check provider_that_comes_anew
check trimmed_by_others
check read_only_file_system
check small_file_system

rm -rf "$ARCHIVE" "$EVENTS"
ktap_finished
