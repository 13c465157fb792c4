// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The crypto-agile event log of the TCG PC Client Platform Firmware Profile.
 *
 * Firmware is not trusted to write what makes sense: a length is compared with
 * what is left before it is used, and nothing is allocated.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "formats/tcg2.h"

/* The event of the header. */
static const char signature[16] = "Spec ID Event03";

#define SHA1_SIZE 20

/* The PC client platform, crypto-agile logs 2.00, 64-bit firmware. */
static const uint8_t new_platform[8] = { 0, 0, 0, 0, 0, 2, 0, 2 };

struct span {
	const uint8_t *base;
	size_t pos;
	size_t end;
	const char *what;
};

static int __attribute__((format(printf, 3, 4)))
bad(struct error *err, size_t offset, const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return error_set(err, "byte offset %zu: %s", offset, text);
}

/* The next @len bytes, or NULL with @err set. */
static const uint8_t *take(struct span *span, size_t len, const char *wanted,
			   struct error *err)
{
	const uint8_t *p = span->base + span->pos;
	size_t left = span->end - span->pos;

	if (len > left) {
		bad(err, span->pos, "%s takes %zu bytes, but %s has %zu left",
		    wanted, len, span->what, left);
		return NULL;
	}
	span->pos += len;
	return p;
}

static int take_number(struct span *span, size_t len, const char *wanted,
		       uint32_t *out, struct error *err)
{
	const uint8_t *p = take(span, len, wanted, err);
	uint32_t v = 0;

	if (!p)
		return -1;
	while (len--)
		v = v << 8 | p[len];
	*out = v;
	return 0;
}

static enum bank_id bank_by_algorithm(uint16_t id)
{
	return id > UINT8_MAX ? BANK_COUNT : bank_by_cel_type((uint8_t)id);
}

static const struct tcg2_algorithm *
find_algorithm(const struct tcg2_header *header, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < header->nr_algorithms; i++)
		if (header->algorithms[i].id == id)
			return &header->algorithms[i];
	return NULL;
}

static int parse_algorithm(struct span *span, struct tcg2_header *header,
			   struct error *err)
{
	static const char wanted[] = "an algorithm";
	size_t offset = span->pos;
	uint32_t id, size;
	enum bank_id bank;

	if (take_number(span, 2, wanted, &id, err) ||
	    take_number(span, 2, wanted, &size, err))
		return -1;
	bank = bank_by_algorithm((uint16_t)id);
	if (find_algorithm(header, id))
		return bad(err, offset, "algorithm 0x%04x for a second time",
			   id);
	if (bank != BANK_COUNT && banks[bank].size != size)
		return bad(err, offset, "digests of %s have %u bytes, not %u",
			   banks[bank].name, banks[bank].size, size);
	if (bank != BANK_COUNT)
		header->banks |= BANK_BIT(bank);
	header->algorithms[header->nr_algorithms++] =
		(struct tcg2_algorithm){ (uint16_t)id, (uint16_t)size };
	return 0;
}

static int parse_spec_id(struct span *span, struct tcg2_header *header,
			 struct error *err)
{
	size_t offset = span->pos;
	uint32_t number, i;
	const uint8_t *p;

	p = take(span, sizeof(header->platform), "the platform", err);
	if (!p)
		return -1;
	memcpy(header->platform, p, sizeof(header->platform));
	if (take_number(span, 4, "the number of algorithms", &number, err))
		return -1;
	if (!number || number > TCG2_ALGORITHMS_MAX)
		return bad(err, offset, "%u algorithms, there must be 1 to %d",
			   number, TCG2_ALGORITHMS_MAX);
	for (i = 0; i < number; i++)
		if (parse_algorithm(span, header, err))
			return -1;
	if (take_number(span, 1, "the size of the vendor's data", &number, err))
		return -1;
	header->vendor_info_size = (uint8_t)number;
	header->vendor_info = take(span, number, "the vendor's data", err);
	if (!header->vendor_info)
		return -1;
	if (span->pos < span->end)
		return bad(err, span->pos, "%zu bytes too many in the header",
			   span->end - span->pos);
	return 0;
}

/* Whether nothing but the same byte follows, which is no entry. */
static bool is_unused(const struct buffer *log, size_t pos)
{
	const uint8_t *p = log->data + pos;
	size_t len = log->len - pos;

	return (*p == 0 || *p == 0xff) && !memcmp(p, p + 1, len - 1);
}

int tcg2_open(struct tcg2_reader *reader, const struct buffer *log,
	      struct error *err)
{
	struct span span = { log->data, 0, log->len, "the log" };
	uint32_t index, type, size;
	const uint8_t *event;
	size_t start;

	*reader = (struct tcg2_reader){ .log = log };
	if (!log->len || is_unused(log, 0))
		return error_set(err, "empty: the firmware wrote no log");
	if (take_number(&span, 4, "a register index", &index, err) ||
	    take_number(&span, 4, "an event type", &type, err) ||
	    !take(&span, SHA1_SIZE, "a digest", err) ||
	    take_number(&span, 4, "the size of an event", &size, err))
		return -1;
	start = span.pos;
	event = take(&span, size, "the first event", err);
	if (!event)
		return -1;
	if (type != TCG2_EV_NO_ACTION || size < sizeof(signature) ||
	    memcmp(event, signature, sizeof(signature))) {
		reader->sha1_format = true;
		tcg2_new_header(&reader->header, BANK_BIT(BANK_SHA1));
		return 0;
	}
	span = (struct span){ log->data, start + sizeof(signature), span.pos,
			      "the header" };
	if (parse_spec_id(&span, &reader->header, err))
		return -1;
	reader->pos = span.end;
	return 0;
}

static int parse_digest(struct span *span, const struct tcg2_header *header,
			struct tcg2_entry *entry, struct error *err)
{
	const struct tcg2_algorithm *algorithm;
	size_t offset = span->pos;
	const uint8_t *digest;
	enum bank_id bank;
	uint32_t id;

	if (take_number(span, 2, "an algorithm", &id, err))
		return -1;
	algorithm = find_algorithm(header, id);
	if (!algorithm)
		return bad(err, offset,
			   "algorithm 0x%04x, which the header does not have",
			   id);
	digest = take(span, algorithm->size, "a digest", err);
	if (!digest)
		return -1;
	bank = bank_by_algorithm(algorithm->id);
	if (bank == BANK_COUNT)
		return 0;
	if (entry->banks & BANK_BIT(bank))
		return bad(err, offset, "a second digest for the bank %s",
			   banks[bank].name);
	entry->banks |= BANK_BIT(bank);
	entry->digest[bank] = digest;
	return 0;
}

static int parse_digests(struct span *span, const struct tcg2_header *header,
			 struct tcg2_entry *entry, struct error *err)
{
	uint32_t count;

	if (take_number(span, 4, "the number of digests", &count, err))
		return -1;
	if (count > header->nr_algorithms)
		return bad(err, entry->offset,
			   "%u digests, the header has %u algorithms", count,
			   header->nr_algorithms);
	for (; count; count--)
		if (parse_digest(span, header, entry, err))
			return -1;
	if (!entry->banks && header->banks && entry->type != TCG2_EV_NO_ACTION)
		return bad(err, entry->offset,
			   "no digest of an algorithm that is known here");
	return 0;
}

static int parse_sha1_digest(struct span *span, struct tcg2_entry *entry,
			     struct error *err)
{
	entry->digest[BANK_SHA1] = take(span, SHA1_SIZE, "a digest", err);
	entry->banks = BANK_BIT(BANK_SHA1);
	return entry->digest[BANK_SHA1] ? 0 : -1;
}

int tcg2_next(struct tcg2_reader *reader, struct tcg2_entry *entry,
	      struct error *err)
{
	struct span span = { reader->log->data, reader->pos, reader->log->len,
			     "the log" };
	uint32_t size;

	if (span.pos == span.end || is_unused(reader->log, span.pos))
		return 0;
	*entry = (struct tcg2_entry){ .offset = span.pos };
	if (take_number(&span, 4, "a register index", &entry->index, err) ||
	    take_number(&span, 4, "an event type", &entry->type, err) ||
	    (reader->sha1_format ?
		     parse_sha1_digest(&span, entry, err) :
		     parse_digests(&span, &reader->header, entry, err)))
		return -1;
	if (take_number(&span, 4, "the size of an event", &size, err))
		return -1;
	entry->event_len = size;
	entry->event = take(&span, size, "an event", err);
	if (!entry->event)
		return -1;
	reader->pos = span.pos;
	return 1;
}

void tcg2_new_header(struct tcg2_header *header, unsigned int set)
{
	enum bank_id bank;

	*header = (struct tcg2_header){ .banks = set };
	memcpy(header->platform, new_platform, sizeof(new_platform));
	for (bank = 0; bank_next(set, &bank); bank++)
		header->algorithms[header->nr_algorithms++] =
			(struct tcg2_algorithm){ banks[bank].cel_type,
						 banks[bank].size };
}

void tcg2_keep_banks(struct tcg2_header *header, unsigned int set)
{
	unsigned int i, kept = 0;

	for (i = 0; i < header->nr_algorithms; i++) {
		enum bank_id bank = bank_by_algorithm(header->algorithms[i].id);

		if (bank != BANK_COUNT && set & BANK_BIT(bank))
			header->algorithms[kept++] = header->algorithms[i];
	}
	header->nr_algorithms = kept;
	header->banks &= set;
}

static void put_number(FILE *out, size_t v, int bytes)
{
	for (; bytes; bytes--, v >>= 8)
		fputc((int)(v & 0xff), out);
}

void tcg2_write_header(FILE *out, const struct tcg2_header *header)
{
	static const uint8_t no_digest[SHA1_SIZE];
	unsigned int i;

	put_number(out, 0, 4);
	put_number(out, TCG2_EV_NO_ACTION, 4);
	fwrite(no_digest, 1, sizeof(no_digest), out);
	put_number(out,
		   sizeof(signature) + sizeof(header->platform) + 4 +
			   4 * header->nr_algorithms + 1 +
			   header->vendor_info_size,
		   4);
	fwrite(signature, 1, sizeof(signature), out);
	fwrite(header->platform, 1, sizeof(header->platform), out);
	put_number(out, header->nr_algorithms, 4);
	for (i = 0; i < header->nr_algorithms; i++) {
		put_number(out, header->algorithms[i].id, 2);
		put_number(out, header->algorithms[i].size, 2);
	}
	put_number(out, header->vendor_info_size, 1);
	if (header->vendor_info_size)
		fwrite(header->vendor_info, 1, header->vendor_info_size, out);
}

void tcg2_write_entry(FILE *out, const struct tcg2_header *header,
		      const struct tcg2_entry *entry)
{
	static const uint8_t no_digest[DIGEST_MAX];
	unsigned int i;

	put_number(out, entry->index, 4);
	put_number(out, entry->type, 4);
	put_number(out, header->nr_algorithms, 4);
	for (i = 0; i < header->nr_algorithms; i++) {
		const struct tcg2_algorithm *algorithm = &header->algorithms[i];

		enum bank_id bank = bank_by_algorithm(algorithm->id);

		put_number(out, algorithm->id, 2);
		fwrite(entry->banks & BANK_BIT(bank) ? entry->digest[bank] :
						       no_digest,
		       1, algorithm->size, out);
	}
	put_number(out, entry->event_len, 4);
	fwrite(entry->event, 1, entry->event_len, out);
}
