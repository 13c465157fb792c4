# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by the tests that are shell functions, after ktap_helpers.sh.

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
