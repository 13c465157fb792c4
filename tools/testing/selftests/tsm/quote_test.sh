#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Quotes of live registers: tsm-log collects them with their logs, and says from
# that alone up to which record the hardware vouches for the log.
#
# Whom a relying party trusts is not for the machine itself to say. Here whoever has
# signed is trusted: it is about what was signed.

# The tests are called through check().
# shellcheck disable=SC2317,SC1091
DIR=$(dirname "$(readlink -f "$0")")
. "$DIR"/../kselftest/ktap_helpers.sh
. "$DIR"/check.sh

TSM=/sys/kernel/tsm
NONCE=$(od -An -v -N 32 -tx1 /dev/urandom | tr -d ' \n')
EVIDENCE=$(mktemp -d)
trap 'rm -rf "$EVIDENCE"' EXIT

# The register of each provider that is extended here; none, if there is none.
declare -A REGISTER=([tdx]=rtmr2 [snp]="")

append()
{
	printf '%s' "$2" >"$TSM/$1/${REGISTER[$1]}/append_event"
}

is_of_svsm()
{
	[ "$(basename "$(readlink -f "$TSM/$1/device/device")")" = tpm-svsm ]
}

# trusted PROVIDER - the options that name it. Chains end in certificates that are in
# a TDX quote, and in what the host of an SNP guest hands out.
trusted()
{
	local dir=$EVIDENCE/$1

	case $1 in
	tdx) echo "--root $dir/quote" ;;
	snp) echo "--root $dir/certificates" ;;
	*)
		echo "--ak $dir/ak.pub"
		! is_of_svsm "$1" || echo "--root $dir/certificates"
		;;
	esac
}

# verify STATUS PROVIDER [OPTION...]
verify()
{
	local expected=$1 provider=$2

	shift 2
	tsm-log verify "$@" "$EVIDENCE/$provider"
	[ $? -eq "$expected" ]
}

# quote PROVIDER - anew. The log of a provider that went away and came back does not go
# on from the firmware's.
quote()
{
	rm -rf "${EVIDENCE:?}/$1"
	tsm-log quote --nonce "$NONCE" -o "$EVIDENCE/$1" "$1" || return
	tsm-log verify --follow-firmware "$1" >/dev/null 2>&1 ||
		rm -f "$EVIDENCE/$1/firmware"
}

# take_log PROVIDER - what came after the quote is in there as well
take_log()
{
	cat "$LOGS/$1/checkpoints" >"$EVIDENCE/$1/checkpoints" &&
		cat "$LOGS/$1/cel" >"$EVIDENCE/$1/cel"
}

quote_covers_two_of_three_records()
{
	local next output

	next=$(cat "$LOGS/$1/next_record")
	append "$1" one && append "$1" two && quote "$1" &&
		append "$1" three && take_log "$1" || return 1
	# shellcheck disable=SC2046 # options
	output=$(verify 0 "$1" --nonce "$NONCE" $(trusted "$1")) || {
		echo "$output"
		return 1
	}
	echo "$output"
	grep -q "covers records up to $((next + 1)), 1 record after it" <<<"$output"
}

# SNP's registers are those of the launch, which have no log.
quote_verifies()
{
	# shellcheck disable=SC2046 # options
	quote "$1" && verify 0 "$1" --nonce "$NONCE" $(trusted "$1")
}

svsm_vouches_for_the_endorsement_key()
{
	local passed

	# shellcheck disable=SC2046 # options
	passed=$(verify 0 "$1" --nonce "$NONCE" $(trusted "$1") | tee /dev/stderr |
		grep -c -e "passed: the SVSM's report is of the nonce and the manifest" \
			-e "passed: the SVSM's report is for VMPL0" \
			-e "passed: the manifest says that it is the vTPM's key")
	[ "$passed" = 3 ]
}

other_nonce_differs()
{
	# shellcheck disable=SC2046 # options
	verify 1 "$1" --nonce "00$NONCE" $(trusted "$1")
}

without_trust_nothing_is_verified()
{
	verify 2 "$1" --nonce "$NONCE" >"$EVIDENCE/output" 2>&1 &&
		grep "nobody vouches for the quote" "$EVIDENCE/output"
}

# A byte of what the nonce is followed by, whatever is there.
changed_quote_is_not_verified()
{
	local file=$EVIDENCE/$1/quote at

	case $1 in
	tdx) at=200 ;;
	snp) at=$((0x90)) ;;
	*) at=$(($(stat -c %s "$file") - 1)) ;;
	esac
	cp "$file" "$file.true" &&
		tail -c +$((at + 1)) "$file.true" | head -c 1 | tr '\000-\377' '\001-\377\000' |
			dd of="$file" bs=1 seek=$at conv=notrunc 2>/dev/null
	# shellcheck disable=SC2046 # options
	verify 1 "$1" --nonce "$NONCE" $(trusted "$1")
}

# 4 tests of each provider, and one of an SVSM
ktap_print_header
needs tsm-log
tpm=$(basename /sys/class/tpm/tpm[0-9])
providers=()
count=0
for provider in tdx snp "$tpm"; do
	[ -d "$TSM/$provider" ] || continue
	[ -n "${REGISTER[$provider]+set}" ] || REGISTER[$provider]=pcr16
	providers+=("$provider")
	count=$((count + 4))
	! is_of_svsm "$provider" || count=$((count + 1))
done
if ((count == 0)); then
	ktap_skip_all "nobody here signs registers"
	exit "$KSFT_SKIP"
fi
ktap_set_plan $count

for provider in "${providers[@]}"; do
	if [ -n "${REGISTER[$provider]}" ]; then
		check quote_covers_two_of_three_records "$provider"
	else
		check quote_verifies "$provider"
	fi
	! is_of_svsm "$provider" ||
		check svsm_vouches_for_the_endorsement_key "$provider"
	check other_nonce_differs "$provider"
	check without_trust_nothing_is_verified "$provider"
	check changed_quote_is_not_verified "$provider"
done

ktap_finished
