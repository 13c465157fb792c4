/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of a provider under /sys/kernel/tsm.
 */
#ifndef TSM_H
#define TSM_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define TSM_ROOT	"/sys/kernel/tsm"
#define TSM_LOG_ROOT	"/sys/kernel/security/tsm"

/*
 * Settings limit how long a program may take, and whoever runs it in a slow kernel
 * gives it more. So a test has no limit of its own, which here is a day: half a
 * minute, the harness's, is too little for many of them in such a kernel.
 */
#ifdef TEST_TIMEOUT_DEFAULT
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	(24 * 60 * 60)
#endif

/* How long to wait for what has to come, and come soon, in a slow kernel as well. */
#define TSM_LONG_ENOUGH_MS	60000

/*
 * All functions take the path of a file below TSM_ROOT as a printf() format, and
 * return -errno on failure.
 */
int tsm_open(int flags, const char *path, ...)
	__attribute__((format(printf, 2, 3)));
ssize_t tsm_read(char *buf, size_t size, const char *path, ...)
	__attribute__((format(printf, 3, 4)));
ssize_t tsm_write(const void *data, size_t len, const char *path, ...)
	__attribute__((format(printf, 3, 4)));
long long tsm_number(const char *path, ...)
	__attribute__((format(printf, 1, 2)));

/* All of a file; the caller frees it. A NUL byte follows the contents. */
char *tsm_slurp(size_t *size, const char *path, ...)
	__attribute__((format(printf, 2, 3)));

/* The same of a file of @provider's log. */
char *tsm_log_slurp(size_t *size, const char *provider, const char *file);

/*
 * Replay the log of @provider from its checkpoints and compare with the
 * registers. Returns the number of records, or -1 after saying on standard
 * output what is wrong.
 */
long tsm_replay(const char *provider);

/* The same, and how many records have content that is not what was measured. */
long tsm_replay_claims(const char *provider, long *nr_claims);

#endif /* TSM_H */
