#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# IMA where there is no TPM: in a TDX guest it measures into an RTMR, all that its tcb
# policy says, from the first program on. The output is KTAP.
#
# (With a TPM the same test is in make kselftest.)
#
# LONG=1: also with the TPM of an SVSM, for which the kernel is built once more.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# The policy leaves out what is on tmpfs, which would be all of the guest.
export APPEND='ima_policy=tcb rootfstype=ramfs' LOG_NAME=ima-check
export PROGRAMS=tsm:ima_test.sh
STATUS=0
TEE=tdx TPM=0 "$TOP/scripts/kselftest.sh" || STATUS=1
[ -z "${LONG:-}" ] || TEE=svsm KERNEL=svsm "$TOP/scripts/kselftest.sh" || STATUS=1
exit "$STATUS"
