/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's IMA measures: content that is the name of a template and the data
 * of its fields.
 *
 * A field's data come after their length, 4 bytes, little-endian. Only the template
 * "ima" has other data: a digest of 20 bytes, and a file's name in 256 bytes, the rest
 * of which are zeros.
 */
#ifndef TSM_LOG_IMA_H
#define TSM_LOG_IMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/cel.h"

#define IMA_MAX_FIELDS 15

/* How IMA's ASCII list shows a field. */
enum ima_kind {
	IMA_BYTES, /* in hex */
	IMA_DIGEST, /* a text that ends with a colon, a NUL, and bytes */
	IMA_STRING, /* a text; its NUL is not shown */
	IMA_NUMBER, /* little-endian */
};

/* Pointers go into the record, or to constants. */
struct ima_field {
	const char *name; /* as the template's format has it, "d-ng" */
	size_t name_len;
	enum ima_kind kind;
	const uint8_t *data;
	size_t len;
};

struct ima_entry {
	const uint8_t *name; /* of the template */
	size_t name_len;
	bool is_first; /* the template "ima", with data of other form */
	const uint8_t *data;
	size_t len;
	bool is_violation;
	size_t nr_fields;
	struct ima_field fields[IMA_MAX_FIELDS];
};

/*
 * Parse the content of @rec. Returns whether it is that of a template that is known, or
 * whose name is its format, and has the fields that this template has.
 */
bool ima_parse(const struct cel_record *rec, struct ima_entry *entry);

#endif
