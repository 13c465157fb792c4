#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The firmware's log and ours, as one: it must lead from power-on to the values that
# all registers have, as tpm2_eventlog replays it.
#
# In a TDX guest the firmware's log is the one that the ACPI table CCEL tells of;
# elsewhere it is the TPM's. $REGISTER is extended here; who chooses it chooses one
# that the firmware has extended as well, to test that our log goes on there.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh
. "$DIR"/tpm.sh

ROOT=/sys/kernel/tsm
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT

chosen=${REGISTER:+1}
chosen=${chosen:-0}
locate
if [ -d $ROOT/tdx ]; then
	PROVIDER=tdx
	REGISTER=${REGISTER:-rtmr2}
	FIRMWARE=/sys/firmware/acpi/tables/data/CCEL
else
	PROVIDER=${TPM##*/}
	REGISTER=${REGISTER:-pcr16}
	FIRMWARE=/sys/kernel/security/$PROVIDER/binary_bios_measurements
fi

append()
{
	printf '%s' "$1" >"$ROOT/$PROVIDER/$REGISTER/append_event"
}

# live_values - as pcr_values prints them, with the numbers that the log has
live_values()
{
	local n

	if [ "$PROVIDER" != tdx ]; then
		tpm2_pcrread | pcr_values
		return
	fi
	for n in 0 1 2 3; do
		echo "sha384: $((n + 1)) 0x$(cat $ROOT/tdx/rtmr$n/digest)"
	done
}

# register_number - what the logs call $REGISTER
register_number()
{
	case $REGISTER in
	pcr*) echo "${REGISTER#pcr}" ;;
	rtmr*) echo $((${REGISTER#rtmr} + 1)) ;;
	esac
}

# firmware_registers - the numbers of those that the firmware has extended
firmware_registers()
{
	awk '/^  PCRIndex:/ { number = $2 }
	     /^  EventType:/ && $2 != "EV_NO_ACTION" { print number }
	     ' "$TMP/firmware.yaml" | sort -u
}

# count_events - in what tpm2_eventlog has written
count_events()
{
	grep -c '^- EventNum'
}

# More than the log's header.
firmware_has_measured()
{
	tpm2_eventlog "$FIRMWARE" >"$TMP/firmware.yaml"
	[ "$(count_events <"$TMP/firmware.yaml")" -ge 5 ]
}

# provider_has_it - byte for byte, and not what an area has behind the log
provider_has_it()
{
	local file=$LOGS/$PROVIDER/firmware size

	cat "$file" >"$TMP/beside" && [ "$(stat -c %a "$file")" = 440 ] || return 1
	if [ "$PROVIDER" != tdx ]; then
		cmp "$TMP/beside" "$FIRMWARE"
		return
	fi
	size=$(stat -c %s "$TMP/beside")
	cmp -n "$size" "$TMP/beside" "$FIRMWARE" &&
		[ "$size" -lt "$(wc -c <"$FIRMWARE")" ] &&
		[ "$(tail -c +$((size + 1)) "$FIRMWARE" | tr -d '\377' | wc -c)" -eq 0 ] &&
		[ "$(tpm2_eventlog "$TMP/beside" | count_events)" -eq \
		  "$(count_events <"$TMP/firmware.yaml")" ]
}

verifies_from_power_on()
{
	append "event" && tsm-log verify --follow-firmware "$PROVIDER"
}

leads_to_all_values()
{
	tsm-log export --format tcg2 --follow-firmware -o "$TMP/all" "$PROVIDER" &&
		tpm2_eventlog "$TMP/all" | pcr_values >"$TMP/computed" &&
		live_values >"$TMP/live" || return 1
	cat "$TMP/computed"
	! grep -vxFf "$TMP/live" "$TMP/computed"
}

# all_registers_are_in - those of the firmware, and ours, each in all banks
all_registers_are_in()
{
	local number

	{
		firmware_registers
		register_number
	} | sort -u >"$TMP/numbers"
	while read -r number; do
		[ "$(grep -c " $number 0x" "$TMP/computed")" -eq \
		  "$(grep -c " $number 0x" "$TMP/live")" ] || {
			echo "not in all banks: $number"
			return 1
		}
	done <"$TMP/numbers"
}

firmware_has_extended_it()
{
	firmware_registers | grep -qx "$(register_number)"
}

register_goes_on()
{
	local old

	old=$(cat "$ROOT/$PROVIDER/$REGISTER/digest")
	append "one more" && [ "$old" != "$(cat "$ROOT/$PROVIDER/$REGISTER/digest")" ] &&
		leads_to_all_values
}

verifies_with()
{
	tsm-log verify --follow-firmware --firmware-log "$1" "$PROVIDER"
}

# The first digest that the firmware has extended by is another one.
changed_firmware_log_differs()
{
	local digest

	verifies_with "$FIRMWARE" || return 1
	digest=$(awk '{ gsub(/"/, "") }
		      /^  EventType:/ { type = $2 }
		      /^    Digest:/ && type != "EV_NO_ACTION" { print $2; exit }
		      ' "$TMP/firmware.yaml")
	python3 -c 'import sys
data = open(sys.argv[1], "rb").read()
digest = bytes.fromhex(sys.argv[2])
sys.stdout.buffer.write(data.replace(digest, digest[::-1], 1))' \
		"$FIRMWARE" "$digest" >"$TMP/firmware" || return 1
	verifies_with "$TMP/firmware"
	[ $? -eq 1 ]
}

ktap_print_header
needs tsm-log
if [ ! -e "$FIRMWARE" ]; then
	ktap_skip_all "the firmware has left no log at $FIRMWARE"
	exit "$KSFT_SKIP"
fi
if [ "$PROVIDER" != tdx ] && [ "$chosen" = 0 ]; then
	# Other tests have extended them: let these two be as after power-on.
	tpm2_pcrreset 16 23
	restart 16,23
	PROVIDER=${TPM##*/}
	FIRMWARE=/sys/kernel/security/$PROVIDER/binary_bios_measurements
fi
ktap_set_plan $((7 + chosen))

check firmware_has_measured
check provider_has_it
[ "$chosen" = 0 ] || check firmware_has_extended_it
check verifies_from_power_on
check leads_to_all_values
check all_registers_are_in
check register_goes_on
check changed_firmware_log_differs

ktap_finished
