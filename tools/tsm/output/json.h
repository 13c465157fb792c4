/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON: making objects, and printing them.
 *
 * The functions that make objects end the program when there is no memory, as
 * does json_need() for the objects that others make.
 */
#ifndef TSM_LOG_JSON_H
#define TSM_LOG_JSON_H

#include <stdint.h>
#include <stdio.h>
#include <json-c/json.h>

#include "formats/bank.h"

struct json_object *json_need(struct json_object *object);

void json_add(struct json_object *object, const char *key,
	      struct json_object *value);
void json_add_text(struct json_object *object, const char *key,
		   const char *text);
void json_add_number(struct json_object *object, const char *key,
		     uint64_t number);
void json_add_hex(struct json_object *object, const char *key,
		  const uint8_t *data, size_t len);

/* [{"hashAlg": ..., "digest": hex}, ...] */
struct json_object *json_digests(unsigned int set,
				 const uint8_t *const digest[BANK_COUNT]);

/* The \u escape of a character, or the two that it takes. */
void json_print_escape(FILE *out, uint32_t character);

/*
 * Print on one line, all but ASCII as \u escapes: that reads back the same and
 * cannot drive a terminal.
 */
void json_print(FILE *out, struct json_object *object);

#endif
