// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the check of a quote found, for people and as JSON.
 */
#include <string.h>

#include "output/json.h"
#include "output/quote-report.h"
#include "output/report.h"

static const char label[] = "quote";

static void print_checks(const struct checks *checks, FILE *out)
{
	size_t i;

	for (i = 0; i < checks->nr; i++)
		fprintf(out, "%s: %s: %s\n", label,
			check_result_text(checks->list[i].result),
			checks->list[i].text);
}

/* Whether a register before the number @i is another bank of the same one. */
static bool is_other_bank(const struct quote *quote, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (!strcmp(quote->registers[k].name, quote->registers[i].name))
			return true;
	return false;
}

/* What the log did not know where the quote was taken. */
static void print_unsure(const struct match *match, FILE *out)
{
	const struct quote *quote = match->quote;
	size_t i;

	for (i = 0; i < quote->nr_registers; i++)
		if (match->registers[i].unsure && !is_other_bank(quote, i))
			fprintf(out,
				"%s: register %s was unsure there: the log may not have its last extend\n",
				label, quote->registers[i].name);
}

/* The names of the registers that have no value to compare with. */
static void print_others(const struct match *match, enum match_source source,
			 const char *why, FILE *out)
{
	const struct quote *quote = match->quote;
	const char *separator = "";
	size_t i;

	if (!match->nr_sources[source])
		return;
	fprintf(out, "%s: not compared, %s: ", label, why);
	for (i = 0; i < quote->nr_registers; i++) {
		const struct quote_register *reg = &quote->registers[i];

		if (match->registers[i].source != source)
			continue;
		fprintf(out, "%s%s %s", separator, reg->name,
			banks[reg->bank].name);
		separator = ", ";
	}
	fputc('\n', out);
}

/* The names of the registers of the log that were not quoted. */
static bool is_quoted(const struct quote *quote,
		      const struct replay_register *logged)
{
	size_t i;

	for (i = 0; i < quote->nr_registers; i++)
		if (!strcmp(quote->registers[i].name, logged->name))
			return true;
	return false;
}

static void print_unquoted(const struct match *match, FILE *out)
{
	const struct replay *replay = &match->v->replay;
	const char *separator = "";
	size_t i;

	for (i = 0; i < replay->nr_registers; i++) {
		const struct replay_register *reg = &replay->registers[i];

		if (is_quoted(match->quote, reg))
			continue;
		if (!*separator)
			fprintf(out, "%s: does not have: ", label);
		fprintf(out, "%s%s", separator, reg->name);
		separator = ", ";
	}
	if (*separator)
		fputc('\n', out);
}

static void print_match(const struct match *match, FILE *out)
{
	size_t i, nr = match->nr_sources[MATCH_LOG];

	for (i = 0; i < match->nr_findings; i++)
		finding_text(&match->findings[i], label, out);
	print_others(match, MATCH_NOBODY, "in no log", out);
	print_others(match, MATCH_LEFT_OUT, "LEFT OUT", out);
	if (match->has_log)
		print_unquoted(match, out);
	if (!match->found)
		return;
	if (nr)
		fprintf(out, "%s: %zu register%s equal to the log\n", label, nr,
			plural(nr));
	nr = match->nr_sources[MATCH_FIRMWARE];
	if (nr)
		fprintf(out,
			"%s: %zu register%s equal to the firmware's log%s\n",
			label, nr, plural(nr),
			firmware_format(&match->v->firmware));
	if (!match->has_log)
		return;
	fprintf(out, "%s: ", label);
	print_coverage(out, &match->v->replay, match->next);
	fputc('\n', out);
	print_unsure(match, out);
}

void quote_report_text(const struct evidence *evidence, FILE *out)
{
	const struct quote *quote = &evidence->quote;
	char text[QUOTE_TEXT];

	if (evidence->is_replayed)
		report_text(&evidence->v, out);
	if (!evidence->is_parsed)
		return;
	fprintf(out, "%s: %s\n", label, quote_text(quote, text));
	print_checks(&quote->checks, out);
	if (evidence->is_matched)
		print_match(&evidence->match, out);
	switch (evidence_result(evidence)) {
	case VERIFY_OK:
		fprintf(out, "%s: verified%s\n", label,
			evidence->is_matched ? "" :
					       "; not compared with any log");
		break;
	case VERIFY_UNEXPLAINED:
		fprintf(out, "%s: UNEXPLAINED: see above\n", label);
		break;
	case VERIFY_DIFFERS:
		fprintf(out, "%s: DIFFERS\n", label);
		break;
	case VERIFY_UNCHECKED:
		break;
	}
}

static void append(struct json_object *list, struct json_object *item)
{
	if (json_object_array_add(list, item))
		json_need(NULL);
}

static struct json_object *checks_json(const struct checks *checks)
{
	struct json_object *list = json_need(json_object_new_array());
	size_t i;

	for (i = 0; i < checks->nr; i++) {
		const struct check *check = &checks->list[i];
		struct json_object *object =
			json_need(json_object_new_object());

		json_add_text(object, "check", check->name);
		json_add_text(object, "result",
			      check_result_text(check->result));
		json_add_text(object, "message", check->text);
		append(list, object);
	}
	return list;
}

static struct json_object *registers_json(const struct evidence *evidence)
{
	static const char *const sources[] = {
		[MATCH_NOBODY] = "nothing",
		[MATCH_LEFT_OUT] = "left_out",
		[MATCH_LOG] = "log",
		[MATCH_FIRMWARE] = "firmware_log",
	};
	const struct quote *quote = &evidence->quote;
	struct json_object *list = json_need(json_object_new_array());
	size_t i;

	for (i = 0; i < quote->nr_registers; i++) {
		const struct quote_register *reg = &quote->registers[i];
		struct json_object *object =
			json_need(json_object_new_object());
		char hex[2 * DIGEST_MAX + 1];

		json_add_text(object, "register", reg->name);
		json_add_text(object, "hashAlg", banks[reg->bank].tcg_name);
		if (reg->has_value)
			json_add_text(object, "digest",
				      hex_text(reg->value,
					       banks[reg->bank].size, hex));
		if (evidence->is_matched)
			json_add_text(
				object, "compared_with",
				sources[evidence->match.registers[i].source]);
		if (evidence->is_matched && evidence->match.registers[i].unsure)
			json_add(object, "unsure",
				 json_need(json_object_new_boolean(true)));
		append(list, object);
	}
	return list;
}

static void add_match(struct json_object *object, const struct match *match)
{
	const struct replay *replay = &match->v->replay;
	struct json_object *list = json_need(json_object_new_array());
	size_t i;

	for (i = 0; i < match->nr_findings; i++)
		append(list, finding_json(&match->findings[i]));
	json_add(object, "differences", list);
	if (!match->has_log || !match->found)
		return;
	/* Of the records from first_record on, those before this one. */
	json_add_number(object, "covers_before", match->next);
	json_add_number(object, "records_after", replay->next - match->next);
}

static struct json_object *quote_json(const struct evidence *evidence)
{
	struct json_object *object = json_need(json_object_new_object());
	char text[QUOTE_TEXT];

	json_add_text(object, "format", quote_text(&evidence->quote, text));
	json_add(object, "checks", checks_json(&evidence->quote.checks));
	json_add(object, "registers", registers_json(evidence));
	if (evidence->is_matched)
		add_match(object, &evidence->match);
	return object;
}

struct json_object *quote_report_json(const struct evidence *evidence)
{
	struct json_object *object = json_need(json_object_new_object());

	json_add_text(object, "result", result_text(evidence_result(evidence)));
	if (evidence->failed)
		json_add_text(object, "error", evidence->error.text);
	if (evidence->is_parsed)
		json_add(object, "quote", quote_json(evidence));
	if (evidence->is_replayed)
		json_add(object, "log", report_json(&evidence->v));
	return object;
}
