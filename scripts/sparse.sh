#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# sparse over our kernel code, one test per source file.
#
# The kernel is the one for debugging: what needs fault injection is compiled in
# no other.

set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/sparse-tool.sh"

# What of the kernel is ours, or has files of ours among others.
DIRS=(drivers/virt/coco/tsm drivers/char/tpm samples/tsm security/integrity/ima)

"$TOP/scripts/deps.sh" check
OBJ=$(KERNEL=debug "$TOP/scripts/kernel-build.sh" | tail -n 1)
WORK=$(dirname "$OBJ")
SRCTREE=$WORK/source
RECORD=$BUILD/sparse

get_sparse
with_lock "build-${WORK##*/}" \
	quietly "$BUILD/sparse.log" "sparse over ${DIRS[*]}" \
	env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES \
	make -C "$SRCTREE" O="$OBJ" -j"$JOBS" C=2 \
	CHECK="$TOP/scripts/sparse-recorder.sh" "${DIRS[@]/%/\/}"

cd "$TOP"
while read -r file; do
	verdict "sparse $file" "$(problems "$file")"
done < <(find "${DIRS[@]}" -name '*.c' | sort)
tap_done
