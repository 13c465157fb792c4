#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The examples in tools/tsm/access, by the programs that they are for: a group
# that may read logs and extend chosen registers, and no more than that.
#
# Needs systemd-udevd (udev), systemd-sysusers and systemd-tmpfiles (systemd).

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh
. "$DIR"/chip.sh

TSM=/sys/kernel/tsm
# This test's own users: one who is in the group, and one who is not.
MEMBER=tsm-test-member
OTHER=tsm-test-other
ACCOUNTS='/etc/passwd /etc/group /etc/shadow /etc/gshadow'
SAVED=$(mktemp -d)
UDEVD=

# As an administrator does, but where it does not outlast the next boot.
install_examples()
{
	mkdir -p /run/sysusers.d /run/tmpfiles.d /run/udev/rules.d &&
		cp "$DIR"/tsm-sysusers.conf /run/sysusers.d/tsm.conf &&
		cp "$DIR"/tsm-tmpfiles.conf /run/tmpfiles.d/tsm.conf &&
		cp "$DIR"/60-tsm.rules /run/udev/rules.d/
}

# A machine that is up has udevd.
start_udevd()
{
	if udevadm control --ping >"$SAVED/udevd" 2>&1; then
		udevadm control --reload
		return
	fi
	(exec -a systemd-udevd udevadm) >"$SAVED/udevd" 2>&1 &
	UDEVD=$!
	for _ in $(seq 600); do
		! udevadm control --ping >>"$SAVED/udevd" 2>&1 || return 0
		sleep 0.1
	done
	cat "$SAVED/udevd"
	return 1
}

clean_up()
{
	local file

	[ -z "$UDEVD" ] || kill "$UDEVD"
	rm -f /run/sysusers.d/tsm.conf /run/tmpfiles.d/tsm.conf \
		/run/udev/rules.d/60-tsm.rules
	[ -n "$UDEVD" ] || udevadm control --reload
	for file in $ACCOUNTS; do
		if [ -e "$SAVED/${file##*/}" ]; then
			cp -p "$SAVED/${file##*/}" "$file"
		else
			rm -f "$file"
		fi
	done
	rm -rf "$SAVED"
	chgrp root "$LOGS"/*/*
	for file in "$TSM"/{tpm*/pcr23,tdx/rtmr3}/append_event; do
		[ ! -e "$file" ] || { chgrp root "$file" && chmod 0200 "$file"; }
	done
}

set_up()
{
	local file

	for file in $ACCOUNTS; do
		[ ! -e "$file" ] || cp -p "$file" "$SAVED/"
	done
	install_examples && start_udevd || return 1
	rmmod measurement_example && unbind || return 1
	systemd-sysusers tsm.conf && grep '^tsm:' /etc/group &&
		systemd-sysusers --inline "u $MEMBER -" "m $MEMBER tsm" \
			"u $OTHER -" &&
		modprobe measurement_example && bind &&
		TPM=$(basename /sys/class/tpm/tpm[0-9]) &&
		udevadm settle
}

# as USER COMMAND
as()
{
	su -s /bin/sh "$1" -c "cd $TSM; $2"
}

# denied USER COMMAND - it fails because of the permissions of a file that is
# there.
denied()
{
	local output

	if output=$(as "$1" "$2" 2>&1); then
		echo "'$2' was possible"
		return 1
	fi
	echo "$output"
	[[ $output == *"Permission denied"* ]]
}

# has FILE MODE GROUP - log/PROVIDER/FILE is a file of a log
has()
{
	local file=$TSM/$1

	[[ $1 != log/* ]] || file=$LOGS/${1#log/}
	stat -c '%a %U %G %n' "$file"
	[ "$(stat -c '%a %U %G' "$file")" = "$2 root $3" ]
}

set_up_works()
{
	set_up
}

new_provider_is_given_to_the_group()
{
	has "log/$TPM/cel" 440 tsm && has log/sample/cel 440 tsm &&
		has "log/$TPM/checkpoints" 440 tsm &&
		has "$TPM/pcr23/append_event" 220 tsm &&
		has "$TPM/pcr16/append_event" 200 root &&
		has "log/$TPM/trim" 200 root && has "log/$TPM/limit" 644 root
}

# What is there before udevd is, systemd-tmpfiles gives to the group at boot.
provider_that_was_there_is_given_to_the_group()
{
	chgrp root "$LOGS/$TPM/cel" "$TSM/$TPM/pcr23/append_event" &&
		chmod 0200 "$TSM/$TPM/pcr23/append_event" &&
		systemd-tmpfiles --create tsm.conf &&
		has "log/$TPM/cel" 440 tsm &&
		has "$TPM/pcr23/append_event" 220 tsm &&
		{ [ ! -e "$TSM/tdx" ] || has tdx/rtmr3/append_event 220 tsm; }
}

member_extends()
{
	local before after

	before=$(cat "$TSM/$TPM/pcr23/digest")
	as $MEMBER "printf 'by a member' >$TPM/pcr23/append_event" || return 1
	after=$(cat "$TSM/$TPM/pcr23/digest")
	[ "$before" != "$after" ] && tsm-log show "$TPM" | grep 'by a member'
}

# Looking for the key takes the right to read the log.
member_measures_once()
{
	local n

	for n in 1 2; do
		as $MEMBER "tsm-log measure --once key$n $TPM/pcr23" &&
			as $MEMBER "tsm-log measure --once key$n $TPM/pcr23" |
			grep 'measured before' || return 1
	done
	[ "$(tsm-log show "$TPM" | grep -c '"key[12]"')" -eq 2 ]
}

member_reads_logs()
{
	local file

	for file in cel checkpoints index first_record next_record size; do
		as $MEMBER "cat $LOGS/$TPM/$file $LOGS/sample/$file" || return 1
	done >/dev/null
	as $MEMBER "tsm-log verify $TPM" && as $MEMBER 'tsm-log show sample'
}

member_is_denied_the_rest()
{
	denied $MEMBER "printf x >$TPM/pcr16/append_event" &&
		denied $MEMBER 'printf x >sample/rtmr0/append_event' &&
		denied $MEMBER "echo 0 >$LOGS/$TPM/trim" &&
		denied $MEMBER "echo 0 >$LOGS/$TPM/limit" &&
		denied $MEMBER "tsm-log measure $TPM/pcr16 x"
}

other_reads_values_only()
{
	as $OTHER "cat $TPM/pcr23/digest" &&
		denied $OTHER "cat $LOGS/$TPM/cel" &&
		denied $OTHER "cat $LOGS/$TPM/checkpoints" &&
		denied $OTHER "cat $LOGS/sample/cel" &&
		denied $OTHER "printf x >$TPM/pcr23/append_event" &&
		denied $OTHER "tsm-log show $TPM" &&
		denied $OTHER "tsm-log measure $TPM/pcr23 x"
}

ktap_print_header
needs udevadm systemd-sysusers systemd-tmpfiles su tsm-log

# Not tpm0 if its driver was bound again.
TPM=$(echo /sys/class/tpm/tpm[0-9])
TPM=${TPM##*/}
trap clean_up EXIT

ktap_set_plan 8
check set_up_works
check new_provider_is_given_to_the_group
check provider_that_was_there_is_given_to_the_group
check member_extends
check member_measures_once
check member_reads_logs
check member_is_denied_the_rest
check other_reads_values_only
ktap_finished
