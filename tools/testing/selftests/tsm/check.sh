# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by the tests that are shell functions, after ktap_helpers.sh.

# The logs of the providers in /sys/kernel/tsm.
# shellcheck disable=SC2034 # for those who source this
LOGS=/sys/kernel/security/tsm

# check FUNCTION [ARGUMENT...] - one test: the function's status is the verdict.
# Its output is shown if it fails.
check()
{
	local output

	output=$(mktemp)
	if "$@" >"$output" 2>&1; then
		ktap_test_pass "$*"
	else
		sed 's/^/# /' "$output"
		ktap_test_fail "$*"
	fi
	rm -f "$output"
}

# needs PROGRAM... - without one of them, skip all tests. tsm-log is not part of the
# kernel's sources.
needs()
{
	local program

	for program; do
		if ! command -v "$program" >/dev/null; then
			ktap_skip_all "there is no $program"
			exit "$KSFT_SKIP"
		fi
	done
}
