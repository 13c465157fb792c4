// SPDX-License-Identifier: GPL-2.0
/*
 * bench FILE COUNT EVENT - what a write to a register's file costs.
 *
 * Writes EVENT and the number of the write COUNT times to FILE, or, if EVENT is
 * a number, that many bytes as a digest. Prints the mean cost of one write in
 * microseconds: for the first thousand, for the last thousand, for all.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SOME 1000

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	double start, first = 0, last = 0, end;
	char data[128] = { 0 };
	long count, i;
	size_t size;
	int fd;

	if (argc != 4 || (count = atol(argv[2])) < 2 * SOME) {
		fprintf(stderr, "usage: bench FILE COUNT EVENT|SIZE\n");
		return 2;
	}
	size = strtoul(argv[3], NULL, 10);
	if (size > sizeof(data)) {
		fprintf(stderr, "bench: a digest has at most %zu bytes\n",
			sizeof(data));
		return 2;
	}
	fd = open(argv[1], O_WRONLY);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}

	start = now();
	for (i = 0; i < count; i++) {
		size_t bytes = size;

		if (i == SOME)
			first = now();
		if (i == count - SOME)
			last = now();
		if (!size)
			bytes = snprintf(data, sizeof(data), "%.100s %ld",
					 argv[3], i);
		if (pwrite(fd, data, bytes, 0) != (ssize_t)bytes) {
			perror(argv[1]);
			return 1;
		}
	}
	end = now();
	printf("%.1f %.1f %.1f\n", (first - start) / SOME, (end - last) / SOME,
	       (end - start) / count);
	return 0;
}
