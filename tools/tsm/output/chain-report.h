/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the check of an archived log found, for people and as JSON.
 */
#ifndef TSM_LOG_CHAIN_REPORT_H
#define TSM_LOG_CHAIN_REPORT_H

#include <stdio.h>
#include <json-c/json.h>

#include "replay/chain.h"

/* Findings and the summary; an error is the caller's to print. */
void chain_text(const struct chain *chain, FILE *out);

struct json_object *chain_json(const struct chain *chain);

#endif
