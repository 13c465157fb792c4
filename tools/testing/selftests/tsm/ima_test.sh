#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# IMA that measures into a register of a confidential VM, or a TPM: each of its entries is
# one record of that register, with the same content, in the same order, and the boot
# aggregate is made of PCRs 0 to 9, or of the registers that stand for these.
#
# $IMA_FILES is how many files are measured where that is many (300).

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh

IMA=/sys/kernel/security/ima
TSM=/sys/kernel/tsm
LIST=$IMA/binary_runtime_measurements
RAMFS_MAGIC=0x858458f6
MANY=${IMA_FILES:-300}

# IMA says at boot what it measures into.
REGISTER=$(dmesg | sed -n 's|.*ima: .*easuring into \([^ ,/]*/[^ ,]*\).*|\1|p' | head -n 1)
# Where it says nothing it measures into a TPM, and did so if there was one at boot.
if [ -z "$REGISTER" ] && [ -e "$TSM/tpm0" ] &&
   ! grep -q ':0* boot_aggregate' "$IMA/ascii_runtime_measurements"; then
	REGISTER=tpm0/pcr10
fi
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

is_tpm()
{
	[ "$REGISTER" = tpm0/pcr10 ]
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

# pcr_file VALUE - as older TPM drivers show PCRs, of which 0 to 9 are of no interest
pcr_file()
{
	local i

	for i in {0..9}; do
		echo "PCR-0$i:"
	done
	printf "PCR-10:"
	for ((i = 0; i < ${#1}; i += 2)); do
		printf ' %s' "${1:i:2}"
	done
	echo
}

# The PCR and the list must be of one moment, and what is started may be measured.
evmctl_accepts()
{
	local before after

	for _ in {1..5}; do
		read -r before <"$TSM/$REGISTER/sha256/digest"
		cat "$LIST" >"$TMP/list"
		read -r after <"$TSM/$REGISTER/sha256/digest"
		[ "$before" = "$after" ] && break
	done
	pcr_file "$after" >"$TMP/pcrs"
	evmctl ima_measurement --pcrs "sha256,$TMP/pcrs" "$TMP/list" 2>&1 |
		tee "$TMP/verdict"
	grep -q "Matched per TPM bank" "$TMP/verdict" || return 1

	# It is the value that it looks at.
	pcr_file "${after//[0-7]/8}" >"$TMP/pcrs"
	! evmctl ima_measurement --pcrs "sha256,$TMP/pcrs" "$TMP/list"
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
		cmp "$TMP/list" "$LIST"
}

same_ascii_list()
{
	tsm-log show "$PROVIDER" | grep " IMA_TEMPLATE " |
		sed 's/.* IMA_TEMPLATE *[^ ]* *//; s/^(claimed) //' >"$TMP/shown"
	cut -c 45- "$IMA/ascii_runtime_measurements" | diff "$TMP/shown" -
}

# banks - the register's
banks()
{
	local dir

	if is_tpm; then
		for dir in "$TSM/$REGISTER"/*/; do
			[ ! -e "$dir/digest" ] || basename "$dir"
		done
	else
		cat "$TSM/$REGISTER/hash_algo"
	fi
}

list_of_each_bank()
{
	local bank

	for bank in $(banks) sha1; do
		[ "$(wc -l <"$IMA/ascii_runtime_measurements_$bank")" -gt 0 ] ||
			return 1
	done
}

# opening REGISTER - what it had when the provider appeared, in hex
opening()
{
	sed -n "s/^[0-9]* register $1 .*$BANK:\([0-9a-f]*\).*/\1/p" "$LOG/checkpoints" |
		head -n 1
}

unhex()
{
	printf '%b' "$(sed 's/../\\x&/g')"
}

# The values that the boot aggregate is made of
boot_values()
{
	local i

	if is_tpm; then
		for i in {0..9}; do
			opening "pcr$i"
		done
	else
		cat "$TSM/$PROVIDER/mrtd/digest"
		for i in {0..2}; do
			opening "rtmr$i"
		done
	fi
}

# Their hash, in the bank of the register that IMA prefers
boot_aggregate()
{
	local expected

	BANK=sha256
	banks | grep -qx "$BANK" || BANK=$(banks | head -n 1)
	expected=$(boot_values | tr -d '\n' | unhex | "${BANK}sum" | cut -d ' ' -f 1)
	echo "$expected"
	head -n 1 "$IMA/ascii_runtime_measurements" | grep "$BANK:$expected boot_aggregate"
}

verifies()
{
	! grep -E '^[0-9]+ (foreign|unsure) ' "$LOG/checkpoints" &&
		"$DIR"/cel_replay.py "$TSM/$PROVIDER" && tsm-log verify "$PROVIDER"
}

# extend N - as an agent does
extend()
{
	if is_tpm; then
		echo "event $1" | TPM2TOOLS_TCTI=device:/dev/tpmrm0 tpm2_pcrevent -Q 10
	else
		echo "event $1" >"$TSM/$REGISTER/append_event"
	fi
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
	local tasks=() before task extends=200

	# Each of them is a process that is started.
	is_tpm && extends=20
	before=$(cat "$LOG/next_record")
	entries=$(entries)
	measure_all 1 $((MANY / 2)) &
	tasks+=($!)
	measure_all $((MANY / 2 + 1)) "$MANY" &
	tasks+=($!)
	for ((i = 1; i <= extends; i++)); do
		extend "$i" || return 1
	done
	for task in "${tasks[@]}"; do
		wait "$task" || return 1
	done
	entries=$(($(entries) - entries))
	[ "$entries" -ge "$MANY" ] && same_number || return 1
	[ "$(cat "$LOG/next_record")" -ge $((before + MANY + extends)) ] && verifies
}

# take_list - what IMA has now, which may be nothing, out of its list
take_list()
{
	if [ "$(wc -c <"$LIST")" -gt 0 ]; then
		echo A >"${LIST}_staged" && cat "${LIST}_staged" &&
			echo D >"${LIST}_staged"
	fi
}

# Both lists are taken away while they grow, and together each has all.
staged_and_archived()
{
	local growing=1 status=0 task

	mkdir "$TMP/archive"
	measure_all $((MANY + 1)) $((2 * MANY)) &
	task=$!
	while [ "$growing" ]; do
		kill -0 "$task" 2>/dev/null || growing=
		tsm-log archive "$TMP/archive" "$PROVIDER" &&
			take_list >>"$TMP/taken" || status=1
		sleep 1
	done
	wait "$task" && [ "$status" -eq 0 ] || return 1
	measure last "the last one"
	cat "$LIST" >>"$TMP/taken"
	tsm-log export --format ima --archive "$TMP/archive" -o "$TMP/list" "$PROVIDER" &&
		cmp "$TMP/list" "$TMP/taken" && verifies
}

# fault NAME=COUNT - of the emulator in tools/testing/tee-emu
fault()
{
	echo "$1" | dd of=/dev/port bs=1 seek=3584 status=none
}

# added ENTRIES RECORDS COMMAND... - does it add so many to IMA's list and to the log?
added()
{
	local before_entries before_records

	before_entries=$(entries)
	before_records=$(cat "$LOG/next_record")
	"${@:3}"
	[ "$(entries)" -eq $((before_entries + $1)) ] &&
		[ "$(cat "$LOG/next_record")" -eq $((before_records + $2)) ]
}

# What the hardware refuses is in IMA's list alone, and what it did, although it says that
# it failed, is a record.
failed_extends()
{
	fault extend-invalid=0
	added 1 1 measure before "before the fault" || return 1
	fault extend-invalid=1
	added 1 0 measure refused "refused" || return 1
	fault extend-unclear=1
	added 1 1 measure unclear "done, with an error" || return 1
	added 1 1 measure after "after the fault" && verifies
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
	ktap_skip_all "IMA does not measure into a register that has an event log"
	exit "$KSFT_SKIP"
fi
needs tsm-log
is_tpm && needs evmctl tpm2_pcrevent
trap clean_up EXIT
make_files
if is_tpm; then ktap_set_plan 11; else ktap_set_plan 12; fi

check same_number
check boot_aggregate
check files_are_measured
# It knows banks of TPMs, and cannot see the beginning of a register.
is_tpm && check evmctl_accepts
check violation
check list_of_each_bank
check twice same_binary_list
check twice same_ascii_list
check verifies
check with_others
check staged_and_archived
# The list has entries more than the log from here on. What a TPM does is not for our
# emulator to say, and it does not mind the log.
if ! is_tpm; then
	check failed_extends
	check full_log
fi

ktap_finished
