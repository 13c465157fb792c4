// SPDX-License-Identifier: GPL-2.0
/*
 * Readers under stress. Whatever they read is true of some moment: whole
 * records, without a gap, and never bytes of another place than they asked for.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/tsm-event-log.h>

#include "stress.h"
#include "tsm.h"

#define POLL_MS 2000
/* A record of the longest event, with room for its digests. */
#define RECORD_MAX 8192

/* Not a failure: records were dropped, or the provider is gone. */
static bool is_expected(struct stress *stress, long rc)
{
	if (rc != -ESTALE)
		return is_gone(stress, rc);
	stress->stale++;

	return true;
}

/* Open a file of the log; -1 if there is none now. */
static int open_log(struct stress *stress, const char *name)
{
	int fd = tsm_open(O_RDONLY, "%s/log/%s", stress->name, name);

	if (fd >= 0)
		return fd;
	if (!is_gone(stress, fd))
		complain(stress, "cannot open log/%s: %d", name, fd);
	usleep(1000);

	return -1;
}

static ssize_t read_at(struct stress *stress, int fd, char *buf, size_t size,
		       off_t off)
{
	size_t done = 0;
	ssize_t len;

	do {
		len = pread(fd, buf + done, size - done, off + done);
		if (len < 0) {
			if (!is_expected(stress, -errno))
				complain(stress, "a read at %lld failed: %d",
					 (long long)off, errno);
			return -1;
		}
		done += len;
	} while (len && done < size);

	return done;
}

/* Whole records, numbered without a gap, to the end of what is there. */
static void check_log(struct stress *stress, int fd)
{
	char buf[4 * RECORD_MAX];
	bool first = true;
	uint64_t next = 0;
	off_t off = 0;
	ssize_t len;

	while ((len = read_at(stress, fd, buf, sizeof(buf), off)) > 0) {
		uint64_t number;
		size_t used = 0;
		size_t size;

		while ((size = replay_record(buf + used, len - used,
					     &number))) {
			if (!first && number != next)
				complain(stress, "%" PRIu64 " follows %" PRIu64,
					 number, next - 1);
			first = false;
			next = number + 1;
			used += size;
		}
		if (!used) {
			complain(stress, "no record at %lld", (long long)off);
			return;
		}
		off += used;
	}
}

void *stress_read_log(void *arg)
{
	struct stress_thread *thread = arg;
	struct stress *stress = thread->stress;

	while (!stress->stop) {
		int fd = open_log(stress, "cel");

		if (fd < 0)
			continue;
		check_log(stress, fd);
		close(fd);
		usleep(below(thread, 20000));
	}

	return NULL;
}

/* One line of the index, and the record that it tells of. */
static void check_index(struct stress_thread *thread, int cel, int index)
{
	struct stress *stress = thread->stress;
	char text[256 * TSM_INDEX_LINE_SIZE + 1], record[RECORD_MAX];
	unsigned long long number, off;
	uint64_t found;
	ssize_t len;
	char *line;

	/* The number of the first record, which both files begin with. */
	len = read_at(stress, cel, record, sizeof(record), 0);
	if (len <= 0 || !replay_record(record, len, &found))
		return;
	len = read_at(stress, index, text, sizeof(text) - 1, 0);
	if (len <= 0)
		return;
	text[len] = '\0';
	/* Unless the log was trimmed before the second of them was opened. */
	if (strtoull(text, NULL, 10) != found)
		return;
	line = text;
	line += TSM_INDEX_LINE_SIZE * below(thread, len / TSM_INDEX_LINE_SIZE);
	if (len % TSM_INDEX_LINE_SIZE ||
	    line[TSM_INDEX_LINE_SIZE - 1] != '\n' ||
	    sscanf(line, "%20llu %20llu", &number, &off) != 2) {
		complain(stress, "the index has a bad line");
		return;
	}
	len = read_at(stress, cel, record, sizeof(record), off);
	if (len < 0)
		return;
	if (!replay_record(record, len, &found) || found != number)
		complain(stress, "the index is wrong on record %llu", number);
}

void *stress_read_index(void *arg)
{
	struct stress_thread *thread = arg;
	struct stress *stress = thread->stress;

	while (!stress->stop) {
		int cel = open_log(stress, "cel");
		int index = open_log(stress, "index");

		for (int i = 0; i < 20 && cel >= 0 && index >= 0; i++)
			check_index(thread, cel, index);
		close(cel);
		close(index);
		usleep(below(thread, 2000));
	}

	return NULL;
}

/*
 * Of two reads at an offset, with no read at 0 in between, the second finds what
 * the first found, or that records were dropped.
 */
static void check_seek(struct stress_thread *thread, int fd, off_t off)
{
	struct stress *stress = thread->stress;
	size_t size = 1 + below(thread, 5000);
	char one[5000], two[5000];
	ssize_t len_one, len_two;

	if (lseek(fd, off, SEEK_SET) != off) {
		if (!is_gone(stress, -errno))
			complain(stress, "no lseek to %lld", (long long)off);
		return;
	}
	len_one = read(fd, one, size);
	if (len_one < 0) {
		if (!is_expected(stress, -errno))
			complain(stress, "a read after lseek failed: %d",
				 errno);
		return;
	}
	sched_yield();
	len_two = read_at(stress, fd, two, len_one, off);
	if (len_two >= 0 && (len_two != len_one || memcmp(one, two, len_one)))
		complain(stress, "two reads at %lld differ", (long long)off);
}

void *stress_seek(void *arg)
{
	static const char *const names[] = { "cel", "checkpoints", "index" };
	struct stress_thread *thread = arg;
	struct stress *stress = thread->stress;

	while (!stress->stop) {
		const char *name = names[below(thread, 3)];
		int fd = open_log(stress, name);
		long long size;
		char byte;

		if (fd < 0)
			continue;
		size = tsm_number("%s/log/size", stress->name);
		if (size > 0 && read_at(stress, fd, &byte, 1, 0) > 0) {
			for (int i = 0; i < 20; i++)
				check_seek(thread, fd, 1 + below(thread, size));
		}
		close(fd);
		usleep(below(thread, 2000));
	}

	return NULL;
}

static void check_register(struct stress *stress,
			   const struct provider_reg *reg)
{
	char hex[256];
	ssize_t len = tsm_read(hex, sizeof(hex), "%s/%s/digest", stress->name,
			       reg->name);

	if (len < 0) {
		if (!is_gone(stress, len))
			complain(stress, "cannot read %s: %zd", reg->name, len);
	} else if (len != 2 * (ssize_t)reg->size + 1 ||
		   strspn(hex, "0123456789abcdef") != 2 * reg->size) {
		complain(stress, "%s has %s", reg->name, hex);
	}
}

/* A number of the log that never falls while the provider lives. */
static void check_number(struct stress *stress, const char *name,
			 long long *least)
{
	long long now = tsm_number("%s/log/%s", stress->name, name);

	if (now < 0 ? !is_gone(stress, now) : !stress->mortal && now < *least)
		complain(stress, "%s is %lld after %lld", name, now, *least);
	*least = now;
}

void *stress_read_registers(void *arg)
{
	struct stress_thread *thread = arg;
	struct stress *stress = thread->stress;
	const struct provider *provider = &stress->provider;
	long long first = 0, next = 0;

	while (!stress->stop) {
		int reg = below(thread, provider->nr_regs);

		check_register(stress, &provider->regs[reg]);
		check_number(stress, "first_record", &first);
		check_number(stress, "next_record", &next);
		usleep(below(thread, 1000));
	}

	return NULL;
}

/* Whoever polls learns of each record. */
static void check_poll(struct stress *stress, int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLPRI };
	long long last = -1;

	while (!stress->stop) {
		char text[32] = "";
		long long now;

		if (read_at(stress, fd, text, sizeof(text) - 1, 0) < 0)
			return;
		now = atoll(text);
		if (now < last)
			complain(stress, "next_record is %lld after %lld", now,
				 last);
		last = now;
		if (poll(&pfd, 1, POLL_MS))
			continue;
		/* By another open file, which is no read of this one. */
		now = tsm_number("%s/log/next_record", stress->name);
		if (now > last && !poll(&pfd, 1, 0))
			complain(stress, "poll() slept at %lld, now %lld", last,
				 now);
	}
}

void *stress_poll(void *arg)
{
	struct stress_thread *thread = arg;
	struct stress *stress = thread->stress;

	while (!stress->stop) {
		int fd = open_log(stress, "next_record");

		if (fd < 0)
			continue;
		check_poll(stress, fd);
		close(fd);
	}

	return NULL;
}
