// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz target: the check of files, and its report as text and as JSON.
 *
 * The input is two lengths of two bytes, big-endian, then so many bytes of
 * checkpoints and of values to compare with (none: do not compare), and the
 * log.
 */
#include <stdio.h>

#include "fuzz.h"
#include "output/json.h"
#include "output/report.h"
#include "replay/verify.h"

static size_t take_length(const uint8_t **data, size_t *size)
{
	size_t len = 0, i;

	for (i = 0; i < 2 && *size; i++, ++*data, --*size)
		len = len << 8 | **data;
	return len;
}

static struct buffer take(const uint8_t **data, size_t *size, size_t len)
{
	struct buffer buf;

	if (len > *size)
		len = *size;
	buf = fuzz_buffer(*data, len);
	*data += len;
	*size -= len;
	return buf;
}

static void report(const struct verification *v)
{
	struct json_object *object = report_json(v);
	char *text = NULL;
	size_t len = 0, i;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	report_text(v, out);
	json_print(out, object);
	fclose(out);
	for (i = 0; i < len; i++)
		if ((text[i] < 0x20 && text[i] != '\n') || text[i] == 0x7f)
			abort();
	json_object_put(object);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t checkpoints_len = take_length(&data, &size);
	size_t values_len = take_length(&data, &size);
	struct verification v = { 0 };
	enum verify_result result;
	struct buffer values;

	v.log.checkpoints = take(&data, &size, checkpoints_len);
	values = take(&data, &size, values_len);
	v.log.cel = take(&data, &size, size);
	result = verify_buffers(&v, values.len ? &values : NULL);
	/* Verified means: read to the end. */
	if (result == VERIFY_OK &&
	    (v.replay.cel.pos != v.log.cel.len ||
	     v.replay.lines.pos != v.log.checkpoints.len))
		abort();
	report(&v);
	verify_free(&v);
	buffer_free(&values);
	return 0;
}
