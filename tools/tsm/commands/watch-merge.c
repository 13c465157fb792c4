// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log watch --merge: one log of ours and systemd's, kept up to date.
 *
 * Two things say that there is something new: next_record, and systemd's log. Either
 * may be first to tell of what systemd extends; what is read is whole, since systemd's
 * lock is waited for. All of the file is made anew, and replaces the one that is there
 * if it differs. So there is nothing to remember, and a signal may end this at any time.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "commands/command.h"
#include "commands/watch.h"
#include "sources/next-record.h"
#include "sources/systemd-log.h"

/* Of the time, no more than one part in so many is spent on the file. */
#define PARTS 10

struct copy {
	const struct request *request;
	struct provider provider;
	int number_fd; /* next_record */
	int notify_fd; /* inotify, of systemd's log */

	/* What was said last is not said again each time. */
	struct register_set lost;
	struct error trouble;
};

/* What happened to systemd's log so far is done with: it is read after this. */
static int notice_systemd(struct copy *copy, struct error *err)
{
	const char *path = systemd_log_path();
	char events[4096];

	while (read(copy->notify_fd, events, sizeof(events)) > 0)
		;
	/* By its name each time: it may be another file by now. */
	if (inotify_add_watch(copy->notify_fd, path,
			      IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF) >= 0)
		return 0;
	return error_set(err, "cannot watch %s: %s", path, strerror(errno));
}

static int update(struct copy *copy, struct error *err)
{
	struct register_set lost = { 0 };

	if (export_merge(copy->request, &lost, err))
		return -1;
	copy->trouble.text[0] = '\0';
	if (memcmp(&lost, &copy->lost, sizeof(lost)))
		export_tell_lost(copy->request, &lost);
	copy->lost = lost;
	return 0;
}

/* A log that does not verify now may do so when a register has settled. */
static void tell_trouble(struct copy *copy, const struct error *err)
{
	if (strcmp(err->text, copy->trouble.text))
		export_trouble(copy->request, err);
	copy->trouble = *err;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1000000000;
}

/*
 * Wait for something new. Each time all of a log is replayed, which may be long, and
 * records may come by the hundred: those of the time in between are taken together.
 */
static int wait_for_news(const struct copy *copy, double spent,
			 struct error *err)
{
	struct pollfd fds[] = {
		{ .fd = copy->number_fd, .events = POLLPRI },
		{ .fd = copy->notify_fd, .events = POLLIN },
	};

	poll(NULL, 0, (int)((PARTS - 1) * spent * 1000));
	if (poll(fds, 2, -1) < 0 && errno != EINTR)
		return error_set(err, "cannot wait: %s", strerror(errno));
	return 0;
}

/* Returns 0 when the provider has gone, or -1; both with @err set. */
static int run(struct copy *copy, struct error *err)
{
	bool written = false;
	uint64_t next;
	double start;

	do {
		start = now();
		if (next_record_read(copy->number_fd, &next, err))
			return provider_has_gone(err) ? 0 : -1;
		if (notice_systemd(copy, err))
			return -1;
		if (!update(copy, err))
			written = true;
		else if (written)
			tell_trouble(copy, err);
		else
			return -1;
	} while (!wait_for_news(copy, now() - start, err));
	return -1;
}

static int start(struct copy *copy, struct error *err)
{
	const struct request *request = copy->request;
	struct stat st;

	if (!lstat(request->path, &st) && !S_ISREG(st.st_mode))
		return error_set(err, "%s is no file that could be replaced",
				 request->path);
	if (provider_open(&copy->provider, request->source.root,
			  request->source.provider, err))
		return -1;
	copy->number_fd = next_record_open(&copy->provider, err);
	if (copy->number_fd < 0)
		return -1;
	copy->notify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (copy->notify_fd < 0)
		return error_set(err, "inotify: %s", strerror(errno));
	return 0;
}

int watch_merged(const struct request *request)
{
	struct copy copy = { .request = request,
			     .number_fd = -1,
			     .notify_fd = -1 };
	struct error err = { 0 };
	int status = EXIT_TROUBLE;

	if (!start(&copy, &err) && !run(&copy, &err)) {
		status = 0;
		error_set(&err, "the provider has gone");
	}
	export_trouble(request, &err);
	if (copy.notify_fd >= 0)
		close(copy.notify_fd);
	if (copy.number_fd >= 0)
		close(copy.number_fd);
	provider_close(&copy.provider);
	return status;
}
