// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log verify: replay a log and compare it with registers.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "collect/collection.h"
#include "commands/command.h"
#include "commands/quote-options.h"
#include "commands/source.h"
#include "output/json.h"
#include "output/report.h"
#include "replay/power-on.h"
#include "replay/verify.h"
#include "sources/systemd-log.h"

static const char help[] =
	"Usage: tsm-log verify [OPTION]... [PROVIDER]\n"
	"       tsm-log verify [OPTION]... --log FILE --checkpoints FILE [--values FILE]\n"
	"       tsm-log verify [OPTION]... --log FILE --from-power-on [--values FILE]\n"
	"       tsm-log verify [OPTION]... [--offline] [--follow-firmware] DIR\n"
	"       tsm-log verify [OPTION]... --follow-firmware PROVIDER\n"
	"       tsm-log verify [OPTION]... --quote FILE\n"
	"       tsm-log verify [OPTION]... --nonce HEX DIR\n"
	"\n"
	"Replay the event log of PROVIDER, or of every provider, from its checkpoints;\n"
	"check what the content of each record proves, each checkpoint and the order of\n"
	"the records; and compare the result with the live registers. Extends may go on\n"
	"meanwhile. With --log, the files may come from another machine.\n"
	"\n"
	"The register with the TCG PCR index N must be called pcrN, and the CC\n"
	"measurement register with index N + 1 rtmrN, as every provider calls them.\n"
	"\n"
	"DIR, which must have a slash in it or be \".\", is what 'tsm-log archive' has\n"
	"written. Check each of the segments, that one follows on the other, and that\n"
	"the last one is followed by the live log, unless that has ended; and that no log\n"
	"between two others is missing. With --follow-firmware, also check each log from\n"
	"power-on, by what is kept with it.\n"
	"\n"
	"With --quote, check what hardware signed, up to a root or an attestation key\n"
	"that you name, and whether the log in the files of --log and --checkpoints, or\n"
	"the firmware's log alone, leads to it. It may be older than the end of the log.\n"
	"If DIR is what 'tsm-log quote' has written, all of these are in there; whom you\n"
	"trust (--root, --ak) and the nonce is for you to say.\n"
	"\n" SOURCE_HELP
	"      --values FILE       lines REGISTER ALGO:HEX[,ALGO:HEX...] to compare with,\n"
	"                          of one point of the log;\n"
	"                          without it, print the values that the replay gives\n"
	"      --earlier-log FILE  with --follow-firmware: a log that somebody else keeps,\n"
	"                          as systemd does, explains what was extended before the\n"
	"                          log begins, and past it; it can be repeated. Without\n"
	"                          it, that is systemd's, where it is here\n"
	"      --leave-out MR      without this register, which somebody else goes on\n"
	"                          with; it can be repeated\n"
	"      --from-power-on     of --log, which another program has written: registers\n"
	"                          begin with what they are at power-on, or what the log\n"
	"                          of --firmware-log leads to\n"
	"      --strict            a log that does not explain all is not verified:\n"
	"                          extends past it, hibernation, unproven records\n"
	"      --json              an array with an object for each log\n" BEGINNING_HELP
	"      --offline           check DIR without the live logs and registers\n" QUOTE_HELP
	"  -h, --help              show this help\n"
	"\n"
	"Exit status: 0 verified, 1 differs (or, with --strict, not all is explained),\n"
	"2 could not check.\n";

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

/* What the options say of all forms of verify. */
struct manner {
	bool json;
	bool strict;
	bool from_power_on; /* a log of files that has no checkpoints */
	struct earlier earlier;
	struct register_set leave_out;
};

static int check_files(const struct source *source, const char *values,
		       const struct manner *manner)
{
	struct verification v = {
		.strict = manner->strict,
		.firmware_path = source->firmware,
		.earlier = manner->earlier,
		.leave_out = manner->leave_out,
	};
	struct buffer expected = { 0 };
	enum verify_result result;

	v.failed = source_read(source, NULL, 0, &v.log, &v.error) ||
		   (manner->from_power_on &&
		    power_on_checkpoints(&v.log, source->firmware, &v.error)) ||
		   (values && buffer_read_path(&expected, values, &v.error));
	if (!v.failed)
		verify_buffers(&v, values ? &expected : NULL);
	result = show_result(&v, manner->json, true);
	buffer_free(&expected);
	verify_free(&v);
	return verify_status(result);
}

static int check_provider(const struct source *source, const char *name,
			  const struct manner *manner, bool first)
{
	struct verification v = {
		.strict = manner->strict,
		.archive = source->archive,
		.firmware_path = source->firmware,
		.earlier = manner->earlier,
		.leave_out = manner->leave_out,
	};
	enum verify_result result;

	verify_provider(&v, source->root, name);
	result = show_result(&v, manner->json, first);
	verify_free(&v);
	return verify_status(result);
}

static int check_providers(const struct source *source,
			   const struct manner *manner)
{
	bool differs = false, unchecked = false;
	char **names;
	struct error err;
	int nr = source_names(source, &names, &err);
	int i;

	if (nr < 0) {
		fprintf(stderr, "tsm-log: could not check: %s\n", err.text);
		return VERIFY_UNCHECKED;
	}
	for (i = 0; i < nr; i++) {
		int result = check_provider(source, names[i], manner, !i);

		differs |= result == VERIFY_DIFFERS;
		unchecked |= result == VERIFY_UNCHECKED;
	}
	names_free(names, nr);
	if (differs)
		return VERIFY_DIFFERS;
	return unchecked ? VERIFY_UNCHECKED : VERIFY_OK;
}

/* As of an archive, and no provider is called like this. */
static bool is_collection(const char *path)
{
	return (strchr(path, '/') || !strcmp(path, ".")) &&
	       collection_is_at(path);
}

/* Of this boot, what systemd says is at its usual place. */
static void add_usual_log(struct earlier *earlier, const struct source *source)
{
	const char *path = systemd_log_of(source->root);

	if (path && source->follow_firmware && !source->log &&
	    !source_is_archive(source) && !earlier->nr_files)
		earlier_add(earlier, path);
}

int command_verify(int argc, char **argv)
{
	enum {
		OPT_EARLIER_LOG = SOURCE_OPT_END,
		OPT_FROM_POWER_ON,
		OPT_LEAVE_OUT,
		OPT_JSON,
		OPT_OFFLINE,
		OPT_STRICT,
		OPT_VALUES
	};
	static const struct option options[] = {
		{ "earlier-log", required_argument, NULL, OPT_EARLIER_LOG },
		{ "leave-out", required_argument, NULL, OPT_LEAVE_OUT },
		{ "from-power-on", no_argument, NULL, OPT_FROM_POWER_ON },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "offline", no_argument, NULL, OPT_OFFLINE },
		{ "strict", no_argument, NULL, OPT_STRICT },
		{ "values", required_argument, NULL, OPT_VALUES },
		SOURCE_OPTIONS,
		BEGINNING_OPTIONS,
		QUOTE_OPTIONS,
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct source source = { 0 };
	struct quote_options quote = { 0 };
	const char *values = NULL, *wrong = NULL;
	bool offline = false, archive;
	struct manner manner = { 0 };
	int option, status;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (source_option(&source, option) ||
		    quote_option(&quote, option, &wrong))
			continue;
		switch (option) {
		case OPT_EARLIER_LOG:
			if (!earlier_add(&manner.earlier, optarg))
				return usage_error("verify",
						   "too many --earlier-log");
			break;
		case OPT_LEAVE_OUT:
			if (!register_set_add(&manner.leave_out, optarg))
				return usage_error("verify",
						   register_set_usage);
			break;
		case OPT_FROM_POWER_ON:
			manner.from_power_on = true;
			break;
		case OPT_JSON:
			manner.json = true;
			break;
		case OPT_OFFLINE:
			offline = true;
			break;
		case OPT_STRICT:
			manner.strict = true;
			break;
		case OPT_VALUES:
			values = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return usage_error("verify", NULL);
		}
	}
	if (wrong)
		return usage_error("verify", wrong);
	quote.strict = manner.strict;
	quote.earlier = manner.earlier;
	quote.leave_out = manner.leave_out;
	if (optind + 1 == argc && is_collection(argv[optind])) {
		if (quote.quote || quote.signature || quote.pcrs ||
		    quote.svsm_report || quote.manifest || values || offline ||
		    source.archive || source.root || source.log ||
		    source.checkpoints || source.follow_firmware)
			return usage_error(
				"verify",
				"DIR has the quote and its logs: only --nonce, --ak, --ek, --root, --cert, --crl, --leave-out and --earlier-log go with it");
		return verify_collection(argv[optind], &quote, manner.json);
	}
	if (quote.any) {
		if (optind < argc || values || offline || source.archive ||
		    source.root)
			return usage_error(
				"verify",
				"--quote goes with files: --log and --checkpoints, --firmware-log");
		return verify_quote(&quote, &source, manner.json);
	}
	status = source_finish(&source, "verify", argc, argv);
	if (status)
		return status;
	archive = source_is_archive(&source);
	if (manner.earlier.nr_files && archive)
		return usage_error(
			"verify",
			"DIR excludes --earlier-log, which is of one boot, and of each has systemd's log with it");
	if (manner.earlier.nr_files && !source.follow_firmware)
		return usage_error(
			"verify",
			"--earlier-log goes with --follow-firmware: it is replayed from there");
	if (manner.from_power_on && (!source.log || source.checkpoints))
		return usage_error(
			"verify",
			"--from-power-on goes with --log without --checkpoints");
	if (source.log && !source.checkpoints && !manner.from_power_on)
		return usage_error(
			"verify",
			"--log needs --checkpoints; a log of another program, which has none, --from-power-on");
	if (values && !source.log)
		return usage_error("verify", "--values goes with --log");
	if (offline && !archive)
		return usage_error("verify", "--offline goes with DIR");
	if (archive && (source.archive || source.firmware))
		return usage_error(
			"verify",
			"DIR excludes --archive and --firmware-log; give a PROVIDER to these");

	add_usual_log(&manner.earlier, &source);
	if (manner.json)
		putchar('[');
	if (source.log)
		status = check_files(&source, values, &manner);
	else if (archive)
		status = verify_archive(
			source.provider,
			&(struct archive_check){
				.root = offline ? NULL : source.root,
				.leave_out = manner.leave_out,
				.follow_firmware = source.follow_firmware,
				.strict = manner.strict,
				.json = manner.json,
			});
	else
		status = check_providers(&source, &manner);
	if (manner.json)
		fputs("\n]\n", stdout);
	return status;
}
