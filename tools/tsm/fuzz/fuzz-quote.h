/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets of quotes share: parts of an input, each after its
 * length of two bytes, big-endian, and the check of a quote and its report.
 */
#ifndef TSM_LOG_FUZZ_QUOTE_H
#define TSM_LOG_FUZZ_QUOTE_H

#include <stdio.h>

#include "fuzz.h"
#include "output/json.h"
#include "output/quote-report.h"

static inline struct buffer fuzz_take(const uint8_t **data, size_t *size)
{
	struct buffer buf;
	size_t len = 0, i;

	for (i = 0; i < 2 && *size; i++, ++*data, --*size)
		len = len << 8 | **data;
	if (len > *size)
		len = *size;
	buf = fuzz_buffer(*data, len);
	*data += len;
	*size -= len;
	return buf;
}

/* Whatever is in a quote or a certificate, the report can be shown. */
static inline void fuzz_report(const struct evidence *evidence)
{
	struct json_object *object = quote_report_json(evidence);
	char *text = NULL;
	size_t len = 0, i;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	quote_report_text(evidence, out);
	json_print(out, object);
	fclose(out);
	for (i = 0; i < len; i++)
		if ((text[i] < 0x20 && text[i] != '\n') || text[i] >= 0x7f)
			abort();
	json_object_put(object);
	free(text);
}

/* Nobody signs for a fuzzer: it must never be verified. */
static inline void fuzz_evidence(struct evidence *evidence)
{
	if (evidence_verify(evidence) == VERIFY_OK)
		abort();
	fuzz_report(evidence);
	evidence_free(evidence);
}

#endif
