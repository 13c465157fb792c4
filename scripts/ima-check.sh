#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# IMA where there is no TPM: in a TDX guest it measures into an RTMR, all that its tcb
# policy says, from the first program on. The output is KTAP.
#
# (With a TPM the same test is in make kselftest.)

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# The policy leaves out what is on tmpfs, which would be all of the guest.
TEE=tdx TPM=0 APPEND='ima_policy=tcb rootfstype=ramfs' LOG_NAME=ima-check \
	PROGRAMS=tsm:ima_test.sh "$TOP/scripts/kselftest.sh"
