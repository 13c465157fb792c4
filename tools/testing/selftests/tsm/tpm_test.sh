#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The PCRs here, in the TPM driver's own files, and by tpm2-tools: all three must
# agree. And chips that come and go.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh
. "$DIR"/tpm.sh

all_pcrs_agree()
{
	local pcr

	for pcr in $(seq 0 23); do
		agree_all "$pcr" || return 1
	done
}

all_banks_shown()
{
	local bank

	for bank in "$TPM"/pcr-*; do
		[ -e "$TSM/pcr0/${bank##*/pcr-}/digest" ] || return 1
	done
}

extend_shows_everywhere()
{
	local before

	before=$(cat "$TSM/pcr$PCR/digest")
	append "an event" || return 1
	[ "$before" != "$(cat "$TSM/pcr$PCR/digest")" ] && agree_all "$PCR"
}

# Each bank must be extended by its own hash of the event.
bank_is_hash_of_event()
{
	local old new digest

	old=$(cat "$TSM/pcr$PCR/sha256/digest")
	append "hash me" || return 1
	digest=$(printf 'hash me' | sha256sum | cut -d ' ' -f 1)
	new=$(printf '%b' "$(printf '%s%s' "$old" "$digest" |
	      sed 's/../\\x&/g')" | sha256sum | cut -d ' ' -f 1)
	[ "$new" = "$(cat "$TSM/pcr$PCR/sha256/digest")" ]
}

# Firmware's, boot loaders', IMA's and systemd's PCRs have logs of their own.
only_chosen_pcrs_extensible()
{
	local pcr list=

	for pcr in $(seq 0 23); do
		[ -e "$TSM/pcr$pcr/append_event" ] && list="$list $pcr"
	done
	[ "$list" = " 16 23" ]
}

parameter_chooses_pcrs()
{
	restart 7,10-11 || return 1
	only_chosen_pcrs_extensible && return 1
	[ -e "$TSM/pcr10/append_event" ] && [ ! -e "$TSM/pcr16/append_event" ] &&
		restart
}

bad_parameter_is_refused()
{
	local pcrs

	for pcrs in 24 x; do
		! echo $pcrs >"$PCRS" || return 1
	done 2>/dev/null
	[ "$(cat "$PCRS")" = 16,23 ]
}

# The chip refuses the kernel's locality, and has done nothing then.
refused_locality_is_access_denied()
{
	local before records

	restart 17,23 || return 1
	before=$(cat "$TSM/pcr17/digest")
	records=$(next_record)
	LC_ALL=C bash -c "printf x >$TSM/pcr17/append_event" 2>&1 |
		grep -q 'Permission denied' || return 1
	[ "$(cat "$TSM/pcr17/digest")" = "$before" ] &&
		[ "$(next_record)" = "$records" ] && verifies && restart
}

goes_with_the_chip()
{
	local fd

	exec {fd}<"$TSM/pcr$PCR/digest" || return 1
	unbind || return 1
	[ ! -e "$TSM" ] || return 1
	# Open files say so.
	LC_ALL=C cat <&"$fd" 2>&1 | grep -q 'No such device' || return 1
	exec {fd}<&-
}

comes_with_the_chip()
{
	bind && locate && append "after" && agree_all "$PCR" && verifies
}

unbind_under_extends()
{
	for _ in 1 2 3; do
		(while append "event"; do :; done) 2>/dev/null &
	done
	sleep 0.3
	unbind || return 1
	wait
	[ ! -e "$TSM" ] && comes_with_the_chip
}

ktap_print_header
needs tsm-log
ktap_set_plan 11

locate
find_banks

check all_banks_shown
check all_pcrs_agree
check extend_shows_everywhere
check bank_is_hash_of_event
check only_chosen_pcrs_extensible
check parameter_chooses_pcrs
check bad_parameter_is_refused
check refused_locality_is_access_denied
check goes_with_the_chip
check comes_with_the_chip
check unbind_under_extends

ktap_finished
