#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build tools/tsm into build/tools: tsm-log.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

"$TOP/scripts/deps.sh" tools
mkdir -p "$BUILD/tools"
# Nothing of an outer make's variables, which mean something else there.
with_lock "tools-$(echo "$TOP" | sha256sum | cut -c 1-8)" \
	env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
	make -s -C "$TOP/tools/tsm" -j"$JOBS" OUTPUT="$BUILD/tools/" >&2
