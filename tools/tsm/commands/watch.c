// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log watch: the records of a log as they come.
 *
 * A signal ends it, as does a reader of its output who goes away: nothing has
 * to be put in order then, so both are left to what the kernel does.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <langinfo.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/command.h"
#include "commands/watch.h"
#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "output/json.h"
#include "output/record-json.h"
#include "output/table.h"
#include "sources/log.h"
#include "sources/next-record.h"

/* The provider has gone, and not all records were shown. */
#define EXIT_MISSED 1

static const char help[] =
	"Usage: tsm-log watch [--json] [--from N] PROVIDER\n"
	"       tsm-log watch --merge -o FILE [--archive DIR] PROVIDER\n"
	"\n"
	"Show the records that are added to the event log of PROVIDER as they come, one\n"
	"per line, as 'tsm-log show' does, until the provider goes away.\n"
	"\n"
	"Records may be trimmed away before they could be shown. How many, is said on\n"
	"standard error; the records after them are shown.\n"
	"\n"
	"With --merge, nothing is shown, but FILE is kept to be what 'tsm-log export'\n"
	"writes with it for pcrlock: one log of ours and systemd's own.\n"
	"\n"
	"      --from N            begin with record N, and not with the next one that\n"
	"                          comes\n"
	"      --json              an object per line, with the names of TCG CEL-JSON,\n"
	"                          whole\n"
	"      --merge             keep a file that has ours and systemd's records\n"
	"  -o, --output FILE       that is this file\n"
	"      --archive DIR       for --merge: with the records that are archived in DIR\n"
	"      --firmware-log FILE for --merge: the firmware's log is in FILE and not\n"
	"                          where the kernel has it\n"
	"      --sysfs DIR         read a copy of " PROVIDER_ROOT "\n"
	"  -h, --help              show this help\n"
	"\n"
	"Exit status: 0 the provider has gone, 1 so it has, and records were missed,\n"
	"2 trouble.\n";

struct watch {
	struct provider provider;
	int number_fd; /* next_record, which poll() waits for */
	uint64_t next; /* the record to show next */
	struct log log;
	bool attached; /* ->log has been read; what is new comes after it */
	bool missed;

	bool json;
	bool utf8;
	bool has_header;
	struct table table;
	struct hasher hasher;
};

static void show_json(const struct cel_record *rec,
		      enum content_binding binding)
{
	struct json_object *object = json_record(rec, binding, NULL);

	json_print(stdout, object);
	json_object_put(object);
	putchar('\n');
}

/* Columns are as wide as all that is known by now needs. */
static void prepare_table(struct watch *watch)
{
	struct cel_reader reader = { .log = &watch->log.cel };
	struct cel_record rec;
	struct error err;

	while (cel_next(&reader, &rec, &err) > 0)
		table_measure(&watch->table, &rec);
	if (!watch->has_header && reader.pos)
		table_header(&watch->table, stdout);
	watch->has_header |= reader.pos > 0;
}

/* Show what is in ->log and forget it. */
static int show_log(struct watch *watch, struct error *err)
{
	struct cel_reader reader = { .log = &watch->log.cel };
	enum content_binding binding;
	struct cel_record rec;
	int ret;

	if (!watch->json)
		prepare_table(watch);
	while ((ret = cel_next(&reader, &rec, err)) > 0) {
		/* Not yet the one that --from asked for. */
		if (rec.recnum < watch->next)
			continue;
		if (content_check(&rec, &watch->hasher, &binding, err))
			return -1;
		if (watch->json)
			show_json(&rec, binding);
		else
			table_record(&watch->table, &rec, binding, NULL, stdout,
				     watch->utf8);
		watch->next = rec.recnum + 1;
	}
	if (ret < 0)
		return error_prefix(err, "cel");
	buffer_drop(&watch->log.cel, watch->log.cel.len);
	buffer_drop(&watch->log.checkpoints, watch->log.checkpoints.len);
	return 0;
}

static void detach(struct watch *watch)
{
	log_free(&watch->log);
	watch->attached = false;
}

/* Find the place of the next record in the log, and read from there. */
static int attach(struct watch *watch, struct error *err)
{
	uint64_t first;

	watch->log = (struct log){ 0 };
	watch->attached = true;
	if (log_read(&watch->log, &watch->provider, watch->next, err))
		return -1;
	first = watch->log.first;
	if (first <= watch->next)
		return 0;
	fflush(stdout);
	fprintf(stderr,
		"tsm-log: %s: missed %" PRIu64 " record%s, %" PRIu64
		" to %" PRIu64 ", which have been trimmed\n",
		watch->provider.name, first - watch->next,
		first - watch->next == 1 ? "" : "s", watch->next, first - 1);
	watch->next = first;
	watch->missed = true;
	return 0;
}

/* Show what is new. Returns 0, or -1 with @err set. */
static int catch_up(struct watch *watch, struct error *err)
{
	if (watch->attached) {
		if (!log_read_more(&watch->log, err))
			return show_log(watch, err);
		if (err->code != ESTALE)
			return -1;
		detach(watch);
	}
	if (!attach(watch, err))
		return show_log(watch, err);
	detach(watch);
	/* Trimmed again and again: once more, with time for other things. */
	return err->code == ESTALE ? 0 : -1;
}

/* Returns 1 when something may be new, or 0 when nobody reads our output. */
static int wait_for_record(const struct watch *watch, struct error *err)
{
	struct pollfd fds[] = {
		{ .fd = watch->number_fd, .events = POLLPRI },
		{ .fd = STDOUT_FILENO },
	};

	if (poll(fds, 2, watch->attached ? -1 : 100) < 0 && errno != EINTR)
		return error_set(err, "cannot wait: %s", strerror(errno));
	return !(fds[1].revents & (POLLERR | POLLHUP | POLLNVAL));
}

/* Returns 0 when nobody reads our output any more, or -1 with @err set. */
static int run(struct watch *watch, struct error *err)
{
	uint64_t next;
	int ret;

	do {
		if (next_record_read(watch->number_fd, &next, err) ||
		    catch_up(watch, err))
			return -1;
		if (fflush(stdout))
			return 0;
		ret = wait_for_record(watch, err);
	} while (ret > 0);
	return ret;
}

static int start(struct watch *watch, const char *root, const char *name,
		 bool from_next, struct error *err)
{
	watch->number_fd = -1;
	if (provider_open(&watch->provider, root, name, err))
		return -1;
	watch->number_fd = next_record_open(&watch->provider, err);
	if (watch->number_fd < 0)
		return -1;
	return from_next ?
		       next_record_read(watch->number_fd, &watch->next, err) :
		       0;
}

static int watch_provider(struct watch *watch, const char *root,
			  const char *name, bool from_next)
{
	struct error err = { 0 };
	int status = EXIT_TROUBLE;

	if (!start(watch, root, name, from_next, &err)) {
		if (!run(watch, &err)) {
			status = 0;
		} else if (provider_has_gone(&err)) {
			status = watch->missed ? EXIT_MISSED : 0;
			error_set(&err, "the provider has gone");
		}
	}
	fflush(stdout);
	if (err.text[0])
		fprintf(stderr, "tsm-log: %s: %s\n", name, err.text);
	log_free(&watch->log);
	hasher_free(&watch->hasher);
	if (watch->number_fd >= 0)
		close(watch->number_fd);
	provider_close(&watch->provider);
	return status;
}

/* What is wrong with --merge, what goes with it and what does not; or NULL. */
static const char *check_merge(const struct request *request, bool from_next,
			       bool json)
{
	const struct source *source = &request->source;

	if (!request->merge &&
	    (request->path || source->archive || source->follow_firmware))
		return "-o, --archive and --firmware-log go with --merge";
	if (request->merge && !request->path)
		return "--merge needs a file to keep: -o";
	if (request->merge && (json || !from_next))
		return "--merge excludes --from and --json";
	return NULL;
}

int command_watch(int argc, char **argv)
{
	enum { OPT_FROM = SOURCE_OPT_END, OPT_JSON, OPT_MERGE };
	static const struct option options[] = {
		{ "from", required_argument, NULL, OPT_FROM },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "merge", no_argument, NULL, OPT_MERGE },
		{ "output", required_argument, NULL, 'o' },
		{ "archive", required_argument, NULL, SOURCE_OPT_ARCHIVE },
		{ "firmware-log", required_argument, NULL,
		  SOURCE_OPT_FIRMWARE_LOG },
		{ "sysfs", required_argument, NULL, SOURCE_OPT_SYSFS },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct request request = {
		.consumer = consumer_find("pcrlock"),
		.format = EXPORT_PCRLOCK,
		.bank = BANK_COUNT,
		.keep = true,
	};
	struct source *source = &request.source;
	struct watch watch = { 0 };
	bool from_next = true;
	const char *wrong;
	int option, status;

	while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (source_option(source, option))
			continue;
		switch (option) {
		case OPT_FROM:
			from_next = false;
			if (number_parse(optarg, strlen(optarg), &watch.next))
				break;
			return usage_error("watch", "--from: not a number");
		case OPT_JSON:
			watch.json = true;
			break;
		case OPT_MERGE:
			request.merge = true;
			break;
		case 'o':
			request.path = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return usage_error("watch", NULL);
		}
	}
	if (optind == argc)
		return usage_error("watch", "no PROVIDER given");
	wrong = check_merge(&request, from_next, watch.json);
	if (wrong)
		return usage_error("watch", wrong);
	source->follow_firmware = request.merge;
	status = source_finish(source, "watch", argc, argv);
	if (status)
		return status;
	if (request.merge)
		return watch_merged(&request);
	watch.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	table_init(&watch.table);
	/* Who reads a pipe wants each record when it comes. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	return watch_provider(&watch, source->root, source->provider,
			      from_next);
}
