/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a log does not explain, for people and as JSON.
 */
#ifndef TSM_LOG_OUTPUT_UNEXPLAINED_H
#define TSM_LOG_OUTPUT_UNEXPLAINED_H

#include <stdio.h>
#include <json-c/json.h>

#include "replay/unexplained.h"

/*
 * Print the next of a list of registers, unless there is nothing to say of it.
 * @separator is what to print before it, and becomes what comes before the next
 * one. @missing: where the ones are that are only counted.
 */
void unexplained_text(const struct unexplained *unexplained,
		      const char **separator, const char *missing, FILE *out);

/* What a list begins with. */
#define UNEXPLAINED_SEPARATOR "; NOT EXPLAINED: "

/* The same of how often a command reset the register, which explains it. */
void resets_text(const struct unexplained *unexplained, const char **separator,
		 FILE *out);
void resets_json(const struct unexplained *unexplained,
		 struct json_object *list);

#define RESETS_SEPARATOR "; reset: "

/* Append it to @list, unless there is nothing to say. */
void unexplained_json(const struct unexplained *unexplained,
		      struct json_object *list);

#endif
