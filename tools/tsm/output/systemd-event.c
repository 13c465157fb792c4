// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What systemd says of its measurements.
 */
#include "base/parse-json.h"
#include "output/systemd-event.h"
#include "output/text.h"

/* Whether @key, if it is there, is a text. */
static bool is_text(struct json_object *object, const char *key)
{
	struct json_object *value;

	return !json_object_object_get_ex(object, key, &value) ||
	       json_object_is_type(value, json_type_string);
}

struct json_object *systemd_event_parse(const uint8_t *data, size_t len)
{
	struct json_object *object;

	if (!text_is_utf8(data, len))
		return NULL;
	object = parse_json((const char *)data, len);
	if (object && json_object_is_type(object, json_type_object) &&
	    is_text(object, "string") && is_text(object, "eventType"))
		return object;
	json_object_put(object);
	return NULL;
}

bool systemd_event_valid(const uint8_t *data, size_t len)
{
	struct json_object *object = systemd_event_parse(data, len);

	json_object_put(object);
	return object;
}
