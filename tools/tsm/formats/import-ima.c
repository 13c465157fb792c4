// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IMA's lists of measurements.
 *
 * An entry of the binary list is the number of the PCR, a digest of a length that is
 * the same for all, and two lengths with what they are of: the template's name, and its
 * data. What the register is extended by is the hash of the data, in each bank with its
 * own; but ones, where the digest is zeros: a violation. Numbers have 4 bytes,
 * little-endian. The ASCII list has the PCR, the digest of one bank, the template's
 * name and its fields.
 */
#include <string.h>

#include "formats/checkpoint.h"
#include "formats/import.h"
#include "linux/tsm-event-log.h"

/* A template has a short name. */
#define TEMPLATE_NAME_MAX 64

struct entry {
	uint8_t index;
	const uint8_t *digest;
	const uint8_t *name;
	size_t name_len;
	const uint8_t *data;
	size_t data_len;
};

static bool take_number(const struct buffer *log, size_t *pos, size_t *number)
{
	const uint8_t *p = log->data + *pos;

	if (log->len - *pos < 4)
		return false;
	*number = p[0] | p[1] << 8 | p[2] << 16 | (size_t)p[3] << 24;
	*pos += 4;
	return true;
}

static const uint8_t *take(const struct buffer *log, size_t *pos, size_t len)
{
	const uint8_t *p = log->data + *pos;

	if (log->len - *pos < len)
		return NULL;
	*pos += len;
	return p;
}

static bool next_entry(const struct buffer *log, size_t *pos,
		       size_t digest_size, struct entry *entry)
{
	size_t index;

	if (!take_number(log, pos, &index) || index > UINT8_MAX)
		return false;
	entry->index = (uint8_t)index;
	entry->digest = take(log, pos, digest_size);
	if (!entry->digest || !take_number(log, pos, &entry->name_len) ||
	    !entry->name_len || entry->name_len > TEMPLATE_NAME_MAX)
		return false;
	entry->name = take(log, pos, entry->name_len);
	if (!entry->name || !take_number(log, pos, &entry->data_len))
		return false;
	entry->data = take(log, pos, entry->data_len);
	return entry->data;
}

static bool can_read(const struct buffer *log, size_t digest_size)
{
	struct entry entry;
	size_t pos = 0;

	while (pos < log->len)
		if (!next_entry(log, &pos, digest_size, &entry))
			return false;
	return log->len;
}

/* The one with which all of the list can be read, or 0. */
static size_t find_digest_size(const struct buffer *log)
{
	static const size_t sizes[] = { 20, 32, 48, 64 };
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		if (can_read(log, sizes[i]))
			return sizes[i];
	return 0;
}

bool import_is_ima_binary(const struct buffer *log)
{
	return find_digest_size(log);
}

static bool is_violation(const struct entry *entry, size_t digest_size)
{
	size_t i;

	for (i = 0; i < digest_size && !entry->digest[i]; i++)
		;
	return i == digest_size;
}

/* The second field of most templates is the name of the file. */
static void find_file(const struct entry *entry, const uint8_t **file,
		      size_t *file_len)
{
	const struct buffer data = { .data = (uint8_t *)entry->data,
				     .len = entry->data_len };
	size_t pos = 0, len;

	*file_len = 0;
	if (!take_number(&data, &pos, &len) || !take(&data, &pos, len) ||
	    !take_number(&data, &pos, &len))
		return;
	*file = take(&data, &pos, len);
	if (*file && len && !(*file)[len - 1])
		len--;
	*file_len = *file ? len : 0;
}

/* "ima-ng /usr/bin/bash" */
static int make_text(const struct entry *entry, struct buffer *text,
		     struct error *err)
{
	const uint8_t *file;
	size_t file_len;

	text->len = 0;
	if (buffer_add(text, entry->name, entry->name_len, err))
		return -1;
	find_file(entry, &file, &file_len);
	if (!file_len)
		return 0;
	if (buffer_add(text, " ", 1, err))
		return -1;
	return buffer_add(text, file, file_len, err);
}

int import_ima_binary(const struct buffer *log, struct buffer *out,
		      struct error *err)
{
	size_t pos = 0, digest_size = find_digest_size(log);
	struct hasher hasher = { 0 };
	struct buffer text = { 0 };
	uint64_t number = 0;
	struct entry entry;
	int ret = 0;

	while (!ret && pos < log->len &&
	       next_entry(log, &pos, digest_size, &entry)) {
		ret = make_text(&entry, &text, err);
		if (!ret)
			ret = import_hashed(out, &hasher, ++number, entry.index,
					    is_violation(&entry, digest_size) ?
						    NULL :
						    entry.data,
					    entry.data_len, text.data, text.len,
					    err);
	}
	hasher_free(&hasher);
	buffer_free(&text);
	return ret;
}

/* A line of the ASCII list. Returns whether it is one. */
static bool parse_line(const char *line, size_t len, struct cel_record *rec,
		       uint8_t digest[DIGEST_MAX], size_t *text)
{
	size_t pos = strspn(line, " "),
	       digits = strspn(line + pos, "0123456789");
	uint64_t index;
	size_t hex;
	enum bank_id bank;

	if (!number_parse(line + pos, digits, &index) || index > UINT8_MAX)
		return false;
	rec->index = (uint8_t)index;
	pos += digits;
	if (line[pos++] != ' ')
		return false;
	hex = strspn(line + pos, "0123456789abcdef");
	for (bank = 0; bank_next(IMPORT_BANKS, &bank); bank++)
		if (hex == 2U * banks[bank].size)
			break;
	if (bank == BANK_COUNT || line[pos + hex] != ' ' || pos + hex >= len ||
	    !hex_parse(line + pos, hex, digest, banks[bank].size))
		return false;
	rec->banks = BANK_BIT(bank);
	rec->digest[bank] = digest;
	*text = pos + hex + 1;
	return true;
}

/* The next line with a NUL, which ends where @text does not have one. */
static bool next_line(const struct buffer *log, size_t *pos,
		      struct buffer *line)
{
	const uint8_t *start = log->data + *pos, *newline;
	struct error err;
	size_t len;

	if (*pos == log->len)
		return false;
	newline = memchr(start, '\n', log->len - *pos);
	len = newline ? (size_t)(newline - start) : log->len - *pos;
	line->len = 0;
	if (buffer_add(line, start, len, &err) || buffer_add(line, "", 1, &err))
		return false;
	line->len--;
	*pos += len + !!newline;
	return true;
}

bool import_is_ima_ascii(const struct buffer *log)
{
	uint8_t digest[DIGEST_MAX];
	struct buffer line = { 0 };
	struct cel_record rec;
	size_t pos = 0, text;
	bool is;

	is = next_line(log, &pos, &line) &&
	     parse_line((char *)line.data, line.len, &rec, digest, &text);
	buffer_free(&line);
	return is;
}

int import_ima_ascii(const struct buffer *log, struct buffer *out,
		     struct error *err)
{
	static const uint8_t zeros[DIGEST_MAX];
	struct buffer line = { 0 };
	uint8_t digest[DIGEST_MAX];
	struct cel_record rec = { 0 };
	size_t pos = 0, text;
	int ret = 0;

	while (!ret && next_line(log, &pos, &line)) {
		rec.recnum++;
		if (!parse_line((char *)line.data, line.len, &rec, digest,
				&text)) {
			ret = error_set(err,
					"line %u: not as IMA writes its list",
					(unsigned int)rec.recnum);
			break;
		}
		if (!memcmp(digest, zeros,
			    banks[bank_strongest(rec.banks)].size))
			memset(digest, 0xff, sizeof(digest));
		ret = import_event(out, &rec, TSM_EV_ACTION, line.data + text,
				   line.len - text, err);
	}
	buffer_free(&line);
	return ret;
}
