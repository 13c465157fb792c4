// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log verify --quote: check a quote, and logs against it.
 */
#include <stdio.h>

#include "collect/collection.h"
#include "commands/command.h"
#include "commands/quote-options.h"
#include "output/json.h"
#include "output/quote-report.h"

static int read_files(struct evidence *evidence,
		      const struct quote_options *options,
		      const struct source *source, struct error *err)
{
	if (quote_init(&evidence->quote, err) ||
	    quote_options_read(options, &evidence->quote, err))
		return -1;
	evidence->v.strict = options->strict;
	evidence->v.earlier = options->earlier;
	evidence->v.leave_out = options->leave_out;
	evidence->v.firmware_path = source->firmware;
	evidence->has_log = source->log;
	evidence->v.firmware_optional = options->is_collection;
	return source->log ?
		       source_read(source, NULL, 0, &evidence->v.log, err) :
		       0;
}

static void show(const struct evidence *evidence, bool json)
{
	struct json_object *object;

	if (json) {
		object = quote_report_json(evidence);
		putchar('\n');
		json_print(stdout, object);
		json_object_put(object);
		return;
	}
	quote_report_text(evidence, stdout);
	fflush(stdout);
	if (evidence->failed)
		fprintf(stderr, "tsm-log: could not check: %s\n",
			evidence->error.text);
}

int verify_quote(const struct quote_options *options,
		 const struct source *source, bool json)
{
	struct evidence evidence = { 0 };
	enum verify_result result;

	if (!options->quote)
		return usage_error("verify", "there is no --quote");
	if (options->earlier.nr_files && !(source->log && source->firmware))
		return usage_error(
			"verify",
			"--earlier-log with a quote explains what --log and --firmware-log do not have: give these");
	if (!source->log != !source->checkpoints)
		return usage_error("verify",
				   "--log and --checkpoints go together");
	if (json)
		putchar('[');
	evidence.failed =
		read_files(&evidence, options, source, &evidence.error);
	result = evidence.failed ? VERIFY_UNCHECKED :
				   evidence_verify(&evidence);
	show(&evidence, json);
	if (json)
		fputs("\n]\n", stdout);
	evidence_free(&evidence);
	return verify_status(result);
}

static const char *path_of(const struct collection_paths *paths,
			   enum collection_file file)
{
	return paths->file[file][0] ? paths->file[file] : NULL;
}

int verify_collection(const char *path, const struct quote_options *options,
		      bool json)
{
	static struct collection_paths paths;
	struct quote_options all = *options;
	struct source source = { 0 };
	struct error err;

	if (collection_find(&paths, path, &err)) {
		fprintf(stderr, "tsm-log: could not check: %s\n", err.text);
		return VERIFY_UNCHECKED;
	}
	all.is_collection = true;
	all.quote = path_of(&paths, COLLECTION_QUOTE);
	all.signature = path_of(&paths, COLLECTION_SIGNATURE);
	all.pcrs = path_of(&paths, COLLECTION_PCRS);
	all.svsm_report = path_of(&paths, COLLECTION_SVSM_REPORT);
	all.manifest = path_of(&paths, COLLECTION_MANIFEST);
	if (path_of(&paths, COLLECTION_CERTIFICATES)) {
		if (all.certificates.nr == QUOTE_FILES_MAX)
			return usage_error("verify",
					   "too many files of one kind");
		all.certificates.names[all.certificates.nr++] =
			paths.file[COLLECTION_CERTIFICATES];
	}
	source.log = path_of(&paths, COLLECTION_CEL);
	source.checkpoints = path_of(&paths, COLLECTION_CHECKPOINTS);
	source.firmware = path_of(&paths, COLLECTION_FIRMWARE);
	return verify_quote(&all, &source, json);
}
