// SPDX-License-Identifier: GPL-2.0
/*
 * Files of a provider under /sys/kernel/tsm and, called PROVIDER/log/FILE here,
 * of its log under /sys/kernel/security/tsm.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tsm.h"

static int open_path(int flags, const char *format, va_list args)
{
	char name[NAME_MAX], path[PATH_MAX];
	char *log;
	int fd;

	vsnprintf(name, sizeof(name), format, args);
	log = strstr(name, "/log/");
	if (log) {
		*log = '\0';
		snprintf(path, sizeof(path), "%s/%s/%s", TSM_LOG_ROOT, name,
			 log + strlen("/log/"));
	} else {
		snprintf(path, sizeof(path), "%s/%s", TSM_ROOT, name);
	}
	fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

#define OPEN_PATH(fd, flags, path)					\
	do {								\
		va_list args;						\
									\
		va_start(args, path);					\
		fd = open_path(flags, path, args);			\
		va_end(args);						\
	} while (0)

int tsm_open(int flags, const char *path, ...)
{
	int fd;

	OPEN_PATH(fd, flags, path);

	return fd;
}

static ssize_t read_once(int fd, char *buf, size_t size)
{
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read(fd, buf, size - 1);
	len = len < 0 ? -errno : len;
	buf[len < 0 ? 0 : len] = '\0';
	close(fd);

	return len;
}

ssize_t tsm_read(char *buf, size_t size, const char *path, ...)
{
	int fd;

	OPEN_PATH(fd, O_RDONLY, path);

	return read_once(fd, buf, size);
}

ssize_t tsm_write(const void *data, size_t len, const char *path, ...)
{
	ssize_t rc;
	int fd;

	OPEN_PATH(fd, O_WRONLY, path);
	if (fd < 0)
		return fd;
	rc = write(fd, data, len);
	rc = rc < 0 ? -errno : rc;
	close(fd);

	return rc;
}

long long tsm_number(const char *path, ...)
{
	char buf[64];
	ssize_t len;
	int fd;

	OPEN_PATH(fd, O_RDONLY, path);
	len = read_once(fd, buf, sizeof(buf));
	if (len < 0)
		return len;

	return strtoll(buf, NULL, 10);
}

static char *slurp(int fd, size_t *size)
{
	size_t room = 1 << 16;
	char *buf = malloc(room);
	ssize_t len;

	*size = 0;
	if (fd < 0 || !buf) {
		free(buf);
		return NULL;
	}

	while ((len = read(fd, buf + *size, room - *size - 1)) > 0) {
		*size += len;
		if (room - *size < 8192) {
			room *= 2;
			buf = realloc(buf, room);
			if (!buf)
				break;
		}
	}
	close(fd);
	if (buf)
		buf[*size] = '\0';
	if (len < 0) {
		free(buf);
		return NULL;
	}

	return buf;
}

char *tsm_slurp(size_t *size, const char *path, ...)
{
	int fd;

	OPEN_PATH(fd, O_RDONLY, path);

	return slurp(fd, size);
}

char *tsm_log_slurp(size_t *size, const char *provider, const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/%s", TSM_LOG_ROOT, provider, file);

	return slurp(open(path, O_RDONLY | O_CLOEXEC), size);
}
