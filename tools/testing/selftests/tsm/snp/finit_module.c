// SPDX-License-Identifier: GPL-2.0
/*
 * finit_module FILE [PARAMETERS] - load a module, in one attempt.
 *
 * busybox's modprobe makes two, and so hides what the first one came to.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: finit_module FILE [PARAMETERS]\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 ||
	    syscall(SYS_finit_module, fd, argc == 3 ? argv[2] : "", 0)) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
