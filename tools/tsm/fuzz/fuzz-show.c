// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz target: the parser of the log, the table and the JSON of what it finds.
 * Whatever is in the log, the output is printable, a line for each record.
 */
#include <stdbool.h>
#include <stdio.h>

#include "formats/cel.h"
#include "fuzz.h"
#include "output/json.h"
#include "output/record-json.h"
#include "output/table.h"

static void check_line(const char *line, size_t len, bool utf8)
{
	size_t i;

	for (i = 0; i < len; i++) {
		uint8_t c = (uint8_t)line[i];

		if (c < 0x20 || c == 0x7f || (c > 0x7f && !utf8))
			abort();
	}
}

static void show(const struct table *table, const struct cel_record *rec,
		 enum content_binding binding, bool utf8)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	table_record(table, rec, binding, NULL, out, utf8);
	fclose(out);
	if (!len || text[len - 1] != '\n')
		abort();
	check_line(text, len - 1, utf8);
	free(text);
}

static void show_json(const struct cel_record *rec,
		      enum content_binding binding)
{
	struct json_object *object, *again;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	object = json_record(rec, binding, NULL);
	json_print(out, object);
	fclose(out);
	check_line(text, len, false);
	again = json_tokener_parse(text);
	if (!json_object_equal(object, again))
		abort();
	json_object_put(object);
	json_object_put(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer log = fuzz_buffer(data, size);
	struct cel_reader reader = { .log = &log };
	struct cel_record rec;
	struct table table;
	struct hasher hasher = { 0 };
	struct error err;

	table_init(&table);
	while (cel_next(&reader, &rec, &err) > 0) {
		/* So that a read past the end of the event is seen too. */
		struct buffer event = fuzz_buffer(rec.event, rec.event_len);
		enum content_binding binding;

		if (content_check(&rec, &hasher, &binding, &err))
			abort();
		rec.event = event.data;
		table_measure(&table, &rec);
		show(&table, &rec, binding, false);
		show(&table, &rec, binding, true);
		show_json(&rec, binding);
		buffer_free(&event);
	}
	hasher_free(&hasher);
	buffer_free(&log);
	return 0;
}
