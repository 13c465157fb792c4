// SPDX-License-Identifier: GPL-2.0
/*
 * load ROUNDS MODULE-FILE...
 *
 * Load modules one after the other and unload them again, several times: how
 * long each takes to load, and how much memory it takes when idle.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define NAME_SIZE 64

/* What the kernel calls the module that is in a file. */
static void name_module(char name[NAME_SIZE], const char *path)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	snprintf(name, NAME_SIZE, "%.*s", (int)strcspn(base, "."), base);
	for (char *p = name; *p; p++) {
		if (*p == '-')
			*p = '_';
	}
}

/* The kernel frees some of a module's memory a little later. */
static void settle(void)
{
	usleep(50000);
}

static void load(const char *path, long round)
{
	struct memory before, after;
	char name[NAME_SIZE];
	uint64_t start, end;
	int fd = open_file(path, O_RDONLY);

	name_module(name, path);
	settle();
	measure_memory(&before);
	start = now();
	if (syscall(SYS_finit_module, fd, "", 0))
		die("%s: cannot load it: %s", path, strerror(errno));
	end = now();
	settle();
	measure_memory(&after);
	close(fd);

	printf("{\"row\": \"load\", \"side\": \"%s\", \"round\": %ld, \"ns\": %llu, \"used\": %ld, \"slab\": %ld, \"vmalloc\": %ld}\n",
	       name, round, (unsigned long long)(end - start),
	       before.free - after.free, after.slab - before.slab,
	       after.vmalloc - before.vmalloc);
}

static void unload(const char *path)
{
	char name[NAME_SIZE];

	name_module(name, path);
	if (syscall(SYS_delete_module, name, O_NONBLOCK))
		die("%s: cannot unload it: %s", name, strerror(errno));
}

int load_command(int argc, char **argv)
{
	long rounds;

	if (argc < 2)
		die("usage: load ROUNDS MODULE-FILE...");
	rounds = to_number(argv[0]);

	/* The round before the first fills caches, and does not count. */
	for (long round = -1; round < rounds; round++) {
		for (int i = 1; i < argc; i++)
			load(argv[i], round);
		for (int i = argc - 1; i > 0; i--)
			unload(argv[i]);
	}

	return 0;
}
