# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A software TPM for one guest.
#
# Sourced after lib.sh, not run.

# start_tpm DIR - a software TPM 2.0 with an empty state, at DIR/tpm.sock. SWTPM
# is its process, for the caller to end; it ends with QEMU's connection as well.
start_tpm() {
	local dir=$1 tries
	rm -rf "$dir/tpm" "$dir/tpm.sock"
	mkdir "$dir/tpm"
	swtpm socket --tpm2 --tpmstate "dir=$dir/tpm" --flags startup-clear \
		--ctrl "type=unixio,path=$dir/tpm.sock" --terminate \
		>"$dir/tpm.log" 2>&1 </dev/null &
	SWTPM=$!
	for ((tries = 0; tries < 200; tries++)); do
		[ ! -S "$dir/tpm.sock" ] || return 0
		kill -0 "$SWTPM" 2>/dev/null || break
		sleep 0.05
	done
	cat "$dir/tpm.log" >&2
	die "the software TPM does not start"
}
