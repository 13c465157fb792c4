// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz target: the parser of firmware's logs, their replay, and what an export
 * writes of them. The first byte of the input tells which banks to keep, as a
 * set, and in its highest bit what the indices are; the log is after it.
 */
#include <stdio.h>

#include "fuzz.h"
#include "replay/firmware.h"

#define IS_CCMR 0x80

static struct buffer write_again(const struct buffer *log, unsigned int set)
{
	struct buffer again = { 0 };
	struct tcg2_header header;
	struct tcg2_reader reader;
	struct tcg2_entry entry;
	struct error err;
	FILE *out = open_memstream((char **)&again.data, &again.len);

	if (!out || tcg2_open(&reader, log, &err))
		abort();
	header = reader.header;
	tcg2_keep_banks(&header, set);
	tcg2_write_header(out, &header);
	while (tcg2_next(&reader, &entry, &err) > 0)
		tcg2_write_entry(out, &header, &entry);
	fclose(out);
	return again;
}

/* The same log again, but for the banks that were not kept. */
static void check_same(const struct buffer *log, const struct buffer *again,
		       unsigned int set)
{
	static const uint8_t none[DIGEST_MAX];
	struct tcg2_reader a, b;
	struct tcg2_entry one, two;
	enum bank_id bank;
	struct error err;
	int ret;

	if (tcg2_open(&a, log, &err) || tcg2_open(&b, again, &err) ||
	    b.header.banks != set)
		abort();
	while ((ret = tcg2_next(&a, &one, &err)) > 0) {
		if (tcg2_next(&b, &two, &err) != 1 || one.index != two.index ||
		    one.type != two.type || two.banks != set ||
		    one.event_len != two.event_len ||
		    memcmp(one.event, two.event, one.event_len))
			abort();
		for (bank = 0; bank_next(set, &bank); bank++)
			if (memcmp(one.banks & BANK_BIT(bank) ?
					   one.digest[bank] :
					   none,
				   two.digest[bank], banks[bank].size))
				abort();
	}
	if (ret || tcg2_next(&b, &two, &err))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct firmware firmware = { 0 };
	struct buffer again;
	unsigned int set;
	struct error err;

	if (!size)
		return 0;
	firmware.log = fuzz_buffer(data + 1, size - 1);
	if (!firmware_replay(&firmware, data[0] & IS_CCMR, &err)) {
		set = firmware.header.banks & data[0];
		if (set) {
			again = write_again(&firmware.log, set);
			check_same(&firmware.log, &again, set);
			free(again.data);
		}
	}
	firmware_free(&firmware);
	return 0;
}
