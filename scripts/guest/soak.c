// SPDX-License-Identifier: GPL-2.0
/*
 * soak ID COUNT STOP FILE... - extend registers by events.
 *
 * Writes the events "ID 0", "ID 1" and so on to one FILE after the other, at
 * least COUNT of them, and then as long as there is no file STOP. Waits while
 * the log is full. Prints how many events were accepted, and how many times it
 * had to wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILES_MAX 16
#define WAIT_US 1000

int main(int argc, char **argv)
{
	long count, done = 0, waits = 0;
	int files = argc - 4;
	int fds[FILES_MAX];
	char event[64];
	int i, len;

	if (files < 1 || files > FILES_MAX) {
		fprintf(stderr, "usage: soak ID COUNT STOP FILE...\n");
		return 2;
	}
	count = atol(argv[2]);
	for (i = 0; i < files; i++) {
		fds[i] = open(argv[4 + i], O_WRONLY);
		if (fds[i] < 0) {
			perror(argv[4 + i]);
			return 1;
		}
	}

	/* Looking for STOP costs as much as an extend: only now and then. */
	while (done < count || done % 64 || access(argv[3], F_OK)) {
		i = done % files;
		len = snprintf(event, sizeof(event), "%s %ld", argv[1], done);
		if (pwrite(fds[i], event, len, 0) == len) {
			done++;
		} else if (errno == ENOSPC) {
			waits++;
			usleep(WAIT_US);
		} else {
			perror(argv[4 + i]);
			return 1;
		}
	}
	printf("%ld %ld\n", done, waits);
	return 0;
}
