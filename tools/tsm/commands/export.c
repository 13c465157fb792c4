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
#include "commands/export.h"
#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "formats/content.h"
#include "linux/tsm-event-log.h"
#include "output/export.h"
#include "output/output.h"
#include "output/report.h"
#include "replay/verify.h"

static const char help[] =
	"Usage: tsm-log export --format FORMAT [OPTION]... PROVIDER\n"
	"       tsm-log export --format FORMAT [OPTION]... --log FILE [--checkpoints FILE]\n"
	"       tsm-log export --for CONSUMER [OPTION]... PROVIDER\n"
	"       tsm-log export --for CONSUMER [OPTION]... --log FILE --checkpoints FILE\n"
	"\n"
	"Write the event log of PROVIDER in a format that other programs read:\n"
	"\n"
	"  cel   TLV encoding of the TCG Canonical Event Log Format, as the kernel has it\n"
	"  json  its JSON encoding, as a sequence of JSON texts (RFC 7464)\n"
	"  tcg2  crypto-agile log of the TCG PC Client Platform Firmware Profile\n"
	"  ima   IMA's binary_runtime_measurements, of what IMA measured alone\n"
	"\n"
	"or as another program reads it, with the firmware's log before it where that\n"
	"belongs there. If there is anything that this program would refuse, each such\n"
	"record is named, and nothing is written:\n"
	"\n"
	"    trustee         tcg2: the verifier of Confidential Containers\n"
	"    attestation-rs  tcg2\n"
	"    go-eventlog     cel, any content\n"
	"    cos             cel: what the launcher of Container-Optimized OS measures\n"
	"    tpm2-tools      tcg2: tpm2_eventlog\n"
	"    keylime         tcg2\n"
	"    pcrlock         json: systemd-pcrlock\n"
	"    evidence-api    cel: the evidence API for confidential computing\n"
	"    dstack          a JSON array of its own\n"
	"\n"
	"      --bank ALGO         for these: have digests of this bank alone\n"
	"      --leave-out MR      for these: without the records of this register; it can\n"
	"                          be repeated\n"
	"      --bare              for these: of records that would be refused for their\n"
	"                          content, have the digests alone\n"
	"      --merge             for pcrlock: one log of ours and systemd's own, in the\n"
	"                          order of the extends\n"
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

const char *export_label(const struct request *request)
{
	return request->source.log ? request->source.log :
				     request->source.provider;
}

int export_trouble(const struct request *request, const struct error *err)
{
	fprintf(stderr, "tsm-log: %s: %s\n", export_label(request), err->text);
	return EXIT_TROUBLE;
}

int export_check_first(const struct request *request, const struct log *log,
		       struct error *err)
{
	if (request->has_from && request->from < log->first)
		return error_set(
			err,
			"record %" PRIu64
			" was trimmed; the log begins with record %" PRIu64,
			request->from, log->first);
	if (!request->has_from && log->first &&
	    (request->format == EXPORT_TCG2 || request->format == EXPORT_IMA))
		return error_set(
			err,
			"the records before %" PRIu64
			" were trimmed, which nobody would see; use --from %" PRIu64,
			log->first, log->first);
	return 0;
}

int export_write(const struct request *request, const struct log *log,
		 const struct firmware *firmware, unsigned int set,
		 struct error *err)
{
	struct output output;
	int ret = -1;

	if (output_open(&output, request->path, err))
		return -1;
	switch (request->format) {
	case EXPORT_CEL:
		ret = export_cel(log, request->recnum_size, request->index_size,
				 output.file, err);
		break;
	case EXPORT_JSON:
		ret = export_json(log, output.file, err);
		break;
	case EXPORT_TCG2:
		ret = export_tcg2(log, firmware, set, output.file, err);
		break;
	case EXPORT_IMA:
		ret = export_ima(log, output.file, err);
		break;
	case EXPORT_PCRLOCK:
		ret = export_pcrlock(log, output.file, err);
		break;
	case EXPORT_DSTACK:
		ret = export_dstack(log, firmware, output.file, err);
		break;
	case EXPORT_NONE:
		break;
	}
	if (!ret)
		return request->keep ? output_commit_new(&output, err) :
				       output_commit(&output, err);
	output_abort(&output);
	return ret;
}

void export_tell_content(const struct request *request, const struct log *log)
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
			export_label(request), count.bound, plural(count.bound),
			count.claimed, count.first_claimed);
}

void export_tell_nv(const struct request *request, const struct log *log)
{
	struct cel_reader reader = { .log = &log->cel, .nv = true };
	uint64_t nr = 0, first = 0;
	struct cel_record rec;
	struct error err;

	while (cel_next(&reader, &rec, &err) > 0)
		if (rec.is_nv && !nr++)
			first = rec.recnum;
	if (nr)
		fprintf(stderr,
			"tsm-log: %s: without %" PRIu64
			" record%s of NV indices, which are no registers: from record %" PRIu64
			" on\n",
			export_label(request), nr, plural(nr), first);
}

static int export_records(const struct request *request)
{
	struct error err;
	struct log log;
	int ret;

	ret = source_read(&request->source, request->source.provider,
			  request->from, &log, &err);
	if (!ret)
		ret = export_check_first(request, &log, &err);
	if (!ret)
		ret = export_write(request, &log, NULL, ~0U, &err);
	if (!ret)
		export_tell_content(request, &log);
	if (!ret && request->format != EXPORT_CEL &&
	    request->format != EXPORT_JSON)
		export_tell_nv(request, &log);
	log_free(&log);
	return ret ? export_trouble(request, &err) : 0;
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
			export_label(request),
			bank_set_text(ours & ~set, text));
	if (v->firmware.header.banks & ~set)
		fprintf(stderr,
			"tsm-log: %s: without the banks %s, which the registers do not have\n",
			export_label(request),
			bank_set_text(v->firmware.header.banks & ~set, text));
}

int export_verify(const struct request *request, struct verification *v)
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

/* Everything is checked first: what is wrong with the log is told here. */
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

	ret = export_verify(request, &v);
	for (i = 0; i < v.replay.nr_findings; i++)
		finding_text(&v.replay.findings[i], export_label(request),
			     stderr);
	if (!ret && v.replay.broken)
		ret = error_set(err, "the log is damaged: not exported");
	if (!ret) {
		set = export_tcg2_banks(&v.log, &v.firmware, ~0U, err);
		ret = set ? export_write(request, &v.log, &v.firmware, set,
					 err) :
			    -1;
		if (!ret) {
			tell_banks(request, &v, set);
			export_tell_content(request, &v.log);
			export_tell_nv(request, &v.log);
		}
	}
	if (ret)
		ret = export_trouble(request, err);
	else if (v.replay.nr_findings)
		ret = EXIT_GAP;
	verify_free(&v);
	return ret;
}

static bool parse_format(const char *text, enum export_format *format)
{
	static const char *const names[] = {
		[EXPORT_CEL] = "cel",
		[EXPORT_JSON] = "json",
		[EXPORT_TCG2] = "tcg2",
		[EXPORT_IMA] = "ima",
	};
	int i;

	for (i = EXPORT_CEL; i <= EXPORT_IMA; i++)
		if (!strcmp(text, names[i]))
			*format = (enum export_format)i;
	return *format != EXPORT_NONE;
}

static bool parse_number(const char *text, uint64_t *number)
{
	return number_parse(text, strlen(text), number);
}

static bool parse_bank(const char *text, enum bank_id *bank)
{
	*bank = bank_by_name(text, strlen(text));
	return *bank != BANK_COUNT;
}

/* Whether the firmware's log can be in it. */
static bool has_front(const struct request *request)
{
	return request->format == EXPORT_TCG2 ||
	       request->format == EXPORT_DSTACK || request->merge;
}

static bool is_text(enum export_format format)
{
	return format != EXPORT_CEL && format != EXPORT_TCG2 &&
	       format != EXPORT_IMA;
}

/* What is wrong with --for and what goes with it, or NULL. */
static const char *check_consumer(const struct request *request)
{
	static const char merge_needs[] =
		"--merge needs the firmware's log: --follow-firmware PROVIDER, or --firmware-log";
	static const char whole[] =
		"--leave-out: this program compares all registers, so each needs its records";
	static const char no_beginning[] =
		"it replays from power-on: give --checkpoints, which have what they begin with";
	const struct consumer *consumer = request->consumer;
	const struct source *source = &request->source;

	if (!consumer && (request->bank != BANK_COUNT ||
			  request->leave_out.any || request->bare))
		return "--bank, --leave-out and --bare go with --for";
	if (request->merge && (!consumer || consumer->format != EXPORT_PCRLOCK))
		return "--merge goes with --for pcrlock";
	if (request->merge && !source->firmware)
		return merge_needs;
	if (!consumer)
		return NULL;
	if (request->format != consumer->format)
		return "--for excludes --format";
	if (request->bank != BANK_COUNT &&
	    !(consumer->banks & BANK_BIT(request->bank)))
		return "--bank: this program does not know that hash";
	if (request->bare && !consumer->takes_bare)
		return "--bare: this program takes no digests without content";
	if (request->leave_out.any && consumer->whole)
		return whole;
	if (request->has_from && consumer->compares)
		return "--from: this program replays from power-on, so it needs all records";
	if (consumer->compares && source->log && !source->checkpoints)
		return no_beginning;
	return NULL;
}

/* What is wrong with the options together, or NULL. */
static const char *check_options(const struct request *request)
{
	const struct source *source = &request->source;

	if (!source->log && !source->provider)
		return "no PROVIDER given";
	if (!request->consumer && request->format == EXPORT_NONE)
		return "no --format given, and no --for";
	if (request->has_size && request->format != EXPORT_CEL)
		return "--recnum-size and --index-size go with --format cel, or with its readers";
	if (request->recnum_size != TSM_CEL_RECNUM_SIZE &&
	    request->recnum_size != CEL_NARROW_RECNUM_SIZE)
		return "--recnum-size takes 8 or 4";
	if (request->index_size != TSM_CEL_INDEX_SIZE &&
	    request->index_size != CEL_WIDE_INDEX_SIZE)
		return "--index-size takes 1 or 4";
	if (source->follow_firmware && !has_front(request))
		return "--follow-firmware goes with --format tcg2, or a program that reads it";
	if (source->follow_firmware && request->has_from)
		return "--follow-firmware excludes --from";
	if (source->follow_firmware && source->log && !source->checkpoints)
		return "--follow-firmware of files needs --checkpoints";
	if (!request->path && !is_text(request->format) &&
	    isatty(STDOUT_FILENO))
		return "this format is not for a terminal; give a file by -o";
	return check_consumer(request);
}

int command_export(int argc, char **argv)
{
	enum {
		OPT_FORMAT = SOURCE_OPT_END,
		OPT_FROM,
		OPT_RECNUM_SIZE,
		OPT_INDEX_SIZE,
		OPT_FOR,
		OPT_BANK,
		OPT_LEAVE_OUT,
		OPT_BARE,
		OPT_MERGE,
	};
	static const struct option options[] = {
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ "for", required_argument, NULL, OPT_FOR },
		{ "bank", required_argument, NULL, OPT_BANK },
		{ "leave-out", required_argument, NULL, OPT_LEAVE_OUT },
		{ "bare", no_argument, NULL, OPT_BARE },
		{ "merge", no_argument, NULL, OPT_MERGE },
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
		.bank = BANK_COUNT,
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
					"--format takes cel, json, tcg2 or ima");
			break;
		case OPT_FOR:
			request.consumer = consumer_find(optarg);
			if (!request.consumer)
				return usage_error(
					"export",
					"--for knows no such program");
			break;
		case OPT_BANK:
			if (!parse_bank(optarg, &request.bank))
				return usage_error("export",
						   "--bank knows no such hash");
			break;
		case OPT_LEAVE_OUT:
			if (!register_set_add(&request.leave_out, optarg))
				return usage_error("export",
						   register_set_usage);
			break;
		case OPT_MERGE:
			request.merge = true;
			break;
		case OPT_BARE:
			request.bare = true;
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
	if (request.consumer && request.format == EXPORT_NONE)
		request.format = request.consumer->format;
	wrong = check_options(&request);
	if (wrong)
		return usage_error("export", wrong);
	if (request.consumer)
		return export_for(&request);
	return request.source.follow_firmware ?
		       export_after_firmware(&request) :
		       export_records(&request);
}
