// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log show: the records of a log, for people and as JSON.
 */
#include <langinfo.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands/command.h"
#include "commands/source.h"
#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "output/json.h"
#include "output/record-json.h"
#include "output/table.h"

static const char help[] =
	"Usage: tsm-log show [--json] [PROVIDER]\n"
	"       tsm-log show [--json] --log FILE\n"
	"\n"
	"Show the event log of PROVIDER, or of every provider.\n"
	"\n"
	"A register is called pcrN for the TCG PCR index N, and rtmrN for the CC\n"
	"measurement register with index N + 1. Digests are shortened. Event data is\n"
	"shown as text in quotes if it is valid UTF-8, with C escapes for what cannot be\n"
	"seen, and otherwise in hex, shortened. A JSON object, alone or after one or two\n"
	"words, is shown without the quotes.\n"
	"\n"
	"What the log says of registers between the records is shown in its place: that\n"
	"somebody else has extended one, or that a value is not known.\n"
	"\n"
	"      --json              an array of records with the names of TCG CEL-JSON,\n"
	"                          whole, and of checkpoints\n" SOURCE_HELP
	"  -h, --help              show this help\n"
	"\n"
	"Exit status: 0 shown, 2 not or not all.\n";

struct show {
	bool json;
	bool many; /* the output has several logs in it */
	bool utf8;
	bool separator; /* JSON: a record was printed before */
};

/* The records and, in their places among these, the lines after the opening. */
struct items {
	struct cel_reader cel;
	struct line_reader lines;
	bool has_record; /* ->rec is the next record */
	bool has_line; /* and ->cp the next line */
	bool is_record; /* which of them the item is */
	struct cel_record rec;
	struct checkpoint cp;
};

static int items_start(struct items *items, const struct log *log,
		       struct error *err)
{
	size_t opening;

	*items = (struct items){ .cel.log = &log->cel,
				 .lines.text = &log->checkpoints };
	if (checkpoint_opening(&log->checkpoints, &opening, err))
		return -1;
	while (items->lines.pos < opening)
		if (checkpoint_next(&items->lines, &items->cp, err) < 0)
			return -1;
	return 0;
}

/* Returns 1, or 0 at the end, or -1 with @err set. */
static int items_next(struct items *items, struct error *err)
{
	int ret;

	if (!items->has_record) {
		ret = cel_next(&items->cel, &items->rec, err);
		if (ret < 0)
			return -1;
		items->has_record = ret;
	}
	if (!items->has_line) {
		ret = checkpoint_next(&items->lines, &items->cp, err);
		if (ret < 0)
			return error_prefix(err, "checkpoints");
		items->has_line = ret;
	}
	items->is_record =
		items->has_record &&
		!(items->has_line && items->cp.recnum <= items->rec.recnum);
	if (!items->has_record && !items->has_line)
		return 0;
	*(items->is_record ? &items->has_record : &items->has_line) = false;
	return 1;
}

static int show_table(const struct show *show, const struct log *log,
		      struct error *err)
{
	struct items items;
	struct table table;
	int ret;

	table_init(&table);
	if (items_start(&items, log, err))
		return -1;
	while (items_next(&items, err) > 0)
		if (items.is_record)
			table_measure(&table, &items.rec);
		else
			table_measure_checkpoint(&table, &items.cp);
	table_header(&table, stdout);
	if (items_start(&items, log, err))
		return -1;
	while ((ret = items_next(&items, err)) > 0)
		if (items.is_record)
			table_record(&table, &items.rec, stdout, show->utf8);
		else
			table_checkpoint(&table, &items.cp, stdout);
	return ret;
}

/* Nothing of a damaged log: half an array would be no JSON. */
static int show_json(struct show *show, const char *name, const struct log *log,
		     struct error *err)
{
	const char *provider = show->many ? name : NULL;
	struct json_object *object;
	struct items items;
	int ret;

	if (items_start(&items, log, err))
		return -1;
	while ((ret = items_next(&items, err)) > 0)
		;
	if (ret < 0 || items_start(&items, log, err))
		return -1;
	while (items_next(&items, err) > 0) {
		fputs(show->separator ? ",\n" : "\n", stdout);
		show->separator = true;
		object = items.is_record ? json_record(&items.rec, provider) :
					   json_checkpoint(&items.cp, provider);
		json_print(stdout, object);
		json_object_put(object);
	}
	return 0;
}

static int show_log(struct show *show, const char *name, const struct log *log,
		    struct error *err)
{
	if (show->json)
		return show_json(show, name, log, err);
	if (show->many)
		printf("%s:\n", name);
	return show_table(show, log, err);
}

/* @name: of the provider, or of the file, which messages are to name. */
static int show_one(struct show *show, const struct source *source,
		    const char *name)
{
	struct error err;
	struct log log;
	int ret;

	ret = source_read(source, name, 0, &log, &err);
	if (!ret)
		ret = show_log(show, name, &log, &err);
	log_free(&log);
	if (!ret)
		return 0;
	fflush(stdout);
	fprintf(stderr, "tsm-log: %s: %s\n", name, err.text);
	return EXIT_TROUBLE;
}

static int show_providers(struct show *show, const struct source *source)
{
	char **names;
	struct error err;
	int nr = source_names(source, &names, &err);
	int i, status = 0;

	if (nr < 0) {
		fprintf(stderr, "tsm-log: %s\n", err.text);
		return EXIT_TROUBLE;
	}
	show->many = !source->provider;
	for (i = 0; i < nr; i++) {
		if (i && !show->json)
			putchar('\n');
		if (show_one(show, source, names[i]))
			status = EXIT_TROUBLE;
	}
	names_free(names, nr);
	return status;
}

int command_show(int argc, char **argv)
{
	enum { OPT_JSON = SOURCE_OPT_END };
	static const struct option options[] = {
		{ "json", no_argument, NULL, OPT_JSON },
		SOURCE_OPTIONS,
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct source source = { 0 };
	struct show show = { 0 };
	int option, status;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (source_option(&source, option))
			continue;
		switch (option) {
		case OPT_JSON:
			show.json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return usage_error("show", NULL);
		}
	}
	status = source_finish(&source, "show", argc, argv);
	if (status)
		return status;

	show.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	if (show.json)
		putchar('[');
	if (source.log)
		status = show_one(&show, &source, source.log);
	else
		status = show_providers(&show, &source);
	if (show.json)
		fputs("\n]\n", stdout);
	return status;
}
