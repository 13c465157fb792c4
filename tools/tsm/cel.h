/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parser of log/cel: records in the TLV encoding of the TCG Canonical Event
 * Log Format, as <linux/tsm-event-log.h> describes it.
 */
#ifndef TSM_LOG_CEL_H
#define TSM_LOG_CEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bank.h"
#include "buffer.h"
#include "error.h"

/* Pointers go into the buffer that was parsed. */
struct cel_record {
	size_t offset; /* of the record in the log */
	uint64_t recnum;
	bool is_ccmr; /* index is a CC measurement register, not a PCR */
	uint8_t index;
	unsigned int banks;
	const uint8_t *digest[BANK_COUNT];
	uint32_t event_type;
	const uint8_t *event;
	size_t event_len;
};

struct cel_reader {
	const struct buffer *log;
	size_t pos;
};

/*
 * Parse the next record. Returns 1, or 0 at the end of the log, or -1 with
 * @err set and the reader where it was.
 */
int cel_next(struct cel_reader *reader, struct cel_record *rec,
	     struct error *err);

/* A record of a digest that came without its event: nothing to check it by. */
bool cel_is_bare_digest(const struct cel_record *rec);

/* "EV_ACTION" or, for a type that the kernel does not write, its number. */
#define EVENT_TYPE_TEXT 24
const char *cel_event_type_text(uint32_t type, char out[EVENT_TYPE_TEXT]);

#endif
