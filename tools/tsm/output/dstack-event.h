/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What dstack measures: an event of a type of its own with a name and a payload,
 * by the hash of
 *
 *	the type, 4 bytes little-endian, ":", the name, ":", the payload
 *
 * which therefore is the data of the event, so that it is bound.
 */
#ifndef TSM_LOG_DSTACK_EVENT_H
#define TSM_LOG_DSTACK_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DSTACK_EVENT_TYPE 0x08000001

/* The type, and a colon, with which the data begins. */
#define DSTACK_PREFIX_SIZE 5
extern const uint8_t dstack_prefix[DSTACK_PREFIX_SIZE];

struct dstack_event {
	const char *name; /* UTF-8 without a colon */
	size_t name_len;
	const uint8_t *payload;
	size_t payload_len;
};

/* Pointers go into @data. Returns whether it is one. */
bool dstack_event_parse(struct dstack_event *event, const uint8_t *data,
			size_t len);

#endif
