#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tsm-log measure on live logs: events of applications pass through as they are,
# and what is measured --once is measured once, whoever starts how often.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh
. "$DIR"/chip.sh

TMP=$(mktemp -d)
DOMAIN=github.com/confidential-containers
PULL="$DOMAIN PullImage {\"image\":\"alpine\",\"digest\":\"sha256:0c0c\"}"

# contents_end_with PROVIDER LINE... - the last records
contents_end_with()
{
	local provider=$1

	shift
	tsm-log show "$provider" | tail -n $# | sed 's/.*EV_ACTION *[^ ]*  //' \
		>"$TMP/contents"
	printf '%s\n' "$@" | diff "$TMP/contents" -
}

# What systemd, an agent for confidential containers, and others measure.
events_of_applications_read_well()
{
	tsm-log measure "$1/$2" enter-initrd &&
		tsm-log measure "$1/$2" "$PULL" &&
		printf '{ "a": [1,\n2] }' | tsm-log measure "$1/$2" - &&
		printf 'ready\0' | tsm-log measure "$1/$2" - &&
		contents_end_with "$1" '"enter-initrd"' \
			"$(sed 's/":"/": "/g; s/","/", "/g' <<<"$PULL")" \
			'{"a": [1, 2]}' '"ready\x00"'
}

# So a verifier that expects the events of these applications finds them.
events_are_measured_as_they_are()
{
	tsm-log show --json "$1" | grep -F '"string":' | tail -n 4 \
		>"$TMP/events" &&
		grep -c . "$TMP/events" &&
		for text in enter-initrd "$PULL"; do
			grep -qF "$(printf %s "$text" | sha256sum | cut -c 1-64)" \
				"$TMP/events" || return 1
		done
}

file_is_measured_by_its_digest()
{
	local digest

	printf 'some content' >"$TMP/file"
	digest=$(sha256sum <"$TMP/file" | cut -c 1-64)
	tsm-log measure --file "$TMP/file" "$1/$2" &&
		contents_end_with "$1" \
			"{\"file\": \"$TMP/file\", \"sha256\": \"$digest\", \"size\": 12}"
}

# Two agents, each started twice, all at the same time: KEY is the agent's.
two_agents_started_twice()
{
	local round agent start

	: >"$TMP/before"
	for round in 1 2 3 4 5; do
		for agent in one two; do
			for start in 1 2; do
				tsm-log measure --once "agent-$agent-$round" \
					"$1/$2" "started by $start" \
					>>"$TMP/before" &
			done
		done
		wait
	done
	tsm-log show "$1" >"$TMP/log"
	for round in 1 2 3 4 5; do
		for agent in one two; do
			[ "$(grep -c "agent-$agent-$round started" "$TMP/log")" \
				-eq 1 ] || return 1
		done
	done
	[ "$(grep -c 'measured before' "$TMP/before")" -eq 10 ]
}

restarted_agent_measures_nothing()
{
	local next

	tsm-log measure --once "INIT/sha256" "$1/$2" 00ff &&
		next=$(cat "$LOGS/$1/next_record") &&
		tsm-log measure --once "INIT/sha256" "$1/$2" 00ff |
		grep "measured before, record $((next - 1))\$" &&
		tsm-log measure --once "INIT/sha256" "$1/$2" ff00 |
		grep "record $((next - 1)), with other content\$" &&
		[ "$(cat "$LOGS/$1/next_record")" = "$next" ]
}

# A key in another register, or one that only begins like it, is another key.
other_keys_are_measured()
{
	tsm-log measure --once key "$1/$2" &&
		tsm-log measure --once ke "$1/$2" &&
		tsm-log measure --once key. "$1/$2" &&
		tsm-log measure --once key "$1/$3" &&
		[ "$(tsm-log show "$1" | grep -c '"ke')" -eq 4 ]
}

# With records gone it is not known whether one had the key.
trimmed_records_are_not_taken_for_none()
{
	local next

	tsm-log measure --once trimmed "$1/$2" &&
		cat "$LOGS/$1/next_record" >"$LOGS/$1/trim" || return 1
	next=$(cat "$LOGS/$1/next_record")
	tsm-log measure --once trimmed "$1/$2"
	[ $? -eq 2 ] && [ "$(cat "$LOGS/$1/next_record")" = "$next" ] &&
		tsm-log measure --once trimmed --ignore-trimmed "$1/$2" &&
		[ "$(cat "$LOGS/$1/next_record")" -eq $((next + 1)) ]
}

archived_records_are_looked_at()
{
	local next

	# One with nothing in front of what is archived.
	mkdir "$TMP/archive" &&
		rmmod measurement_example &&
		modprobe measurement_example &&
		tsm-log measure --once archived "$1/$2" &&
		tsm-log archive "$TMP/archive" "$1" || return 1
	next=$(cat "$LOGS/$1/next_record")
	tsm-log measure --once archived --archive "$TMP/archive" "$1/$2" |
		grep 'measured before' &&
		tsm-log measure --once new --archive "$TMP/archive" "$1/$2" &&
		[ "$(cat "$LOGS/$1/next_record")" -eq $((next + 1)) ]
}

ktap_print_header
needs tsm-log
ktap_set_plan 16

# With logs that nothing has been trimmed from.
rmmod measurement_example 2>/dev/null
modprobe measurement_example
unbind && bind
# Not tpm0 if its driver was bound again.
tpm=$(echo /sys/class/tpm/tpm[0-9])
for registers in "sample rtmr1 rtmr2" "${tpm##*/} pcr16 pcr23"; do
	# shellcheck disable=SC2086 # a list
	set -- $registers
	check events_of_applications_read_well "$1" "$2"
	check events_are_measured_as_they_are "$1" "$2"
	check file_is_measured_by_its_digest "$1" "$2"
	check two_agents_started_twice "$1" "$2"
	check restarted_agent_measures_nothing "$1" "$2"
	check other_keys_are_measured "$1" "$2" "$3"
	check tsm-log verify "$1"
done
check trimmed_records_are_not_taken_for_none sample rtmr1
check archived_records_are_looked_at sample rtmr1

rm -rf "$TMP"
ktap_finished
