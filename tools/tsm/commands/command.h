/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of tsm-log. Each takes its own name in argv[0] and returns the
 * exit status of the program.
 */
#ifndef TSM_LOG_COMMAND_H
#define TSM_LOG_COMMAND_H

#include <stdbool.h>

#include "base/error.h"
#include "formats/register.h"

/* Wrong usage, unreadable input, anything that kept a command from its work. */
#define EXIT_TROUBLE 2

int command_archive(int argc, char **argv);
int command_export(int argc, char **argv);
int command_measure(int argc, char **argv);
int command_quote(int argc, char **argv);
int command_show(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_watch(int argc, char **argv);

/* How verify is to check an archive. */
struct archive_check {
	const char *root; /* where providers are, or NULL to leave them out */
	struct register_set leave_out; /* these do not count */
	bool follow_firmware; /* each log from power-on, too */
	bool strict;
	bool json;
};

/* The part of verify that is for the archive at @path. */
int verify_archive(const char *path, const struct archive_check *how);

/* Say what is wrong with the arguments of @command and where help is. */
int usage_error(const char *command, const char *what);

#endif
