// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz target: logs that other programs keep. What they become are records that are
 * read again, to the last one.
 */
#include "formats/cel.h"
#include "formats/import.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer log = fuzz_buffer(data, size);
	struct cel_reader reader = { .log = &log };
	struct imported imported;
	struct cel_record rec;
	struct error err;
	bool is_cel = size && !data[0];

	if (!import_any(&log, false, &imported, &err)) {
		while (cel_next(&reader, &rec, &err) > 0)
			;
		/* One that is in this form already, is only read later. */
		if (reader.pos != log.len && !is_cel)
			abort();
	}
	buffer_free(&log);
	return 0;
}
