// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a verification found, for people and as JSON.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/register.h"
#include "output/json.h"
#include "output/report.h"
#include "output/table.h"
#include "output/unexplained.h"

const char *report_label(const struct verification *v)
{
	return v->name ? v->name : "log";
}

void finding_text(const struct finding *finding, const char *label, FILE *out)
{
	fprintf(out, "%s: ", label);
	if (finding->name[0])
		fprintf(out, "register %s", finding->name);
	if (finding->bank != BANK_COUNT)
		fprintf(out, ", bank %s", banks[finding->bank].name);
	fprintf(out, "%s%s\n", finding->name[0] ? ": " : "", finding->text);
}

/* The value of the strongest bank, shortened; or all, to be kept. */
static void print_value(FILE *out, const struct verification *v,
			const struct replay_register *reg)
{
	enum bank_id bank = bank_strongest(reg->banks);
	char hex[2 * DIGEST_MAX + 1], text[SHORT_DIGEST_TEXT];
	const char *separator = "";

	if (v->compared) {
		fputs(short_digest(bank, reg->value[bank], text), out);
		return;
	}
	for (bank = 0; bank_next(reg->banks, &bank); bank++) {
		fprintf(out, "%s%s:%s", separator, banks[bank].name,
			hex_text(reg->value[bank], banks[bank].size, hex));
		separator = ",";
	}
}

static void print_registers(FILE *out, const struct verification *v)
{
	const struct replay *replay = &v->replay;
	char text[BANK_SET_TEXT];
	int name_width = 8, banks_width = 5;
	size_t i;

	for (i = 0; i < replay->nr_registers; i++) {
		const struct replay_register *reg = &replay->registers[i];
		int name_len = snprintf(NULL, 0, "%s", reg->name);
		int banks_len = snprintf(NULL, 0, "%s",
					 bank_set_text(reg->banks, text));

		if (name_width < name_len)
			name_width = name_len;
		if (banks_width < banks_len)
			banks_width = banks_len;
	}
	fprintf(out, "%-*s  %-*s  %8s  %9s  VALUE\n", name_width, "REGISTER",
		banks_width, "BANKS", "RECORDS", "STRETCHES");
	for (i = 0; i < replay->nr_registers; i++) {
		const struct replay_register *reg = &replay->registers[i];

		fprintf(out, "%-*s  %-*s  %8" PRIu64 "  %9" PRIu64 "  ",
			name_width, reg->name, banks_width,
			bank_set_text(reg->banks, text), reg->records,
			reg->stretches);
		print_value(out, v, reg);
		fputc('\n', out);
	}
}

struct totals {
	uint64_t stretches;
	size_t compared;
};

static struct totals totals_of(const struct replay *replay)
{
	struct totals t = { 0 };
	size_t i;

	for (i = 0; i < replay->nr_registers; i++) {
		t.stretches += replay->registers[i].stretches;
		t.compared += !!replay->registers[i].expected;
	}
	return t;
}

const char *plural(uint64_t number)
{
	return number == 1 ? "" : "s";
}

void print_content(FILE *out, const struct content_count *count)
{
	if (!count->bound && !count->claimed)
		return;
	fprintf(out, "; content: %" PRIu64 " bound, %" PRIu64 " claimed",
		count->bound, count->claimed);
	if (count->claimed)
		fprintf(out, " (the first is record %" PRIu64 ")",
			count->first_claimed);
}

struct json_object *content_json(const struct content_count *count)
{
	struct json_object *object = json_need(json_object_new_object());

	json_add_number(object, "bound", count->bound);
	json_add_number(object, "claimed", count->claimed);
	if (count->claimed)
		json_add_number(object, "first_claimed", count->first_claimed);
	return object;
}

const char *firmware_format(const struct firmware *firmware)
{
	return firmware->sha1_format ?
		       ", in the old format, of SHA-1 alone, which is broken" :
		       "";
}

static void print_firmware(FILE *out, const struct verification *v)
{
	const struct firmware *firmware = &v->firmware;
	char text[BANK_SET_TEXT];

	fprintf(out,
		"%s: follows on the firmware's log: %" PRIu64
		" extend%s, banks %s; %zu register%s go%s on in the log",
		report_label(v), firmware->entries, plural(firmware->entries),
		bank_set_text(firmware->header.banks, text), v->followed,
		plural(v->followed), v->followed == 1 ? "es" : "");
	if (firmware->left_out)
		fprintf(out, ", without %s, which some entries do not have",
			bank_set_text(firmware->left_out, text));
	fputs(firmware_format(firmware), out);
	if (v->others)
		fprintf(out, ", %zu other%s equal to %s", v->others,
			plural(v->others), v->compared);
	fputc('\n', out);
}

void print_coverage(FILE *out, const struct replay *replay, uint64_t next)
{
	if (next > replay->first)
		fprintf(out, "covers records up to %" PRIu64, next - 1);
	else
		fprintf(out, "covers no record");
	fprintf(out, ", %" PRIu64 " record%s after it", replay->next - next,
		plural(replay->next - next));
}

/* Where the registers had the values, which may be before the log's end. */
static void print_point(FILE *out, const struct point *point,
			const struct replay *replay)
{
	size_t i;

	fprintf(out, ", which ");
	print_coverage(out, replay, point->next);
	for (i = 0; i < point->nr; i++)
		if (point->values[i].unsure)
			fprintf(out, "; %s was unsure there",
				point->values[i].value.name);
}

/* What is explained: by a command that the kernel saw. */
static void print_resets(FILE *out, const struct verification *v)
{
	const struct replay *replay = &v->replay;
	const char *separator = RESETS_SEPARATOR;
	size_t i;

	for (i = 0; i < replay->nr_registers; i++)
		resets_text(&replay->registers[i].unexplained, &separator, out);
}

static void print_unexplained(FILE *out, const struct verification *v)
{
	const struct replay *replay = &v->replay;
	const char *separator = UNEXPLAINED_SEPARATOR;
	struct unexplained unlogged;
	size_t i;

	for (i = 0; i < replay->nr_registers; i++)
		unexplained_text(&replay->registers[i].unexplained, &separator,
				 "were in what was trimmed", out);
	for (i = 0; i < FIRMWARE_REGISTERS; i++)
		unexplained_text(firmware_unexplained(&v->firmware, (int)i,
						      &unlogged),
				 &separator, "", out);
}

/* Calls @tell with the name of each register of which others explain extends. */
static void for_explained(const struct verification *v,
			  void (*tell)(void *data, const char *name,
				       const struct earlier_cursor *cursor),
			  void *data)
{
	char name[REGISTER_NAME_SIZE];
	int is_ccmr, index;

	for (is_ccmr = 0; is_ccmr < 2; is_ccmr++)
		for (index = 0; index <= UINT8_MAX; index++)
			if (v->earlier.cursor[is_ccmr][index].explained &&
			    !v->leave_out.has[is_ccmr][index])
				tell(data,
				     register_name(is_ccmr, (uint8_t)index,
						   name),
				     &v->earlier.cursor[is_ccmr][index]);
}

static void for_left_out(const struct register_set *set,
			 void (*tell)(void *data, const char *name), void *data)
{
	char name[REGISTER_NAME_SIZE];
	int is_ccmr, index;

	for (is_ccmr = 0; is_ccmr < 2; is_ccmr++)
		for (index = 0; index <= UINT8_MAX; index++)
			if (set->has[is_ccmr][index])
				tell(data, register_name(is_ccmr,
							 (uint8_t)index, name));
}

struct text_list {
	FILE *out;
	const char *separator;
};

static void print_explained(void *data, const char *name,
			    const struct earlier_cursor *cursor)
{
	struct text_list *list = data;

	fprintf(list->out, "%s%s %" PRIu64 " extend%s", list->separator, name,
		cursor->explained, plural(cursor->explained));
	list->separator = ", ";
}

static void print_name(void *data, const char *name)
{
	struct text_list *list = data;

	fprintf(list->out, "%s%s", list->separator, name);
	list->separator = ", ";
}

void print_left_out(FILE *out, const struct register_set *set)
{
	struct text_list list = { out, "; LEFT OUT: " };

	for_left_out(set, print_name, &list);
}

static void print_others(FILE *out, const struct verification *v)
{
	struct text_list list = { out, "; explained by earlier logs: " };

	for_explained(v, print_explained, &list);
	print_left_out(out, &v->leave_out);
	if (v->replay.nv_records)
		fprintf(out,
			"; NOT REPLAYED: %" PRIu64
			" record%s of NV indices (the first is record %" PRIu64
			")",
			v->replay.nv_records, plural(v->replay.nv_records),
			v->replay.first_nv);
}

static void print_total(FILE *out, const struct verification *v)
{
	const struct replay *replay = &v->replay;
	struct totals t = totals_of(replay);
	uint64_t records = replay->next - replay->first;

	fprintf(out, "%s: %s: ", report_label(v),
		verify_result(v) == VERIFY_OK ? "verified" : "UNEXPLAINED");
	if (records)
		fprintf(out,
			"%" PRIu64 " record%s (%" PRIu64 " to %" PRIu64 ")",
			records, plural(records), replay->first,
			replay->next - 1);
	else
		fprintf(out, "no records");
	fprintf(out, ", %zu register%s, %" PRIu64 " stretch%s",
		replay->nr_registers, plural(replay->nr_registers), t.stretches,
		t.stretches == 1 ? "" : "es");
	if (v->compared)
		fprintf(out, "; %zu equal to %s", t.compared, v->compared);
	else if (!v->quoted)
		fprintf(out, "; not compared with any register (see --values)");
	if (v->point.found)
		print_point(out, &v->point, replay);
	print_content(out, &replay->content);
	print_resets(out, v);
	print_others(out, v);
	print_unexplained(out, v);
	fputc('\n', out);
}

static bool is_named(const struct finding *findings, size_t nr,
		     const char *name)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(findings[i].name, name))
			return true;
	return !*name;
}

/* How many findings there are, and of which registers. */
static void print_differs(FILE *out, const struct verification *v)
{
	const struct finding *findings = v->replay.findings;
	size_t i, nr = v->replay.nr_findings;
	const char *separator = ": ";

	fprintf(out, "%s: DIFFERS in %zu place%s", report_label(v), nr,
		plural(nr));
	for (i = 0; i < nr; i++) {
		if (is_named(findings, i, findings[i].name))
			continue;
		fprintf(out, "%s%s", separator, findings[i].name);
		separator = ", ";
	}
	fputc('\n', out);
}

void report_text(const struct verification *v, FILE *out)
{
	const struct replay *replay = &v->replay;
	size_t i;

	for (i = 0; i < replay->nr_findings; i++)
		finding_text(&replay->findings[i], report_label(v), out);
	switch (verify_result(v)) {
	case VERIFY_OK:
	case VERIFY_UNEXPLAINED:
		print_registers(out, v);
		if (verify_follows_firmware(v))
			print_firmware(out, v);
		print_total(out, v);
		break;
	case VERIFY_DIFFERS:
		print_differs(out, v);
		break;
	case VERIFY_UNCHECKED:
		break;
	}
}

static struct json_object *register_json(const struct replay_register *reg)
{
	struct json_object *object = json_need(json_object_new_object());
	const uint8_t *digest[BANK_COUNT];
	enum bank_id bank;

	for (bank = 0; bank < BANK_COUNT; bank++)
		digest[bank] = reg->value[bank];
	json_add_text(object, "register", reg->name);
	json_add_number(object, "records", reg->records);
	json_add_number(object, "stretches", reg->stretches);
	json_add(object, "compared", json_object_new_boolean(!!reg->expected));
	json_add(object, "digests", json_digests(reg->banks, digest));
	return object;
}

struct json_object *finding_json(const struct finding *finding)
{
	struct json_object *object = json_need(json_object_new_object());

	if (finding->name[0])
		json_add_text(object, "register", finding->name);
	if (finding->bank != BANK_COUNT)
		json_add_text(object, "hashAlg", banks[finding->bank].tcg_name);
	if (finding->has_records) {
		json_add_number(object, "first_record", finding->first_record);
		json_add_number(object, "last_record", finding->last_record);
	}
	if (finding->line)
		json_add_number(object, "checkpoint_line", finding->line);
	json_add_text(object, "message", finding->text);
	return object;
}

static void append(struct json_object *list, struct json_object *item)
{
	if (json_object_array_add(list, item))
		json_need(NULL);
}

const char *result_text(enum verify_result result)
{
	static const char *const texts[] = {
		[VERIFY_OK] = "verified",
		[VERIFY_DIFFERS] = "differs",
		[VERIFY_UNCHECKED] = "not checked",
		[VERIFY_UNEXPLAINED] = "unexplained",
	};

	return texts[result];
}

static struct json_object *firmware_json(const struct verification *v)
{
	struct json_object *object = json_need(json_object_new_object());
	struct json_object *list = json_need(json_object_new_array());
	enum bank_id bank;

	json_add_number(object, "extends", v->firmware.entries);
	for (bank = 0; bank_next(v->firmware.header.banks, &bank); bank++)
		append(list,
		       json_need(json_object_new_string(banks[bank].tcg_name)));
	json_add(object, "banks", list);
	json_add_number(object, "followed", v->followed);
	json_add_number(object, "others", v->others);
	return object;
}

/* Of the records from first_record on, the values are of those before this one. */
static void add_point(struct json_object *object, const struct point *point)
{
	struct json_object *list = json_need(json_object_new_array());
	size_t i;

	json_add_number(object, "covers_before", point->next);
	for (i = 0; i < point->nr; i++)
		if (point->values[i].unsure)
			append(list, json_need(json_object_new_string(
					     point->values[i].value.name)));
	json_add(object, "unsure_there", list);
}

static void explained_json(void *data, const char *name,
			   const struct earlier_cursor *cursor)
{
	struct json_object *object = json_need(json_object_new_object());

	json_add_text(object, "register", name);
	json_add_number(object, "extends", cursor->explained);
	append(data, object);
}

static void name_json(void *data, const char *name)
{
	append(data, json_need(json_object_new_string(name)));
}

struct json_object *left_out_json(const struct register_set *set)
{
	struct json_object *list = json_need(json_object_new_array());

	for_left_out(set, name_json, list);
	return list;
}

struct json_object *report_json(const struct verification *v)
{
	struct json_object *object = json_need(json_object_new_object());
	struct json_object *list;
	const struct replay *replay = &v->replay;
	struct unexplained unlogged;
	size_t i;

	if (v->name)
		json_add_text(object, "provider", v->name);
	json_add_text(object, "result", result_text(verify_result(v)));
	if (v->compared)
		json_add_text(object, "compared_with", v->compared);
	if (v->failed)
		json_add_text(object, "error", v->error.text);
	if (v->point.found)
		add_point(object, &v->point);
	json_add_number(object, "first_record", replay->first);
	json_add_number(object, "next_record", replay->next);
	json_add(object, "content", content_json(&replay->content));

	if (v->firmware_path)
		json_add(object, "firmware_log", firmware_json(v));

	list = json_need(json_object_new_array());
	for (i = 0; i < replay->nr_findings; i++)
		append(list, finding_json(&replay->findings[i]));
	json_add(object, "differences", list);

	list = json_need(json_object_new_array());
	for (i = 0; i < replay->nr_registers; i++)
		unexplained_json(&replay->registers[i].unexplained, list);
	for (i = 0; i < FIRMWARE_REGISTERS; i++)
		unexplained_json(firmware_unexplained(&v->firmware, (int)i,
						      &unlogged),
				 list);
	json_add(object, "unexplained", list);

	list = json_need(json_object_new_array());
	for (i = 0; i < replay->nr_registers; i++)
		resets_json(&replay->registers[i].unexplained, list);
	json_add(object, "resets", list);

	list = json_need(json_object_new_array());
	for_explained(v, explained_json, list);
	json_add(object, "earlier", list);

	json_add(object, "left_out", left_out_json(&v->leave_out));
	json_add_number(object, "nv_records", replay->nv_records);

	list = json_need(json_object_new_array());
	for (i = 0; i < replay->nr_registers; i++)
		append(list, register_json(&replay->registers[i]));
	json_add(object, "registers", list);
	return object;
}
