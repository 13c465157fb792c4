/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a command reads a log: a provider here, a provider in a copy of sysfs,
 * or files. All commands take it by the same options:
 *
 *	[--sysfs DIR] [PROVIDER]
 *	--log FILE [--checkpoints FILE]
 *
 * and, where a log can be read from its very beginning, also those of
 * BEGINNING_OPTIONS, which are
 *
 *	--archive DIR
 *	--follow-firmware [--firmware-log FILE]
 *
 * A command has SOURCE_OPTIONS among its options, gives what getopt_long()
 * returns to source_option() first, and all arguments to source_finish() when
 * there are no more options. Then
 *
 *	source_read(&source, name, from, &log, &err)
 *
 * reads the records from number @from on and their checkpoints (log.h), and
 *
 *	struct cel_reader reader = { .log = &log.cel };
 *
 *	while ((ret = cel_next(&reader, &record, &err)) > 0)
 *		...
 *
 * goes through the records (cel.h).
 */
#ifndef TSM_LOG_SOURCE_H
#define TSM_LOG_SOURCE_H

#include <getopt.h>
#include <stdbool.h>

#include "base/error.h"
#include "replay/firmware.h"
#include "sources/log.h"

struct source {
	const char *root; /* --sysfs, or PROVIDER_ROOT */
	const char *provider; /* NULL: every provider, or files */
	const char *log; /* --log: then files */
	const char *checkpoints; /* --checkpoints */

	const char *archive; /* --archive: has the records that were trimmed */
	bool follow_firmware;
	/* --firmware-log or, after source_finish(), where it is; or NULL. */
	const char *firmware;
	char firmware_path[FIRMWARE_PATH_SIZE];
};

/* Values of long options; a command's own ones start after the last. */
enum {
	SOURCE_OPT_LOG = 256,
	SOURCE_OPT_CHECKPOINTS,
	SOURCE_OPT_SYSFS,
	SOURCE_OPT_ARCHIVE,
	SOURCE_OPT_FOLLOW_FIRMWARE,
	SOURCE_OPT_FIRMWARE_LOG,
	SOURCE_OPT_END,
};

/* clang-format off */
#define SOURCE_OPTIONS \
	{ "log", required_argument, NULL, SOURCE_OPT_LOG }, \
	{ "checkpoints", required_argument, NULL, SOURCE_OPT_CHECKPOINTS }, \
	{ "sysfs", required_argument, NULL, SOURCE_OPT_SYSFS }
#define BEGINNING_OPTIONS \
	{ "archive", required_argument, NULL, SOURCE_OPT_ARCHIVE }, \
	{ "follow-firmware", no_argument, NULL, SOURCE_OPT_FOLLOW_FIRMWARE }, \
	{ "firmware-log", required_argument, NULL, SOURCE_OPT_FIRMWARE_LOG }
/* clang-format on */

/* Their help. */
#define SOURCE_HELP                                                                        \
	"      --log FILE          read a copy of a provider's cel, or a log of another\n" \
	"                          program in CEL-TLV or CEL-JSON, as systemd's is\n"      \
	"      --checkpoints FILE  read a copy of its checkpoints\n"                       \
	"      --sysfs DIR         read a copy of /sys/kernel/tsm\n"

#define BEGINNING_HELP                                                            \
	"      --archive DIR       with the records that are archived in DIR\n"   \
	"      --follow-firmware   with the firmware's own log before all that\n" \
	"      --firmware-log FILE which is in FILE and not where the kernel has it\n"

/* Whether @option is one of these options; if so, keep its argument. */
bool source_option(struct source *source, int option);

/*
 * Take the arguments after the options of @command: PROVIDER, or nothing.
 * Returns 0, or what usage_error() does.
 */
int source_finish(struct source *source, const char *command, int argc,
		  char **argv);

/*
 * The names of the providers to read, for names_free(). Returns how many, at
 * least 1, or -1 with @err set. Not for files.
 */
int source_names(const struct source *source, char ***names, struct error *err);

/*
 * Read the log of the provider @name, which begins in ->archive if that is not
 * NULL, from record @from on, or of the files,
 * where @name is not used. Returns 0, or -1 with @err set; after both, the
 * caller calls log_free().
 */
int source_read(const struct source *source, const char *name, uint64_t from,
		struct log *log, struct error *err);

/*
 * Whether what is given as PROVIDER is the directory of an archive. No provider is
 * called like this, and "./NAME" is there for any directory.
 */
bool source_is_archive(const struct source *source);

#endif
