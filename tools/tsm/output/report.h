/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a verification found, for people and as JSON.
 */
#ifndef TSM_LOG_REPORT_H
#define TSM_LOG_REPORT_H

#include <stdio.h>
#include <json-c/json.h>

#include "replay/verify.h"

/* Findings and the summary; an error is the caller's to print. */
void report_text(const struct verification *v, FILE *out);

struct json_object *report_json(const struct verification *v);

/* What to know of the format of a firmware's log, to end a line with; or "". */
const char *firmware_format(const struct firmware *firmware);

/* How messages call what was verified. */
const char *report_label(const struct verification *v);

/* One finding: a line that starts with @label. */
void finding_text(const struct finding *finding, const char *label, FILE *out);

struct json_object *finding_json(const struct finding *finding);

/* "verified" and so on. */
const char *result_text(enum verify_result result);

const char *plural(uint64_t number);

/* Which records values from just before the record @next are of. */
void print_coverage(FILE *out, const struct replay *replay, uint64_t next);

/* Of records, how many have content, and what that proves. */
void print_content(FILE *out, const struct content_count *count);
struct json_object *content_json(const struct content_count *count);

/* The registers that did not count. */
void print_left_out(FILE *out, const struct register_set *set);
struct json_object *left_out_json(const struct register_set *set);

#endif
