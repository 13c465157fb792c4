// SPDX-License-Identifier: GPL-2.0
/*
 * How much memory the kernel uses.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* The sum of all lines of a file that begin with a name. */
static long sum(const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	char line[256];
	long total = 0;
	int found = 0;

	if (!file)
		die("%s: cannot open it", path);
	while (fgets(line, sizeof(line), file)) {
		const char *start = line + strspn(line, " ");
		long value;

		if (strncmp(start, name, strlen(name)) ||
		    sscanf(start + strlen(name), ": %ld", &value) != 1)
			continue;
		total += value;
		found = 1;
	}
	fclose(file);
	if (!found)
		die("%s: there is no '%s'", path, name);

	return total;
}

/* Each processor counts for itself, and keeps free pages for itself. */
static void collect_counts(void)
{
	int fd = open_file("/proc/sys/vm/stat_refresh", O_WRONLY);

	if (write(fd, "1", 1) != 1)
		die("/proc/sys/vm/stat_refresh: cannot write it");
	close(fd);
}

void measure_memory(struct memory *memory)
{
	collect_counts();
	memory->free = sum("/proc/meminfo", "MemFree") * 1024 +
		       sum("/proc/zoneinfo", "count") * getpagesize();
	memory->slab = sum("/proc/meminfo", "Slab") * 1024;
	memory->vmalloc = sum("/proc/meminfo", "VmallocUsed") * 1024;
}
