#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Figures about extends and logs, measured in a guest by scripts/guest/bench.
# Emulated processors are slow, so compare the rows with each other.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

"$TOP/scripts/deps.sh" build
mkdir -p "$BUILD/share"
gcc -O2 -Wall -o "$BUILD/share/bench" "$TOP/scripts/guest/bench.c"
TPM=1 "$TOP/scripts/guest.sh" "$(<"$TOP/scripts/guest/bench")"
