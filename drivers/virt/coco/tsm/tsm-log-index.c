// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where records are in the log, for readers that begin near one of them.
 *
 * Records differ in size, and nothing in the bytes tells where one begins. So
 * the offset of every %TSM_INDEX_INTERVAL-th record is kept: 8 bytes for as many
 * records, which is less than a thousandth of them.
 *
 * Readers get lines of one size, so that the one they need is found without
 * reading the others. The first line is for the first record, whatever its
 * number is. The offsets in the lines are those of the file, which begins with
 * the first record; the ones kept here are the stream's, which never change.
 */

#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "log.h"

/* Entry i of the stream is for the record i * TSM_INDEX_INTERVAL. */
static u64 entry_of(u64 recnum)
{
	return div_u64(recnum, TSM_INDEX_INTERVAL);
}

static bool has_entry(u64 recnum)
{
	return !(recnum % TSM_INDEX_INTERVAL);
}

/**
 * tsm_log_index_reserve() - make sure that the next record can get its entry
 * @log: the log
 *
 * Context: Process context, may sleep. @log->lock is held.
 *
 * Return: 0, or -ENOMEM.
 */
int tsm_log_index_reserve(struct tsm_log *log)
{
	lockdep_assert_held(&log->lock);

	if (!has_entry(log->next_record))
		return 0;

	return tsm_stream_reserve(&log->index, sizeof(u64));
}

/**
 * tsm_log_index_append() - the next record is about to be appended
 * @log: the log, where tsm_log_index_reserve() has succeeded
 *
 * Context: Any context. @log->lock is held.
 */
void tsm_log_index_append(struct tsm_log *log)
{
	lockdep_assert_held(&log->lock);

	if (has_entry(log->next_record))
		tsm_stream_append(&log->index, &log->records.end, sizeof(u64));
}

/**
 * tsm_log_index_drop() - drop the entries that no line is made from any more
 * @log: the log, whose first record has changed
 *
 * Context: Any context. @log->lock is held.
 */
void tsm_log_index_drop(struct tsm_log *log)
{
	u64 off = (entry_of(log->first_record) + 1) * sizeof(u64);

	lockdep_assert_held(&log->lock);

	tsm_stream_drop(&log->index, min(off, log->index.end));
}

static u64 nr_lines(const struct tsm_log *log)
{
	if (log->first_record == log->next_record)
		return 0;

	return 1 + entry_of(log->next_record - 1) - entry_of(log->first_record);
}

/* Write line @n and a NUL byte to @line. */
static void format_line(struct tsm_log *log, u64 n, char *line)
{
	u64 recnum = log->first_record;
	u64 off = log->records.start;

	if (n) {
		u64 entry = entry_of(log->first_record) + n;

		recnum = entry * TSM_INDEX_INTERVAL;
		tsm_stream_copy(&log->index, entry * sizeof(u64), &off,
				sizeof(off));
	}

	snprintf(line, TSM_INDEX_LINE_SIZE + 1, "%20llu %20llu\n", recnum,
		 off - log->records.start);
}

/**
 * tsm_log_index_read() - read the lines
 * @log: the log
 * @buf: where they go
 * @off: offset of the first byte
 * @count: how many bytes at most
 *
 * Context: Any context. @log->lock is held.
 *
 * Return: the number of bytes read.
 */
size_t tsm_log_index_read(struct tsm_log *log, char *buf, u64 off,
			  size_t count)
{
	u32 skip;
	u64 n = div_u64_rem(off, TSM_INDEX_LINE_SIZE, &skip);
	size_t done = 0;

	lockdep_assert_held(&log->lock);

	for (; n < nr_lines(log) && done < count; n++, skip = 0) {
		char line[TSM_INDEX_LINE_SIZE + 1];
		size_t len = min(count - done, TSM_INDEX_LINE_SIZE - skip);

		format_line(log, n, line);
		memcpy(buf + done, line + skip, len);
		done += len;
	}

	return done;
}
