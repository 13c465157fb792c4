// SPDX-License-Identifier: GPL-2.0
/*
 * Items in /sys/kernel/config/tsm/rtmrs.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rtmrs.h"

static void path_of(char path[PATH_MAX], const char *item, const char *file)
{
	snprintf(path, PATH_MAX, RTMRS_ROOT "/%s/%s", item, file);
}

int rtmrs_unload(void)
{
	DIR *dir = opendir(RTMRS_ROOT);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			rtmrs_remove(entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (!syscall(SYS_delete_module, RTMRS_MODULE, O_NONBLOCK) ||
	    errno == ENOENT)
		return 0;

	return -errno;
}

int rtmrs_load(const char *provider)
{
	char command[PATH_MAX];
	int rc = rtmrs_unload();

	if (rc)
		return rc;
	snprintf(command, sizeof(command), "modprobe " RTMRS_MODULE "%s%s",
		 provider ? " provider=" : "", provider ? provider : "");

	return system(command) ? -ENOENT : 0;
}

int rtmrs_make(const char *item)
{
	char path[PATH_MAX];

	path_of(path, item, "");

	return mkdir(path, 0700) ? -errno : 0;
}

int rtmrs_remove(const char *item)
{
	char path[PATH_MAX];

	path_of(path, item, "");

	return rmdir(path) ? -errno : 0;
}

int rtmrs_claim(const char *item, unsigned int index)
{
	char text[16];
	ssize_t rc;
	int len;

	rc = rtmrs_make(item);
	if (rc)
		return rc;
	len = snprintf(text, sizeof(text), "%u", index);
	rc = rtmrs_write(item, "index", text, len);

	return rc < 0 ? rc : 0;
}

int rtmrs_open(int flags, const char *item, const char *file)
{
	char path[PATH_MAX];
	int fd;

	path_of(path, item, file);
	fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static ssize_t finish(int fd, ssize_t rc)
{
	rc = rc < 0 ? -errno : rc;
	close(fd);

	return rc;
}

ssize_t rtmrs_read(const char *item, const char *file, void *buf, size_t size)
{
	int fd = rtmrs_open(O_RDONLY, item, file);

	return fd < 0 ? fd : finish(fd, read(fd, buf, size));
}

ssize_t rtmrs_write(const char *item, const char *file, const void *data,
		    size_t len)
{
	int fd = rtmrs_open(O_WRONLY, item, file);

	return fd < 0 ? fd : finish(fd, write(fd, data, len));
}
