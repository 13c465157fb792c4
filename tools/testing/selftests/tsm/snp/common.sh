# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests of SEV-SNP guests share: the fields of an attestation report,
# where they should come from, and faults of the emulator in
# tools/testing/tee-emu.
#
# Sourced, not run. Values are lower-case hex.

# shellcheck disable=SC1091
. "$DIR"/../../kselftest/ktap_helpers.sh

# shellcheck disable=SC2034 # read by who sources this
TSM=/sys/kernel/tsm/snp
# shellcheck disable=SC2034 # for those who source this
LOGS=/sys/kernel/security/tsm
DEVICE=/sys/bus/platform/devices/sev-guest
VMPL_FILE=/sys/devices/system/cpu/sev/vmpl
REPORTS=/sys/kernel/config/tsm/report
FAULT_PORT=3584
OUTPUT=$(mktemp)
trap 'rm -f "$OUTPUT"' EXIT

# The registers, with each one's offset in the report and its size, from the
# specification.
FIELDS=(guest_svn policy family_id image_id vmpl measurement host_data
	id_key_digest author_key_digest report_id report_id_ma)
OFFSET=(4 8 16 32 48 144 192 224 272 320 352)
SIZE=(4 8 16 16 4 48 32 48 48 32 32)

# number_of NAME - the register's place in the lists above
number_of()
{
	local i

	for i in "${!FIELDS[@]}"; do
		[ "${FIELDS[i]}" != "$1" ] || echo "$i"
	done
}

hex()
{
	od -An -v -tx1 "$@" | tr -d ' \n'
}

# little_endian HEX SIZE - a number of the emulator's command line as bytes
little_endian()
{
	local number=$((16#${1#0x})) i

	for ((i = 0; i < $2; i++)); do
		printf '%02x' $((number >> 8 * i & 255))
	done
}

# option NAME - the value of tee.NAME=, or nothing
option()
{
	tr ' ' '\n' </proc/cmdline | sed -n "s/^tee\.$1=//p" | tail -n 1
}

# told NAME - the value that the emulator was told for a field, or that it has
# by itself: the digest of the field's name (tools/testing/tee-emu/README.rst)
told()
{
	local value

	value=$(option "$1")
	case $1 in
	guest_svn) little_endian "${value:-0}" 4 ;;
	policy) little_endian "${value:-30000}" 8 ;;
	vmpl) little_endian "$(cat $VMPL_FILE)" 4 ;;
	report_id_ma) printf 'f%.0s' {1..64} ;;
	*)
		[ -n "$value" ] || value=$("$DIR/sha384" "$1")
		printf '%.*s' $((2 * SIZE[$(number_of "$1")])) "${value,,}"
		;;
	esac
}

# register NAME - the value in our tree
register()
{
	if [ -d "$TSM/$1" ]; then
		cat "$TSM/$1/digest"
	else
		hex "$TSM/$1"
	fi
}

# take_report FILE - a report by configfs-tsm, for the kernel's own level
take_report()
{
	local dir=$REPORTS/test.$BASHPID rc=0

	mkdir "$dir" || return 1
	{
		cat $VMPL_FILE >"$dir/privlevel" &&
			head -c 64 /dev/urandom >"$dir/inblob" &&
			cat "$dir/outblob" >"$1"
	} || rc=1
	rmdir "$dir"
	[ "$(stat -c %s "$1")" -ge 1184 ] && return $rc
}

# field FILE NAME - a field of a report
field()
{
	local i

	i=$(number_of "$2")
	hex -j "${OFFSET[i]}" -N "${SIZE[i]}" "$1"
}

same()
{
	[ -n "$1" ] && [ "$1" = "$2" ] && return
	echo "'$1' is not '$2'"
	return 1
}

# arm LIST - make the next calls fail; fails itself if the emulator is not there
arm()
{
	echo "$1" | dd of=/dev/port bs=1 seek=$FAULT_PORT 2>/dev/null
	same "$(hex -j $FAULT_PORT -N 1 /dev/port)" 00
}

# The registers that are there, and no others.
has_exactly_the_fields()
{
	same "$(cd "$TSM" && printf '%s\n' * | sort | tr '\n' ' ')" \
		"$(printf '%s\n' "${FIELDS[@]}" device subsystem uevent | sort | tr '\n' ' ')"
}

is_as_launched()
{
	same "$(register "$1")" "$(told "$1")"
}

is_as_in_a_report()
{
	take_report /tmp/report &&
		same "$(register "$1")" "$(field /tmp/report "$1")"
}

link_leads_to_sev_guest()
{
	same "$(readlink -f "$TSM/device")" "$(readlink -f $DEVICE)"
}

# need VMPL... - these tests are for guests whose kernel runs at such a level, as
# the emulator makes them
need()
{
	local vmpl

	for vmpl; do
		if [ "$(option mode)" ] &&
		   [ "$(cat $VMPL_FILE 2>/dev/null)" = "$vmpl" ]; then
			return
		fi
	done
	ktap_skip_all "this is not an SEV-SNP guest of tools/testing/tee-emu at VMPL $*"
	exit "$KSFT_SKIP"
}

check()
{
	if "$@" >"$OUTPUT" 2>&1; then
		ktap_test_pass "$*"
	else
		sed 's/^/# /' "$OUTPUT"
		ktap_test_fail "$*"
	fi
}
