#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Hibernate a guest and wake it on a machine whose TPM has started anew, so that
# PCRs have other values than its logs say: scripts/guest/hibernate. Of the PCRs those
# can be extended that nobody else extends here. The output is KTAP.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

DISK=$(mktemp "${TMPDIR:-/tmp}/tsm-swap.XXXXXX")
trap 'rm -f "$DISK"' EXIT
truncate -s 512M "$DISK"
# To compress the image takes longer than to write it, and a second processor would
# only be switched off and on.
DISK=$DISK REBOOT=1 TPM=1 SMP=1 MEM=256 \
	APPEND='resume=/dev/vda hibernate=nocompress tpm.measurement_pcrs=8,9,11-16,23' \
	GUEST_TIMEOUT=${GUEST_TIMEOUT:-600} \
	"$TOP/scripts/guest.sh" "$(<"$TOP/scripts/guest/hibernate")"
