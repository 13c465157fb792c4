// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware's own log of a provider's registers.
 *
 * Firmware measures before there is a kernel, and leaves a log of it in memory. That
 * has room to spare, and nothing tells where the log ends but the log: it is a list of
 * entries, and what comes after the last one is none. Only the crypto-agile format of
 * the TCG is known here, which begins with an entry that names the hashes of all
 * others (TCG PC Client Platform Firmware Profile, "Event Logging"):
 *
 *	TCG_PCR_EVENT	EV_NO_ACTION, TCG_EfiSpecIDEvent: hashes and their sizes
 *	TCG_PCR_EVENT2	register, type, digests by these hashes, event
 *	...
 *
 * Whoever wrote it is not trusted: nothing outside of the memory given is read.
 */

#include <kunit/visibility.h>
#include <linux/string.h>
#include <linux/tpm_eventlog.h>
#include <linux/unaligned.h>

#include "tsm.h"

/* More than there are hashes that the TCG has given a number. */
#define MAX_HASHES	16

/**
 * struct area - memory that is read from its start
 * @pos: the next byte
 * @left: how many there are
 */
struct area {
	const u8 *pos;
	size_t left;
};

/* The next @size bytes, or NULL if there are not so many. */
static const void *take(struct area *area, size_t size)
{
	const u8 *pos = area->pos;

	if (size > area->left)
		return NULL;

	area->pos += size;
	area->left -= size;

	return pos;
}

/* What the first entry says of the others, or NULL if it is not one of such a log. */
static const struct tcg_efi_specid_event_head *take_header(struct area *area)
{
	const struct tcg_pcr_event *event = take(area, sizeof(*event));
	const struct tcg_efi_specid_event_head *id;
	u32 size, nr;

	if (!event || get_unaligned_le32(&event->pcr_idx) ||
	    get_unaligned_le32(&event->event_type) != NO_ACTION ||
	    memchr_inv(event->digest, 0, sizeof(event->digest)))
		return NULL;

	size = get_unaligned_le32(&event->event_size);
	id = take(area, size);
	if (!id || size < sizeof(*id) ||
	    memcmp(id->signature, TCG_SPECID_SIG, sizeof(TCG_SPECID_SIG)))
		return NULL;

	nr = get_unaligned_le32(&id->num_algs);
	if (!nr || nr > MAX_HASHES ||
	    nr * sizeof(*id->digest_sizes) > size - sizeof(*id))
		return NULL;

	return id;
}

static bool skip_digest(struct area *area,
			const struct tcg_efi_specid_event_head *id)
{
	const void *alg = take(area, sizeof(u16));

	if (!alg)
		return false;

	for (u32 i = 0; i < get_unaligned_le32(&id->num_algs); i++) {
		const struct tcg_efi_specid_event_algs *hash =
			&id->digest_sizes[i];

		if (get_unaligned_le16(&hash->alg_id) == get_unaligned_le16(alg))
			return take(area, get_unaligned_le16(&hash->digest_size));
	}

	return false;
}

/* Skip an entry, if what comes next is one, and whole. */
static bool skip_entry(struct area *area,
		       const struct tcg_efi_specid_event_head *id)
{
	const struct tcg_pcr_event2_head *head = take(area, sizeof(*head));
	const struct tcg_event_field *event;
	u32 nr;

	if (!head)
		return false;

	nr = get_unaligned_le32(&head->count);
	if (!nr || nr > get_unaligned_le32(&id->num_algs))
		return false;

	while (nr--) {
		if (!skip_digest(area, id))
			return false;
	}

	event = take(area, sizeof(*event));
	if (!event || !take(area, get_unaligned_le32(&event->event_size)))
		return false;

	/* The TPM core takes this for an end as well. */
	return head->event_type || event->event_size;
}

/**
 * tsm_firmware_log_size() - how long a firmware's log is
 * @area: the memory that it begins in
 * @size: bytes of that
 *
 * Context: Any context.
 *
 * Return: the number of bytes up to the end of the last entry, or 0 if it is not a
 * log in the crypto-agile format.
 */
size_t tsm_firmware_log_size(const void *area, size_t size)
{
	struct area rest = { .pos = area, .left = size };
	const struct tcg_efi_specid_event_head *id;
	const u8 *end;

	id = take_header(&rest);
	if (!id)
		return 0;

	do {
		end = rest.pos;
	} while (skip_entry(&rest, id));

	return end - (const u8 *)area;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_firmware_log_size);
