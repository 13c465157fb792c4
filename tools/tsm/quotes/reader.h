/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a binary structure from its beginning, with a look at how much is
 * left before each step. A reader that ran out of bytes gives zeros from there
 * on and remembers what was missing first, so that a parser can ask once, in
 * the end, before it uses anything.
 */
#ifndef TSM_LOG_QUOTES_READER_H
#define TSM_LOG_QUOTES_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct span {
	const uint8_t *data;
	size_t len;
};

static inline bool span_is_zero(struct span span)
{
	size_t i;

	for (i = 0; i < span.len; i++)
		if (span.data[i])
			return false;
	return true;
}

struct reader {
	const uint8_t *data;
	size_t len;
	size_t pos;
	const char *missing; /* what did not fit, or NULL */
	size_t missing_at;
};

/* The next @len bytes, which are @what in messages; or NULL. */
static inline const uint8_t *read_bytes(struct reader *reader, size_t len,
					const char *what)
{
	const uint8_t *bytes = reader->data + reader->pos;

	if (reader->missing)
		return NULL;
	if (len > reader->len - reader->pos) {
		reader->missing = what;
		reader->missing_at = reader->pos;
		return NULL;
	}
	reader->pos += len;
	return bytes;
}

static inline struct span read_span(struct reader *reader, size_t len,
				    const char *what)
{
	const uint8_t *bytes = read_bytes(reader, len, what);

	return (struct span){ .data = bytes, .len = bytes ? len : 0 };
}

static inline uint64_t read_le(struct reader *reader, size_t len,
			       const char *what)
{
	const uint8_t *bytes = read_bytes(reader, len, what);
	uint64_t number = 0;

	while (bytes && len--)
		number = number << 8 | bytes[len];
	return number;
}

static inline uint64_t read_be(struct reader *reader, size_t len,
			       const char *what)
{
	const uint8_t *bytes = read_bytes(reader, len, what);
	uint64_t number = 0;

	while (bytes && len--)
		number = number << 8 | *bytes++;
	return number;
}

static inline uint16_t read_le16(struct reader *reader, const char *what)
{
	return (uint16_t)read_le(reader, 2, what);
}

static inline uint32_t read_le32(struct reader *reader, const char *what)
{
	return (uint32_t)read_le(reader, 4, what);
}

static inline uint16_t read_be16(struct reader *reader, const char *what)
{
	return (uint16_t)read_be(reader, 2, what);
}

static inline uint32_t read_be32(struct reader *reader, const char *what)
{
	return (uint32_t)read_be(reader, 4, what);
}

/* A span after its length in two bytes, as TPMs write it. */
static inline struct span read_sized(struct reader *reader, const char *what)
{
	uint16_t len = read_be16(reader, what);

	return read_span(reader, len, what);
}

/* Returns 0 if everything was there, or -1 with @err set. */
static inline int reader_check(const struct reader *reader, struct error *err)
{
	if (!reader->missing)
		return 0;
	return error_set(err, "byte offset %zu: it ends before or within %s",
			 reader->missing_at, reader->missing);
}

/* The same, and that nothing is left. */
static inline int reader_finish(const struct reader *reader, struct error *err)
{
	if (reader_check(reader, err))
		return -1;
	if (reader->pos == reader->len)
		return 0;
	return error_set(err, "byte offset %zu: %zu bytes too many",
			 reader->pos, reader->len - reader->pos);
}

#endif
