/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as JSON with the names of TCG CEL-JSON.
 */
#ifndef TSM_LOG_RECORD_JSON_H
#define TSM_LOG_RECORD_JSON_H

#include <json-c/json.h>

#include "formats/cel.h"
#include "formats/checkpoint.h"

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

/* What is known of a register between two records. */
struct json_object *json_checkpoint(const struct checkpoint *cp,
				    const char *provider);

#endif
