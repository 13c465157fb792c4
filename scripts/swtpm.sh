# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A software TPM for one guest.
#
# Sourced after lib.sh, not run.

# run_tpm DIR SOCKET ARGUMENT... - a software TPM 2.0 whose state is in DIR/tpm. SWTPM
# is its process, which ends with its last connection.
run_tpm() {
	local dir=$1 socket=$2 tries
	shift 2
	rm -f "$socket"
	swtpm socket --tpm2 --tpmstate "dir=$dir/tpm" --terminate "$@" \
		>"$dir/tpm.log" 2>&1 </dev/null &
	SWTPM=$!
	for ((tries = 0; tries < 200; tries++)); do
		[ ! -S "$socket" ] || return 0
		kill -0 "$SWTPM" 2>/dev/null || break
		sleep 0.05
	done
	cat "$dir/tpm.log" >&2
	die "the software TPM does not start"
}

# allocate_banks DIR BANKS - choose which PCRs have which banks, as its owner could
# before the machine starts; firmware locks that.
allocate_banks() {
	local dir=$1
	run_tpm "$dir" "$dir/data.sock" --server "type=unixio,path=$dir/data.sock" \
		--flags not-need-init,startup-clear
	"$TOP/scripts/tpm-banks.py" "$dir/data.sock" "$2" ||
		die "TPM_BANKS=$2: use what tpm2_pcrallocate takes, such as sha256:all+sha384:0,1,2,3+sha1:none"
	wait "$SWTPM" || die "the software TPM failed as its banks were chosen"
}

# start_tpm DIR [BANKS] - a software TPM 2.0 with an empty state, at DIR/tpm.sock,
# with those banks that BANKS does not name as they come. SWTPM is its process, for
# the caller to end; it ends with QEMU's connection as well.
start_tpm() {
	local dir=$1
	rm -rf "$dir/tpm"
	mkdir "$dir/tpm"
	[ -z "${2:-}" ] || allocate_banks "$dir" "$2"
	run_tpm "$dir" "$dir/tpm.sock" --flags startup-clear \
		--ctrl "type=unixio,path=$dir/tpm.sock"
}
