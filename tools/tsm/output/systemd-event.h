/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What systemd says of its measurements: a JSON object, which is content of a type
 * of its own. What it extends by is the hash of the text that is "string" in there,
 * or an HMAC of it.
 */
#ifndef TSM_LOG_SYSTEMD_EVENT_H
#define TSM_LOG_SYSTEMD_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <json-c/json.h>

#define SYSTEMD_CONTENT_TYPE 9

/* The object, which the caller puts, or NULL if it is none that systemd reads. */
struct json_object *systemd_event_parse(const uint8_t *data, size_t len);

bool systemd_event_valid(const uint8_t *data, size_t len);

#endif
