// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log: show and verify the event logs of measurement registers, which the
 * kernel keeps under /sys/kernel/tsm. See tsm-log(1).
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "commands/command.h"

static const char help[] =
	"Usage: tsm-log COMMAND [OPTION]...\n"
	"\n"
	"Show and verify the event logs of measurement registers in /sys/kernel/tsm.\n"
	"\n"
	"  show     show the records of a log\n"
	"  watch    show records as they come\n"
	"  verify   replay a log and compare it with the registers\n"
	"  export   write a log in a format that other programs read\n"
	"  archive  move records from logs into files\n"
	"  measure  measure an event\n"
	"  quote    collect a quote with the log that belongs to it\n"
	"\n"
	"  -h, --help     show this help; tsm-log COMMAND --help shows a command's\n"
	"  -V, --version  show the version\n";

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "show", command_show },	{ "watch", command_watch },
	{ "verify", command_verify },	{ "export", command_export },
	{ "archive", command_archive }, { "measure", command_measure },
	{ "quote", command_quote },	{ NULL, NULL },
};

int usage_error(const char *command, const char *what)
{
	if (what)
		fprintf(stderr, "tsm-log: %s\n", what);
	fprintf(stderr, "Try 'tsm-log%s%s --help'.\n", command ? " " : "",
		command ? command : "");
	return EXIT_TROUBLE;
}

static int run(int argc, char **argv)
{
	size_t i;

	if (argc < 2)
		return usage_error(NULL, "no command given");
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return 0;
	}
	if (!strcmp(argv[1], "-V") || !strcmp(argv[1], "--version")) {
		puts("tsm-log " TSM_LOG_VERSION);
		return 0;
	}
	for (i = 0; commands[i].name; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	return usage_error(NULL, "no such command");
}

int main(int argc, char **argv)
{
	int status;

	/* Which characters the terminal understands; messages stay English. */
	setlocale(LC_CTYPE, "");
	status = run(argc, argv);
	/* A report that nobody can have seen is not a success. */
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "tsm-log: cannot write: %s\n", strerror(errno));
		return EXIT_TROUBLE;
	}
	return status;
}
