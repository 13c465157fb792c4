// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz target: the parsers of checkpoints and of files of values. What they
 * accept, written anew, is what was in the file, but for the case of hex.
 */
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "formats/checkpoint.h"
#include "fuzz.h"

static void write_value(FILE *out, const char *text,
			const struct register_value *value)
{
	char hex[2 * DIGEST_MAX + 1];
	unsigned int left = value->banks;

	/* Banks may be in any order: follow the text's. */
	while (left) {
		size_t len = strcspn(text, ":");
		enum bank_id id = bank_by_name(text, len);

		if (id == BANK_COUNT || !(left & BANK_BIT(id)))
			abort();
		left &= ~BANK_BIT(id);
		fprintf(out, "%s:%s%s", banks[id].name,
			hex_text(value->digest[id], banks[id].size, hex),
			left ? "," : "");
		text += strcspn(text, ",\n") + 1;
	}
}

static void check_line(const struct buffer *text, size_t start, size_t end,
		       const struct checkpoint *cp)
{
	char line[1100], *again = NULL, *values = line;
	int spaces = cp->line ? 3 : 1;
	size_t len = 0;
	FILE *out = open_memstream(&again, &len);

	if (!out || end - start >= sizeof(line))
		abort();
	memcpy(line, text->data + start, end - start);
	line[end - start] = '\0';
	if (cp->line)
		fprintf(out, "%" PRIu64 " %s ", cp->recnum, cp->reason);
	fputs(cp->value.name, out);
	if (cp->value.banks) {
		for (; spaces; spaces--)
			values = strchr(values, ' ') + 1;
		fputc(' ', out);
		write_value(out, values, &cp->value);
	}
	if (cp->has_foreign)
		fprintf(out, " foreign=%" PRIu64, cp->foreign);
	fputc('\n', out);
	fclose(out);
	if (strcasecmp(line, again))
		abort();
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer text = fuzz_buffer(data, size);
	struct line_reader reader = { .text = &text };
	struct checkpoint cp = { 0 };
	struct error err;
	size_t start;

	for (start = 0; checkpoint_next(&reader, &cp, &err) > 0;
	     start = reader.pos)
		check_line(&text, start, reader.pos, &cp);

	reader = (struct line_reader){ .text = &text };
	cp = (struct checkpoint){ 0 };
	for (start = 0; register_value_next(&reader, &cp.value, &err) > 0;
	     start = reader.pos)
		check_line(&text, start, reader.pos, &cp);
	buffer_free(&text);
	return 0;
}
