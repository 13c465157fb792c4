/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the check of a quote found, for people and as JSON.
 */
#ifndef TSM_LOG_OUTPUT_QUOTE_REPORT_H
#define TSM_LOG_OUTPUT_QUOTE_REPORT_H

#include <stdio.h>
#include <json-c/json.h>

#include "quotes/evidence.h"

/* All but an error, which is the caller's to print. */
void quote_report_text(const struct evidence *evidence, FILE *out);

struct json_object *quote_report_json(const struct evidence *evidence);

#endif
