// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel's IMA measures, for people and as JSON.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "formats/bank.h"
#include "output/ima-event.h"
#include "output/json.h"
#include "output/text.h"

/* Bytes of a text up to its NUL. */
static size_t text_len(const struct ima_field *field)
{
	return strnlen((const char *)field->data, field->len);
}

/* Where the bytes after "sha256:" and its NUL begin, or 0 if it is no such field. */
static size_t digest_start(const struct ima_field *field)
{
	size_t len = text_len(field);

	if (!len || len == field->len || field->data[len - 1] != ':')
		return 0;
	return len + 1;
}

static bool number_of(const struct ima_field *field, uint64_t *number)
{
	size_t i;

	if (!field->len || field->len > sizeof(*number))
		return false;
	*number = 0;
	for (i = field->len; i--;)
		*number = *number << 8 | field->data[i];
	return true;
}

static void print_hex(FILE *out, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		fprintf(out, "%02x", data[i]);
}

static bool is_plain(const uint8_t *data, size_t len)
{
	return len && text_plain_bytes(data, len) == len &&
	       !memchr(data, ' ', len);
}

static void print_text(FILE *out, const uint8_t *data, size_t len, bool utf8)
{
	if (is_plain(data, len))
		fwrite(data, 1, len, out);
	else if (!len || text_is_utf8(data, len))
		text_print(out, data, len, utf8);
	else
		print_hex(out, data, len);
}

static void print_field(FILE *out, const struct ima_field *field, bool utf8)
{
	size_t start = digest_start(field);
	uint64_t number;

	if (!field->len)
		return;
	if (field->kind == IMA_STRING) {
		print_text(out, field->data, text_len(field), utf8);
	} else if (field->kind == IMA_NUMBER && number_of(field, &number)) {
		fprintf(out, "%" PRIu64, number);
	} else if (field->kind == IMA_DIGEST && start &&
		   is_plain(field->data, start - 1)) {
		/* Without an algorithm there is only the colon. */
		if (start > 2)
			fwrite(field->data, 1, start - 1, out);
		print_hex(out, field->data + start, field->len - start);
	} else {
		print_hex(out, field->data, field->len);
	}
}

void ima_event_print(FILE *out, const struct ima_entry *entry, bool utf8)
{
	size_t i;

	print_text(out, entry->name, entry->name_len, utf8);
	for (i = 0; i < entry->nr_fields; i++) {
		fputc(' ', out);
		print_field(out, &entry->fields[i], utf8);
	}
}

/* The same text as in the list, whole, where that is one of JSON. */
static struct json_object *field_value(const struct ima_field *field)
{
	size_t start = digest_start(field), len = text_len(field);
	struct json_object *object;
	char *text, *p;

	if (field->kind == IMA_STRING &&
	    (!len || text_is_utf8(field->data, len)))
		return json_object_new_string_len((const char *)field->data,
						  (int)len);
	text = malloc(3 * field->len + 1);
	if (!text)
		json_need(NULL);
	p = text;
	*p = '\0';
	if (field->kind == IMA_DIGEST && start &&
	    is_plain(field->data, start - 1)) {
		if (start > 2)
			p = mempcpy(p, field->data, start - 1);
		hex_text(field->data + start, field->len - start, p);
	} else {
		hex_text(field->data, field->len, p);
	}
	object = json_object_new_string(text);
	free(text);
	return object;
}

void ima_event_add_json(struct json_object *content,
			const struct ima_entry *entry)
{
	struct json_object *values = json_need(json_object_new_object());
	char name[32];
	uint64_t number;
	size_t i;

	for (i = 0; i < entry->nr_fields; i++) {
		const struct ima_field *field = &entry->fields[i];

		snprintf(name, sizeof(name), "%.*s", (int)field->name_len,
			 field->name);
		if (field->kind == IMA_NUMBER && number_of(field, &number))
			json_add_number(values, name, number);
		else
			json_add(values, name, field_value(field));
	}
	json_add(content, "template_name",
		 json_object_new_string_len((const char *)entry->name,
					    (int)entry->name_len));
	json_add(content, "fields", values);
	if (entry->is_violation)
		json_add(content, "violation", json_object_new_boolean(true));
}
