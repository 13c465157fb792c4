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

# adds COUNT COMMAND... - does it add so many records, and nothing that is foreign?
adds()
{
	local before count=$1

	shift
	before=$(next_record)
	"$@" >/dev/null || return 1
	[ "$(next_record)" -eq $((before + count)) ] || {
		echo "$before records, then $(next_record)"
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

# Refused by the TPM, so it did not happen: its locality may not extend that.
refused()
{
	adds 0 eval '! tpm2_pcrextend "17:sha256=$SHA256" 2>&1'
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

# mix ID - of everything, so that it is known how many records that makes: 60
mix()
{
	local i

	for i in {1..10}; do
		append "event $i of $1" &&
			tpm2_pcrextend "$PCR:sha256=$SHA256" &&
			tpm2_pcrextend "10:sha1=$SHA1" &&
			echo "event $i of $1" | tpm2_pcrevent "$PCR" >/dev/null &&
			TPM2TOOLS_TCTI=device:/dev/tpmrm${TPM##*/tpm} \
				tpm2_pcrextend "8:sha256=$SHA256" &&
			append "again" || return 1
		[ $((i % 5)) -ne 0 ] || tpm2_pcrreset "$PCR" || return 1
		cat "$TSM/pcr$PCR/sha1/digest" >/dev/null || return 1
	done
}

mix_of_tasks()
{
	local tasks=() task

	for task in 1 2 3 4; do
		mix "$task" &
		tasks+=($!)
	done
	for task in "${tasks[@]}"; do
		wait "$task" || return 1
	done
}

several_tasks()
{
	adds 240 mix_of_tasks
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
	restart
}

locate
find_banks

ktap_print_header
needs tsm-log
ktap_set_plan 12

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
