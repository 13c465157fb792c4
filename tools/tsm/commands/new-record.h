/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record that is to be measured: content of a type, and digests if they are not
 * to be the kernel's. What is written to append_record is
 *
 *	[digests] content
 *
 * as they stand in the log.
 */
#ifndef TSM_LOG_NEW_RECORD_H
#define TSM_LOG_NEW_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "formats/bank.h"

/* The longest one that the kernel takes in one write. */
#define NEW_RECORD_MAX_SIZE 4095

struct new_record {
	bool any; /* one of these was given */
	bool has_event_type;
	uint32_t event_type;
	bool has_content_type;
	uint8_t content_type;
	unsigned int banks; /* that there is a digest for */
	uint8_t digest[BANK_COUNT][DIGEST_MAX];
};

/* Take the argument of an option. Returns what is wrong with it, or NULL. */
const char *new_record_type(struct new_record *record, const char *text);
const char *new_record_content_type(struct new_record *record,
				    const char *text);
const char *new_record_digest(struct new_record *record, const char *text);

/*
 * Write the record with @len bytes of content, which can be none, to @out. Returns
 * its size, or -1 with @err set if it is too long.
 */
int new_record_encode(const struct new_record *record, const uint8_t *data,
		      size_t len, uint8_t out[NEW_RECORD_MAX_SIZE],
		      struct error *err);

#endif
