// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event log of one provider: records and checkpoints.
 *
 * The promise to verifiers is that the log and the registers tell the same
 * story at any moment. One mutex per provider keeps it; an extend does all of
 * this while holding it:
 *
 *	tsm_log_reserve()	memory and limit; may fail, nothing happened yet
 *	provider's extend()	the hardware's register changes
 *	tsm_log_commit()	the record becomes visible; cannot fail
 *
 * So a record exists if and only if its extend took effect, and the order of
 * the records is the order of the extends. Whoever reads the log takes the same
 * mutex: a read that begins when the hardware has already been extended waits
 * for the record of it. A quote taken before a read of the log can therefore
 * not be ahead of what is read.
 *
 * Records are numbered from 0 without gaps. They are immutable, as are
 * checkpoints. The log begins with the record first_record; what was before it
 * has been dropped (tsm-trim.c), and no number is ever used again.
 *
 * Checkpoints are of two kinds. The opening has the value of each register at
 * the first record, and changes when that does. After it come the restarts,
 * values that the log does not explain, in the order in which they were found.
 *
 * The limit counts the bytes of records only. Checkpoints must not be refused:
 * they are what explains a value that the records do not.
 */

#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "log.h"

/**
 * tsm_log_init() - make an empty log
 * @log: the log
 *
 * Context: Any context.
 */
void tsm_log_init(struct tsm_log *log)
{
	mutex_init(&log->lock);
	mutex_init(&log->trim_lock);
	tsm_stream_init(&log->records);
	tsm_stream_init(&log->index);
	log->opening = NULL;
	log->opening_size = 0;
	INIT_LIST_HEAD(&log->restarts);
	tsm_stream_init(&log->restart_lines);
	tsm_readers_init(&log->readers);
	log->first_record = 0;
	log->next_record = 0;
	log->limit = TSM_LOG_DEFAULT_LIMIT;
	log->watched = false;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_init);

/**
 * tsm_log_destroy() - free all memory of a log
 * @log: the log, which nobody uses any more
 *
 * Context: Process context.
 */
void tsm_log_destroy(struct tsm_log *log)
{
	struct tsm_restart *restart, *next;

	list_for_each_entry_safe(restart, next, &log->restarts, node)
		kfree(restart);
	kvfree(log->opening);
	tsm_readers_destroy(&log->readers);
	tsm_stream_destroy(&log->restart_lines);
	tsm_stream_destroy(&log->index);
	tsm_stream_destroy(&log->records);
	mutex_destroy(&log->trim_lock);
	mutex_destroy(&log->lock);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_destroy);

/**
 * tsm_log_size() - how many bytes of records there are
 * @log: the log
 *
 * Context: Any context. @log->lock is held.
 *
 * Return: the number of bytes.
 */
u64 tsm_log_size(const struct tsm_log *log)
{
	lockdep_assert_held(&log->lock);

	return log->records.end - log->records.start;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_size);

/**
 * tsm_log_reserve() - make sure that the next record can be committed
 * @log: the log
 * @len: size of the record in bytes
 *
 * A reservation that is not used needs no undoing.
 *
 * Context: Process context, may sleep. @log->lock is held until the commit.
 *
 * Return: 0, -ENOSPC if the record would exceed the limit, or -ENOMEM.
 */
int tsm_log_reserve(struct tsm_log *log, size_t len)
{
	int rc;

	lockdep_assert_held(&log->lock);

	if (log->limit && tsm_log_size(log) + len > log->limit)
		return -ENOSPC;

	rc = tsm_log_index_reserve(log);
	if (rc)
		return rc;

	return tsm_stream_reserve(&log->records, len);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_reserve);

/**
 * tsm_log_commit() - add the record that was reserved
 * @log: the log
 * @head: the encoded record up to its event data; its number is
 *	@log->next_record
 * @head_size: bytes of @head
 * @event: the event data
 * @event_size: bytes of @event; with those of @head what was reserved
 *
 * Context: Any context. @log->lock has been held since the reservation.
 */
void tsm_log_commit(struct tsm_log *log, const void *head, size_t head_size,
		    const void *event, size_t event_size)
{
	lockdep_assert_held(&log->lock);

	tsm_log_index_append(log);
	tsm_stream_append(&log->records, head, head_size);
	tsm_stream_append(&log->records, event, event_size);
	log->next_record++;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_commit);

/**
 * tsm_log_restart() - add a checkpoint that the log does not explain
 * @log: the log
 * @restart: the checkpoint, with &tsm_restart.reg and &tsm_restart.values set;
 *	the log frees it by kfree()
 * @line: its line, with its newline
 * @len: size of @line in bytes
 *
 * Context: Process context, may sleep. @log->lock is held.
 *
 * Return: 0, or -ENOMEM and no checkpoint was added, nor @restart taken.
 */
int tsm_log_restart(struct tsm_log *log, struct tsm_restart *restart,
		    const char *line, size_t len)
{
	int rc;

	lockdep_assert_held(&log->lock);

	rc = tsm_stream_reserve(&log->restart_lines, len);
	if (rc)
		return rc;

	restart->recnum = log->next_record;
	restart->off = log->restart_lines.end;
	list_add_tail(&restart->node, &log->restarts);
	tsm_stream_append(&log->restart_lines, line, len);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_restart);

/**
 * tsm_log_begin() - set where the log begins, and drop what is before
 * @log: the log, whose restarts before that were taken out already
 * @recnum: the first record; @log->next_record if none is left
 * @off: its offset in @log->records
 * @opening: the checkpoints of all registers at @recnum, which the log frees by
 *	kvfree()
 * @opening_size: bytes of @opening
 *
 * tsm_log_reclaim() should follow.
 *
 * Context: Process context, may sleep. @log->trim_lock and @log->lock are held.
 */
void tsm_log_begin(struct tsm_log *log, u64 recnum, u64 off, char *opening,
		   size_t opening_size)
{
	const struct tsm_restart *restart =
		list_first_entry_or_null(&log->restarts, struct tsm_restart,
					 node);

	lockdep_assert_held(&log->trim_lock);
	lockdep_assert_held(&log->lock);

	if (log->first_record != recnum)
		tsm_readers_dismiss(&log->readers);
	log->first_record = recnum;
	tsm_stream_drop(&log->records, off);
	tsm_log_index_drop(log);
	tsm_stream_drop(&log->restart_lines,
			restart ? restart->off : log->restart_lines.end);
	kvfree(log->opening);
	log->opening = opening;
	log->opening_size = opening_size;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_begin);

/**
 * tsm_log_reclaim() - free the memory of what was dropped
 * @log: the log
 *
 * Context: Process context, may sleep. @log->trim_lock is held.
 */
void tsm_log_reclaim(struct tsm_log *log)
{
	lockdep_assert_held(&log->trim_lock);

	tsm_stream_reclaim(&log->records);
	tsm_stream_reclaim(&log->index);
	tsm_stream_reclaim(&log->restart_lines);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_reclaim);

/**
 * tsm_log_read_records() - read records
 * @log: the log
 * @buf: where the bytes go
 * @off: offset of the first byte; 0 is the start of the first record
 * @count: how many at most
 *
 * Context: Any context. @log->lock is held.
 *
 * Return: the number of bytes.
 */
size_t tsm_log_read_records(struct tsm_log *log, char *buf, u64 off,
			    size_t count)
{
	lockdep_assert_held(&log->lock);

	return tsm_stream_read(&log->records, log->records.start + off, buf,
			       count);
}

/**
 * tsm_log_read_checkpoints() - read checkpoints
 * @log: the log
 * @buf: where the bytes go
 * @off: offset of the first byte; 0 is the start of the opening
 * @count: how many at most
 *
 * Context: Any context. @log->lock is held.
 *
 * Return: the number of bytes.
 */
size_t tsm_log_read_checkpoints(struct tsm_log *log, char *buf, u64 off,
				size_t count)
{
	struct tsm_stream *lines = &log->restart_lines;
	size_t done = 0;

	lockdep_assert_held(&log->lock);

	if (off < log->opening_size) {
		done = min_t(u64, count, log->opening_size - off);
		memcpy(buf, log->opening + off, done);
		off += done;
	}

	return done + tsm_stream_read(lines,
				      lines->start + off - log->opening_size,
				      buf + done, count - done);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_read_checkpoints);
