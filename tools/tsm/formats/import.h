/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs that other programs keep, as records of the form that the kernel's log has.
 */
#ifndef TSM_LOG_IMPORT_H
#define TSM_LOG_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/bank.h"
#include "formats/cel.h"

/* Whether this is the JSON encoding of the TCG Canonical Event Log Format. */
bool import_is_json(const struct buffer *log);

/*
 * Turn the JSON encoding into records, as the text has them. Numbers that it does not
 * have are counted from 0. Returns 0, or -1 with @err set.
 */
int import_json(struct buffer *log, struct error *err);

/* Whether this is a firmware's log, crypto-agile or in the old format. */
bool import_is_firmware(const struct buffer *log);

struct imported {
	const char *unit; /* that the numbers of records are of */
	bool has_registers; /* it says which ones were extended */
};

/*
 * Turn any log that is known here into records: one in an encoding of the TCG
 * Canonical Event Log Format; a log of firmware, to which agents append; IMA's list,
 * binary or ASCII; and text, as an agent for confidential containers had it, each line
 * of which was measured. @is_ccmr says what indices are where the log does not. Returns
 * 0, or -1 with @err set.
 */
int import_any(struct buffer *log, bool is_ccmr, struct imported *imported,
	       struct error *err);

/* IMA's lists. What is read of them is appended to @out. */
bool import_is_ima_ascii(const struct buffer *log);
bool import_is_ima_binary(const struct buffer *log);
int import_ima_ascii(const struct buffer *log, struct buffer *out,
		     struct error *err);
int import_ima_binary(const struct buffer *log, struct buffer *out,
		      struct error *err);

/* The banks that can be hashed everywhere. */
#define IMPORT_BANKS                                                           \
	(BANK_BIT(BANK_SHA1) | BANK_BIT(BANK_SHA256) | BANK_BIT(BANK_SHA384) | \
	 BANK_BIT(BANK_SHA512))

/*
 * Append the record @number of a register, whose digests are those of @data or, if
 * that is NULL, all ones, and whose event is @text.
 */
int import_hashed(struct buffer *out, struct hasher *hasher, uint64_t number,
		  uint8_t index, const uint8_t *data, size_t len,
		  const void *text, size_t text_len, struct error *err);

/* Append the record @rec, with an event of @type that is @text as its content. */
int import_event(struct buffer *out, struct cel_record *rec, uint32_t type,
		 const void *text, size_t text_len, struct error *err);

#endif
