/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as JSON with the names of TCG CEL-JSON.
 */
#ifndef TSM_LOG_RECORD_JSON_H
#define TSM_LOG_RECORD_JSON_H

#include <json-c/json.h>

#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "formats/content.h"
#include "sources/explanation.h"

/*
 * A record as TCG CEL-JSON defines it; that has no name for the index of a CC
 * measurement register, which is "ccmr" here, and none for what the content
 * proves, which is "binding".
 */
struct json_object *json_cel_record(const struct cel_record *rec,
				    enum content_binding binding);

/*
 * The same as systemd's pcrlock takes it, for which the type of content is a text:
 * systemd's own content is that object, as systemd writes it.
 */
struct json_object *json_pcrlock_record(const struct cel_record *rec,
					enum content_binding binding);

/*
 * The same for people: event data that is text is there as "string", too.
 * @provider: the provider to name in the record, or NULL.
 */
struct json_object *json_record(const struct cel_record *rec,
				enum content_binding binding,
				const char *provider);

/* Add to a record what another log says of it. */
void json_add_explained(struct json_object *record,
			const struct explained *explained);

/* What is known of a register between two records. */
struct json_object *json_checkpoint(const struct checkpoint *cp,
				    const char *provider);

#endif
