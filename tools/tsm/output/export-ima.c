// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of what IMA measured as IMA's own binary list, as it is in
 * binary_runtime_measurements: with digests of SHA-1.
 */
#include <inttypes.h>
#include <string.h>

#include "formats/ima.h"
#include "linux/tsm-event-log.h"
#include "output/export.h"

/* What IMA's list says for a register of a confidential VM, which is no PCR. */
#define IMA_PCR 10

static void put_number(FILE *out, size_t number)
{
	const uint8_t bytes[] = { (uint8_t)number, (uint8_t)(number >> 8),
				  (uint8_t)(number >> 16),
				  (uint8_t)(number >> 24) };

	fwrite(bytes, 1, sizeof(bytes), out);
}

/* A violation has zeros in the list. */
static int write_digest(const struct ima_entry *entry, struct hasher *hasher,
			FILE *out, struct error *err)
{
	uint8_t digest[DIGEST_MAX] = { 0 };

	if (!entry->is_violation &&
	    hasher_digest(hasher, BANK_SHA1, entry->data, entry->len, NULL, 0,
			  digest, err))
		return -1;
	fwrite(digest, 1, banks[BANK_SHA1].size, out);
	return 0;
}

/* The list has the name in the template "ima" with its length, not filled up. */
static void write_first(const struct ima_entry *entry, FILE *out)
{
	const struct ima_field *digest = &entry->fields[0];
	const struct ima_field *name = &entry->fields[1];

	fwrite(digest->data, 1, digest->len, out);
	put_number(out, name->len);
	fwrite(name->data, 1, name->len, out);
}

static int write_entry(const struct cel_record *rec,
		       const struct ima_entry *entry, struct hasher *hasher,
		       FILE *out, struct error *err)
{
	put_number(out, rec->is_ccmr ? IMA_PCR : rec->index);
	if (write_digest(entry, hasher, out, err))
		return -1;
	put_number(out, entry->name_len);
	fwrite(entry->name, 1, entry->name_len, out);
	if (entry->is_first) {
		write_first(entry, out);
		return 0;
	}
	put_number(out, entry->len);
	fwrite(entry->data, 1, entry->len, out);
	return 0;
}

int export_ima(const struct log *log, FILE *out, struct error *err)
{
	struct cel_reader reader = { .log = &log->cel };
	struct hasher hasher = { 0 };
	struct ima_entry entry;
	struct cel_record rec;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0)
		if (rec.content_type == CEL_CONTENT_IMA_TEMPLATE &&
		    !ima_parse(&rec, &entry))
			return error_set(
				err,
				"record %" PRIu64
				" is of a template that is not known, or its data are not that template's",
				rec.recnum);
	if (ret)
		return -1;
	reader.pos = 0;
	while (!ret && cel_next(&reader, &rec, err) > 0)
		if (ima_parse(&rec, &entry))
			ret = write_entry(&rec, &entry, &hasher, out, err);
	hasher_free(&hasher);
	return ret;
}
