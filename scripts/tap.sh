# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The output of a check: one "ok N - name" or "not ok N - name" per test, with
# diagnostics as comments, and a plan at the end.
#
# Sourced after lib.sh, not run.

TAP_COUNT=0
TAP_FAILED=0

# ok NAME
ok() {
	TAP_COUNT=$((TAP_COUNT + 1))
	printf 'ok %d - %s\n' "$TAP_COUNT" "$1"
}

# not_ok NAME [DIAGNOSTICS...] - diagnostics may have several lines.
not_ok() {
	TAP_COUNT=$((TAP_COUNT + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	printf 'not ok %d - %s\n' "$TAP_COUNT" "$1"
	shift
	[ -z "$*" ] || printf '%s\n' "$@" | sed 's/^/# /'
}

# verdict NAME PROBLEMS - ok if there are none.
verdict() {
	if [ -z "$2" ]; then
		ok "$1"
	else
		not_ok "$1" "$2"
	fi
}

# tap_done - the plan; the status says whether all tests passed. A check that
# had nothing to test did not do its work.
tap_done() {
	printf '1..%d\n' "$TAP_COUNT"
	((TAP_COUNT > 0)) || die "this check found nothing to check"
	((TAP_FAILED == 0))
}
