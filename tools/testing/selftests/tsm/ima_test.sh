#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# IMA that measures into a register of a confidential VM: each of its entries is one
# record of that register, with the same content, in the same order, and the boot
# aggregate is made of the registers that stand for PCRs 0 to 9.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh

IMA=/sys/kernel/security/ima
TSM=/sys/kernel/tsm
RAMFS_MAGIC=0x858458f6

# IMA says at boot what it measures into.
REGISTER=$(dmesg | sed -n 's|.*ima: .*easuring into \([^ ,/]*/[^ ,]*\).*|\1|p' | head -n 1)
PROVIDER=${REGISTER%/*}
MR=${REGISTER#*/}
LOG=$LOGS/$PROVIDER

TMP=$(mktemp -d)
FILES=$TMP/files

# The tcb policy measures what root reads, but on tmpfs; so these files are not there.
make_files()
{
	mkdir "$FILES" && mount -t ramfs none "$FILES" || return 1
	grep -q ima_policy=tcb /proc/cmdline ||
		echo "measure func=FILE_CHECK mask=MAY_READ fsmagic=$RAMFS_MAGIC" \
			>"$IMA/policy"
}

clean_up()
{
	umount "$FILES"
	rm -rf "$TMP"
}

# records - IMA's, as "REGISTER TYPE DIGESTS DATA [claimed]"
records()
{
	"$DIR"/cel_replay.py --records "$TSM/$PROVIDER" | grep " content-7 "
}

entries()
{
	cat "$IMA/runtime_measurements_count"
}

# Programs that were never run before may be measured while the two are counted.
same_number()
{
	local before after

	for _ in {1..5}; do
		before=$(entries)
		number=$(records | grep -c "^$MR ")
		after=$(entries)
		[ "$before" = "$after" ] && break
	done
	echo "$before entries, $number records"
	[ "$before" -eq "$number" ] && [ "$number" -gt 0 ] &&
		[ "$(records | wc -l)" -eq "$number" ]
}

# measure NAME TEXT - let IMA measure a file that is new
measure()
{
	echo "$2" >"$FILES/$1" && cat "$FILES/$1" >/dev/null
}

files_are_measured()
{
	local before

	before=$(entries)
	for i in {1..100}; do
		measure "file$i" "the contents of file $i" || return 1
	done
	[ "$(entries)" -ge $((before + 100)) ] && same_number
}

# A file that is read while somebody may write it
violation()
{
	local before

	before=$(cat "$IMA/violations")
	echo "written" >"$FILES/open"
	exec 3>>"$FILES/open"
	cat "$FILES/open" >/dev/null
	exec 3>&-
	[ "$(cat "$IMA/violations")" -gt "$before" ] && same_number || return 1
	records | grep -E ":f+ .* claimed$" | tail -n 1 | grep .
}

same_binary_list()
{
	tsm-log export --format ima -o "$TMP/list" "$PROVIDER" &&
		cmp "$TMP/list" "$IMA/binary_runtime_measurements"
}

same_ascii_list()
{
	tsm-log show "$PROVIDER" | grep " IMA_TEMPLATE " |
		sed 's/.* IMA_TEMPLATE *[^ ]* *//; s/^(claimed) //' >"$TMP/shown"
	cut -c 45- "$IMA/ascii_runtime_measurements" | diff "$TMP/shown" -
}

list_of_each_bank()
{
	local bank

	for bank in $(cat "$TSM/$REGISTER/hash_algo") sha1; do
		[ "$(wc -l <"$IMA/ascii_runtime_measurements_$bank")" -gt 0 ] ||
			return 1
	done
}

# opening REGISTER - what it had when the provider appeared, in hex
opening()
{
	sed -n "s/^0 register $1 .*$BANK:\([0-9a-f]*\).*/\1/p" "$LOG/checkpoints" | tail -n 1
}

unhex()
{
	printf '%b' "$(sed 's/../\\x&/g')"
}

# The hash over CC MRs 0 to 3, in the bank of the register
boot_aggregate()
{
	local expected

	BANK=$(cat "$TSM/$REGISTER/hash_algo")
	expected=$({
		cat "$TSM/$PROVIDER/mrtd/digest"
		opening rtmr0
		opening rtmr1
		opening rtmr2
	} | tr -d '\n' | unhex | "${BANK}sum" | cut -d ' ' -f 1)
	echo "$expected"
	head -n 1 "$IMA/ascii_runtime_measurements" | grep "$BANK:$expected boot_aggregate"
}

verifies()
{
	! grep -E '^[0-9]+ (foreign|unsure) ' "$LOG/checkpoints" &&
		"$DIR"/cel_replay.py "$TSM/$PROVIDER" && tsm-log verify "$PROVIDER"
}

# measure_all FIRST LAST
measure_all()
{
	local i

	for ((i = $1; i <= $2; i++)); do
		measure "many$i" "contents $i" || return 1
	done
}

# Others extend the same register; each has its records.
with_others()
{
	local tasks=() before task

	before=$(cat "$LOG/next_record")
	entries=$(entries)
	measure_all 1 500 &
	tasks+=($!)
	measure_all 501 1000 &
	tasks+=($!)
	for i in {1..200}; do
		echo "event $i" >"$TSM/$REGISTER/append_event" || return 1
	done
	for task in "${tasks[@]}"; do
		wait "$task" || return 1
	done
	entries=$(($(entries) - entries))
	[ "$entries" -ge 1000 ] && same_number || return 1
	[ "$(cat "$LOG/next_record")" -ge $((before + 1200)) ] && verifies
}

# The log is full: nothing is extended, and the next one has its record again.
full_log()
{
	local limit before

	limit=$(cat "$LOG/limit")
	before=$(cat "$LOG/next_record")
	echo 1 >"$LOG/limit" || return 1
	measure full "not in the log"
	echo "$limit" >"$LOG/limit"
	[ "$(cat "$LOG/next_record")" -eq "$before" ] || return 1
	measure after_full "in the log again" &&
		[ "$(cat "$LOG/next_record")" -gt "$before" ] && verifies
}

# twice COMMAND... - what it starts may be measured the first time
twice()
{
	"$@" >/dev/null 2>&1
	"$@"
}

ktap_print_header
if [ ! -e "$IMA" ] || [ -z "$REGISTER" ]; then
	ktap_skip_all "IMA does not measure into a register of a confidential VM"
	exit "$KSFT_SKIP"
fi
needs tsm-log
trap clean_up EXIT
make_files
ktap_set_plan 10

check same_number
check boot_aggregate
check files_are_measured
check violation
check list_of_each_bank
check twice same_binary_list
check twice same_ascii_list
check verifies
check with_others
# The list has an entry more than the log from here on.
check full_log

ktap_finished
