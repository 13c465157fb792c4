// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part of a log that others are the cause of: records of extends that did not
 * come through this interface, and lines about what others did.
 *
 * Who may talk to the hardware need not be able to fill the log of those who may
 * write here, so that part has a limit of its own. Records do not take all of it: a
 * quarter is left for the lines that say what happened to a register whose extends
 * have no records any more.
 *
 * When records are dropped, it must be known which of them count against it. Nothing
 * in a record tells. So where there are such records, a byte is kept for each record.
 */

#include <linux/lockdep.h>

#include "log.h"

/**
 * tsm_log_others_have_room() - may others add to the log?
 * @log: the log
 * @len: bytes
 * @record: they are a record, not a line
 *
 * Context: Any context. @log->lock is held.
 *
 * Return: %true if so.
 */
bool tsm_log_others_have_room(const struct tsm_log *log, size_t len, bool record)
{
	u64 limit = log->others_limit;

	lockdep_assert_held(&log->lock);

	if (!limit)
		return true;
	if (record)
		limit -= limit / 4;

	return log->others_size + log->others_held + len <= limit;
}

/**
 * tsm_log_mark_reserve() - make sure that the next record can get its mark, and
 * those that are held after it
 * @log: the log
 *
 * Context: Process context, may sleep. @log->lock is held.
 *
 * Return: 0, or -ENOMEM.
 */
int tsm_log_mark_reserve(struct tsm_log *log)
{
	lockdep_assert_held(&log->lock);

	return log->told ? tsm_stream_reserve(&log->marks, log->nr_held + 1) : 0;
}

/**
 * tsm_log_mark_append() - the next record is about to be appended
 * @log: the log, where tsm_log_mark_reserve() has succeeded
 *
 * Context: Any context. @log->lock is held.
 */
void tsm_log_mark_append(struct tsm_log *log)
{
	static const u8 ours;

	lockdep_assert_held(&log->lock);

	if (log->told)
		tsm_stream_append(&log->marks, &ours, sizeof(ours));
}

/**
 * tsm_log_charge_others() - others are the cause of the record that was just added
 * @log: the log of a provider that is told of them
 * @len: size of the record
 *
 * Context: Any context. @log->lock is held.
 */
void tsm_log_charge_others(struct tsm_log *log, size_t len)
{
	static const u8 theirs = 1;

	lockdep_assert_held(&log->lock);

	tsm_stream_cut(&log->marks, log->marks.end - sizeof(theirs));
	tsm_stream_append(&log->marks, &theirs, sizeof(theirs));
	log->others_size += len;
}

/**
 * tsm_log_is_by_others() - are others the cause of a record?
 * @log: the log
 * @recnum: the record's number
 *
 * Context: Any context. @log->trim_lock is held, and @log->lock has been since the
 * record was added.
 *
 * Return: %true if so.
 */
bool tsm_log_is_by_others(struct tsm_log *log, u64 recnum)
{
	u8 mark = 0;

	lockdep_assert_held(&log->trim_lock);

	if (log->told)
		tsm_stream_copy(&log->marks, recnum, &mark, sizeof(mark));

	return mark;
}
