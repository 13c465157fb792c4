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
#include "linux/tsm-event-log.h"
#include "output/json.h"
#include "output/record-json.h"
#include "output/table.h"
#include "sources/archived.h"

static const char help[] =
	"Usage: tsm-log show [OPTION]... [PROVIDER]\n"
	"       tsm-log show [OPTION]... --log FILE [--checkpoints FILE]\n"
	"       tsm-log show [OPTION]... DIR\n"
	"\n"
	"Show the event log of PROVIDER, or of every provider, or all that 'tsm-log\n"
	"archive' has written to DIR, which must have a slash in it or be \".\".\n"
	"\n"
	"A register is called pcrN for the TCG PCR index N, and rtmrN for the CC\n"
	"measurement register with index N + 1. Digests are shortened. Event data is\n"
	"shown as text in quotes if it is valid UTF-8, with C escapes for what cannot be\n"
	"seen, and otherwise in hex, shortened. A JSON object, alone or after one or two\n"
	"words, is shown without the quotes.\n"
	"\n"
	"What the log says of registers between the records is shown in its place: that\n"
	"somebody else has extended one, that a value is not known, or that the records\n"
	"before it were trimmed.\n"
	"\n"
	"      --explain FILE      of records without content, show what FILE has with one\n"
	"                          of their digests: another log, such as systemd's, IMA's\n"
	"                          list or an agent's; it can be repeated\n"
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
	const char *instance; /* of the log, if it is archived */
	int status;
	struct hasher hasher;
	struct explanations explanations;
};

/*
 * The records and, in their places among these, the lines; but not those that only
 * say what firmware left.
 */
struct items {
	struct cel_reader cel;
	struct line_reader lines;
	bool has_record; /* ->rec is the next record */
	bool has_line; /* and ->cp the next line */
	bool is_record; /* which of them the item is */
	enum content_binding binding; /* of ->rec */
	struct hasher *hasher;
	struct cel_record rec;
	struct checkpoint cp;
};

static void items_start(struct items *items, struct show *show,
			const struct log *log)
{
	*items = (struct items){ .cel.log = &log->cel,
				 .cel.nv = true,
				 .lines.text = &log->checkpoints,
				 .hasher = &show->hasher };
}

/* Returns 1, or 0 at the end, or -1 with @err set. */
static int next_line(struct items *items, struct error *err)
{
	int ret;

	do {
		ret = checkpoint_next(&items->lines, &items->cp, err);
	} while (ret > 0 && checkpoint_is(&items->cp, TSM_CHECKPOINT_REGISTER));
	return ret < 0 ? error_prefix(err, "checkpoints") : ret;
}

/* Returns 1, or 0 at the end, or -1 with @err set. */
static int items_next(struct items *items, struct error *err)
{
	int ret;

	if (!items->has_record) {
		ret = cel_next(&items->cel, &items->rec, err);
		if (ret < 0 || (ret && content_check(&items->rec, items->hasher,
						     &items->binding, err)))
			return -1;
		items->has_record = ret;
	}
	if (!items->has_line) {
		ret = next_line(items, err);
		if (ret < 0)
			return -1;
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

/* What other logs say of the record @items is at, if it says nothing itself. */
static const struct explained *explain(const struct show *show,
				       const struct items *items,
				       struct explained *explained)
{
	return items->binding == CONTENT_NONE &&
			       explanations_find(&show->explanations,
						 &items->rec, explained) ?
		       explained :
		       NULL;
}

static int show_table(struct show *show, const struct log *log,
		      struct error *err)
{
	struct explained explained;
	struct items items;
	struct table table;
	int ret;

	table_init(&table);
	items_start(&items, show, log);
	while (items_next(&items, err) > 0)
		if (items.is_record)
			table_measure(&table, &items.rec);
		else
			table_measure_checkpoint(&table, &items.cp);
	table_header(&table, stdout);
	items_start(&items, show, log);
	while ((ret = items_next(&items, err)) > 0)
		if (items.is_record)
			table_record(&table, &items.rec, items.binding,
				     explain(show, &items, &explained), stdout,
				     show->utf8);
		else
			table_checkpoint(&table, &items.cp, stdout);
	return ret;
}

/* Nothing of a damaged log: half an array would be no JSON. */
static int show_json(struct show *show, const char *name, const struct log *log,
		     struct error *err)
{
	const char *provider = show->many ? name : NULL;
	struct explained explained;
	struct json_object *object;
	struct items items;
	int ret;

	items_start(&items, show, log);
	while ((ret = items_next(&items, err)) > 0)
		;
	if (ret < 0)
		return -1;
	items_start(&items, show, log);
	while (items_next(&items, err) > 0) {
		fputs(show->separator ? ",\n" : "\n", stdout);
		show->separator = true;
		object = items.is_record ?
				 json_record(&items.rec, items.binding,
					     provider) :
				 json_checkpoint(&items.cp, provider);
		if (items.is_record && explain(show, &items, &explained))
			json_add_explained(object, &explained);
		if (show->instance)
			json_add_text(object, "instance", show->instance);
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
	if (show->instance)
		printf("%s/%s:\n", name, show->instance);
	else if (show->many)
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

static void archive_trouble(void *data, const struct error *err)
{
	struct show *show = data;

	fflush(stdout);
	fprintf(stderr, "tsm-log: %s\n", err->text);
	show->status = EXIT_TROUBLE;
}

static void show_instance(void *data, const char *provider, const char *name,
			  const struct archive_dir *dir,
			  const struct boot *boot)
{
	struct show *show = data;
	struct error err;
	struct log log;

	(void)boot;
	if (show->instance && !show->json)
		putchar('\n');
	show->instance = name;
	if (archived_read(&log, dir, &err) ||
	    show_log(show, provider, &log, &err)) {
		error_prefix(&err, dir->path);
		archive_trouble(show, &err);
	}
	log_free(&log);
}

static int show_archive(struct show *show, const char *path)
{
	static const struct archive_visitor visitor = { show_instance,
							archive_trouble };

	show->many = true;
	archive_visit(path, &visitor, show);
	return show->status;
}

int command_show(int argc, char **argv)
{
	enum { OPT_EXPLAIN = SOURCE_OPT_END, OPT_JSON };
	static const struct option options[] = {
		{ "explain", required_argument, NULL, OPT_EXPLAIN },
		{ "json", no_argument, NULL, OPT_JSON },
		SOURCE_OPTIONS,
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct source source = { 0 };
	struct show show = { 0 };
	struct error err;
	int option, status;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (source_option(&source, option))
			continue;
		switch (option) {
		case OPT_EXPLAIN:
			if (!explanations_add(&show.explanations, optarg))
				return usage_error("show",
						   "too many --explain");
			break;
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

	if (explanations_read(&show.explanations, &err)) {
		fprintf(stderr, "tsm-log: %s\n", err.text);
		explanations_free(&show.explanations);
		return EXIT_TROUBLE;
	}
	show.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	if (show.json)
		putchar('[');
	if (source.log)
		status = show_one(&show, &source, source.log);
	else if (source_is_archive(&source))
		status = show_archive(&show, source.provider);
	else
		status = show_providers(&show, &source);
	if (show.json)
		fputs("\n]\n", stdout);
	hasher_free(&show.hasher);
	explanations_free(&show.explanations);
	return status;
}
