// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log quote: collect what a relying party needs, with a quote.
 *
 * The quote comes first: a log that is read after that has all that the quote
 * covers. What came meanwhile is in the log as well, and does no harm: verify finds
 * the point at which the quote was taken.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collect/chip.h"
#include "collect/collection.h"
#include "collect/platform.h"
#include "commands/command.h"
#include "commands/source.h"
#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "quotes/quote.h"

static const char help[] =
	"Usage: tsm-log quote [OPTION]... --nonce HEX --output=DIR PROVIDER\n"
	"\n"
	"Have the hardware sign the values of the registers of PROVIDER, and write that to\n"
	"the new directory DIR, with all that it takes to verify it on another machine: the\n"
	"log, the firmware's log, and what the platform hands out. There, 'tsm-log verify\n"
	"--nonce HEX ... DIR' checks it in one go.\n"
	"\n"
	"For a confidential guest that is a TDX quote or an SNP report, for a TPM a quote of\n"
	"all its PCRs; if it is the TPM of an SVSM, the SNP report of that is there as well.\n"
	"\n"
	"      --nonce HEX         what the relying party has sent, 1 to 64 bytes: so it\n"
	"                          knows that the quote is new\n"
	"  -o, --output DIR        a directory that is not there yet, or empty\n"
	"      --ak FILE|HANDLE    of TPMs: the attestation key, a file with its context or\n"
	"                          its handle (0x81010001); without it, one is made\n"
	"      --archive DIR       with the records that are archived in DIR\n"
	"      --firmware-log FILE the firmware's log is in FILE, not where the kernel has it\n"
	"      --tcti CONF         how to get to the TPM, as tpm2-tools take it; without it,\n"
	"                          by the resource manager of the kernel\n"
	"      --configfs DIR      use DIR instead of " PLATFORM_ROOT "\n"
	"      --sysfs DIR         use a copy of " PROVIDER_ROOT "\n"
	"  -h, --help              show this help\n"
	"\n"
	"Exit status: 0 collected, 2 not.\n";

struct request {
	struct source source;
	const char *nonce_text;
	uint8_t nonce[QUOTE_NONCE_MAX];
	size_t nonce_len;
	const char *output;
	const char *ak;
	const char *tcti;
	const char *configfs;
};

/* What the kernel calls the TPM of an SVSM. */
#define SVSM_DEVICE "tpm-svsm"

/* The registers of a TPM are PCRs, whoever has made it. */
static bool is_chip(const char *provider)
{
	return !strncmp(provider, "tpm", 3);
}

static int is_of_svsm(const struct request *request, bool *is,
		      struct error *err)
{
	struct provider provider;
	int ret = provider_open(&provider, request->source.root,
				request->source.provider, err);

	*is = !ret && provider_is_on(&provider, SVSM_DEVICE);
	provider_close(&provider);
	return ret;
}

/* Without it, who verifies has to know the attestation key all the same. */
static int take_svsm(const struct request *request,
		     struct collection *collection, struct error *err)
{
	bool is;

	if (is_of_svsm(request, &is, err))
		return -1;
	if (is && platform_svsm(request->configfs, request->nonce,
				request->nonce_len, collection, err))
		fprintf(stderr, "tsm-log: %s: without the SVSM's report: %s\n",
			request->source.provider, err->text);
	return 0;
}

static int take_quote(const struct request *request,
		      struct collection *collection, struct error *err)
{
	const char *provider = request->source.provider;
	char tcti[64];

	if (!is_chip(provider))
		return platform_quote(request->configfs, request->nonce,
				      request->nonce_len, collection, err);
	snprintf(tcti, sizeof(tcti), "device:/dev/tpmrm%.32s", provider + 3);
	if (chip_quote(request->tcti ? request->tcti : tcti, request->ak,
		       request->nonce, request->nonce_len, collection, err))
		return -1;
	return take_svsm(request, collection, err);
}

/* Registers of the launch alone have no log that anybody could want. */
static int has_log(const struct request *request, bool *has, struct error *err)
{
	struct provider provider;
	char **names;
	int nr;

	nr = provider_open(&provider, request->source.root,
			   request->source.provider, err);
	if (!nr)
		nr = provider_extensible(&provider, &names, err);
	provider_close(&provider);
	if (nr < 0)
		return -1;
	*has = nr > 0;
	if (nr)
		names_free(names, nr);
	return 0;
}

static int take_log(const struct request *request,
		    struct collection *collection, struct error *err)
{
	struct buffer *files = collection->files;
	struct log log;
	int ret;

	if (!collection->has_log)
		return 0;
	ret = source_read(&request->source, request->source.provider, 0, &log,
			  err);
	if (!ret) {
		files[COLLECTION_CEL] = log.cel;
		files[COLLECTION_CHECKPOINTS] = log.checkpoints;
		log.cel = (struct buffer){ 0 };
		log.checkpoints = (struct buffer){ 0 };
	}
	log_free(&log);
	return ret;
}

/* Not every firmware has written one; but one that was named must be there. */
static int take_firmware(const struct request *request,
			 struct collection *collection, struct error *err)
{
	struct buffer *file = &collection->files[COLLECTION_FIRMWARE];
	const struct source *source = &request->source;
	char room[FIRMWARE_PATH_SIZE];
	const char *path;

	if (source->firmware)
		return buffer_read_path(file, source->firmware, err);
	path = firmware_path(source->root, source->provider, room);
	if (!path || !buffer_read_path(file, path, err))
		return 0;
	fprintf(stderr, "tsm-log: %s: without the firmware's log: %s\n",
		source->provider, err->text);
	buffer_free(file);
	return 0;
}

static void tell(const struct request *request,
		 const struct collection *collection)
{
	struct cel_reader reader = { .log = &collection->files[COLLECTION_CEL] };
	const char *provider = request->source.provider;
	struct cel_record rec;
	struct error err;
	uint64_t nr = 0;

	while (cel_next(&reader, &rec, &err) > 0)
		nr++;
	printf("%s: a quote is in %s", provider, request->output);
	if (collection->has_log)
		printf(", with a log of %" PRIu64 " record%s", nr,
		       nr == 1 ? "" : "s");
	printf("%s\n", collection->files[COLLECTION_FIRMWARE].len ?
			       " and the firmware's" :
			       "");
	if (collection->files[COLLECTION_SVSM_REPORT].len)
		printf("%s: %s/svsm-report is of the SVSM that the TPM is in\n",
		       provider, request->output);
	if (is_chip(provider) && !request->ak)
		printf("%s: %s/ak.pub was made for it; who verifies has to know whose it is\n",
		       provider, request->output);
}

static int collect(const struct request *request)
{
	struct collection collection = { 0 };
	struct error err;
	int ret;

	ret = has_log(request, &collection.has_log, &err) ||
	      take_quote(request, &collection, &err) ||
	      take_log(request, &collection, &err) ||
	      take_firmware(request, &collection, &err) ||
	      collection_write(&collection, request->output, &err);
	if (ret)
		fprintf(stderr, "tsm-log: %s: %s\n", request->source.provider,
			err.text);
	else
		tell(request, &collection);
	collection_free(&collection);
	return ret ? EXIT_TROUBLE : 0;
}

static bool parse_nonce(struct request *request)
{
	size_t len = strlen(request->nonce_text);

	request->nonce_len = len / 2;
	return len && len % 2 == 0 && len / 2 <= sizeof(request->nonce) &&
	       hex_parse(request->nonce_text, len, request->nonce, len / 2);
}

/* What is wrong with the usage, or NULL. */
static const char *check_request(struct request *request)
{
	if (!request->source.provider)
		return "no PROVIDER given";
	if (!request->nonce_text)
		return "no --nonce given: a quote of before could pass for a new one";
	if (!parse_nonce(request))
		return "--nonce must be 1 to 64 bytes in hexadecimal";
	if (!request->output)
		return "no directory given (-o DIR)";
	if (!is_chip(request->source.provider) &&
	    (request->ak || request->tcti))
		return "--ak and --tcti are for TPMs";
	return NULL;
}

int command_quote(int argc, char **argv)
{
	enum {
		OPT_AK = SOURCE_OPT_END,
		OPT_CONFIGFS,
		OPT_NONCE,
		OPT_TCTI,
	};
	static const struct option options[] = {
		{ "ak", required_argument, NULL, OPT_AK },
		{ "archive", required_argument, NULL, SOURCE_OPT_ARCHIVE },
		{ "configfs", required_argument, NULL, OPT_CONFIGFS },
		{ "firmware-log", required_argument, NULL,
		  SOURCE_OPT_FIRMWARE_LOG },
		{ "nonce", required_argument, NULL, OPT_NONCE },
		{ "output", required_argument, NULL, 'o' },
		{ "sysfs", required_argument, NULL, SOURCE_OPT_SYSFS },
		{ "tcti", required_argument, NULL, OPT_TCTI },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct request request = { .configfs = PLATFORM_ROOT };
	const char *wrong;
	int option, status;

	while ((option = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
		if (source_option(&request.source, option))
			continue;
		switch (option) {
		case OPT_AK:
			request.ak = optarg;
			break;
		case OPT_CONFIGFS:
			request.configfs = optarg;
			break;
		case OPT_NONCE:
			request.nonce_text = optarg;
			break;
		case OPT_TCTI:
			request.tcti = optarg;
			break;
		case 'o':
			request.output = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return usage_error("quote", NULL);
		}
	}
	status = source_finish(&request.source, "quote", argc, argv);
	if (status)
		return status;
	wrong = check_request(&request);
	return wrong ? usage_error("quote", wrong) : collect(&request);
}
