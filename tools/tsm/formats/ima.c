// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel's IMA measures.
 */
#include <string.h>

#include "formats/ima.h"
#include "linux/tsm-event-log.h"

/* Sizes in the template "ima". */
#define FIRST_DIGEST_SIZE 20
#define FIRST_NAME_SIZE 256

/* Bytes of the length before the data of a field. */
#define LENGTH_SIZE 4

static const struct {
	const char *name;
	const char *format;
} templates[] = {
	{ "ima", "d|n" },
	{ "ima-ng", "d-ng|n-ng" },
	{ "ima-sig", "d-ng|n-ng|sig" },
	{ "ima-ngv2", "d-ngv2|n-ng" },
	{ "ima-sigv2", "d-ngv2|n-ng|sig" },
	{ "ima-buf", "d-ng|n-ng|buf" },
	{ "ima-modsig", "d-ng|n-ng|sig|d-modsig|modsig" },
	{ "evm-sig",
	  "d-ng|n-ng|evmsig|xattrnames|xattrlengths|xattrvalues|iuid|igid|imode" },
};

static const struct {
	const char *name;
	enum ima_kind kind;
} fields[] = {
	{ "d", IMA_BYTES },
	{ "n", IMA_STRING },
	{ "d-ng", IMA_DIGEST },
	{ "d-ngv2", IMA_DIGEST },
	{ "n-ng", IMA_STRING },
	{ "sig", IMA_BYTES },
	{ "buf", IMA_BYTES },
	{ "d-modsig", IMA_DIGEST },
	{ "modsig", IMA_BYTES },
	{ "evmsig", IMA_BYTES },
	{ "iuid", IMA_NUMBER },
	{ "igid", IMA_NUMBER },
	{ "imode", IMA_NUMBER },
	{ "xattrnames", IMA_STRING },
	{ "xattrlengths", IMA_BYTES },
	{ "xattrvalues", IMA_BYTES },
};

#define NR_TEMPLATES (sizeof(templates) / sizeof(*templates))
#define NR_FIELDS (sizeof(fields) / sizeof(*fields))

static bool is_text(const char *text, const void *data, size_t len)
{
	return strlen(text) == len && !memcmp(text, data, len);
}

static bool find_kind(struct ima_field *field)
{
	size_t i;

	for (i = 0; i < NR_FIELDS; i++)
		if (is_text(fields[i].name, field->name, field->name_len))
			break;
	if (i == NR_FIELDS)
		return false;
	field->kind = fields[i].kind;
	return true;
}

/* The fields of a template are in its format; one without a name has that for it. */
static bool find_fields(struct ima_entry *entry)
{
	const char *format = (const char *)entry->name;
	size_t left = entry->name_len, len, i;

	for (i = 0; i < NR_TEMPLATES; i++)
		if (is_text(templates[i].name, entry->name, entry->name_len)) {
			format = templates[i].format;
			left = strlen(format);
		}
	while (left && entry->nr_fields < IMA_MAX_FIELDS) {
		struct ima_field *field = &entry->fields[entry->nr_fields++];
		const char *end = memchr(format, '|', left);

		len = end ? (size_t)(end - format) : left;
		field->name = format;
		field->name_len = len;
		if (!find_kind(field))
			return false;
		format += len + !!end;
		left -= len + !!end;
	}
	return entry->nr_fields && !left;
}

/* The template "ima": no lengths, and a name that is filled up. */
static bool split_first(struct ima_entry *entry)
{
	const uint8_t *name = entry->data + FIRST_DIGEST_SIZE;

	if (entry->len != FIRST_DIGEST_SIZE + FIRST_NAME_SIZE)
		return false;
	entry->fields[0].data = entry->data;
	entry->fields[0].len = FIRST_DIGEST_SIZE;
	entry->fields[1].data = name;
	entry->fields[1].len = strnlen((const char *)name, FIRST_NAME_SIZE);
	return true;
}

static bool split(struct ima_entry *entry)
{
	const uint8_t *p = entry->data;
	size_t left = entry->len, i;

	for (i = 0; i < entry->nr_fields; i++) {
		struct ima_field *field = &entry->fields[i];

		if (left < LENGTH_SIZE)
			return false;
		field->len = p[0] | p[1] << 8 | p[2] << 16 | (size_t)p[3] << 24;
		p += LENGTH_SIZE;
		left -= LENGTH_SIZE;
		if (left < field->len)
			return false;
		field->data = p;
		p += field->len;
		left -= field->len;
	}
	return !left;
}

/* A violation extends by ones. */
static bool is_violation(const struct cel_record *rec)
{
	enum bank_id bank;
	size_t i;

	for (bank = 0; bank_next(rec->banks, &bank); bank++)
		for (i = 0; i < banks[bank].size; i++)
			if (rec->digest[bank][i] != 0xff)
				return false;
	return rec->banks;
}

bool ima_parse(const struct cel_record *rec, struct ima_entry *entry)
{
	/* Of content that is no name and data the kernel hashes all of the TLV. */
	if (rec->content_type != CEL_CONTENT_IMA_TEMPLATE ||
	    rec->measured == rec->content)
		return false;
	memset(entry, 0, sizeof(*entry));
	entry->name = rec->event + TSM_CEL_TLV_HEADER_SIZE;
	entry->data = rec->measured;
	entry->len = rec->measured_len;
	entry->name_len =
		(size_t)(entry->data - entry->name) - TSM_CEL_TLV_HEADER_SIZE;
	entry->is_violation = is_violation(rec);
	entry->is_first = is_text("ima", entry->name, entry->name_len);
	return find_fields(entry) &&
	       (entry->is_first ? split_first(entry) : split(entry));
}
