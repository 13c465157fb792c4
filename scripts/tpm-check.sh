#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What needs a TPM other than the usual one: one that works by interrupts, under
# signals; one whose banks have some PCRs only, with members of its group who keep it
# busy. The output is KTAP.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

STATUS=0
TPM=tis SMP=1 LOG_NAME=tpm-check-interrupts PROGRAMS=tsm:tpm_interrupt_test \
	"$TOP/scripts/kselftest.sh" || STATUS=1
# PCR 20 is in no bank, 23 in one, 16 in two.
TPM_BANKS=sha1:none+sha512:none
TPM_BANKS+=+sha256:0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,21,22,23
TPM_BANKS+=+sha384:0,1,2,3,4,5,6,7,16
TPM_BANKS=$TPM_BANKS TPM=1 LOG_NAME=tpm-check-banks \
	PROGRAMS='tsm:tpm_banks_test.sh tsm:tpm_busy_test' \
	"$TOP/scripts/kselftest.sh" || STATUS=1
exit "$STATUS"
