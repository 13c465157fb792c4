// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into a program (LD_PRELOAD), this makes one of its system calls that
 * change files fail, or kills the program there. The calls are counted from 1:
 *
 *	INTERRUPT_KILL=N	the program is killed before its call number N, or
 *				in the middle of it if that is a write()
 *	INTERRUPT_FAIL=N	the call number N fails with ENOSPC
 *
 * So a test can go through all points at which a program may be interrupted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int number_of(const char *name)
{
	const char *text = getenv(name);

	return text ? atoi(text) : 0;
}

static int calls;

/* Count a call. Whether it is to fail? */
static int interrupted(void)
{
	calls++;
	if (calls == number_of("INTERRUPT_KILL"))
		kill(getpid(), SIGKILL);
	if (calls != number_of("INTERRUPT_FAIL"))
		return 0;
	errno = ENOSPC;
	return 1;
}

/* The function of the C library that is called NAME. */
#define NEXT(name) ((typeof(name) *)dlsym(RTLD_NEXT, #name))

int mkdirat(int dirfd, const char *path, mode_t mode)
{
	return interrupted() ? -1 : NEXT(mkdirat)(dirfd, path, mode);
}

int openat(int dirfd, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	if ((flags & O_CREAT) && interrupted())
		return -1;
	return NEXT(openat)(dirfd, path, flags, mode);
}

ssize_t write(int fd, const void *data, size_t len)
{
	if (calls + 1 == number_of("INTERRUPT_KILL"))
		NEXT(write)(fd, data, len / 2);
	return interrupted() ? -1 : NEXT(write)(fd, data, len);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
	return interrupted() ? -1 : NEXT(pwrite)(fd, data, len, offset);
}

int fsync(int fd)
{
	return interrupted() ? -1 : NEXT(fsync)(fd);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	return interrupted() ? -1 : NEXT(renameat)(from_fd, from, to_fd, to);
}

int unlinkat(int dirfd, const char *path, int flags)
{
	return interrupted() ? -1 : NEXT(unlinkat)(dirfd, path, flags);
}
