#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tracepoints: what the trace says of extends, reads, trims and, with a TPM, of what
# others do, is what the log has.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh
. "$DIR"/tpm.sh

TRACEFS=/sys/kernel/tracing
TRACE=$TRACEFS/instances/tsm-test-$$
EVENTS="tsm_drain tsm_extend tsm_foreign tsm_read tsm_reset tsm_trim"
SHA256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
TMP=$(mktemp -d)
trap 'rmdir "$TRACE" 2>/dev/null; rm -rf "$TMP"' EXIT

# traced COMMAND... - run it, and keep what the trace says of the provider
traced()
{
	local status=0

	echo >"$TRACE/trace"
	"$@" || status=$?
	sed -n 's/^.*: \(tsm_[a-z]*\): /\1 /p' "$TRACE/trace" |
		grep " provider=$PROVIDER\( \|\$\)" >"$TMP/trace"
	return "$status"
}

# saw COUNT EVENT FIELD... - has the trace exactly so many lines of the event with these
# fields after the provider? All are extended regular expressions.
saw()
{
	local count=$1 line="$2 provider=$PROVIDER ${*:3}"

	[ "$(grep -cxE "$line" "$TMP/trace")" -eq "$count" ] || {
		echo "not $count times: $line"
		cat "$TMP/trace"
		return 1
	}
}

number()
{
	cat "$LOGS/$PROVIDER/$1"
}

append_event()
{
	printf '%s' "$1" >"/sys/kernel/tsm/$PROVIDER/$REGISTER/append_event"
}

has_all_events()
{
	# shellcheck disable=SC2012
	[ "$(cd $TRACEFS/events/tsm_measurement && ls -d tsm_* | paste -s -d ' ')" = \
	  "$EVENTS" ]
}

extend()
{
	local recnum size banks

	recnum=$(number next_record)
	size=$(number size)
	banks=$(cd "/sys/kernel/tsm/$PROVIDER/$REGISTER" && set -- */digest && echo $#)
	traced append_event "an event" || return 1
	size=$(($(number size) - size))
	saw 1 tsm_extend "register=$REGISTER recnum=$recnum digests=$banks" \
	      "size=$size others=0 rc=0" &&
		saw 1 tsm_extend ".*"
}

# A full log refuses it with ENOSPC.
refused_extend()
{
	local limit status=0

	limit=$(number limit)
	echo 1 >"$LOGS/$PROVIDER/limit"
	traced append_event "one too many" 2>/dev/null && status=1
	echo "$limit" >"$LOGS/$PROVIDER/limit"
	[ "$status" -eq 0 ] &&
		saw 1 tsm_extend "register=$REGISTER recnum=$(number next_record)" \
		      "digests=[1-5] size=0 others=0 rc=-28" &&
		saw 1 tsm_extend ".*"
}

read_register()
{
	traced cat "/sys/kernel/tsm/$PROVIDER/$REGISTER/digest" || return 1
	saw 1 tsm_read "register=$REGISTER authentic=[01] rc=0" &&
		saw 0 "tsm_(extend|foreign|reset|trim)" ".*"
}

extend_and_look()
{
	tpm2_pcrextend "$PCR:sha256=$SHA256" && next_record
}

# Whoever comes first takes it out of the queue: the command above, or a work item.
extend_by_others()
{
	local recnum

	recnum=$(number next_record)
	traced extend_and_look || return 1
	saw 1 tsm_extend "register=$REGISTER recnum=$recnum digests=1 size=[0-9]+" \
	      "others=1 rc=0" &&
		saw 1 tsm_drain "taken=1 lost=0"
}

reset_and_look()
{
	tpm2_pcrreset "$PCR" && next_record
}

reset_by_others()
{
	traced reset_and_look || return 1
	saw 1 tsm_reset "register=$REGISTER recnum=$(number next_record) fill=0x00"
}

# others_size_is_at_least BYTES
others_size_is_at_least()
{
	while [ "$(number others_size)" -lt "$1" ]; do
		extend_and_look || return 1
	done
}

extend_and_read()
{
	extend_and_look && cat "$TSM/pcr$PCR/digest"
}

# Room for a line of the others', and not for a record.
foreign_extend()
{
	local limit status=0

	limit=$(number others_limit)
	others_size_is_at_least 2000 || return 1
	echo $(($(number others_size) + 550)) >"$LOGS/$PROVIDER/others_limit"
	traced extend_and_read || status=1
	echo "$limit" >"$LOGS/$PROVIDER/others_limit"
	[ "$status" -eq 0 ] &&
		saw 1 tsm_drain "taken=1 lost=1" &&
		saw 1 tsm_foreign "register=$REGISTER recnum=$(number next_record) count=1" &&
		saw 0 tsm_extend ".*"
}

trim_to()
{
	echo "$1" >"$LOGS/$PROVIDER/trim"
}

trimmed()
{
	local first next

	first=$(number first_record)
	next=$(number next_record)
	traced trim_to "$next" || return 1
	saw 1 tsm_trim "recnum=$next dropped=$((next - first)) rc=0" &&
		[ "$next" -gt "$first" ] || return 1
	append_event "one more"
	next=$((next + 1))
	traced trim_to "$next" || return 1
	saw 1 tsm_trim "recnum=$next dropped=1 rc=0" || return 1
	# There is nothing more to drop, and no such record.
	traced trim_to "$first" || return 1
	saw 1 tsm_trim "recnum=$first dropped=0 rc=0" || return 1
	traced trim_to $((next + 1)) 2>/dev/null && return 1
	saw 1 tsm_trim "recnum=$((next + 1)) dropped=0 rc=-22"
}

nothing_when_off()
{
	echo 0 >"$TRACE/events/tsm_measurement/enable"
	traced append_event "unseen" && saw 0 ".*" ".*"
}

ktap_print_header
locate
if [ -d "$TSM" ]; then
	PROVIDER=${TSM##*/}
	REGISTER=pcr$PCR
elif [ -d /sys/kernel/tsm/tdx ]; then
	PROVIDER=tdx
	REGISTER=rtmr3
else
	ktap_skip_all "there is neither a TPM nor a TDX guest"
	exit "$KSFT_SKIP"
fi
[ -e $TRACEFS/events ] || mount -t tracefs nodev $TRACEFS 2>/dev/null
if ! mkdir "$TRACE" 2>/dev/null; then
	ktap_skip_all "there is no tracefs"
	exit "$KSFT_SKIP"
fi
echo 1 >"$TRACE/events/tsm_measurement/enable" || exit "$KSFT_FAIL"

ktap_set_plan 9

check has_all_events
check extend
check refused_extend
check read_register
for test in extend_by_others reset_by_others foreign_extend; do
	if [ "$PROVIDER" = tdx ]; then
		ktap_test_skip "$test"
	else
		check "$test"
	fi
done
check trimmed
check nothing_when_off
# A foreign extend stays in the log, where other tests want none.
[ "$PROVIDER" = tdx ] || restart 16,23

ktap_finished
