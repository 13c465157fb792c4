#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boot a guest and run our KUnit suites and kselftests in it, by
# scripts/guest/tests. The output is KTAP, also in build/kselftest.log.
#
# A suite without a result, a skipped test and a complaint in the kernel's log
# are failures, because each of them could pass for success.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

LOG=$BUILD/kselftest.log

mkdir -p "$BUILD"
STATUS=0
"$TOP/scripts/guest.sh" "$(<"$TOP/scripts/guest/tests")" |
	tee "$LOG" || STATUS=$?
SUMMARY=$("$TOP/scripts/ktap.py" --status "$STATUS" "$LOG") || STATUS=1
if ((STATUS != 0)); then
	tail -n +2 <<<"$SUMMARY" | sed 's/^/failed: /' >&2
fi
exit "$STATUS"
