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
	"      --json              an array of records with the names of TCG CEL-JSON,\n"
	"                          whole\n" SOURCE_HELP
	"  -h, --help              show this help\n"
	"\n"
	"Exit status: 0 shown, 2 not or not all.\n";

struct show {
	bool json;
	bool many; /* the output has several logs in it */
	bool utf8;
	bool separator; /* JSON: a record was printed before */
};

static int show_table(const struct show *show, const struct buffer *log,
		      struct error *err)
{
	struct cel_reader reader = { .log = log };
	struct cel_record rec;
	struct table table;
	int ret;

	table_init(&table);
	while (cel_next(&reader, &rec, err) > 0)
		table_measure(&table, &rec);
	table_header(&table, stdout);
	reader.pos = 0;
	while ((ret = cel_next(&reader, &rec, err)) > 0)
		table_record(&table, &rec, stdout, show->utf8);
	return ret;
}

/* Nothing of a damaged log: half an array would be no JSON. */
static int show_json(struct show *show, const char *name,
		     const struct buffer *log, struct error *err)
{
	struct cel_reader reader = { .log = log };
	struct cel_record rec;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0)
		;
	if (ret < 0)
		return -1;
	reader.pos = 0;
	while (cel_next(&reader, &rec, err) > 0) {
		struct json_object *object;

		fputs(show->separator ? ",\n" : "\n", stdout);
		show->separator = true;
		object = json_record(&rec, show->many ? name : NULL);
		json_print(stdout, object);
		json_object_put(object);
	}
	return 0;
}

static int show_log(struct show *show, const char *name,
		    const struct buffer *log, struct error *err)
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
		ret = show_log(show, name, &log.cel, &err);
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
