// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The values of PCRs beside a quote, as tpm2_quote writes them: one after the
 * other (--pcrs_format=values), or, by default, the structures that the program
 * has in memory, little-endian: the selection, and lists of up to eight digests.
 */
#include <string.h>

#include "quotes/tpm.h"

#define SELECTION_SIZE 8
#define LISTS_AT (4 + TPM_SELECTIONS * SELECTION_SIZE)
#define LIST_DIGESTS 8
#define DIGEST_SIZE (2 + DIGEST_MAX)

/* Where each value of a quote belongs, in its order. */
struct cursor {
	const struct tpm_quote *quote;
	unsigned int selection;
	int pcr;
};

/* Move on to the next value; @bank is its bank. */
static bool next_value(struct cursor *cursor, enum bank_id *bank)
{
	const struct tpm_quote *quote = cursor->quote;

	for (; cursor->selection < quote->nr_selections; cursor->selection++) {
		const struct tpm_selection *selection =
			&quote->selections[cursor->selection];

		for (; cursor->pcr < TPM_PCRS; cursor->pcr++) {
			if (!(selection->pcrs & 1U << cursor->pcr))
				continue;
			*bank = selection->bank;
			cursor->pcr++;
			return true;
		}
		cursor->pcr = 0;
	}
	return false;
}

static bool same_selection(const struct tpm_quote *quote, struct reader *reader)
{
	uint32_t nr = read_le32(reader, "the number of selections");
	unsigned int i;

	if (nr != quote->nr_selections)
		return false;
	for (i = 0; i < nr; i++) {
		const struct tpm_selection *selection = &quote->selections[i];
		uint16_t algorithm = read_le16(reader, "a bank");

		read_bytes(reader, 1, "the selection's size");
		if (algorithm != banks[selection->bank].cel_type ||
		    read_le32(reader, "the selection") != selection->pcrs)
			return false;
		read_bytes(reader, SELECTION_SIZE - 7, "padding");
	}
	return !reader->missing;
}

/* What is not used of the structures is not looked at. */
static int parse_lists(struct tpm_values *values, const struct tpm_quote *quote,
		       struct reader *reader, struct error *err)
{
	struct cursor cursor = { .quote = quote };
	uint32_t lists = read_le32(reader, "the number of lists");

	while (lists--) {
		uint32_t nr = read_le32(reader, "the number of digests");
		size_t end = reader->pos + LIST_DIGESTS * DIGEST_SIZE;

		if (reader_check(reader, err))
			return -1;
		if (nr > LIST_DIGESTS)
			return error_set(err, "a list has %u digests", nr);
		while (nr--) {
			uint16_t size = read_le16(reader, "a digest's size");
			const uint8_t *digest =
				read_bytes(reader, DIGEST_MAX, "a digest");
			enum bank_id bank;

			if (reader_check(reader, err))
				return -1;
			if (!next_value(&cursor, &bank) ||
			    size != banks[bank].size)
				return error_set(
					err,
					"the digests are not those that the quote is over");
			memcpy(values->digest[values->nr++], digest, size);
		}
		read_bytes(reader, end - reader->pos, "a list");
	}
	return reader_finish(reader, err);
}

static int parse_plain(struct tpm_values *values, const struct tpm_quote *quote,
		       struct span file, struct error *err)
{
	struct reader reader = { .data = file.data, .len = file.len };
	struct cursor cursor = { .quote = quote };
	enum bank_id bank;

	while (next_value(&cursor, &bank)) {
		const uint8_t *digest =
			read_bytes(&reader, banks[bank].size, "a PCR's value");

		if (!digest)
			break;
		memcpy(values->digest[values->nr++], digest, banks[bank].size);
	}
	return reader_finish(&reader, err);
}

int tpm_values_parse(struct tpm_values *values, const struct tpm_quote *quote,
		     struct span file, struct error *err)
{
	struct reader reader = { .data = file.data, .len = file.len };
	int ret;

	values->nr = 0;
	if (same_selection(quote, &reader)) {
		reader.pos = 0;
		read_bytes(&reader, LISTS_AT, "the selection");
		ret = parse_lists(values, quote, &reader, err);
	} else {
		ret = parse_plain(values, quote, file, err);
	}
	if (ret)
		return -1;
	if (values->nr != quote->nr_values)
		return error_set(err,
				 "it has %zu values; the quote is over %zu",
				 values->nr, quote->nr_values);
	return 0;
}
