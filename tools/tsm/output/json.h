/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON: records with the names of TCG CEL-JSON, and printing.
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
#include "formats/cel.h"

struct json_object *json_need(struct json_object *object);

void json_add(struct json_object *object, const char *key,
	      struct json_object *value);
void json_add_text(struct json_object *object, const char *key,
		   const char *text);
void json_add_number(struct json_object *object, const char *key,
		     uint64_t number);

/* [{"hashAlg": ..., "digest": hex}, ...] */
struct json_object *json_digests(unsigned int set,
				 const uint8_t *const digest[BANK_COUNT]);

/*
 * A record with nothing but what TCG CEL-JSON defines; that has no name for the
 * index of a CC measurement register, which is "ccmr" here.
 */
struct json_object *json_cel_record(const struct cel_record *rec);

/*
 * The same for people: event data that is text is there as "string", too.
 * @provider: the provider to name in the record, or NULL.
 */
struct json_object *json_record(const struct cel_record *rec,
				const char *provider);

/* The \u escape of a character, or the two that it takes. */
void json_print_escape(FILE *out, uint32_t character);

/*
 * Print on one line, all but ASCII as \u escapes: that reads back the same and
 * cannot drive a terminal.
 */
void json_print(FILE *out, struct json_object *object);

#endif
