// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a command reads a log: a provider here, a provider in a copy of sysfs,
 * or files.
 */
#include <stdlib.h>
#include <string.h>

#include "commands/command.h"
#include "commands/source.h"
#include "sources/archived.h"

bool source_option(struct source *source, int option)
{
	switch (option) {
	case SOURCE_OPT_LOG:
		source->log = optarg;
		return true;
	case SOURCE_OPT_CHECKPOINTS:
		source->checkpoints = optarg;
		return true;
	case SOURCE_OPT_SYSFS:
		source->root = optarg;
		return true;
	case SOURCE_OPT_ARCHIVE:
		source->archive = optarg;
		return true;
	case SOURCE_OPT_FIRMWARE_LOG:
		source->firmware = optarg;
		source->follow_firmware = true;
		return true;
	case SOURCE_OPT_FOLLOW_FIRMWARE:
		source->follow_firmware = true;
		return true;
	default:
		return false;
	}
}

int source_finish(struct source *source, const char *command, int argc,
		  char **argv)
{
	if (argc - optind > 1)
		return usage_error(command, "more than one PROVIDER");
	if (source->checkpoints && !source->log)
		return usage_error(command, "--checkpoints goes with --log");
	if (source->log && (source->root || optind < argc))
		return usage_error(command,
				   "--log excludes PROVIDER and --sysfs");
	if (optind < argc)
		source->provider = argv[optind];
	if (source->archive && !source->provider)
		return usage_error(command, "--archive needs PROVIDER");
	if (source->follow_firmware && !source->log && !source->provider)
		return usage_error(command, "--follow-firmware needs PROVIDER");
	if (!source->root)
		source->root = PROVIDER_ROOT;
	/* An archive has the firmware's log with it. */
	if (source->follow_firmware && source_is_archive(source))
		return 0;
	if (source->follow_firmware && !source->firmware && !source->log)
		source->firmware = firmware_path(source->root, source->provider,
						 source->firmware_path);
	if (source->follow_firmware && !source->firmware)
		return usage_error(
			command,
			"the firmware's log of a copy is not the one here: give it by --firmware-log");
	return 0;
}

bool source_is_archive(const struct source *source)
{
	const char *name = source->provider;

	return name &&
	       (strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."));
}

int source_names(const struct source *source, char ***names, struct error *err)
{
	if (!source->provider)
		return provider_list(source->root, names, err);
	*names = calloc(1, sizeof(**names));
	if (*names)
		**names = strdup(source->provider);
	if (*names && **names)
		return 1;
	free(*names);
	return error_set(err, "no memory");
}

static int read_provider(const struct source *source,
			 const struct provider *provider, uint64_t from,
			 struct log *log, struct error *err)
{
	if (!source->archive)
		return log_read(log, provider, from, err);
	if (log_read(log, provider, 0, err) ||
	    archived_prepend(log, source->archive, provider, &log->first, err))
		return -1;
	return from ? log_skip_to(log, from, err) : 0;
}

int source_read(const struct source *source, const char *name, uint64_t from,
		struct log *log, struct error *err)
{
	struct provider provider;
	int ret;

	*log = (struct log){ 0 };
	if (source->log)
		return log_read_files(log, source->log, source->checkpoints,
				      from, err);
	ret = provider_open(&provider, source->root, name, err);
	if (!ret) {
		ret = read_provider(source, &provider, from, log, err);
		log_detach(log);
	}
	provider_close(&provider);
	return ret;
}
