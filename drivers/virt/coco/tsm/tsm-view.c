// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an open file of the log shows.
 *
 * A log grows at its end and is trimmed at its start, while programs read it
 * piece by piece. Two halves of two records can look like a third one, which
 * never was. So an open file is one view: its offset 0 is what was there first
 * when it was opened, and each offset means the same byte for ever, or -ESTALE:
 *
 *	records		[ 2 ][3][   4   ][ 5 ]
 *	                 ^ offset 0 of a file that was opened before a trim to 4:
 *	                         reads before 4 are stale, those after it go on
 *	                        ^ offset 0 of one that was opened after it
 *
 * The same holds for checkpoints: first come the bytes of the opening, which is
 * as a whole what it was or stale, and then the lines of the stream. Of these,
 * the ones at the next record's number may still be folded (tsm-checkpoint.c).
 * A file that was read beyond the first of them before that happened is stale
 * there: what it showed is not what the log says.
 */

#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "view.h"

/* Where the lines begin that may still be folded. */
static u64 firm_end(const struct tsm_log *log)
{
	const struct tsm_checkpoint *checkpoint;
	u64 end = log->lines.end;

	list_for_each_entry_reverse(checkpoint, &log->checkpoints, node) {
		if (checkpoint->recnum != log->next_record)
			break;
		end = checkpoint->off;
	}

	return end;
}

/**
 * tsm_view_init() - open a file of the log
 * @view: the open file
 * @log: the log, whose opening has been made
 *
 * Context: Any context. @log->lock is held.
 */
void tsm_view_init(struct tsm_view *view, const struct tsm_log *log)
{
	lockdep_assert_held(&log->lock);

	view->first_record = log->first_record;
	view->records_start = log->records.start;
	view->opening_version = log->opening_version;
	view->opening_size = log->opening_size;
	view->lines_start = log->lines.start;
	view->nr_folds = log->nr_folds;
	view->firm_end = firm_end(log);
	view->end = log->records.end;
}

/**
 * tsm_view_read_records() - read from cel
 * @log: the log
 * @view: the open file
 * @buf: where the bytes go
 * @off: offset of the first byte
 * @count: how many at most
 *
 * Context: Any context. @log->lock is held.
 *
 * Return: the number of bytes, or -ESTALE if they were trimmed.
 */
ssize_t tsm_view_read_records(struct tsm_log *log, struct tsm_view *view,
			      char *buf, u64 off, size_t count)
{
	lockdep_assert_held(&log->lock);

	off += view->records_start;
	if (off < log->records.start)
		return -ESTALE;
	if (off >= view->end)
		return 0;

	return tsm_stream_read(&log->records, off, buf,
			       min_t(u64, count, view->end - off));
}

static ssize_t read_lines(struct tsm_log *log, struct tsm_view *view, char *buf,
			  u64 off, size_t count)
{
	if (off < log->lines.start)
		return -ESTALE;
	if (view->nr_folds != log->nr_folds && off > view->firm_end)
		return -ESTALE;

	view->nr_folds = log->nr_folds;
	view->firm_end = firm_end(log);

	return tsm_stream_read(&log->lines, off, buf, count);
}

/**
 * tsm_view_read_checkpoints() - read from checkpoints
 * @log: the log, whose opening has been made
 * @view: the open file
 * @buf: where the bytes go
 * @off: offset of the first byte
 * @count: how many at most
 *
 * Context: Any context. @log->lock is held.
 *
 * Return: the number of bytes, or -ESTALE if they were trimmed or have changed.
 */
ssize_t tsm_view_read_checkpoints(struct tsm_log *log, struct tsm_view *view,
				  char *buf, u64 off, size_t count)
{
	size_t done = 0;
	ssize_t len;

	lockdep_assert_held(&log->lock);

	if (off < view->opening_size) {
		if (view->opening_version != log->opening_version)
			return -ESTALE;
		done = min_t(u64, count, view->opening_size - off);
		memcpy(buf, log->opening + off, done);
		off += done;
	}
	if (done == count)
		return done;

	len = read_lines(log, view, buf + done,
			 view->lines_start + off - view->opening_size,
			 count - done);

	return len < 0 ? len : done + len;
}

static u64 nr_lines(const struct tsm_log *log, const struct tsm_view *view)
{
	if (view->first_record == log->next_record)
		return 0;

	return 1 + div_u64(log->next_record - 1, TSM_INDEX_INTERVAL) -
	       div_u64(view->first_record, TSM_INDEX_INTERVAL);
}

/* Write line @n and a NUL byte to @line, unless its record has been trimmed. */
static int format_line(struct tsm_log *log, struct tsm_view *view, u64 n,
		       char *line)
{
	u64 recnum = view->first_record;
	u64 off = view->records_start;

	if (n) {
		u64 entry = div_u64(view->first_record, TSM_INDEX_INTERVAL) + n;

		recnum = entry * TSM_INDEX_INTERVAL;
		if (recnum > log->first_record)
			tsm_stream_copy(&log->index, entry * sizeof(u64), &off,
					sizeof(off));
		else
			off = log->records.start;
	}
	if (recnum < log->first_record)
		return -ESTALE;

	snprintf(line, TSM_INDEX_LINE_SIZE + 1, "%20llu %20llu\n", recnum,
		 off - view->records_start);

	return 0;
}

/**
 * tsm_view_read_index() - read from index
 * @log: the log
 * @view: the open file
 * @buf: where the bytes go
 * @off: offset of the first byte
 * @count: how many at most
 *
 * Context: Any context. @log->lock is held.
 *
 * Return: the number of bytes, or -ESTALE if the record of a line was trimmed.
 */
ssize_t tsm_view_read_index(struct tsm_log *log, struct tsm_view *view,
			    char *buf, u64 off, size_t count)
{
	u32 skip;
	u64 n = div_u64_rem(off, TSM_INDEX_LINE_SIZE, &skip);
	size_t done = 0;

	lockdep_assert_held(&log->lock);

	for (; n < nr_lines(log, view) && done < count; n++, skip = 0) {
		char line[TSM_INDEX_LINE_SIZE + 1];
		size_t len = min(count - done, TSM_INDEX_LINE_SIZE - skip);

		if (format_line(log, view, n, line))
			return -ESTALE;
		memcpy(buf + done, line + skip, len);
		done += len;
	}

	return done;
}
