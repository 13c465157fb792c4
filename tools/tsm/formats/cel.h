/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parser of the kernel's cel: records in the TLV encoding of the TCG Canonical
 * Event Log Format, as <linux/tsm-event-log.h> describes it.
 */
#ifndef TSM_LOG_CEL_H
#define TSM_LOG_CEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/bank.h"

/*
 * The kernel writes TSM_CEL_RECNUM_SIZE and TSM_CEL_INDEX_SIZE bytes. Other
 * programs have these; both are read.
 */
#define CEL_NARROW_RECNUM_SIZE 4
#define CEL_WIDE_INDEX_SIZE 4

/* Types of content that have a form of their own, besides the PC client's. */
#define CEL_CONTENT_IMA_TEMPLATE 7
#define CEL_CONTENT_IMA_TLV 8

/* Others log extends of a TPM's NV indices as well: instead of a register, 4 bytes. */
#define CEL_NV_INDEX 2
#define CEL_NV_INDEX_SIZE 4

/* The first one that anybody may use for what he wants. */
#define CEL_CONTENT_OTHER 9

/* Pointers go into the buffer that was parsed. */
struct cel_record {
	size_t offset; /* of the record in the log */
	uint64_t recnum;
	bool is_ccmr; /* index is a CC measurement register, not a PCR */
	uint8_t index;
	bool is_nv; /* it is of an NV index, and of no register */
	uint32_t nv_index;
	unsigned int banks;
	const uint8_t *digest[BANK_COUNT];
	uint8_t content_type;
	/* Of the PC client profile's content; of others, all that it is. */
	uint32_t event_type; /* of others, 0 */
	const uint8_t *event;
	size_t event_len;
	/* What the kernel hashes if the writer gives no digests. */
	const uint8_t *measured;
	size_t measured_len;
	const uint8_t *body; /* the digests and the content, as in the log */
	size_t body_len;
	const uint8_t *content; /* and the content alone, all of its TLV */
	size_t content_len;
};

struct cel_reader {
	const struct buffer *log;
	size_t pos;
	bool nv; /* records of NV indices are not passed over */
};

/*
 * Parse the next record. Returns 1, or 0 at the end of the log, or -1 with
 * @err set and the reader where it was.
 */
int cel_next(struct cel_reader *reader, struct cel_record *rec,
	     struct error *err);

/* Whether the content is of the PC client profile, which the kernel writes. */
bool cel_is_event(const struct cel_record *rec);

/* "EV_ACTION" or, for a type without a name, its number; or that of other content. */
#define EVENT_TYPE_TEXT 24
const char *cel_event_type_text(const struct cel_record *rec,
				char out[EVENT_TYPE_TEXT]);

#endif
