#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tsm-log on live logs: what it says of a true log, and of ones that were tampered
# with.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh

TSM=/sys/kernel/tsm
COPY=/tmp/verify_test

append()
{
	local n

	for n in $(seq 20); do
		printf 'event %d' "$n" >"$TSM/$1/$2/append_event" || return 1
	done
}

verify_live()
{
	append "$1" "$2" && tsm-log verify "$1"
}

show_has_the_event()
{
	printf 'look for this' >"$TSM/$1/$2/append_event" || return 1
	tsm-log show "$1" | grep 'look for this'
}

# The log, away from the machine.
take_copy()
{
	mkdir -p "$COPY" &&
		cat "$LOGS/$1/checkpoints" >"$COPY/checkpoints" &&
		cat "$LOGS/$1/cel" >"$COPY/cel"
}

# copy_gives STATUS - what tsm-log says of the copy
copy_gives()
{
	tsm-log verify --log "$COPY/cel" --checkpoints "$COPY/checkpoints"
	[ $? -eq "$1" ]
}

true_copy_verifies()
{
	take_copy "$1" && copy_gives 0
}

# The last byte is the last one of the last event. The digest still leads to the
# register's value, but it is not of that event any more.
changed_event_is_claimed()
{
	local size

	take_copy "$1" || return 1
	size=$(stat -c %s "$COPY/cel")
	printf 'X' | dd of="$COPY/cel" bs=1 seek=$((size - 1)) conv=notrunc \
		2>/dev/null
	copy_gives 0 | grep ' bound, 1 claimed '
}

truncated_log_is_an_error()
{
	take_copy "$1" &&
		truncate -s $(($(stat -c %s "$COPY/cel") - 3)) "$COPY/cel" &&
		copy_gives 2
}

missing_provider_is_an_error()
{
	tsm-log verify no-such-provider
	[ $? -eq 2 ]
}

ktap_print_header
needs tsm-log
ktap_set_plan 11

modprobe measurement_example
# Not tpm0 if its driver was bound again.
tpm=$(echo /sys/class/tpm/tpm[0-9])
for provider in sample/rtmr2 "${tpm##*/}/pcr16"; do
	check verify_live "${provider%/*}" "${provider#*/}"
	check show_has_the_event "${provider%/*}" "${provider#*/}"
	check true_copy_verifies "${provider%/*}"
	check changed_event_is_claimed "${provider%/*}"
	check truncated_log_is_an_error "${provider%/*}"
done
check missing_provider_is_an_error

ktap_finished
