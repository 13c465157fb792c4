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
 * tsm_log_index_reserve() - make sure that the next record can get its entry,
 * and those that are held after it
 * @log: the log
 *
 * Context: Process context, may sleep. @log->lock is held.
 *
 * Return: 0, or -ENOMEM.
 */
int tsm_log_index_reserve(struct tsm_log *log)
{
	u64 nr;

	lockdep_assert_held(&log->lock);

	/* An entry for each multiple of the interval among these records. */
	nr = div_u64(log->next_record + log->nr_held, TSM_INDEX_INTERVAL) + 1 -
	     div_u64(log->next_record + TSM_INDEX_INTERVAL - 1,
		     TSM_INDEX_INTERVAL);

	return nr ? tsm_stream_reserve(&log->index, nr * sizeof(u64)) : 0;
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
