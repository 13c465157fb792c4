#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boot a guest and run our KUnit suites and kselftests in it, by
# scripts/guest/tests. The output is KTAP, also in build/kselftest.log.
#
# TEE=tdx, snp or svsm: in such a guest, with the tests that are for it.
# KERNEL=debug or kcsan: in a kernel that checks itself; it needs more of everything.
# KERNEL=stock: in Debian's own, with our code as external modules.
#
# PROGRAMS='kunit tsm:abi_test ...' runs the KUnit suites (kunit:MODULE: one module of
# them) or these kselftests only, which may take TIMEOUT seconds each.
# STRESS_SECONDS, FUZZ_WRITES, FUZZ_SEED and IMA_FILES are for them, see
# scripts/stress.sh.
#
# A suite without a result, a skipped test and a complaint in the kernel's log
# are failures, because each of them could pass for success.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# What the emulator is told about the launch, and the tests compare with.
launch_values() {
	case ${TEE:-none} in
	tdx) printf 'tee.%s=%096d ' mrowner 12345 rtmr0 67890 ;;
	snp | svsm) printf 'tee.host_data=%064d tee.measurement=%096d' 12345 67890 ;;
	esac
}

# settings VARIABLE... - what the guest is to know, for its shell.
settings() {
	local name
	for name; do
		[ -z "${!name:-}" ] || printf 'export %s=%q\n' "$name" "${!name}"
	done
}

export KERNEL=${KERNEL:-default}
LOG=$BUILD/${LOG_NAME:-kselftest}
[ "$KERNEL" = default ] || LOG+=-$KERNEL
LOG+=${TEE:+-$TEE}.log
ARGUMENTS="$(launch_values) ${APPEND:-}"
if [ "$KERNEL" = default ]; then
	# Four times what all programs take on a host that does nothing else.
	export GUEST_TIMEOUT=${GUEST_TIMEOUT:-2400}
else
	export MEM=${MEM:-1024} GUEST_TIMEOUT=${GUEST_TIMEOUT:-9000}
	# The log must not lose its beginning, nor the console, which is slow,
	# get what is not a complaint.
	ARGUMENTS+=" log_buf_len=16M loglevel=5"
fi

mkdir -p "$BUILD"
STATUS=0
APPEND=$ARGUMENTS "$TOP/scripts/guest.sh" "TEE=${TEE:-none} KERNEL=$KERNEL
$(settings PROGRAMS TIMEOUT TPM TPM_BANKS REGISTER STRESS_SECONDS FUZZ_WRITES FUZZ_SEED)
$(settings IMA_FILES)
$(<"$TOP/scripts/guest/tests")" |
	tee "$LOG" || STATUS=$?
SUMMARY=$("$TOP/scripts/ktap.py" --status "$STATUS" "$LOG") || STATUS=1
if ((STATUS != 0)); then
	tail -n +2 <<<"$SUMMARY" | sed 's/^/failed: /' >&2
fi
exit "$STATUS"
