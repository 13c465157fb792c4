// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log export: a log in the formats that other programs read.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/command.h"
#include "commands/source.h"
#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "formats/content.h"
#include "linux/tsm-event-log.h"
#include "output/export.h"
#include "output/output.h"
#include "output/report.h"
#include "replay/verify.h"

/* Exported, but it does not lead to the registers' values. */
#define EXIT_GAP 1

static const char help[] =
	"Usage: tsm-log export --format FORMAT [OPTION]... PROVIDER\n"
	"       tsm-log export --format FORMAT [OPTION]... --log FILE [--checkpoints FILE]\n"
	"\n"
	"Write the event log of PROVIDER in a format that other programs read:\n"
	"\n"
	"  cel   TLV encoding of the TCG Canonical Event Log Format, as the kernel has it\n"
	"  json  its JSON encoding, as a sequence of JSON texts (RFC 7464)\n"
	"  tcg2  crypto-agile log of the TCG PC Client Platform Firmware Profile\n"
	"\n"
	"      --from N            begin with record N\n"
	"      --recnum-size N     cel: record numbers of 8 bytes, which is the default,\n"
	"                          or 4\n"
	"      --index-size N      cel: register indices of 1 byte, which is the default,\n"
	"                          or 4\n" BEGINNING_HELP
	"  -o, --output FILE       write to FILE instead of standard output\n" SOURCE_HELP
	"  -h, --help              show this help\n"
	"\n"
	"Exit status: 0 exported; 1 exported after the firmware's log, but that does not\n"
	"lead to the values of all registers; 2 not exported.\n";

enum format { FORMAT_NONE, FORMAT_CEL, FORMAT_JSON, FORMAT_TCG2 };

struct request {
	struct source source;
	enum format format;
	bool has_from;
	uint64_t from;
	bool has_size; /* one of these was given */
	uint64_t recnum_size;
	uint64_t index_size;
	const char *path;
};

/* How messages call the log. */
static const char *label(const struct request *request)
{
	return request->source.log ? request->source.log :
				     request->source.provider;
}

static int trouble(const struct request *request, const struct error *err)
{
	fprintf(stderr, "tsm-log: %s: %s\n", label(request), err->text);
	return EXIT_TROUBLE;
}

/* What was asked for must be there: others cannot see that it is not. */
static int check_first(const struct request *request, const struct log *log,
		       struct error *err)
{
	if (request->has_from && request->from < log->first)
		return error_set(
			err,
			"record %" PRIu64
			" was trimmed; the log begins with record %" PRIu64,
			request->from, log->first);
	if (!request->has_from && log->first && request->format == FORMAT_TCG2)
		return error_set(
			err,
			"the records before %" PRIu64
			" were trimmed, which nobody would see; use --from %" PRIu64,
			log->first, log->first);
	return 0;
}

static int write_log(const struct request *request, const struct log *log,
		     const struct firmware *firmware, struct error *err)
{
	struct output output;
	int ret = -1;

	if (output_open(&output, request->path, err))
		return -1;
	switch (request->format) {
	case FORMAT_CEL:
		ret = export_cel(log, request->recnum_size, request->index_size,
				 output.file, err);
		break;
	case FORMAT_JSON:
		ret = export_json(log, output.file, err);
		break;
	case FORMAT_TCG2:
		ret = export_tcg2(log, firmware, output.file, err);
		break;
	case FORMAT_NONE:
		break;
	}
	if (!ret)
		return output_commit(&output, err);
	output_abort(&output);
	return ret;
}

/* Of formats that cannot say it of each record, this is all that is said. */
static void tell_content(const struct request *request, const struct log *log)
{
	struct cel_reader reader = { .log = &log->cel };
	struct content_count count = { 0 };
	enum content_binding binding;
	struct hasher hasher = { 0 };
	struct cel_record rec;
	struct error err;

	while (cel_next(&reader, &rec, &err) > 0 &&
	       !content_check(&rec, &hasher, &binding, &err))
		content_count_record(&count, &rec, binding);
	hasher_free(&hasher);
	if (count.claimed)
		fprintf(stderr,
			"tsm-log: %s: content of %" PRIu64
			" record%s is bound, of %" PRIu64
			" only claimed, the first is record %" PRIu64 "\n",
			label(request), count.bound, plural(count.bound),
			count.claimed, count.first_claimed);
}

static int export_records(const struct request *request)
{
	struct error err;
	struct log log;
	int ret;

	ret = source_read(&request->source, request->source.provider,
			  request->from, &log, &err);
	if (!ret)
		ret = check_first(request, &log, &err);
	if (!ret)
		ret = write_log(request, &log, NULL, &err);
	if (!ret)
		tell_content(request, &log);
	log_free(&log);
	return ret ? trouble(request, &err) : 0;
}

/* A bank that only one of the two logs has is in no entry. */
static void tell_banks(const struct request *request,
		       const struct verification *v, unsigned int set)
{
	char text[BANK_SET_TEXT];
	unsigned int ours = 0;
	size_t i;

	for (i = 0; i < v->replay.nr_registers; i++)
		ours |= v->replay.registers[i].banks;
	if (ours & ~set)
		fprintf(stderr,
			"tsm-log: %s: without the banks %s, which the firmware's log does not have\n",
			label(request), bank_set_text(ours & ~set, text));
	if (v->firmware.header.banks & ~set)
		fprintf(stderr,
			"tsm-log: %s: without the banks %s, which the registers do not have\n",
			label(request),
			bank_set_text(v->firmware.header.banks & ~set, text));
}

/* Everything is checked first: what is wrong with the log is told here. */
static int verify_source(const struct request *request, struct verification *v)
{
	if (!request->source.log) {
		verify_provider(v, request->source.root,
				request->source.provider);
		return v->failed ? -1 : 0;
	}
	if (source_read(&request->source, NULL, 0, &v->log, &v->error))
		return -1;
	verify_buffers(v, NULL);
	return v->failed ? -1 : 0;
}

static int export_after_firmware(const struct request *request)
{
	struct verification v = {
		.archive = request->source.archive,
		.firmware_path = request->source.firmware,
	};
	struct error *err = &v.error;
	unsigned int set;
	size_t i;
	int ret;

	ret = verify_source(request, &v);
	for (i = 0; i < v.replay.nr_findings; i++)
		finding_text(&v.replay.findings[i], label(request), stderr);
	if (!ret && v.replay.broken)
		ret = error_set(err, "the log is damaged: not exported");
	if (!ret) {
		set = export_tcg2_banks(&v.log, &v.firmware, err);
		ret = set ? write_log(request, &v.log, &v.firmware, err) : -1;
		if (!ret) {
			tell_banks(request, &v, set);
			tell_content(request, &v.log);
		}
	}
	if (ret)
		ret = trouble(request, err);
	else if (v.replay.nr_findings)
		ret = EXIT_GAP;
	verify_free(&v);
	return ret;
}

static bool parse_format(const char *text, enum format *format)
{
	static const char *const names[] = {
		[FORMAT_CEL] = "cel",
		[FORMAT_JSON] = "json",
		[FORMAT_TCG2] = "tcg2",
	};
	int i;

	for (i = FORMAT_CEL; i <= FORMAT_TCG2; i++)
		if (!strcmp(text, names[i]))
			*format = (enum format)i;
	return *format != FORMAT_NONE;
}

static bool parse_number(const char *text, uint64_t *number)
{
	return number_parse(text, strlen(text), number);
}

/* What is wrong with the options together, or NULL. */
static const char *check_options(const struct request *request)
{
	const struct source *source = &request->source;

	if (!source->log && !source->provider)
		return "no PROVIDER given";
	if (request->format == FORMAT_NONE)
		return "no --format given";
	if (request->has_size && request->format != FORMAT_CEL)
		return "--recnum-size and --index-size go with --format cel";
	if (request->recnum_size != TSM_CEL_RECNUM_SIZE &&
	    request->recnum_size != CEL_NARROW_RECNUM_SIZE)
		return "--recnum-size takes 8 or 4";
	if (request->index_size != TSM_CEL_INDEX_SIZE &&
	    request->index_size != CEL_WIDE_INDEX_SIZE)
		return "--index-size takes 1 or 4";
	if (source->follow_firmware && request->format != FORMAT_TCG2)
		return "--follow-firmware goes with --format tcg2";
	if (source->follow_firmware && request->has_from)
		return "--follow-firmware excludes --from";
	if (source->follow_firmware && source->log && !source->checkpoints)
		return "--follow-firmware of files needs --checkpoints";
	if (!request->path && request->format != FORMAT_JSON &&
	    isatty(STDOUT_FILENO))
		return "this format is not for a terminal; give a file by -o";
	return NULL;
}

int command_export(int argc, char **argv)
{
	enum {
		OPT_FORMAT = SOURCE_OPT_END,
		OPT_FROM,
		OPT_RECNUM_SIZE,
		OPT_INDEX_SIZE
	};
	static const struct option options[] = {
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ "from", required_argument, NULL, OPT_FROM },
		{ "recnum-size", required_argument, NULL, OPT_RECNUM_SIZE },
		{ "index-size", required_argument, NULL, OPT_INDEX_SIZE },
		{ "output", required_argument, NULL, 'o' },
		SOURCE_OPTIONS,
		BEGINNING_OPTIONS,
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct request request = {
		.recnum_size = TSM_CEL_RECNUM_SIZE,
		.index_size = TSM_CEL_INDEX_SIZE,
	};
	const char *wrong;
	int option, status;
	bool good = true;

	while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (source_option(&request.source, option))
			continue;
		switch (option) {
		case OPT_FORMAT:
			if (!parse_format(optarg, &request.format))
				return usage_error(
					"export",
					"--format takes cel, json or tcg2");
			break;
		case OPT_FROM:
			request.has_from = true;
			good = parse_number(optarg, &request.from);
			break;
		case OPT_RECNUM_SIZE:
			request.has_size = true;
			good = parse_number(optarg, &request.recnum_size);
			break;
		case OPT_INDEX_SIZE:
			request.has_size = true;
			good = parse_number(optarg, &request.index_size);
			break;
		case 'o':
			request.path = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return usage_error("export", NULL);
		}
		if (!good)
			return usage_error("export", "no valid number given");
	}
	status = source_finish(&request.source, "export", argc, argv);
	if (status)
		return status;
	wrong = check_options(&request);
	if (wrong)
		return usage_error("export", wrong);
	return request.source.follow_firmware ?
		       export_after_firmware(&request) :
		       export_records(&request);
}
