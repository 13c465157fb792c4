// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log verify: replay a log and compare it with registers.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "command.h"
#include "json.h"
#include "provider.h"
#include "report.h"
#include "verify.h"

static const char help[] =
	"Usage: tsm-log verify [--json] [PROVIDER]\n"
	"       tsm-log verify [--json] --log FILE --checkpoints FILE [--values FILE]\n"
	"\n"
	"Replay the event log of PROVIDER, or of every provider, from its checkpoints;\n"
	"check each record that has event data, each checkpoint and the order of the\n"
	"records; and compare the result with the live registers. Extends may go on\n"
	"meanwhile. With --log, the files may come from another machine.\n"
	"\n"
	"The register with the TCG PCR index N must be called pcrN, and the CC measurement\n"
	"register with index N + 1 rtmrN, as every provider calls them.\n"
	"\n"
	"      --log FILE          a copy of log/cel\n"
	"      --checkpoints FILE  a copy of log/checkpoints\n"
	"      --values FILE       lines REGISTER ALGO:HEX[,ALGO:HEX...] to compare with;\n"
	"                          without it, print the values that the replay gives\n"
	"      --json              an array with an object for each log\n"
	"      --sysfs DIR         check a copy of " PROVIDER_ROOT "\n"
	"  -h, --help              show this help\n"
	"\n"
	"Exit status: 0 verified, 1 differs, 2 could not check.\n";

static enum verify_result show_result(const struct verification *v, bool json,
				      bool first)
{
	struct json_object *object;

	if (!json) {
		if (!first)
			putchar('\n');
		report_text(v, stdout);
		fflush(stdout);
		if (v->failed)
			fprintf(stderr, "tsm-log: %s: could not check: %s\n",
				report_label(v), v->error.text);
		return verify_result(v);
	}
	fputs(first ? "\n" : ",\n", stdout);
	object = report_json(v);
	json_print(stdout, object);
	json_object_put(object);
	return verify_result(v);
}

static int check_files(const char *log, const char *checkpoints,
		       const char *values, bool json)
{
	struct verification v = { 0 };
	struct buffer expected = { 0 };
	enum verify_result result;

	v.failed = buffer_read_path(&v.cel, log, &v.error) ||
		   buffer_read_path(&v.checkpoints, checkpoints, &v.error) ||
		   (values && buffer_read_path(&expected, values, &v.error));
	if (!v.failed)
		verify_buffers(&v, values ? &expected : NULL);
	result = show_result(&v, json, true);
	buffer_free(&expected);
	verify_free(&v);
	return result;
}

static int check_provider(const char *root, const char *name, bool json,
			  bool first)
{
	struct verification v = { 0 };
	enum verify_result result;

	verify_provider(&v, root, name);
	result = show_result(&v, json, first);
	verify_free(&v);
	return result;
}

static int check_all(const char *root, bool json)
{
	bool differs = false, unchecked = false;
	char **names;
	struct error err;
	int nr = provider_list(root, &names, &err);
	int i;

	if (nr < 0) {
		fprintf(stderr, "tsm-log: could not check: %s\n", err.text);
		return VERIFY_UNCHECKED;
	}
	for (i = 0; i < nr; i++) {
		int result = check_provider(root, names[i], json, !i);

		differs |= result == VERIFY_DIFFERS;
		unchecked |= result == VERIFY_UNCHECKED;
	}
	names_free(names, nr);
	if (differs)
		return VERIFY_DIFFERS;
	return unchecked ? VERIFY_UNCHECKED : VERIFY_OK;
}

int command_verify(int argc, char **argv)
{
	enum {
		OPT_JSON = 256,
		OPT_LOG,
		OPT_CHECKPOINTS,
		OPT_VALUES,
		OPT_SYSFS
	};
	static const struct option options[] = {
		{ "json", no_argument, NULL, OPT_JSON },
		{ "log", required_argument, NULL, OPT_LOG },
		{ "checkpoints", required_argument, NULL, OPT_CHECKPOINTS },
		{ "values", required_argument, NULL, OPT_VALUES },
		{ "sysfs", required_argument, NULL, OPT_SYSFS },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *log = NULL, *checkpoints = NULL, *values = NULL;
	const char *root = NULL;
	bool json = false;
	int option, status;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case OPT_JSON:
			json = true;
			break;
		case OPT_LOG:
			log = optarg;
			break;
		case OPT_CHECKPOINTS:
			checkpoints = optarg;
			break;
		case OPT_VALUES:
			values = optarg;
			break;
		case OPT_SYSFS:
			root = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return usage_error("verify", NULL);
		}
	}
	if (argc - optind > 1)
		return usage_error("verify", "more than one PROVIDER");
	if (!log != !checkpoints)
		return usage_error("verify",
				   "--log and --checkpoints go together");
	if (values && !log)
		return usage_error("verify", "--values goes with --log");
	if (log && (root || optind < argc))
		return usage_error("verify",
				   "--log excludes PROVIDER and --sysfs");
	if (!root)
		root = PROVIDER_ROOT;

	if (json)
		putchar('[');
	if (log)
		status = check_files(log, checkpoints, values, json);
	else if (optind < argc)
		status = check_provider(root, argv[optind], json, true);
	else
		status = check_all(root, json);
	if (json)
		fputs("\n]\n", stdout);
	return status;
}
