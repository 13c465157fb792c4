/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's IMA measures, for people and as JSON.
 */
#ifndef TSM_LOG_IMA_EVENT_H
#define TSM_LOG_IMA_EVENT_H

#include <stdbool.h>
#include <stdio.h>
#include <json-c/json.h>

#include "formats/ima.h"

/*
 * Print it as IMA's ASCII list has it: the template's name and the fields. A text that
 * could drive a terminal, or be taken for two fields, is printed as text_print() does.
 */
void ima_event_print(FILE *out, const struct ima_entry *entry, bool utf8);

/* Add to @content the template's name and its fields, each by its name. */
void ima_event_add_json(struct json_object *content,
			const struct ima_entry *entry);

#endif
