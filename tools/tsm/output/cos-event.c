// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the launcher of Container-Optimized OS measures.
 */
#include <string.h>

#include "linux/tsm-event-log.h"
#include "output/cos-event.h"

static const char *const kinds[] = {
	"image-ref", "image-digest",   "restart-policy", "image-id",
	"arg",	     "env-var",	       "override-arg",	 "override-env",
	"separator", "memory-monitor",
};

#define NR_KINDS (sizeof(kinds) / sizeof(*kinds))

bool cos_event_valid(const uint8_t *data, size_t len)
{
	size_t size = 0, i;

	if (len < TSM_CEL_TLV_HEADER_SIZE)
		return false;
	for (i = 1; i < TSM_CEL_TLV_HEADER_SIZE; i++)
		size = size << 8 | data[i];
	return size == len - TSM_CEL_TLV_HEADER_SIZE;
}

int cos_event_kind(const char *name)
{
	size_t i;

	for (i = 0; i < NR_KINDS; i++)
		if (!strcmp(kinds[i], name))
			return (int)i;
	return -1;
}
