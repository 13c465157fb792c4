#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What kselftest does for seconds, for longer: everything at once on all
# providers, writers that are killed, random writes to every file, others at the same
# PCRs, and IMA. In a guest; the output is KTAP, also in build/stress.log.
#
# STRESS_SECONDS=600	how long everything happens at once, and how many rounds of
#			writers are killed
# FUZZ_WRITES=1000000	writes to the sample; a fiftieth of it to a TPM or TDX
# IMA_FILES=100000	files that IMA measures while others extend, and again while
#			its list and the log are taken away
# FUZZ_SEED		makes the same writes as the run that printed it
#
# SMP, MEM, TEE and KERNEL as for kselftest.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

export STRESS_SECONDS=${STRESS_SECONDS:-600} FUZZ_WRITES=${FUZZ_WRITES:-1000000}
export IMA_FILES=${IMA_FILES:-100000}
export PROGRAMS='tsm:ima_test.sh tsm:signal_test tsm:fuzz_test tsm:stress_test'
PROGRAMS+=' tsm:others_test.sh'
export LOG_NAME=stress
# Nothing that is fast enough ever waits for these.
export TIMEOUT=7200 GUEST_TIMEOUT=${GUEST_TIMEOUT:-20000}
exec "$TOP/scripts/kselftest.sh"
