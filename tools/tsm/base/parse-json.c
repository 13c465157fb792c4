// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A JSON text in memory, parsed.
 */
#include <limits.h>

#include "base/parse-json.h"

static size_t skip_white(const char *text, size_t len, size_t pos)
{
	while (pos < len && (text[pos] == ' ' || text[pos] == '\t' ||
			     text[pos] == '\n' || text[pos] == '\r'))
		pos++;
	return pos;
}

struct json_object *parse_json(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object = NULL;
	size_t end;

	if (!tokener || len > INT_MAX) {
		json_tokener_free(tokener);
		return NULL;
	}
	json_tokener_set_flags(tokener,
			       JSON_TOKENER_STRICT |
				       JSON_TOKENER_ALLOW_TRAILING_CHARS);
	object = json_tokener_parse_ex(tokener, text, (int)len);
	end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (skip_white(text, len, end) == len)
		return object;
	json_object_put(object);
	return NULL;
}
