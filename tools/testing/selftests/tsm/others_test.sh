#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What others do to the registers of a TPM: extends of one bank and of all, events,
# resets, before, between and during extends of ours. The log must have a record of
# each in its place, know what the PCRs have, and verify; nothing is foreign.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh
. "$DIR"/tpm.sh

SHA1=0123456789abcdef0123456789abcdef01234567
SHA256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

# Whose files IMA is to measure.
MEASURED_OWNER=4711

# last_records COUNT - the registers and the numbers of digests of the last COUNT records
last_records()
{
	"$DIR"/cel_replay.py --records "$TSM" | tail -n "$1" |
		awk '{ print $1, split($3, digests, ",") }' | paste -s -d ,
}

# last_content - what the last record says was measured
last_content()
{
	printf '%b' "$("$DIR"/cel_replay.py --records "$TSM" | tail -n 1 |
		       cut -d ' ' -f 4 | sed 's/../\\x&/g')"
}

# ima_is_there - does IMA measure into this TPM? Not if that came when IMA had looked for
# one, which its first measurement tells, nor if its driver was bound again.
ima_is_there()
{
	[ -e /sys/kernel/security/ima ] && [ "${TPM##*/}" = tpm0 ] &&
		! grep -q ':0* boot_aggregate' \
			/sys/kernel/security/ima/ascii_runtime_measurements
}

ima_entries()
{
	if ima_is_there; then
		cat /sys/kernel/security/ima/runtime_measurements_count
	else
		echo 0
	fi
}

# records - how many there are without those of IMA, which may measure what we start
records()
{
	echo $(($(next_record) - $(ima_entries)))
}

# adds COUNT COMMAND... - does it add so many records, and nothing that is foreign?
adds()
{
	local before count=$1

	shift
	before=$(records)
	"$@" >/dev/null || return 1
	[ "$(records)" -eq $((before + count)) ] || {
		echo "$before records, then $(records)"
		return 1
	}
	all_explained
}

# Does an independent replay give what all PCRs have?
all_explained()
{
	! grep -E '^[0-9]+ (foreign|unsure) ' "$LOGS/${TSM##*/}/checkpoints" &&
		"$DIR"/cel_replay.py "$TSM" >/dev/null && agree_all "$PCR" && verifies
}

all_pcrs_in_the_log()
{
	[ "$("$DIR"/cel_replay.py "$TSM" | cut -d ' ' -f 1 | sort -u | wc -l)" -eq 24 ]
}

extend_of_one_bank()
{
	adds 1 tpm2_pcrextend "$PCR:sha256=$SHA256" &&
		[ "$(last_records 1)" = "pcr$PCR 1" ]
}

extend_of_two_banks()
{
	adds 1 tpm2_pcrextend "$PCR:sha256=$SHA256,sha1=$SHA1" &&
		[ "$(last_records 1)" = "pcr$PCR 2" ]
}

extend_of_another_pcr()
{
	adds 1 tpm2_pcrextend "10:sha1=$SHA1" &&
		[ "$(last_records 1)" = "pcr10 1" ] && agree_all 10
}

event()
{
	echo "an event of theirs" >/tmp/event
	adds 1 tpm2_pcrevent "$PCR" /tmp/event &&
		[ "$(last_records 1)" = "pcr$PCR ${#banks[@]}" ] &&
		[ "$(last_content)" = "an event of theirs" ]
}

without_the_resource_manager()
{
	TPM2TOOLS_TCTI=device:/dev/${TPM##*/} \
		adds 1 tpm2_pcrextend "$PCR:sha256=$SHA256"
}

three_extends()
{
	append "before" && tpm2_pcrextend "$PCR:sha1=$SHA1" && append "after"
}

extend_between_ours()
{
	adds 3 three_extends && [ "$(last_records 3)" = \
		"pcr$PCR ${#banks[@]},pcr$PCR 1,pcr$PCR ${#banks[@]}" ]
}

not_extended()
{
	! tpm2_pcrextend "$1:sha256=$SHA256" 2>&1
}

# Refused by the TPM, so it did not happen: its locality may not extend that.
refused()
{
	adds 0 not_extended 17
}

reset_pcr()
{
	append "before" && tpm2_pcrreset "$PCR" && append "after"
}

reset_of_a_pcr()
{
	adds 2 reset_pcr && tail -n 1 "$LOGS/${TSM##*/}/checkpoints" |
		grep -q "^$(($(next_record) - 1)) reset pcr$PCR sha1:0*,"
}

# count COMMAND... - run it, and count those that worked
count()
{
	"$@" >/dev/null || return 1
	worked=$((worked + 1))
}

# measured NAME - have IMA measure a file that it has not seen before
measured()
{
	echo "$1" >"/root/$1" && chown "$MEASURED_OWNER" "/root/$1" && cat "/root/$1"
}

# mix ID FILE - of everything, until it is time; the number of commands that make a
# record goes to FILE
mix()
{
	local worked=0 round=0

	while [ "$SECONDS" -lt "$END" ]; do
		round=$((round + 1))
		echo "event $round of $1" >"/tmp/event.$1"
		count append "event $round of $1" &&
			count tpm2_pcrextend "$PCR:sha256=$SHA256" &&
			count tpm2_pcrextend "10:sha1=$SHA1" &&
			count tpm2_pcrevent "$PCR" "/tmp/event.$1" &&
			measured "$1.$round" >/dev/null &&
			TPM2TOOLS_TCTI=device:/dev/tpmrm${TPM##*/tpm} \
				count tpm2_pcrextend "8:sha256=$SHA256" &&
			count append "again" || return 1
		[ $((round % 5)) -ne 0 ] || tpm2_pcrreset "$PCR" || return 1
		cat "$TSM/pcr$PCR/sha1/digest" >/dev/null || return 1
	done
	echo "$worked" >"$2"
}

# stop_and_go PID - interrupt what that task is at, all the time
stop_and_go()
{
	local children

	while [ "$SECONDS" -lt "$END" ]; do
		read -ra children <"/proc/$1/task/$1/children"
		kill -STOP "$1" "${children[@]}"
		kill -CONT "${children[@]}" "$1"
		sleep 0.05
	done 2>/dev/null
	kill -CONT "$1"
}

# killed - extends whose tool does not live to hear of it. Whether there is a record
# of such an extend is the chip's to say; PCR 16 is theirs alone.
killed()
{
	while [ "$SECONDS" -lt "$END" ]; do
		tpm2_pcrextend "16:sha256=$SHA256" &
		sleep "0.$((RANDOM % 10))"
		kill -KILL $!
		wait $!
	done 2>/dev/null
	true
}

# ima_measures - let it measure what measured() makes. The policy of a guest that was
# started with one has that, if its root is no tmpfs.
ima_measures()
{
	! ima_is_there || grep -q 'ima_policy=tcb' /proc/cmdline ||
		echo "measure func=FILE_CHECK mask=MAY_READ fowner=$MEASURED_OWNER" \
			>/sys/kernel/security/ima/policy
}

# records_of PCR - how many there are
records_of()
{
	"$DIR"/cel_replay.py --records "$TSM" | grep -c "^pcr$1 "
}

# Eight tasks do all of this at once, one of them stopped over and over. Each command
# that worked has its record, and there are no others.
several_tasks()
{
	local tasks=() task before after entries worked=0

	END=$((SECONDS + ${STRESS_SECONDS:-10}))
	ima_measures || return 1
	before=$(($(records) - $(records_of 16)))
	entries=$(ima_entries)
	killed &
	tasks+=($!)
	for task in {1..7}; do
		mix "$task" "/tmp/worked.$task" &
		tasks+=($!)
	done
	stop_and_go $!
	for task in "${tasks[@]}"; do
		wait "$task" || return 1
	done
	for task in {1..7}; do
		worked=$((worked + $(cat "/tmp/worked.$task")))
	done
	after=$(($(records) - $(records_of 16)))
	entries=$(($(ima_entries) - entries))
	echo "$worked commands, $entries entries of IMA, $before other records, then $after"
	[ "$entries" -ge 7 ] || ! ima_is_there || return 1
	[ "$after" -eq $((before + worked)) ] &&
		all_explained && agree_all 8 && agree_all 10 && agree_all 16
}

trimmed()
{
	next_record >"$LOGS/${TSM##*/}/trim" || return 1
	[ "$(cat "$LOGS/${TSM##*/}/others_size")" -eq 0 ] &&
		adds 3 three_extends
}

# Who may only talk to the chip cannot fill the log of those who may write here.
budget_of_others()
{
	local limits=$LOGS/${TSM##*/} limit

	limit=$(cat "$limits/others_limit")
	echo 20000 >"$limits/others_limit" || return 1
	for _ in {1..200}; do
		tpm2_pcrextend "$PCR:sha256=$SHA256" || return 1
	done
	append "ours" && agree_all "$PCR" && append "ours" || return 1
	[ "$(cat "$limits/others_size")" -le 20000 ] &&
		grep -q " foreign pcr$PCR " "$limits/checkpoints" &&
		"$DIR"/cel_replay.py "$TSM" >/dev/null && verifies || return 1
	echo "$limit" >"$limits/others_limit"
	restart 16,23
}

locate
find_banks

ktap_print_header
needs tsm-log
ktap_set_plan 12

# What IMA's policy wants measured of what this starts is measured before the tests.
all_explained >/dev/null
last_records 1 >/dev/null

check all_pcrs_in_the_log
check extend_of_one_bank
check extend_of_two_banks
check extend_of_another_pcr
check event
check without_the_resource_manager
check extend_between_ours
check refused
check reset_of_a_pcr
check several_tasks
check trimmed
check budget_of_others

ktap_finished
