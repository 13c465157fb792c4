#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Typed records by what every shell has: all banks of a register are extended by
# digests of the writer's, with content and without. What is written must stand in
# the log as it is, and each bank must have the value that its digest gives.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh

TSM=/sys/kernel/tsm
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

# The numbers that the log has for hashes.
declare -A ALG=([sha1]=4 [sha256]=11 [sha384]=12 [sha512]=13)

# tlv TYPE - standard input as the value of a TLV
tlv()
{
	local file size

	file=$(mktemp -p "$TMP")
	cat >"$file"
	size=$(stat -c %s "$file")
	printf '%b' "$(printf '\\0%o\\0%o\\0%o\\0%o\\0%o' "$1" 0 0 \
		       $((size / 256)) $((size % 256)))"
	cat "$file"
}

unhex()
{
	printf '%b' "$(sed 's/../\\x&/g')"
}

# hash_in BANK - of standard input
hash_in()
{
	"$1sum" | cut -d ' ' -f 1
}

# banks REGISTER - in the order in which records have them
banks()
{
	if [ -d "$TSM/$1/sha256" ]; then
		(cd "$TSM/$1" && printf '%s\n' sha*)
	else
		cat "$TSM/$1/hash_algo"
	fi
}

# value REGISTER BANK
value()
{
	local file=$TSM/$1/$2/digest

	[ -e "$file" ] || file=$TSM/$1/digest
	cat "$file"
}

values()
{
	local bank

	for bank in $(banks "$1"); do
		value "$1" "$bank"
	done
}

# digests REGISTER - one for each bank, of standard input
digests()
{
	local bank

	cat >"$TMP/measured"
	for bank in $(banks "$1"); do
		hash_in "$bank" <"$TMP/measured" | unhex | tlv "${ALG[$bank]}"
	done | tlv 3
}

# event TYPE - content with standard input as event data
event()
{
	{
		printf '%b' "\\0\\0\\0\\0$(printf '%o' "$1")" | tlv 0
		tlv 1
	} | tlv 5
}

log_file()
{
	echo "$LOGS/${1%/*}/$2"
}

next_record()
{
	cat "$(log_file "$1" next_record)"
}

# logged - the last record must end with what was written
logged()
{
	tail -c "$(stat -c %s "$TMP/record")" "$(log_file "$1" cel)" |
		cmp - "$TMP/record"
}

by_cat()
{
	cat "$TMP/record" >"$TSM/$1/append_record"
}

by_dd()
{
	dd if="$TMP/record" of="$TSM/$1/append_record" bs=4096 2>/dev/null
}

# extends REGISTER FILE BY - $TMP/record must extend each bank of the register by the
# bank's hash of the FILE, and be in the log as it is
extends()
{
	local bank digest records

	for bank in $(banks "$1"); do
		digest=$(hash_in "$bank" <"$2")
		printf '%s%s' "$(value "$1" "$bank")" "$digest" | unhex |
			hash_in "$bank"
	done >"$TMP/expected"
	records=$(next_record "$1")
	"$3" "$1" && [ "$(next_record "$1")" -eq $((records + 1)) ] &&
		values "$1" | diff "$TMP/expected" - && logged "$1"
}

file_of_digests()
{
	printf 'a file, or a secret' >"$TMP/file"
}

digests_without_content()
{
	file_of_digests
	{
		digests "$1" <"$TMP/file"
		event 12 </dev/null
	} >"$TMP/record"
	extends "$1" "$TMP/file" by_cat
}

# EV_EVENT_TAG.
digests_with_an_event()
{
	file_of_digests
	{
		digests "$1" <"$TMP/file"
		printf 'the name of it' | event 6
	} >"$TMP/record"
	extends "$1" "$TMP/file" by_dd
}

digests_with_other_content()
{
	file_of_digests
	{
		digests "$1" <"$TMP/file"
		printf '{"string":"os-separator"}' | tlv 9
	} >"$TMP/record"
	extends "$1" "$TMP/file" by_cat
}

# The kernel hashes the event data,
event_alone()
{
	printf 'measured' >"$TMP/file"
	event 13 <"$TMP/file" >"$TMP/record"
	extends "$1" "$TMP/file" by_cat
}

# the template data,
template_alone()
{
	printf 'template data' >"$TMP/file"
	{
		printf 'ima-ng' | tlv 0
		tlv 1 <"$TMP/file"
	} | tlv 7 >"$TMP/record"
	extends "$1" "$TMP/file" by_cat
}

# or all that was written.
other_content_alone()
{
	printf 'cos' | tlv 80 >"$TMP/record"
	extends "$1" "$TMP/record" by_cat
}

# refused REGISTER - $TMP/record is, and nothing changes
refused()
{
	local before records

	before=$(values "$1")
	records=$(next_record "$1")
	! cat "$TMP/record" 2>/dev/null >"$TSM/$1/append_record" &&
		[ "$(values "$1")" = "$before" ] &&
		[ "$(next_record "$1")" -eq "$records" ]
}

missing_bank_is_refused()
{
	file_of_digests
	{
		digests "$1" <"$TMP/file" | tail -c +6 | head -c -69 | tlv 3
		printf 'x' | event 6
	} >"$TMP/record"
	refused "$1"
}

what_extends_nothing_is_refused()
{
	printf 'x' | event 3 >"$TMP/record"
	refused "$1"
}

management_is_refused()
{
	printf 'x' | tlv 4 >"$TMP/record"
	refused "$1"
}

cut_record_is_refused()
{
	printf 'measured' | event 6 | head -c -1 >"$TMP/record"
	refused "$1"
}

two_contents_are_refused()
{
	{
		printf 'x' | event 6
		printf 'y' | event 6
	} >"$TMP/record"
	refused "$1"
}

ktap_print_header

modprobe measurement_example
tpm=$(echo /sys/class/tpm/tpm[0-9])
registers=(sample/rtmr0 sample/rtmr2 "${tpm##*/}/pcr23")
ktap_set_plan $((11 * ${#registers[@]}))

for register in "${registers[@]}"; do
	check digests_without_content "$register"
	check digests_with_an_event "$register"
	check digests_with_other_content "$register"
	check event_alone "$register"
	check template_alone "$register"
	check other_content_alone "$register"
	check missing_bank_is_refused "$register"
	check what_extends_nothing_is_refused "$register"
	check management_is_refused "$register"
	check cut_record_is_refused "$register"
	check two_contents_are_refused "$register"
	# Others want to find events that are what was measured.
	next_record "$register" >"$(log_file "$register" trim)"
done

ktap_finished
