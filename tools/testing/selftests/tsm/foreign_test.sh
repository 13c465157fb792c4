#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What others do to the registers of a TPM: extends of one bank and of all, resets,
# before, between and during extends of ours. The log must say so where it
# happened, know the values from then on, and verify.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh
. "$DIR"/tpm.sh

SHA1=0123456789abcdef0123456789abcdef01234567
SHA256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

# found COUNT - is there one foreign checkpoint more than COUNT, at the next
# record, with what all banks have now?
found()
{
	local bank line

	[ "$(foreign)" -eq $(($1 + 1)) ] || {
		echo "$1 foreign checkpoints, then $(foreign)"
		return 1
	}
	line=$(tail -n 1 "$LOGS/${TSM##*/}/checkpoints")
	[ "${line%% *}" = "$(next_record)" ] || {
		echo "the next record is $(next_record), the checkpoint: $line"
		return 1
	}
	for bank in "${banks[@]}"; do
		[ "$(foreign_value "$bank")" = \
		  "$(cat "$TSM/pcr$PCR/$bank/digest")" ] || return 1
	done
	# To look did not add any.
	[ "$(foreign)" -eq $(($1 + 1)) ]
}

# goes_on - do extends of ours go on from there?
goes_on()
{
	local count

	count=$(foreign)
	append "after" && agree_all "$PCR" && verifies &&
		"$DIR"/cel_replay.py "$TSM" >/dev/null &&
		[ "$(foreign)" -eq "$count" ]
}

extend_of_one_bank()
{
	local count records

	count=$(foreign)
	records=$(next_record)
	tpm2_pcrextend "$PCR:sha256=$SHA256" || return 1
	# Nobody has looked yet.
	[ "$(foreign)" -eq "$count" ] || return 1
	# Who reads one bank looks at all of them.
	cat "$TSM/pcr$PCR/sha1/digest"
	found "$count" && [ "$(next_record)" -eq "$records" ] && goes_on
}

extend_of_all_banks()
{
	local count

	count=$(foreign)
	echo "an event of theirs" >/tmp/event
	tpm2_pcrevent "$PCR" /tmp/event >/dev/null || return 1
	cat "$TSM/pcr$PCR/digest"
	found "$count" && goes_on
}

# What was never looked at is one change.
several_extends_at_once()
{
	local count

	count=$(foreign)
	tpm2_pcrextend "$PCR:sha256=$SHA256" "$PCR:sha1=$SHA1" || return 1
	tpm2_pcrextend "$PCR:sha1=$SHA1" || return 1
	agree_all "$PCR" || return 1
	found "$count" && goes_on
}

# The one that ours built on is not in the log, so what they are together is
# found after it.
extend_between_ours()
{
	local count records

	count=$(foreign)
	records=$(next_record)
	append "before" || return 1
	tpm2_pcrextend "$PCR:sha256=$SHA256" || return 1
	append "after" || return 1
	[ "$(next_record)" -eq $((records + 2)) ] || return 1
	agree_all "$PCR" && found "$count" && goes_on
}

# A reset of the chip's PCRs, one by one where the TPM allows that.
reset_to_zero()
{
	local count bank

	count=$(foreign)
	append "before" || return 1
	tpm2_pcrreset "$PCR" || return 1
	cat "$TSM/pcr$PCR/digest"
	found "$count" || return 1
	for bank in "${banks[@]}"; do
		[ -z "$(foreign_value "$bank" | tr -d 0)" ] || return 1
	done
	goes_on
}

# The value is one that the PCR has had before: at the beginning.
reset_and_the_same_again()
{
	local count

	tpm2_pcrreset "$PCR" && agree_all "$PCR" && append "event" || return 1
	count=$(foreign)
	tpm2_pcrreset "$PCR" && append "event" || return 1
	# The PCR is as it was before the reset, the log has two events.
	agree_all "$PCR" && found "$count" && goes_on
}

reset_under_extends()
{
	local writers=() i

	for i in 1 2; do
		(for _ in {1..30}; do append "event of $i" || exit 1; done) &
		writers+=($!)
	done
	for _ in {1..5}; do
		tpm2_pcrextend "$PCR:sha256=$SHA256" || return 1
		tpm2_pcrreset "$PCR" || return 1
		cat "$TSM/pcr$PCR/digest" || return 1
	done
	for i in "${writers[@]}"; do
		wait "$i" || return 1
	done
	agree_all "$PCR" && goes_on
}

# A register that cannot be extended here has its log elsewhere.
registers_of_others()
{
	restart 16 || return 1
	tpm2_pcrextend "$PCR:sha256=$SHA256" && agree_all "$PCR" &&
		! grep " pcr$PCR " "$LOGS/${TSM##*/}/checkpoints" && verifies || return 1
	restart
}

locate
find_banks

ktap_print_header
needs tsm-log
ktap_set_plan 8

check extend_of_one_bank
check extend_of_all_banks
check several_extends_at_once
check extend_between_ours
check reset_to_zero
check reset_and_the_same_again
check reset_under_extends
check registers_of_others

ktap_finished
