// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a log does not explain, for people and as JSON.
 */
#include <inttypes.h>

#include "output/json.h"
#include "output/report.h"
#include "output/unexplained.h"

static void print_foreign(const struct unexplained *u, const char *missing,
			  FILE *out)
{
	uint64_t others = u->foreign > u->lines ? u->foreign - u->lines : 0;

	fprintf(out,
		"extended past the log %" PRIu64
		" time%s or more, by what is not known (first noticed before record %" PRIu64,
		u->foreign, plural(u->foreign), u->since);
	if (others)
		fprintf(out, "; %" PRIu64 " of these %s", others, missing);
	fputc(')', out);
}

void unexplained_text(const struct unexplained *u, const char **separator,
		      const char *missing, FILE *out)
{
	const char *comma = "";

	if (!is_unexplained(u))
		return;
	fprintf(out, "%s%s ", *separator, u->name);
	*separator = "; ";
	if (u->foreign) {
		print_foreign(u, missing, out);
		comma = ", ";
	}
	if (u->resumes) {
		fprintf(out,
			"%sstarted anew %" PRIu64 " time%s after hibernation",
			comma, u->resumes, plural(u->resumes));
		comma = ", ";
	}
	if (u->unlogged) {
		fprintf(out, "%shas a value that is in no log", comma);
		comma = ", ";
	}
	if (u->unproven)
		fprintf(out, "%s%" PRIu64 " record%s proven by no value", comma,
			u->unproven, plural(u->unproven));
}

void unexplained_json(const struct unexplained *u, struct json_object *list)
{
	struct json_object *object;

	if (!is_unexplained(u))
		return;
	object = json_need(json_object_new_object());
	json_add_text(object, "register", u->name);
	json_add_number(object, "foreign", u->foreign);
	json_add_number(object, "foreign_lines", u->lines);
	if (u->has_since)
		json_add_number(object, "noticed_before_record", u->since);
	json_add_number(object, "resumes", u->resumes);
	if (u->unlogged)
		json_add(object, "in_no_log", json_object_new_boolean(true));
	json_add_number(object, "unproven_records", u->unproven);
	if (json_object_array_add(list, object))
		json_need(NULL);
}

void resets_text(const struct unexplained *u, const char **separator, FILE *out)
{
	if (!u->resets)
		return;
	fprintf(out, "%s%s %" PRIu64 " time%s", *separator, u->name, u->resets,
		plural(u->resets));
	*separator = ", ";
}

void resets_json(const struct unexplained *u, struct json_object *list)
{
	struct json_object *object;

	if (!u->resets)
		return;
	object = json_need(json_object_new_object());
	json_add_text(object, "register", u->name);
	json_add_number(object, "resets", u->resets);
	if (json_object_array_add(list, object))
		json_need(NULL);
}
