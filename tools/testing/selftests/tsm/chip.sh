# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The only TPM's driver, for tests in which the chip goes and comes back, and with it
# the provider, whose log begins anew. The chip's number changes where somebody, as
# IMA does, still holds the old one.
#
# Sourced, not run.

unbind()
{
	local device

	device=$(readlink -f /sys/class/tpm/tpm[0-9]/device)
	driver=$(readlink -f "$device/driver")
	chip=${device##*/}
	module=$(basename "$(readlink -f "$driver/module")")
	# tpm_svsm is bound as long as it is loaded.
	if [ -e "$driver/unbind" ]; then
		echo "$chip" >"$driver/unbind"
	else
		rmmod "$module"
	fi
}

bind()
{
	if [ -e "$driver/bind" ]; then
		echo "$chip" >"$driver/bind"
	else
		modprobe "$module"
	fi
}
