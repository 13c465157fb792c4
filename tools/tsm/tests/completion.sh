#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# completion.sh TSM_LOG COMPLETION EXPECTED WORD... - complete the last WORD of
# the command line as bash does, and compare what is offered with EXPECTED, a list
# with spaces in between. The status tells whether it is that.

set -euo pipefail

TSM_LOG=$1
EXPECTED=$3
# shellcheck source=/dev/null
. "$2"
shift 3

COMP_WORDS=("$TSM_LOG" "$@")
COMP_CWORD=$#
COMPREPLY=()
# It is not called by readline here, and must not end the shell.
set +eu
_tsm_log
GOT=${COMPREPLY[*]}
echo "offered: $GOT"
echo "expected: $EXPECTED"
[ "$GOT" = "$EXPECTED" ]
