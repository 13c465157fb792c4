#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Banks that have some PCRs only, as tpm2_pcrallocate makes them: each PCR is shown
# in those banks that have it, and is extended in these.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh
. "$DIR"/tpm.sh

# selected - "PCR BANK..." for each PCR that is in any, as tpm2-tools say.
selected()
{
	tpm2_getcap pcrs | tr -d ',[]' | awk '
		/^ *- sha/ {
			bank = substr($2, 1, length($2) - 1)
			for (i = 3; i <= NF; i++)
				banks[$i] = banks[$i] " " bank
		}
		END { for (pcr in banks) print pcr banks[pcr] }' | sort -n
}

# shown - the same, as we show it.
shown()
{
	local dir bank banks

	for dir in "$TSM"/pcr*; do
		banks=
		for bank in "$dir"/sha*; do
			[ ! -d "$bank" ] || banks="$banks ${bank##*/}"
		done
		echo "${dir##*/pcr}${banks:- $(cat "$dir/hash_algo")}"
	done | sort -n
}

banks_are_as_allocated()
{
	[ -n "$(selected)" ] && diff <(selected) <(shown)
}

# Otherwise this test has nothing to test.
banks_are_partial()
{
	[ "$(selected | cut -d ' ' -f 2- | sort -u | wc -l)" -gt 1 ] &&
		[ "$(selected | wc -l)" -lt 24 ]
}

# agree PCR BANK - do we and tpm2-tools show the same value?
agree()
{
	local ours=$TSM/pcr$1/$2/digest theirs

	[ -e "$ours" ] || ours=$TSM/pcr$1/digest
	theirs=$(tpm2_pcrread "$2:$1" | sed -n "s/^ *$1 *: *0x//p" | lower)
	[ -n "$theirs" ] && [ "$(cat "$ours")" = "$theirs" ]
}

values_agree()
{
	local pcr banks bank

	while read -r pcr banks; do
		for bank in $banks; do
			agree "$pcr" "$bank" || return 1
		done
	done < <(selected)
}

extends_agree()
{
	for PCR in 16 23; do
		append "an event" || return 1
	done
	values_agree
}

# A register of one bank takes its digest.
one_bank_takes_a_digest()
{
	[ "$(cat "$TSM/pcr23/hash_algo")" = sha256 ] &&
		printf 'x' | sha256sum | cut -d ' ' -f 1 >"$TSM/pcr23/digest" &&
		agree 23 sha256
}

log_replays()
{
	verifies && "$DIR"/cel_replay.py "$TSM"
}

ktap_print_header
needs tsm-log
ktap_set_plan 6

locate

check banks_are_partial
check banks_are_as_allocated
check values_agree
check extends_agree
check one_bank_takes_a_digest
check log_replays

ktap_finished
