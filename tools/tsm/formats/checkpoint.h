/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parser of checkpoints, and of files of register values to compare with:
 *
 *	RECNUM REASON REGISTER ALGO:HEX[,ALGO:HEX...] [foreign=COUNT]
 *	RECNUM unsure REGISTER [foreign=COUNT]
 *	              REGISTER ALGO:HEX[,ALGO:HEX...]
 */
#ifndef TSM_LOG_CHECKPOINT_H
#define TSM_LOG_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/bank.h"
#include "formats/register.h"

struct register_value {
	char name[REGISTER_NAME_SIZE];
	unsigned int banks; /* 0: the line has no value */
	uint8_t digest[BANK_COUNT][DIGEST_MAX];
};

#define REASON_SIZE 32

struct checkpoint {
	unsigned long line; /* in the file, from 1 */
	uint64_t recnum; /* the value is the one just before this record */
	char reason[REASON_SIZE];
	struct register_value value;

	/* How many extends from elsewhere were found by now, if it tells. */
	bool has_foreign;
	uint64_t foreign;
};

struct line_reader {
	const struct buffer *text;
	size_t pos;
	unsigned long line; /* lines read so far */
	uint64_t recnum; /* of the last checkpoint */
};

/* Both return 1, or 0 at the end, or -1 with @err set. */
int checkpoint_next(struct line_reader *reader, struct checkpoint *cp,
		    struct error *err);
int register_value_next(struct line_reader *reader,
			struct register_value *value, struct error *err);

/*
 * Where in @text the lines of records from @recnum on begin, or its end. Returns
 * 0, or -1 with @err set.
 */
int checkpoint_find(const struct buffer *text, uint64_t recnum, size_t *pos,
		    struct error *err);

/*
 * How many bytes of @text are its opening: the lines up to the first one of a
 * register that has had a line. Returns 0, or -1 with @err set.
 */
int checkpoint_opening(const struct buffer *text, size_t *len,
		       struct error *err);

bool checkpoint_is(const struct checkpoint *cp, const char *reason);

/* Whether a command reset the register. */
bool checkpoint_is_reset(const struct checkpoint *cp);

/*
 * Whether the replay of the register starts anew with this value: it is not
 * what the records before it lead to, and the kernel says so.
 */
bool checkpoint_restarts(const struct checkpoint *cp);

/* Parse @len hex digits, upper or lower case, as the @size bytes of @out. */
bool hex_parse(const char *text, size_t len, uint8_t *out, size_t size);

/* Parse a decimal number without sign or leading zeros. */
bool number_parse(const char *text, size_t len, uint64_t *out);

#endif
