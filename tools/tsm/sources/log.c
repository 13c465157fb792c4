// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A log in memory: records, and the checkpoints that belong to them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "formats/cel.h"
#include "formats/import.h"
#include "linux/tsm-event-log.h"
#include "sources/log.h"

/* How often a log is read anew that is trimmed meanwhile. */
#define ATTEMPTS 5

static const char cel_path[] = "cel";
static const char checkpoints_path[] = "checkpoints";
static const char index_path[] = "index";

static int no_record(uint64_t from, uint64_t next, struct error *err)
{
	return error_set(err,
			 "there is no record %" PRIu64
			 " yet, the next one will be %" PRIu64,
			 from, next);
}

int log_skip_to(struct log *log, uint64_t from, struct error *err)
{
	struct cel_reader reader = { .log = &log->cel, .nv = true };
	struct cel_record rec;
	uint64_t next = log->first;
	size_t end = 0;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0 && rec.recnum < from) {
		end = reader.pos;
		next = rec.recnum + 1;
	}
	if (ret < 0)
		return error_prefix(err, cel_path);
	if (!ret && from > next)
		return no_record(from, next, err);
	buffer_drop(&log->cel, end);
	return 0;
}

/*
 * The offset that a line of index has. Returns 1, or 0 at the end, or -1
 * with @err set.
 */
static int read_index_line(int fd, uint64_t line, size_t *offset,
			   struct error *err)
{
	char text[TSM_INDEX_LINE_SIZE + 1];
	unsigned long long position;
	ssize_t len;

	len = file_read(fd, text, TSM_INDEX_LINE_SIZE,
			(size_t)line * TSM_INDEX_LINE_SIZE, index_path, err);
	if (len <= 0)
		return (int)len;
	text[len] = '\0';
	if (len != TSM_INDEX_LINE_SIZE ||
	    sscanf(text, "%*20u %20llu\n", &position) != 1)
		return error_set(err,
				 "%s: no line of %d bytes at its line %" PRIu64,
				 index_path, TSM_INDEX_LINE_SIZE, line + 1);
	*offset = (size_t)position;
	return 1;
}

/*
 * Begin to read cel at the record @from, which is there, or not far before
 * it.
 */
static int find_offset(struct log *log, uint64_t from, struct error *err)
{
	const struct provider *provider = log->provider;
	uint64_t line =
		from / TSM_INDEX_INTERVAL - log->first / TSM_INDEX_INTERVAL;
	int fd, ret;

	/* A copy of a provider's files can do without it. */
	if (faccessat(provider->logfd, index_path, F_OK, 0))
		return 0;
	fd = file_open(provider->logfd, index_path, err);
	if (fd < 0)
		return -1;
	ret = read_index_line(fd, line, &log->cel.offset, err);
	close(fd);
	if (ret)
		return ret < 0 ? -1 : 0;
	return error_set(err, "%s does not have record %" PRIu64, index_path,
			 from);
}

static int read_cel(struct log *log, uint64_t from, struct error *err)
{
	uint64_t next;

	log->cel_fd = file_open(log->provider->logfd, cel_path, err);
	if (log->cel_fd < 0)
		return -1;
	if (from <= log->first)
		return buffer_read(&log->cel, log->cel_fd, cel_path, err);

	if (provider_read_number(log->provider, "next_record", &next, err))
		return -1;
	if (from > next)
		return no_record(from, next, err);
	if (find_offset(log, from < next ? from : next - 1, err) ||
	    buffer_read(&log->cel, log->cel_fd, cel_path, err))
		return -1;
	if (!log->cel.len)
		return error_set(err, "%s: record %" PRIu64 " is missing",
				 cel_path, from);
	return log_skip_to(log, from, err);
}

static int read_checkpoints(struct log *log, struct error *err)
{
	log->checkpoints_fd =
		file_open(log->provider->logfd, checkpoints_path, err);
	if (log->checkpoints_fd < 0)
		return -1;
	return buffer_read(&log->checkpoints, log->checkpoints_fd,
			   checkpoints_path, err);
}

static int stale(struct error *err)
{
	error_set(err, "trimmed while it was read; try again");
	err->code = ESTALE;
	return -1;
}

/*
 * Whether all that was read since log->first was is from before the same trim:
 * record numbers never go back.
 */
static int check_first(const struct log *log, struct error *err)
{
	uint64_t first;

	if (provider_read_number(log->provider, "first_record", &first, err))
		return -1;
	return first == log->first ? 0 : stale(err);
}

/* First the records, then the checkpoints: so none of a record is missing. */
static int attempt(struct log *log, uint64_t from, struct error *err)
{
	struct error later;

	if (provider_read_number(log->provider, "first_record", &log->first,
				 err))
		return -1;
	if (!read_cel(log, from, err) && !read_checkpoints(log, err))
		return check_first(log, err);
	/* What was wrong may only be that it was read before and after a trim. */
	if (check_first(log, &later) && later.code == ESTALE)
		*err = later;
	return -1;
}

int log_read(struct log *log, const struct provider *provider, uint64_t from,
	     struct error *err)
{
	int i, ret;

	for (i = 0; i < ATTEMPTS; i++) {
		*log = (struct log){ .provider = provider,
				     .cel_fd = -1,
				     .checkpoints_fd = -1 };
		ret = attempt(log, from, err);
		if (!ret || err->code != ESTALE)
			return ret;
		log_free(log);
	}
	return stale(err);
}

int log_read_more(struct log *log, struct error *err)
{
	if (buffer_read(&log->cel, log->cel_fd, cel_path, err) ||
	    buffer_read(&log->checkpoints, log->checkpoints_fd,
			checkpoints_path, err))
		return -1;
	return check_first(log, err);
}

/* The number of the record that @cel begins with, if there is one. */
static int find_first(const struct buffer *cel, uint64_t *first,
		      struct error *err)
{
	struct cel_reader reader = { .log = cel, .nv = true };
	struct cel_record rec;
	int ret = cel_next(&reader, &rec, err);

	if (ret > 0)
		*first = rec.recnum;
	return ret < 0 ? -1 : 0;
}

int log_read_files(struct log *log, const char *cel, const char *checkpoints,
		   uint64_t from, struct error *err)
{
	*log = (struct log){ 0 };
	if (buffer_read_path(&log->cel, cel, err) ||
	    (checkpoints &&
	     buffer_read_path(&log->checkpoints, checkpoints, err)))
		return -1;
	if (import_is_json(&log->cel) && import_json(&log->cel, err))
		return -1;
	if (import_is_firmware(&log->cel))
		return error_set(
			err,
			"it is a firmware's log, which goes with --firmware-log");
	/* What is wrong with it, the parser finds again. */
	if (find_first(&log->cel, &log->first, err))
		return from ? -1 : 0;
	return from ? log_skip_to(log, from, err) : 0;
}

void log_detach(struct log *log)
{
	if (log->provider && log->cel_fd >= 0)
		close(log->cel_fd);
	if (log->provider && log->checkpoints_fd >= 0)
		close(log->checkpoints_fd);
	log->provider = NULL;
}

void log_free(struct log *log)
{
	log_detach(log);
	buffer_free(&log->cel);
	buffer_free(&log->checkpoints);
	*log = (struct log){ 0 };
}
