#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The PCRs here, in the TPM driver's own files, and by tpm2-tools: all three must
# agree, and an extend past us must show as a foreign checkpoint.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh

PCR=23

# Where the only chip is. Its number changes when its driver is bound again
# while someone, as IMA does, still holds the old one.
locate()
{
	TPM=$(echo /sys/class/tpm/tpm[0-9])
	TSM=/sys/kernel/tsm/${TPM##*/}
	export TPM2TOOLS_TCTI=device:/dev/tpmrm${TPM##*/tpm}
}

lower()
{
	tr A-F a-f
}

# agree BANK PCR - do all three show the same value?
agree()
{
	local ours theirs tools

	ours=$(cat "$TSM/pcr$2/$1/digest")
	theirs=$(lower <"$TPM/pcr-$1/$2")
	tools=$(tpm2_pcrread "$1:$2" | sed -n "s/^ *$2 *: *0x//p" | lower)
	if [ -z "$ours" ] || [ "$ours" != "$theirs" ] ||
	   [ "$ours" != "$tools" ]; then
		ktap_print_msg "$1 pcr$2: $ours, driver $theirs, tpm2 $tools"
		return 1
	fi
}

agree_all()
{
	local bank

	for bank in "${banks[@]}"; do
		agree "$bank" "$1" || return 1
	done
}

append()
{
	printf '%s' "$1" >"$TSM/pcr$PCR/append_event"
}

foreign()
{
	grep -c "^[0-9]* foreign pcr$PCR " "$TSM/log/checkpoints"
}

# What the last foreign checkpoint says of a bank.
foreign_value()
{
	grep " foreign pcr$PCR " "$TSM/log/checkpoints" | tail -n 1 |
		grep -o "$1:[0-9a-f]*" | cut -d : -f 2
}

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

foreign_extend_is_found()
{
	local count records bank

	count=$(foreign)
	records=$(cat "$TSM/log/next_record")
	tpm2_pcrextend "$PCR:sha256=$(printf x | sha256sum | cut -c 1-64)" ||
		return 1
	# Nobody has looked yet.
	[ "$(foreign)" -eq "$count" ] || return 1
	agree_all "$PCR" || return 1
	[ "$(foreign)" -eq $((count + 1)) ] || return 1
	[ "$(cat "$TSM/log/next_record")" -eq "$records" ] || return 1
	for bank in "${banks[@]}"; do
		[ "$(foreign_value "$bank")" = \
		  "$(cat "$TSM/pcr$PCR/$bank/digest")" ] || return 1
	done
}

verifies_after_foreign_extend()
{
	append "after" && tsm-log verify "${TSM##*/}"
}

reset_is_found()
{
	local count

	count=$(foreign)
	tpm2_pcrreset "$PCR" || return 1
	cat "$TSM/pcr$PCR/digest" >/dev/null
	[ "$(foreign)" -eq $((count + 1)) ] && tsm-log verify "${TSM##*/}"
}

# IMA's and firmware's PCRs have logs of their own.
only_chosen_pcrs_extensible()
{
	local pcr list=

	for pcr in $(seq 0 23); do
		[ -e "$TSM/pcr$pcr/append_event" ] && list="$list $pcr"
	done
	[ "$list" = " 8 9 11 12 13 14 15 16 23" ]
}

parameter_chooses_pcrs()
{
	rmmod tsm_tpm && modprobe tsm_tpm pcrs=7,10-11 || return 1
	only_chosen_pcrs_extensible && return 1
	[ -e "$TSM/pcr10/append_event" ] && [ ! -e "$TSM/pcr16/append_event" ]
}

bad_parameter_is_refused()
{
	rmmod tsm_tpm || return 1
	modprobe tsm_tpm pcrs=24 2>/dev/null && return 1
	modprobe tsm_tpm pcrs=x 2>/dev/null && return 1
	modprobe tsm_tpm
}

locate
# The driver that the chip is bound to, and the name that it knows the chip by.
driver=$(readlink -f "$TPM/device/driver")
chip=$(basename "$(readlink -f "$TPM/device")")
module=$(basename "$(readlink -f "$driver/module")")

# tpm_svsm is bound as long as it is loaded.
unbind()
{
	if [ -e "$driver/unbind" ]; then
		echo "$chip" >"$driver/unbind"
	else
		rmmod "$module"
	fi
}

bind()
{
	if [ -e "$driver/bind" ]; then
		echo "$chip" >"$driver/bind"
	else
		modprobe "$module"
	fi
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
	bind && locate && append "after" && agree_all "$PCR" && tsm-log verify "${TSM##*/}"
}

# A driver that is bound when we have been here for long.
module_before_chip()
{
	rmmod tsm_tpm && unbind && modprobe tsm_tpm || return 1
	[ ! -e "$TSM" ] || return 1
	comes_with_the_chip
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
ktap_set_plan 14

for file in "$TPM"/pcr-*; do
	banks+=("${file##*/pcr-}")
done
modprobe tsm_tpm

check all_banks_shown
check all_pcrs_agree
check extend_shows_everywhere
check bank_is_hash_of_event
check foreign_extend_is_found
check verifies_after_foreign_extend
check reset_is_found
check only_chosen_pcrs_extensible
check parameter_chooses_pcrs
check bad_parameter_is_refused
check goes_with_the_chip
check comes_with_the_chip
check module_before_chip
check unbind_under_extends

ktap_finished
