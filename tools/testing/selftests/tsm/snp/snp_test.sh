#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The registers of an SEV-SNP guest: are they what the guest was launched with,
# and what an attestation report says?

# The tests are called through check().
# shellcheck disable=SC2317
DIR=$(dirname "$(readlink -f "$0")")
# shellcheck source=common.sh
. "$DIR"/common.sh

is_a_static_digest()
{
	same "$(cat "$TSM/$1/hash_algo")" sha384 &&
		same "$(stat -c %a "$TSM/$1/digest")" 444 &&
		[ ! -e "$TSM/$1/append_event" ]
}

# Nothing can be extended, so there is nothing to log.
log_is_empty()
{
	same "$(cat "$LOGS/${TSM##*/}/next_record")" 0 &&
		[ -z "$(cat "$LOGS/${TSM##*/}/checkpoints")" ] &&
		[ -z "$(cat "$LOGS/${TSM##*/}/cel")" ]
}

cannot_be_written()
{
	! printf x >"$TSM/$1"
}

ktap_print_header
need 0 2
ktap_set_plan 29

modprobe -a sev_guest tsm_snp
check has_exactly_the_fields
check link_leads_to_sev_guest
check log_is_empty
check cannot_be_written host_data
for name in measurement id_key_digest author_key_digest; do
	check is_a_static_digest "$name"
done
for name in "${FIELDS[@]}"; do
	check is_as_launched "$name"
	check is_as_in_a_report "$name"
done

ktap_finished
