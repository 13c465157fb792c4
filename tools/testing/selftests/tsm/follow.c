// SPDX-License-Identifier: GPL-2.0
/*
 * An archiver, as Documentation/admin-guide/tsm-measurement.rst describes one.
 *
 * Others may trim as well, so any read can find that it has to start over.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "follow.h"
#include "tsm.h"

enum { CEL, CHECKPOINTS };

int follow_open(struct follow *follow, const char *provider)
{
	static const char *const names[] = { "cel", "checkpoints",
					     "next_record" };
	int *const fds[] = { &follow->cel, &follow->checkpoints,
			     &follow->next_record };
	char byte;

	snprintf(follow->provider, sizeof(follow->provider), "%s", provider);
	follow->trim = tsm_open(O_WRONLY, "%s/log/trim", provider);
	if (follow->trim < 0)
		return follow->trim;
	follow->open = true;
	for (int i = 0; i < 3; i++)
		*fds[i] = -1;
	for (int i = 0; i < 3; i++) {
		*fds[i] = tsm_open(O_RDONLY, "%s/log/%s", provider, names[i]);
		if (*fds[i] < 0)
			return *fds[i];
	}
	/* A provider that went in between has taken the first file with it. */
	for (int i = 0; i < 3; i++) {
		if (pread(*fds[i], &byte, 1, 0) < 0)
			return -errno;
	}
	/* This one is the same: what it drops has been dropped. */
	return follow_trim(follow, 0);
}

void follow_close(struct follow *follow)
{
	if (!follow->open)
		return;
	close(follow->trim);
	close(follow->cel);
	close(follow->checkpoints);
	close(follow->next_record);
	replay_free(&follow->replay);
	free(follow->buf[CEL]);
	free(follow->buf[CHECKPOINTS]);
	memset(follow, 0, sizeof(*follow));
}

/*
 * Open a file anew, to see it as it is now: the one of the same log, whatever has
 * its name by now.
 */
static int open_anew(int *fd)
{
	char path[32];
	int new;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", *fd);
	new = open(path, O_RDONLY | O_CLOEXEC);
	if (new < 0)
		return -errno;
	close(*fd);
	*fd = new;

	return 0;
}

/* All of a file, with a NUL byte after it. Returns its size or -errno. */
static ssize_t read_all(struct follow *follow, int *fd, int which)
{
	size_t size = 0;
	ssize_t len;

	len = open_anew(fd);
	if (len)
		return len;
	do {
		if (follow->room[which] - size < 8192) {
			size_t room = 2 * follow->room[which] + (1 << 16);
			char *buf = realloc(follow->buf[which], room);

			if (!buf)
				return -ENOMEM;
			follow->buf[which] = buf;
			follow->room[which] = room;
		}
		len = pread(*fd, follow->buf[which] + size,
			    follow->room[which] - size - 1, size);
		if (len < 0)
			return -errno;
		size += len;
	} while (len > 0);
	follow->buf[which][size] = '\0';

	return size;
}

/* The records and the checkpoints that belong together. */
static ssize_t read_both(struct follow *follow)
{
	const char *const *buf = (const char *const *)follow->buf;
	ssize_t size, text_size;
	uint64_t first = 0;

	do {
		size = read_all(follow, &follow->cel, CEL);
		if (size == -ESTALE)
			continue;
		if (size < 0)
			return size;
		text_size = read_all(follow, &follow->checkpoints,
				     CHECKPOINTS);
		if (text_size == -ESTALE) {
			size = text_size;
			continue;
		}
		if (text_size < 0)
			return text_size;
		if (size && !replay_record(buf[CEL], size, &first))
			return -EBADMSG;
		/* Trimmed between the two. */
		if (size && strtoull(buf[CHECKPOINTS], NULL, 10) > first)
			size = -ESTALE;
	} while (size == -ESTALE);

	return size;
}

int follow_step(struct follow *follow, bool last)
{
	ssize_t size = read_both(follow);
	bool good;

	if (size < 0)
		return size;
	if (last)
		good = replay_last_piece(&follow->replay, follow->buf[CEL],
					 size, follow->buf[CHECKPOINTS]);
	else
		good = replay_piece(&follow->replay, follow->buf[CEL], size,
				    follow->buf[CHECKPOINTS]);

	return good ? 0 : -EBADMSG;
}

int follow_trim(const struct follow *follow, uint64_t n)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)n);

	return pwrite(follow->trim, text, len, 0) == len ? 0 : -errno;
}
