#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154
#
# The providers of measurement registers, as early as there are modules: what is
# extended before is not in their logs. dracut sets $kernel.

# check - by default, where there are such modules for this kernel.
check() {
	modinfo -k "$kernel" tsm_tpm >/dev/null 2>&1
}

# Not only those that this machine uses now: an image may boot elsewhere.
installkernel() {
	hostonly='' instmods tsm_tpm tsm_tdx tsm_snp
}

install() {
	inst_rules 60-tsm-measurement.rules
}
