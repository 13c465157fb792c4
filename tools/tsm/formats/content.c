// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the content of a record proves.
 */
#include <string.h>

#include "formats/content.h"

static bool has_content(const struct cel_record *rec)
{
	return rec->event_len || !cel_is_event(rec);
}

int content_check(const struct cel_record *rec, struct hasher *hasher,
		  enum content_binding *binding, struct error *err)
{
	uint8_t digest[DIGEST_MAX];
	enum bank_id bank;

	for (bank = 0; bank_next(rec->banks, &bank); bank++) {
		if (hasher_digest(hasher, bank, rec->measured,
				  rec->measured_len, NULL, 0, digest, err))
			return -1;
		if (!memcmp(digest, rec->digest[bank], banks[bank].size))
			continue;
		*binding = has_content(rec) ? CONTENT_CLAIMED : CONTENT_NONE;
		return 0;
	}
	*binding = CONTENT_BOUND;
	return 0;
}

void content_count_record(struct content_count *count,
			  const struct cel_record *rec,
			  enum content_binding binding)
{
	count->bound += binding == CONTENT_BOUND;
	if (binding == CONTENT_CLAIMED && !count->claimed++)
		count->first_claimed = rec->recnum;
}

void content_count_add(struct content_count *sum,
		       const struct content_count *more)
{
	if (!sum->claimed)
		sum->first_claimed = more->first_claimed;
	sum->claimed += more->claimed;
	sum->bound += more->bound;
}

const char *content_binding_text(enum content_binding binding)
{
	static const char *const texts[] = {
		[CONTENT_NONE] = "none",
		[CONTENT_BOUND] = "bound",
		[CONTENT_CLAIMED] = "claimed",
	};

	return texts[binding];
}
