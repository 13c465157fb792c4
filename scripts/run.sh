#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build everything, boot a guest with a software TPM, and show the main job in
# it: scripts/guest/tour, whose success is the exit status. On a terminal the
# user then has a shell in that guest.
#
# TEE=tdx, snp or svsm: in such a guest, with its own registers as well.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# The tour is about the TPM.
export TPM=1
SHELL_AFTER=()
if [ -t 0 ] && [ -t 1 ]; then
	SHELL_AFTER=(-i)
fi
"$TOP/scripts/guest.sh" "${SHELL_AFTER[@]}" "TEE=${TEE:-none}
$(<"$TOP/scripts/guest/tour")"
