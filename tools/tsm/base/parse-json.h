/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A JSON text in memory, parsed.
 */
#ifndef TSM_LOG_PARSE_JSON_H
#define TSM_LOG_PARSE_JSON_H

#include <stddef.h>
#include <json-c/json.h>

/*
 * The value that is all of @text but for white space, which the caller puts; or
 * NULL if it is not JSON in the strict sense.
 */
struct json_object *parse_json(const char *text, size_t len);

#endif
