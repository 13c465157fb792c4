/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What applications put into the data of events, for people and as JSON.
 *
 * The kernel takes any bytes. What is recognized here, because it is hard to
 * read otherwise, is a JSON object, alone or after one or two words. Agents of
 * confidential containers write two words, a domain and an operation:
 *
 *	github.com/confidential-containers PullImage {"image":"alpine"}
 *
 * and tsm-log measure --once --file writes one, its key. All else is text, such
 * as the words by which systemd measures the phases of a boot, or bytes.
 */
#ifndef TSM_LOG_EVENT_H
#define TSM_LOG_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <json-c/json.h>

/*
 * Print event data on one line: "-" if there is none; a JSON object, and the
 * words before it, as they are, but for the white space between the tokens; else
 * as text_print() does or, if it is no text, the first bytes in hex.
 *
 * What is printed cannot drive a terminal. What begins with neither a quote nor
 * a dash, and has a brace in it, was the object and the words.
 */
void event_print(FILE *out, const uint8_t *data, size_t len, bool utf8);

/*
 * Add to @content what is recognized: the object as "json", unless it has what
 * would not survive that, such as two members of one name or a number of too
 * many digits; of two words before it the "domain" and the "operation".
 */
void event_add_json(struct json_object *content, const uint8_t *data,
		    size_t len);

#endif
