#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An SEV-SNP guest under an SVSM has both: the fields of its report, and the PCRs
# of the SVSM's virtual TPM, which are its runtime registers.

# The tests are called through check().
# shellcheck disable=SC2317
DIR=$(dirname "$(readlink -f "$0")")
# shellcheck source=common.sh
. "$DIR"/common.sh

VTPM=/sys/kernel/tsm/tpm0
PCR=$VTPM/pcr16

append()
{
	printf '%s' "$1" >$PCR/append_event
}

records()
{
	cat "$LOGS/${VTPM##*/}"/next_record
}

verifies()
{
	tsm-log verify tpm0
}

foreign()
{
	grep -c ' foreign ' "$LOGS/${VTPM##*/}"/checkpoints
}

kernel_is_below_the_svsm()
{
	same "$(register vmpl)" 02000000
}

both_are_in_the_tree()
{
	[ -d "$TSM" ] && [ -d $VTPM ]
}

link_leads_to_the_vtpm()
{
	same "$(readlink -f $VTPM/device)" \
		"$(readlink -f /sys/bus/platform/devices/tpm-svsm)/tpm/tpm0"
}

digests_are_the_drivers()
{
	local bank

	for bank in "$PCR"/sha*/; do
		bank=$(basename "$bank")
		same "$(cat "$PCR/$bank/digest")" \
			"$(tr A-F a-f <"/sys/class/tpm/tpm0/pcr-$bank/16")" ||
			return 1
	done
}

extend_is_logged()
{
	local before count

	before=$(cat $PCR/digest)
	count=$(records)
	append "an event" || return 1
	[ "$(cat $PCR/digest)" != "$before" ] &&
		same "$(records)" $((count + 1)) && verifies
}

# refused FAULTS - an extend must fail, and nothing be logged
refused()
{
	local before count

	before=$(cat $PCR/digest)
	count=$(records)
	arm "vtpm-refused=$1" || return 1
	if append "refused"; then
		echo "the extend succeeded"
		return 1
	fi
	# The faults that it left, if it gave up before it met all of them.
	arm vtpm-refused=0 || return 1
	same "$(records)" "$count" && same "$(cat $PCR/digest)" "$before" &&
		same "$(foreign)" 0 && append "next" &&
		same "$(records)" $((count + 1)) && verifies
}

# The PCR can still be read, and says that nothing has happened.
refused_extend_has_no_record()
{
	refused 1
}

# It cannot, until later.
refused_for_longer_has_no_record()
{
	refused 1000
}

# The PCRs come and go with the vTPM's driver, and keep their values meanwhile.
vtpm_goes_and_comes_back()
{
	local before

	before=$(cat $PCR/digest)
	rmmod tpm_svsm || return 1
	[ ! -e $VTPM ] && [ -d "$TSM" ] && modprobe tpm_svsm || return 1
	same "$(cat $PCR/digest)" "$before" && append "again" && verifies
}

# A report and the vTPM do not get in each other's way.
reports_while_extending()
{
	local i extender

	for i in {1..50}; do
		append "event $i" || exit 1
	done &
	extender=$!
	for i in {1..20}; do
		take_report /tmp/report || return 1
	done
	wait "$extender" && verifies
}

ktap_print_header
needs tsm-log
need 2
ktap_set_plan 9

modprobe -a sev_guest tpm_svsm tsm_snp
check both_are_in_the_tree
check kernel_is_below_the_svsm
check link_leads_to_the_vtpm
check digests_are_the_drivers
check extend_is_logged
check refused_extend_has_no_record
check refused_for_longer_has_no_record
check reports_while_extending
check vtpm_goes_and_comes_back

ktap_finished
