#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# KUnit under User-Mode Linux, by the kernel's own kunit.py: no guest needed.
# Prints the results as KTAP.
#
# FILTER='SUITE.TEST' runs what matches, as kunit.py's filter_glob.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

run() {
	cd "$WORK/source"
	# The user's own make has set nothing here.
	env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
		PYTHONDONTWRITEBYTECODE=1 \
		tools/testing/kunit/kunit.py run --build_dir="$WORK/obj" \
		--kunitconfig=drivers/virt/coco/tsm --jobs="$JOBS" \
		--raw_output=kunit ${FILTER:+"$FILTER"}
}

kunit() {
	mkdir -p "$WORK/obj"
	"$TOP/scripts/overlay.sh" "$PRISTINE" "$WORK/source"
	quietly "$LOG" \
		"KUnit under UML (3 min the first time on two cores)" run
}

"$TOP/scripts/deps.sh" build
PRISTINE=$("$TOP/scripts/kernel-source.sh")
VERSION=$(make -s --no-print-directory -C "$PRISTINE" kernelversion)
WORK=$(claim_build "kunit-$VERSION" "$PRISTINE")
LOG=$BUILD/kunit.log

with_lock "build-${WORK##*/}" kunit
sed -n '/KTAP version/,$p' "$LOG"
# With raw output kunit.py itself does not judge.
if ! counts=$("$TOP/scripts/ktap.py" "$LOG"); then
	sed '1d; s/^/# failed: /' <<<"$counts"
	exit 1
fi
