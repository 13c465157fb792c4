#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boot a guest and run our KUnit suites and kselftests in it, by
# scripts/guest/tests. The output is KTAP, also in build/kselftest.log.
#
# TEE=tdx, snp or svsm: in such a guest, with the tests that are for it.
#
# A suite without a result, a skipped test and a complaint in the kernel's log
# are failures, because each of them could pass for success.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# What the emulator is told about the launch, and the tests compare with.
launch_values() {
	case ${TEE:-none} in
	tdx) printf 'tee.%s=%096d ' mrowner 12345 rtmr0 67890 ;;
	snp | svsm) printf 'tee.host_data=%064d tee.measurement=%096d' 12345 67890 ;;
	esac
}

LOG=$BUILD/kselftest${TEE:+-$TEE}.log

mkdir -p "$BUILD"
STATUS=0
APPEND="$(launch_values) ${APPEND:-}" "$TOP/scripts/guest.sh" "TEE=${TEE:-none}
$(<"$TOP/scripts/guest/tests")" |
	tee "$LOG" || STATUS=$?
SUMMARY=$("$TOP/scripts/ktap.py" --status "$STATUS" "$LOG") || STATUS=1
if ((STATUS != 0)); then
	tail -n +2 <<<"$SUMMARY" | sed 's/^/failed: /' >&2
fi
exit "$STATUS"
