// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * To be preloaded into tsm-log quote: a directory plays the part of configfs. What
 * is in the directory $CONFIGFS_BLOBS appears in each one that is created; for the
 * Nth one that is $CONFIGFS_BLOBS/N, if it is there. When the one is removed, what was
 * written to its attributes goes to written.ATTRIBUTE in the other.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first ones can be written. */
static const char *const names[] = {
	"inblob",	"service_provider", "service_guid",
	"privlevel",	"outblob",	    "auxblob",
	"manifestblob", "generation",	    "privlevel_floor",
};

#define NR_NAMES (sizeof(names) / sizeof(*names))
#define NR_WRITTEN 4

static unsigned int reports;

static int open_blobs(void)
{
	const char *path = getenv("CONFIGFS_BLOBS");
	int all = path ? open(path, O_RDONLY | O_DIRECTORY) : -1;
	char number[16];
	int fd;

	if (all < 0)
		abort();
	snprintf(number, sizeof(number), "%u", reports);
	fd = openat(all, number, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return all;
	close(all);
	return fd;
}

static void copy(int from, const char *name, int to, const char *as)
{
	static char data[1 << 16];
	int in = openat(from, name, O_RDONLY), out;
	ssize_t len;

	if (in < 0)
		return;
	out = openat(to, as, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	while ((len = read(in, data, sizeof(data))) > 0)
		if (write(out, data, (size_t)len) != len)
			abort();
	close(in);
	close(out);
}

int mkdirat(int dirfd, const char *path, mode_t mode)
{
	int (*real)(int fd, const char *name, mode_t bits) =
		dlsym(RTLD_NEXT, "mkdirat");
	int blobs, fd;
	size_t i;

	if (getenv("CONFIGFS_ERRNO")) {
		errno = atoi(getenv("CONFIGFS_ERRNO"));
		return -1;
	}
	if (real(dirfd, path, mode))
		return -1;
	reports++;
	blobs = open_blobs();
	fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY);
	for (i = 0; i < NR_NAMES; i++)
		copy(blobs, names[i], fd, names[i]);
	close(fd);
	close(blobs);
	return 0;
}

int unlinkat(int dirfd, const char *path, int flags)
{
	int (*real)(int fd, const char *name, int how) =
		dlsym(RTLD_NEXT, "unlinkat");
	int blobs, fd;
	size_t i;

	if (flags & AT_REMOVEDIR) {
		blobs = open_blobs();
		fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY);
		for (i = 0; i < NR_WRITTEN; i++) {
			char as[32];

			snprintf(as, sizeof(as), "written.%s", names[i]);
			copy(fd, names[i], blobs, as);
		}
		for (i = 0; i < NR_NAMES; i++)
			real(fd, names[i], 0);
		close(fd);
		close(blobs);
	}
	return real(dirfd, path, flags);
}
