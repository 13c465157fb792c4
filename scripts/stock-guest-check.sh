#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A guest with Debian's own kernel and our external modules: do our kselftests pass, and
# does the log have what others do to PCRs, which is learned from a probe there? The
# output is KTAP.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"

LOG=$BUILD/stock-guest-check.log

# unwatched - what is wrong in a guest where the TPM core is not probed.
unwatched() {
	APPEND=tsm_tpm.watch=0 "$TOP/scripts/guest.sh" "
		modprobe tsm_tpm && cd /sys/kernel/tsm/tpm0/pcr16 &&
		printf x >append_event &&
		tpm2_pcrextend 16:sha256=$(printf %064d 1) && cat digest &&
		cut -d ' ' -f 1-3 /sys/kernel/security/tsm/tpm0/checkpoints" \
		>"$LOG" 2>&1 || true
	grep -qx '1 foreign pcr16' "$LOG" || cat "$LOG"
}

export KERNEL=stock
mkdir -p "$BUILD"
verdict "without the probe others are foreign" "$(unwatched)"
STATUS=0
tap_done || STATUS=1
PROGRAMS='tsm:abi_test tsm:extend_test tsm:signal_test tsm:others_test.sh'
PROGRAMS+=' tsm:tpm_test.sh tsm:interop_test.sh'
LOG_NAME=stock-guest PROGRAMS=$PROGRAMS "$TOP/scripts/kselftest.sh" || STATUS=1
exit "$STATUS"
