// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON: making objects, and printing them.
 */
#include <stdlib.h>

#include "output/json.h"
#include "output/text.h"

struct json_object *json_need(struct json_object *object)
{
	if (!object) {
		fputs("tsm-log: no memory\n", stderr);
		exit(2);
	}
	return object;
}

void json_add(struct json_object *object, const char *key,
	      struct json_object *value)
{
	if (json_object_object_add(object, key, json_need(value)))
		json_need(NULL);
}

void json_add_text(struct json_object *object, const char *key,
		   const char *text)
{
	json_add(object, key, json_object_new_string(text));
}

void json_add_number(struct json_object *object, const char *key,
		     uint64_t number)
{
	json_add(object, key, json_object_new_uint64(number));
}

void json_add_hex(struct json_object *object, const char *key,
		  const uint8_t *data, size_t len)
{
	char *hex = malloc(2 * len + 1);

	if (!hex)
		json_need(NULL);
	json_add_text(object, key, hex_text(data, len, hex));
	free(hex);
}

struct json_object *json_digests(unsigned int set,
				 const uint8_t *const digest[BANK_COUNT])
{
	struct json_object *list = json_need(json_object_new_array());
	enum bank_id bank;

	for (bank = 0; bank_next(set, &bank); bank++) {
		struct json_object *item = json_need(json_object_new_object());

		json_add_text(item, "hashAlg", banks[bank].tcg_name);
		json_add_hex(item, "digest", digest[bank], banks[bank].size);
		if (json_object_array_add(list, item))
			json_need(NULL);
	}
	return list;
}

void json_print_escape(FILE *out, uint32_t c)
{
	if (c >= 0x10000) {
		c -= 0x10000;
		fprintf(out, "\\u%04x\\u%04x", 0xd800 + (c >> 10),
			0xdc00 + (c & 0x3ff));
	} else {
		fprintf(out, "\\u%04x", c);
	}
}

void json_print(FILE *out, struct json_object *object)
{
	const int flags = JSON_C_TO_STRING_PLAIN |
			  JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;
	uint32_t c;
	size_t len, n;

	text = json_object_to_json_string_length(object, flags, &len);
	if (!text)
		json_need(NULL);
	while (len) {
		for (n = 0; n < len && text[n] >= 0 && text[n] < 0x7f; n++)
			;
		fwrite(text, 1, n, out);
		text += n;
		len -= n;
		if (!len)
			break;
		/* All strings in there are valid: see text_is_utf8(). */
		n = text_decode((const uint8_t *)text, len, &c);
		if (!n)
			break;
		json_print_escape(out, c);
		text += n;
		len -= n;
	}
}
