#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tsm-snp makes a request with a key that it shares, when a register is first
# read: nobody else may suffer from that, and a request that fails must do as
# little harm as can be.
#
# One test costs the guest VMPCK 3, so this can run once in each guest.

# The tests are called through check().
# shellcheck disable=SC2317
DIR=$(dirname "$(readlink -f "$0")")
# shellcheck source=common.sh
. "$DIR"/common.sh

unload()
{
	local module

	for module; do
		[ ! -e "/sys/module/$module" ] || rmmod "$module" || return 1
	done
}

loaded()
{
	[ -e "/sys/module/$1" ]
}

# load [PARAMETERS]
load()
{
	unload tsm_snp && modprobe tsm &&
		"$DIR/finit_module" "$MODULE" "$@" && [ -d "$TSM" ]
}

read_registers()
{
	local name

	for name in "${FIELDS[@]}"; do
		[ -n "$(register "$name")" ] || return 1
	done
}

# reads_fail_with TEXT - by that errno, whatever is read and however often
reads_fail_with()
{
	local text=$1 file output

	for file in measurement/digest host_data measurement/digest; do
		if output=$(cat "$TSM/$file" 2>&1 >/dev/null); then
			echo "$file can be read"
			return 1
		fi
		echo "$output"
		[[ $output == *": $text" ]] || return 1
	done
}

# What udev does when it finds the device.
comes_with_the_device()
{
	unload tsm_snp sev_guest &&
		modprobe "$(cat $DEVICE/modalias)" &&
		loaded sev_guest && loaded tsm_snp && [ -d "$TSM" ]
}

does_not_bind_the_device()
{
	same "$(basename "$(readlink -f $DEVICE/driver)")" sev-guest
}

# Both count the messages under the key, in one place.
reports_before_and_after_reads()
{
	unload tsm_snp && modprobe sev_guest && take_report /tmp/report &&
		take_report /tmp/report && load && take_report /tmp/report &&
		read_registers && take_report /tmp/report &&
		load && read_registers && take_report /tmp/report
}

sev_guest_may_come_later()
{
	unload tsm_snp sev_guest && load && read_registers &&
		modprobe sev_guest && take_report /tmp/report
}

sev_guest_may_go()
{
	modprobe -a sev_guest tsm_snp && unload sev_guest &&
		same "$(register measurement)" "$(told measurement)" &&
		modprobe sev_guest && take_report /tmp/report
}

reports_while_registers_are_read()
{
	local i reader

	load || return 1
	while read_registers; do :; done &
	reader=$!
	for i in {1..50}; do
		take_report /tmp/report || break
	done
	# It reads until something goes wrong.
	kill "$reader" || { echo "a register cannot be read"; return 1; }
	wait "$reader" 2>/dev/null
	same "$i" 50 && take_report /tmp/report
}

reports_while_it_is_loaded()
{
	local i reporter

	for i in {1..50}; do
		take_report /tmp/report.while || exit 1
	done &
	reporter=$!
	for i in {1..20}; do
		load && read_registers || return 1
	done
	wait "$reporter"
}

# A request uses up one fault. Loading makes none, and reads never another one.
one_request_per_load()
{
	arm request-refused=2 || return 1
	load && load && reads_fail_with 'Input/output error' &&
		load && reads_fail_with 'Input/output error' &&
		load && read_registers && take_report /tmp/report
}

no_request_once_it_has_a_report()
{
	load && read_registers && arm request-refused=1 || return 1
	read_registers && load && reads_fail_with 'Input/output error' &&
		load && read_registers
}

# The host asks for patience; the kernel waits for two seconds each time.
waits_while_the_host_is_busy()
{
	local start

	arm request-busy=2 && load || return 1
	start=$SECONDS
	read_registers || return 1
	((SECONDS - start >= 3)) || { echo "it did not wait"; return 1; }
	take_report /tmp/report
}

# With a key of a less privileged level, a report on that level.
other_key_reports_its_level()
{
	local level

	level=$(($(cat $VMPL_FILE) + 1))
	load "vmpck_id=$level" &&
		same "$(register vmpl)" "$(little_endian $level 4)" &&
		same "$(register measurement)" "$(told measurement)"
}

no_such_key()
{
	arm request-refused=1 || return 1
	# No request either: the fault is still there for the next one.
	load vmpck_id=4 && reads_fail_with 'Invalid argument' &&
		load vmpck_id=-2 && reads_fail_with 'Invalid argument' &&
		load && reads_fail_with 'Input/output error' &&
		load && read_registers
}

# The kernel gives up the key of a request that failed. It is not sev-guest's
# here, who therefore does not notice.
host_error_costs_the_key()
{
	arm request-error || return 1
	load vmpck_id=3 && reads_fail_with 'Input/output error' || return 1
	dmesg | tail -n 5 | grep 'tsm_snp: the request for a report failed: -5' ||
		return 1
	load vmpck_id=3 && reads_fail_with 'Invalid argument' &&
		load && read_registers && take_report /tmp/report
}

ktap_print_header
need 0 2
ktap_set_plan 13
MODULE=$(modinfo -F filename tsm_snp)

check comes_with_the_device
check does_not_bind_the_device
check reports_before_and_after_reads
check sev_guest_may_come_later
check sev_guest_may_go
check reports_while_registers_are_read
check reports_while_it_is_loaded
check one_request_per_load
check no_request_once_it_has_a_report
check waits_while_the_host_is_busy
check other_key_reports_its_level
check no_such_key
check host_error_costs_the_key
load

ktap_finished
