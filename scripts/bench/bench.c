// SPDX-License-Identifier: GPL-2.0
/*
 * bench - measures in the guest what scripts/guest/bench asks for.
 *
 * Prints samples, one JSON object a line, and no figures: what they say is for
 * the host to find out (report.py).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "compare", compare_command },
	{ "growth", growth_command },
	{ "load", load_command },
	{ "files", files_command },
};

void die(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* Nanoseconds since some moment. */
uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);

	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

long to_number(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || (*end && *end != '\n') || number < 0)
		die("'%s' is not a number", text);

	return number;
}

int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		die("%s: %s", path, strerror(errno));

	return fd;
}

/* The number in the file NAME of a directory. */
long read_number(const char *dir, const char *name)
{
	char path[256], text[32];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open_file(path, O_RDONLY);
	len = read(fd, text, sizeof(text) - 1);
	if (len <= 0)
		die("%s: cannot read it", path);
	close(fd);
	text[len] = '\0';

	return to_number(text);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		die("usage: bench COMMAND ...");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 2, argv + 2);
	}
	die("there is no command '%s'", argv[1]);
}
