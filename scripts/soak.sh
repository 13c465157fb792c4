#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Extend registers in a guest for a long time, while tsm-log archive moves the
# log into files and is killed again and again: memory stays bounded, and no
# record is lost or doubled. What is done in the guest is scripts/guest/soak.
#
# EVENTS=100000		how many extends, at least
# PROCESSES=4		by how many processes
# KILLS=50		how often archive is killed
# LIMIT=262144		how many bytes the log may have
#
# Two million extends take about half an hour of emulated processors:
# EVENTS=2000000 LIMIT=2097152 GUEST_TIMEOUT=7200.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"

EVENTS=${EVENTS:-100000}
PROCESSES=${PROCESSES:-4}
KILLS=${KILLS:-50}
LIMIT=${LIMIT:-262144}
SOAK=$BUILD/share/soak
# What a kernel and its caches may keep of what went through, in KiB.
SLACK=8192
# The same while it runs: the log, and a tsm-log that has read it into a buffer
# that it has doubled before.
SLACK_AT_WORK=$((SLACK + 4 * LIMIT / 1024))

# value NAME - a number that the guest has left.
value() {
	sed -n "s/^$1 //p" "$SOAK/numbers"
}

# at_most NAME VALUE LIMIT UNIT - one test.
at_most() {
	local problem=
	(($2 <= $3)) || problem="$2 $4, more than $3 $4"
	verdict "$1" "$problem"
}

segments_verify_alone() {
	local segment count=0
	for segment in "$SOAK"/archive/sample/*/*-*; do
		"$BUILD/tools/tsm-log" verify --log "$segment/cel" \
			--checkpoints "$segment/checkpoints" >"$SOAK/alone" ||
			{ echo "${segment##*/}:"; tail -n 5 "$SOAK/alone"; }
		count=$((count + 1))
	done
	((count > 1)) || echo "there are $count segments"
}

chain_verifies() {
	local want=' 3 more records in the live log; 3 registers equal to the live ones'
	want+='; content: [0-9]* bound, 0 claimed; number 1, booted [-0-9T:]*Z$'
	grep -q "$want" "$SOAK/verified" ||
		cat "$SOAK/verified"
}

"$TOP/scripts/deps.sh" build
"$TOP/scripts/tools.sh"
rm -rf "$SOAK"
mkdir -p "$SOAK"
gcc -O2 -Wall -Wextra -Werror -o "$SOAK/extend" "$TOP/scripts/guest/soak.c"
cp "$TOP/scripts/guest/soak" "$SOAK/run"
KERNEL=${KERNEL:-default} TPM=0 "$TOP/scripts/guest.sh" \
	"export EVENTS=$EVENTS PROCESSES=$PROCESSES KILLS=$KILLS LIMIT=$LIMIT
	bash /share/soak/run"

verdict "every record is archived once" \
	"$("$TOP/scripts/soak-count.py" "$SOAK" 2>&1 || true)"
verdict "each segment verifies alone" "$(segments_verify_alone)"
verdict "the segments chain to the live log and registers" "$(chain_verifies)"
at_most "archive was killed $KILLS times" "$KILLS" "$(value killed)" kills
at_most "the log stays within its limit" "$(value log_max)" "$LIMIT" bytes
at_most "the log is empty after the last archive" "$(value log_left)" 0 bytes
at_most "memory is free again" \
	$(($(value free_before) - $(value free_after))) $SLACK KiB
at_most "slab memory is free again" \
	$(($(value slab_after) - $(value slab_before))) $SLACK KiB
at_most "memory is bounded at work" \
	$(($(value free_before) - $(value free_min))) "$SLACK_AT_WORK" KiB
tap_done
