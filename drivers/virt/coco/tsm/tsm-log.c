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
 * checkpoints: both are streams (stream.c) that only grow.
 *
 * The limit counts the bytes of records only. Checkpoints must not be refused:
 * they are what explains a value that the records do not.
 */

#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/lockdep.h>

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
	tsm_stream_init(&log->records);
	tsm_stream_init(&log->checkpoints);
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
	tsm_stream_destroy(&log->checkpoints);
	tsm_stream_destroy(&log->records);
	mutex_destroy(&log->lock);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_destroy);

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
	lockdep_assert_held(&log->lock);

	if (log->limit && log->records.size + len > log->limit)
		return -ENOSPC;

	return tsm_stream_reserve(&log->records, len);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_reserve);

/**
 * tsm_log_commit() - add the record that was reserved
 * @log: the log
 * @record: the encoded record, whose number is @log->next_record
 * @len: its size in bytes, as it was reserved
 *
 * Context: Any context. @log->lock has been held since the reservation.
 */
void tsm_log_commit(struct tsm_log *log, const void *record, size_t len)
{
	lockdep_assert_held(&log->lock);

	tsm_stream_append(&log->records, record, len);
	log->next_record++;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_commit);

/**
 * tsm_log_checkpoint() - add a checkpoint
 * @log: the log
 * @line: the checkpoint's line, with its newline
 * @len: its size in bytes
 *
 * Context: Process context, may sleep. @log->lock is held.
 *
 * Return: 0, or -ENOMEM and no checkpoint was added.
 */
int tsm_log_checkpoint(struct tsm_log *log, const char *line, size_t len)
{
	int rc;

	lockdep_assert_held(&log->lock);

	rc = tsm_stream_reserve(&log->checkpoints, len);
	if (rc)
		return rc;

	tsm_stream_append(&log->checkpoints, line, len);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_log_checkpoint);
