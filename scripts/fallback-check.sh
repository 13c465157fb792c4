#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What is there once Debian's suite has our kernel series no more: another one is
# found, and the tour of make run works with the next best that the suite has now,
# built from nothing. One test each.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"

LOG=$BUILD/fallback-check.log
# A series that no suite has.
GONE=0.0

# found_instead - what is wrong with how it is found.
found_instead() {
	local tree
	rm -f "$CACHE/linux-source-$GONE"
	tree=$(KSERIES=$GONE "$TOP/scripts/kernel-source.sh" 2>"$LOG" | tail -n 1)
	rm -f "$CACHE/linux-source-$GONE"
	[ -e "$tree/Kbuild" ] || echo "'$tree' is not a kernel tree"
	grep -q "no linux-source-$GONE any more, so this is ${tree##*/}" "$LOG" ||
		cat "$LOG"
}

verdict "another series is found, and said" "$(found_instead)"
# Ours is the oldest that will do. What there is says an error.
SECOND=$({ KVERSION=$GONE "$TOP/scripts/kernel-source.sh" 2>&1 || true; } |
	 sed -n 's/.*it has: //p' | tr ' ' '\n' | sort -V |
	 sed '1,/^7\.3$/d' | tail -n 1)
if [ -z "$SECOND" ]; then
	say "the suite has no later series"
else
	say "the tour with Linux $SECOND"
	watched "$LOG" env KVERSION="$SECOND" KERNEL=tour "$TOP/scripts/run.sh"
	if ((WATCHED_STATUS == 0)); then
		ok "the tour with Linux $SECOND"
	else
		not_ok "the tour with Linux $SECOND" "$(tail -n 25 "$LOG")"
	fi
fi
tap_done
