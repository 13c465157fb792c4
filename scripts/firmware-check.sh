#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A firmware's own log and ours, as one from power-on: the kselftest firmware_test.sh
# where real firmware has measured, with a TPM under UEFI, and where the log is for
# confidential guests, in a TDX guest. The registers that are extended there are
# ones that the firmware, or the kernel's EFI stub, has extended before.
#
# (With a TPM and a BIOS the same test is in make kselftest.)

set -euo pipefail
. "$(dirname "$0")/lib.sh"

export PROGRAMS=tsm:firmware_test.sh LOG_NAME=firmware-check
STATUS=0
# UEFI takes the serial ports for terminals, and clears their screens.
UEFI=1 TEE='' APPEND=tpm.measurement_pcrs=9 REGISTER=pcr9 \
	"$TOP/scripts/kselftest.sh" |
	sed 's/\x1b\[[0-9;=]*[A-Za-z]//g' || STATUS=1
# Nobody but this firmware has extended RTMR0.
TEE=tdx APPEND="tee.ccel tee.rtmr0=$(printf '%096d' 0)" REGISTER=rtmr2 \
	"$TOP/scripts/kselftest.sh" || STATUS=1
exit "$STATUS"
