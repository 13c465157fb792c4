// SPDX-License-Identifier: GPL-2.0
/*
 * The operations "stream" and "record": read a log.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/tsm-event-log.h>

#include "bench.h"

#define MAX_PIECE (1 << 20)

struct stream_state {
	const char *path;
	size_t piece;
	long size;
};

static void *prepare_stream(char **args)
{
	struct stream_state *state = calloc(1, sizeof(*state));

	if (!state)
		die("no memory");
	state->piece = to_number(args[0]);
	if (!state->piece || state->piece > MAX_PIECE)
		die("stream: %zu bytes are too few or too many", state->piece);
	state->size = to_number(args[1]);
	state->path = args[2];

	return state;
}

/* Read the first bytes of a file from one end to the other, in pieces. */
static void run_stream(void *arg, long count)
{
	const struct stream_state *state = arg;
	static char buf[MAX_PIECE];

	for (long i = 0; i < count; i++) {
		int fd = open_file(state->path, O_RDONLY);
		long left = state->size;

		while (left) {
			size_t want = left < (long)state->piece ? (size_t)left :
								  state->piece;
			ssize_t len = read(fd, buf, want);

			if (len <= 0)
				die("%s: ends %ld bytes early", state->path,
				    left);
			left -= len;
		}
		close(fd);
	}
}

const struct operation stream_operation = {
	.name = "stream",
	.usage = "PIECE SIZE FILE",
	.nr_args = 3,
	.prepare = prepare_stream,
	.run = run_stream,
};

struct record_state {
	const char *log;
	int cel;
	int index;
	/* Which record is read, or how long all of them are. */
	unsigned long long record;
	size_t size;
};

static int open_in(const char *dir, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);

	return open_file(path, O_RDONLY);
}

static struct record_state *open_log(const char *log)
{
	struct record_state *state = calloc(1, sizeof(*state));

	if (!state)
		die("no memory");
	state->log = log;
	state->cel = open_in(log, "cel");

	return state;
}

static void *prepare_record(char **args)
{
	struct record_state *state = open_log(args[0]);

	state->index = open_in(args[0], "index");
	state->record = to_number(args[1]);

	return state;
}

static void read_cel(const struct record_state *state, void *buf, size_t size,
		     off_t offset)
{
	ssize_t len = pread(state->cel, buf, size, offset);

	if (len != (ssize_t)size)
		die("%s/cel: %zd of %zu bytes at %lld: %s", state->log, len,
		    size, (long long)offset, strerror(errno));
}

static void read_index(const struct record_state *state, unsigned long line,
		       unsigned long long *record, off_t *offset)
{
	char text[TSM_INDEX_LINE_SIZE + 1] = "";
	unsigned long long number;

	if (pread(state->index, text, TSM_INDEX_LINE_SIZE,
		  line * TSM_INDEX_LINE_SIZE) != TSM_INDEX_LINE_SIZE ||
	    sscanf(text, "%llu %llu", record, &number) != 2)
		die("%s/index: there is no line %lu", state->log, line);
	*offset = number;
}

/* The length of a record: four TLVs, of a type in one byte and a length in four. */
static size_t record_length(const unsigned char *record, size_t size)
{
	size_t len = 0;

	for (int i = 0; i < 4; i++) {
		uint32_t value;

		if (len + TSM_CEL_TLV_HEADER_SIZE > size)
			return 0;
		memcpy(&value, record + len + 1, sizeof(value));
		len += TSM_CEL_TLV_HEADER_SIZE + be32toh(value);
	}

	return len <= size ? len : 0;
}

/* As a program does it that resumes at a record: by the index, page by page. */
static void find_record(const struct record_state *state)
{
	static unsigned char buf[TSM_INDEX_INTERVAL * 4096];
	unsigned long long first, record;
	size_t start = 0, have = 0;
	off_t offset;

	read_index(state, 0, &first, &offset);
	read_index(state,
		   state->record / TSM_INDEX_INTERVAL -
			   first / TSM_INDEX_INTERVAL,
		   &record, &offset);

	for (;;) {
		size_t len = record_length(buf + start, have - start);

		if (len && record == state->record)
			return;
		if (len) {
			start += len;
			record++;
			continue;
		}
		if (have + 4096 > sizeof(buf))
			die("%s/cel: there is no record %llu", state->log,
			    state->record);
		read_cel(state, buf + have, 4096, offset + have);
		have += 4096;
	}
}

static void run_record(void *state, long count)
{
	for (long i = 0; i < count; i++)
		find_record(state);
}

const struct operation record_operation = {
	.name = "record",
	.usage = "LOG NUMBER",
	.nr_args = 2,
	.prepare = prepare_record,
	.run = run_record,
};

static void *prepare_last(char **args)
{
	struct record_state *state = open_log(args[0]);

	state->size = to_number(args[1]);

	return state;
}

/*
 * As a program does it that follows the log: it knows where it stopped. All records
 * of the log have the same size here, and none was trimmed.
 */
static void run_last(void *arg, long count)
{
	const struct record_state *state = arg;
	off_t offset =
		(read_number(state->log, "next_record") - 1) * state->size;
	unsigned char buf[4096];

	for (long i = 0; i < count; i++)
		read_cel(state, buf, state->size, offset);
}

const struct operation last_operation = {
	.name = "last",
	.usage = "LOG SIZE",
	.nr_args = 2,
	.prepare = prepare_last,
	.run = run_last,
};
