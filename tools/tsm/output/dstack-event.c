// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What dstack measures.
 */
#include <string.h>

#include "output/dstack-event.h"
#include "output/text.h"

const uint8_t dstack_prefix[DSTACK_PREFIX_SIZE] = {
	(uint8_t)DSTACK_EVENT_TYPE,
	(uint8_t)(DSTACK_EVENT_TYPE >> 8),
	(uint8_t)(DSTACK_EVENT_TYPE >> 16),
	(uint8_t)(DSTACK_EVENT_TYPE >> 24),
	':',
};

bool dstack_event_parse(struct dstack_event *event, const uint8_t *data,
			size_t len)
{
	const uint8_t *name = data + DSTACK_PREFIX_SIZE, *colon;

	if (len <= DSTACK_PREFIX_SIZE ||
	    memcmp(data, dstack_prefix, DSTACK_PREFIX_SIZE))
		return false;
	colon = memchr(name, ':', len - DSTACK_PREFIX_SIZE);
	if (!colon || !text_is_utf8(name, (size_t)(colon - name)))
		return false;
	event->name = (const char *)name;
	event->name_len = (size_t)(colon - name);
	event->payload = colon + 1;
	event->payload_len = len - (size_t)(colon + 1 - data);
	return true;
}
