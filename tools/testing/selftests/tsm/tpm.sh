# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests of a TPM's PCRs share: where they are, in our tree and in the TPM
# driver's, and what was seen of extends by others.
#
# Sourced, not run.

# shellcheck disable=SC1091
. "$DIR"/chip.sh

# The PCR that tests extend. Unlike most it can be reset.
PCR=23

# Which PCRs a provider can extend is a parameter of the TPM core, or of a module where
# the provider is one of its own.
PCRS=/sys/module/tsm_tpm/parameters/measurement_pcrs
[ -e "$PCRS" ] || PCRS=/sys/module/tpm/parameters/measurement_pcrs

# Where the only chip is. Its number changes when its driver is bound again
# while someone, as IMA does, still holds the old one.
locate()
{
	TPM=$(echo /sys/class/tpm/tpm[0-9])
	TSM=/sys/kernel/tsm/${TPM##*/}
	export TPM2TOOLS_TCTI=device:/dev/tpmrm${TPM##*/tpm}
}

# find_banks - the chip's, into the array of that name
find_banks()
{
	local file

	banks=()
	for file in "$TPM"/pcr-*; do
		banks+=("${file##*/pcr-}")
	done
}

# restart [PCRS] - begin a new log, of a provider that can extend these
restart()
{
	echo "${1:-16,23}" >"$PCRS" && unbind && bind && locate
}

lower()
{
	tr A-F a-f
}

# agree_all PCR - do we, the driver and tpm2-tools show the same values in all banks?
agree_all()
{
	local bank ours theirs tools selection

	selection=$(IFS=+; echo "${banks[*]/%/:$1}")
	tools=$(tpm2_pcrread "$selection" | pcr_values)
	for bank in "${banks[@]}"; do
		read -r ours <"$TSM/pcr$1/$bank/digest"
		read -r theirs <"$TPM/pcr-$bank/$1"
		if [ -z "$ours" ] || [ "$ours" != "${theirs,,}" ] ||
		   [[ $tools != *"$bank: $1 0x$ours"* ]]; then
			ktap_print_msg "$bank pcr$1: $ours, driver $theirs, tpm2 $tools"
			return 1
		fi
	done
}

append()
{
	printf '%s' "$1" >"$TSM/pcr$PCR/append_event"
}

next_record()
{
	cat "/sys/kernel/security/tsm/${TSM##*/}/next_record"
}

# How many foreign checkpoints of the PCR there are.
foreign()
{
	grep -c "^[0-9]* foreign pcr$PCR " "/sys/kernel/security/tsm/${TSM##*/}/checkpoints"
}

# What the last one of them says of a bank.
foreign_value()
{
	grep " foreign pcr$PCR " "/sys/kernel/security/tsm/${TSM##*/}/checkpoints" | tail -n 1 |
		grep -o "$1:[0-9a-f]*" | cut -d : -f 2
}

verifies()
{
	tsm-log verify "${TSM##*/}"
}

# pcr_values - of what tpm2_pcrread or tpm2_eventlog prints, "BANK: PCR 0xVALUE"
pcr_values()
{
	awk '/^ *sha[0-9]+:$/ { bank = $1 }
	     bank && /^ *[0-9]+ *: 0x/ { print bank, $1 + 0, tolower($NF) }'
}
