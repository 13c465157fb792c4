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
 * Where it is not known whether the hardware acted, what was reserved is held
 * until somebody can tell (tsm-look.c). Records of other registers go on
 * meanwhile; the one that is held gets the number that is next when it comes.
 *
 * Records are numbered from 0 without gaps, and are immutable. The log begins
 * with the record first_record; what was before it has been dropped
 * (tsm-trim.c), and no number is ever used again.
 *
 * Checkpoints are of two kinds. The opening has the value of each register at
 * the first record, and changes when that does. After it come those that were
 * written as the log went on (tsm-checkpoint.c). They have a line each in the
 * stream of lines, and what the kernel's own replay needs in a list.
 *
 * Limits count the bytes of records, of what is held for records, and of lines.
 * Lines are never refused, but for those that others are the cause of: they are
 * what explains a value that the records do not.
 */

#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/lockdep.h>
#include <linux/slab.h>

#include "log.h"

/**
 * tsm_log_init() - make an empty log
 * @log: the log, all zero
 *
 * Context: Any context.
 */
void tsm_log_init(struct tsm_log *log)
{
	mutex_init(&log->lock);
	mutex_init(&log->trim_lock);
	tsm_stream_init(&log->records);
	tsm_stream_init(&log->index);
	tsm_stream_init(&log->marks);
	INIT_LIST_HEAD(&log->checkpoints);
	tsm_stream_init(&log->lines);
	log->limit = TSM_LOG_DEFAULT_LIMIT;
	log->others_limit = TSM_LOG_DEFAULT_LIMIT;
	init_waitqueue_head(&log->wait);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_init);

/**
 * tsm_log_destroy() - free all memory of a log
 * @log: the log, which nobody uses any more
 *
 * Context: Process context, may sleep.
 */
void tsm_log_destroy(struct tsm_log *log)
{
	struct tsm_checkpoint *checkpoint, *next;

	list_for_each_entry_safe(checkpoint, next, &log->checkpoints, node) {
		kfree(checkpoint);
		cond_resched();
	}
	kfree(log->spare);
	kvfree(log->opening);
	tsm_stream_destroy(&log->lines);
	tsm_stream_destroy(&log->marks);
	tsm_stream_destroy(&log->index);
	tsm_stream_destroy(&log->records);
	mutex_destroy(&log->trim_lock);
	mutex_destroy(&log->lock);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_destroy);

static u64 lines_size(const struct tsm_log *log)
{
	return log->lines.end - log->lines.start;
}

/**
 * tsm_log_size() - how many bytes the log has
 * @log: the log
 *
 * Context: Any context. @log->lock is held.
 *
 * Return: the number of bytes of records and of the lines after the opening.
 */
u64 tsm_log_size(const struct tsm_log *log)
{
	lockdep_assert_held(&log->lock);

	return log->records.end - log->records.start + lines_size(log);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_size);

static bool has_room(const struct tsm_log *log, size_t len)
{
	return !log->limit ||
	       tsm_log_size(log) - log->others_size +
	       log->held - log->others_held + len <= log->limit;
}

/**
 * tsm_log_reserve_line() - make sure that a line without a value can be added
 * @log: the log
 * @len: size of the line in bytes
 *
 * Context: Process context, may sleep. @log->lock is held until it is added.
 *
 * Return: 0, or -ENOMEM.
 */
int tsm_log_reserve_line(struct tsm_log *log, size_t len)
{
	lockdep_assert_held(&log->lock);

	if (!log->spare) {
		log->spare = kmalloc_obj(*log->spare);
		if (!log->spare)
			return -ENOMEM;
	}

	return tsm_stream_reserve(&log->lines, len);
}

/**
 * tsm_log_reserve_record() - get the memory for the next record
 * @log: the log
 * @len: size of the record in bytes
 *
 * Context: Process context, may sleep. @log->lock is held until the commit.
 *
 * Return: 0, or -ENOMEM.
 */
int tsm_log_reserve_record(struct tsm_log *log, size_t len)
{
	int rc;

	lockdep_assert_held(&log->lock);

	rc = tsm_log_index_reserve(log);
	if (!rc)
		rc = tsm_log_mark_reserve(log);
	if (!rc)
		rc = tsm_stream_reserve(&log->records, log->held + len);

	return rc;
}

/**
 * tsm_log_reserve() - make sure that the next record can be committed
 * @log: the log
 * @len: size of the record in bytes
 * @line_len: size of the line that says that its extend's end is not known
 *
 * Such a line can then be added as well. A reservation that is not used needs no
 * undoing.
 *
 * Context: Process context, may sleep. @log->lock is held until the commit.
 *
 * Return: 0, -ENOSPC if the record would exceed the limit, or -ENOMEM.
 */
int tsm_log_reserve(struct tsm_log *log, size_t len, size_t line_len)
{
	int rc;

	lockdep_assert_held(&log->lock);

	if (!has_room(log, len))
		return -ENOSPC;

	rc = tsm_log_reserve_line(log, line_len);
	if (!rc)
		rc = tsm_log_reserve_record(log, len);

	return rc;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_reserve);

/**
 * tsm_log_room() - where the record that was reserved goes
 * @log: the log
 * @len: size of the record in bytes
 *
 * Context: Any context. @log->lock has been held since the reservation.
 *
 * Return: where to encode the record, for tsm_log_commit_in_place(), or %NULL if
 * it does not lie in one page, and tsm_log_commit() has to copy it.
 */
u8 *tsm_log_room(const struct tsm_log *log, size_t len)
{
	lockdep_assert_held(&log->lock);

	return tsm_stream_room(&log->records, len);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_room);

/**
 * tsm_log_commit_in_place() - add the record that is in tsm_log_room()
 * @log: the log
 * @len: size of the record in bytes
 *
 * Context: Any context. @log->lock has been held since the reservation.
 */
void tsm_log_commit_in_place(struct tsm_log *log, size_t len)
{
	lockdep_assert_held(&log->lock);

	tsm_log_index_append(log);
	tsm_log_mark_append(log);
	tsm_stream_advance(&log->records, len);
	log->next_record++;
	tsm_log_notify(log);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_commit_in_place);

/**
 * tsm_log_commit() - add the record that was reserved
 * @log: the log
 * @head: the encoded record up to the data of its content; its number is
 *	@log->next_record
 * @head_size: bytes of @head
 * @data: the data
 * @data_size: bytes of @data; with those of @head what was reserved
 *
 * Context: Any context. @log->lock has been held since the reservation, or the
 * reservation was released just now.
 */
void tsm_log_commit(struct tsm_log *log, const void *head, size_t head_size,
		    const void *data, size_t data_size)
{
	lockdep_assert_held(&log->lock);

	tsm_log_index_append(log);
	tsm_log_mark_append(log);
	tsm_stream_append(&log->records, head, head_size);
	tsm_stream_append(&log->records, data, data_size);
	log->next_record++;
	tsm_log_notify(log);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_commit);

/**
 * tsm_log_hold() - keep a reservation beyond the lock
 * @log: the log
 * @len: size of the record that was reserved
 *
 * Context: Any context. @log->lock has been held since the reservation.
 */
void tsm_log_hold(struct tsm_log *log, size_t len)
{
	lockdep_assert_held(&log->lock);

	log->held += len;
	log->nr_held++;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_hold);

/**
 * tsm_log_release() - end what tsm_log_hold() began
 * @log: the log
 * @len: size of the record
 *
 * A record of that size can be committed before @log->lock is released.
 *
 * Context: Any context. @log->lock is held.
 */
void tsm_log_release(struct tsm_log *log, size_t len)
{
	lockdep_assert_held(&log->lock);

	log->held -= len;
	log->nr_held--;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_release);

/**
 * tsm_log_begin() - set where the log begins, and drop what is before
 * @log: the log, whose checkpoints before that were taken out already
 * @recnum: the first record; @log->next_record if none is left
 * @off: its offset in @log->records
 *
 * tsm_log_reclaim() should follow.
 *
 * Context: Process context. @log->trim_lock and @log->lock are held.
 */
void tsm_log_begin(struct tsm_log *log, u64 recnum, u64 off)
{
	const struct tsm_checkpoint *first =
		list_first_entry_or_null(&log->checkpoints,
					 struct tsm_checkpoint, node);

	lockdep_assert_held(&log->trim_lock);
	lockdep_assert_held(&log->lock);

	log->first_record = recnum;
	tsm_stream_drop(&log->records, off);
	tsm_log_index_drop(log);
	if (log->told)
		tsm_stream_drop(&log->marks, recnum);
	tsm_stream_drop(&log->lines, first ? first->off : log->lines.end);
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
	tsm_stream_reclaim(&log->marks);
	tsm_stream_reclaim(&log->lines);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_reclaim);

/**
 * tsm_log_notify() - wake whoever waits for the log
 * @log: the log, which has a new record, or whose provider goes
 *
 * Context: Any context. @log->lock is held.
 */
void tsm_log_notify(struct tsm_log *log)
{
	lockdep_assert_held(&log->lock);

	WRITE_ONCE(log->nr_events, log->nr_events + 1);
	if (wq_has_sleeper(&log->wait))
		wake_up_interruptible_all(&log->wait);
}
