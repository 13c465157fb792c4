// SPDX-License-Identifier: GPL-2.0
/*
 * files DIRECTORY COUNT
 *
 * Make files and read them, so that IMA measures each of them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "bench.h"

static void write_number(const char *path, long number)
{
	int fd = open_file(path, O_WRONLY | O_CREAT);

	if (dprintf(fd, "%ld\n", number) < 0)
		die("%s: cannot write it", path);
	close(fd);
}

int files_command(int argc, char **argv)
{
	long count;

	if (argc != 2)
		die("usage: files DIRECTORY COUNT");
	count = to_number(argv[1]);
	for (long i = 0; i < count; i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%ld", argv[0], i);
		write_number(path, i);
		/* To open it for reading is enough. */
		close(open_file(path, O_RDONLY));
	}

	return 0;
}
