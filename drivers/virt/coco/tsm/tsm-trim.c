// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trimming: dropping the records that somebody has archived.
 *
 * What is left must verify alone, so it needs the value of each register at the
 * record that it begins with. Nobody is asked for them: the kernel replays the
 * records that it is about to drop, from the values at the first of them.
 *
 * At a million records that takes seconds, during which extends must go on. So
 * it happens without the log's lock, which is taken twice, for moments:
 *
 *	trim_lock	one trim at a time: nobody else drops anything
 *	  lock		take out the restarts before the new beginning
 *	  replay	records and restarts there never change
 *	  lock		set the new beginning
 *	  reclaim	free the pages before it; nobody reads them any more
 *
 * Restarts at the new beginning itself stay, and come after the opening: they
 * may have been found after the archive was written, and must not get lost
 * between it and what is left here.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "cel.h"
#include "tsm.h"

/**
 * struct trim - a trim that is going on
 * @provider: whose log is trimmed
 * @recnum: the record that the log shall begin with
 * @off: where the replay is, and in the end @recnum, in &tsm_log.records
 * @end: the end of &tsm_log.records when the trim began
 * @restarts: what the replay has to take into account; none is at @recnum or
 *	after it
 */
struct trim {
	struct tsm_provider *provider;
	u64 recnum;
	u64 off;
	u64 end;
	struct list_head restarts;
};

/* Take the restarts before the new beginning out of the log. */
static void take_restarts(struct trim *trim)
{
	struct tsm_log *log = &trim->provider->log;
	struct tsm_restart *restart;

	lockdep_assert_held(&log->lock);

	list_for_each_entry(restart, &log->restarts, node) {
		if (restart->recnum >= trim->recnum)
			break;
	}
	/* Without such a one, this is the head, and all are taken. */
	list_cut_before(&trim->restarts, &log->restarts, &restart->node);
}

static void give_restarts_back(struct trim *trim)
{
	struct tsm_log *log = &trim->provider->log;

	guard(mutex)(&log->lock);

	list_splice(&trim->restarts, &log->restarts);
}

static void free_restarts(struct trim *trim)
{
	struct tsm_restart *restart, *next;

	list_for_each_entry_safe(restart, next, &trim->restarts, node)
		kfree(restart);
}

static void apply_restart(const struct tsm_restart *restart)
{
	const u8 *value = restart->values;

	for (unsigned int i = 0; i < restart->reg->nr_banks; i++) {
		struct tsm_bank *bank = &restart->reg->banks[i];

		memcpy(bank->next_opening, value, bank->size);
		value += bank->size;
	}
}

/* The record at the trim's offset. */
static void apply_record(struct trim *trim)
{
	struct tsm_provider *provider = trim->provider;
	u8 buf[CEL_HEAD_MAX_SIZE];
	struct cel_extend extend;
	struct tsm_register *reg;

	tsm_stream_copy(&provider->log.records, trim->off, buf,
			min_t(u64, sizeof(buf), trim->end - trim->off));
	cel_decode_extend(buf, &extend);
	trim->off += extend.size;

	list_for_each_entry(reg, &provider->registers, node) {
		if (!reg->extensible || reg->index != extend.index)
			continue;
		for (unsigned int i = 0; i < reg->nr_banks; i++) {
			struct tsm_bank *bank = &reg->banks[i];

			tsm_hash_extend(bank->algo, bank->next_opening,
					extend.digests[i]);
		}
	}
}

/* Bring &tsm_bank.next_opening from the first record to the new beginning. */
static int replay(struct trim *trim)
{
	struct tsm_provider *provider = trim->provider;
	struct tsm_log *log = &provider->log;
	struct tsm_restart *restart;
	struct tsm_register *reg;

	lockdep_assert_held(&log->trim_lock);

	list_for_each_entry(reg, &provider->registers, node) {
		for (unsigned int i = 0; i < reg->nr_banks; i++)
			memcpy(reg->banks[i].next_opening, reg->banks[i].opening,
			       reg->banks[i].size);
	}

	restart = list_first_entry(&trim->restarts, struct tsm_restart, node);
	for (u64 n = log->first_record; n < trim->recnum; n++) {
		if (signal_pending(current))
			return -EINTR;
		cond_resched();

		list_for_each_entry_from(restart, &trim->restarts, node) {
			if (restart->recnum > n)
				break;
			apply_restart(restart);
		}
		apply_record(trim);
	}

	return 0;
}

/* Replay, and if that succeeds set the new beginning. */
static int carry_out(struct trim *trim)
{
	struct tsm_provider *provider = trim->provider;
	struct tsm_log *log = &provider->log;
	struct tsm_register *reg;
	char *opening;
	size_t size;
	int rc;

	rc = replay(trim);
	if (rc)
		return rc;

	opening = tsm_checkpoint_opening(provider, trim->recnum,
					 TSM_CHECKPOINT_TRIM, &size);
	if (!opening)
		return -ENOMEM;

	list_for_each_entry(reg, &provider->registers, node) {
		for (unsigned int i = 0; i < reg->nr_banks; i++)
			memcpy(reg->banks[i].opening, reg->banks[i].next_opening,
			       reg->banks[i].size);
	}

	scoped_guard(mutex, &log->lock)
		tsm_log_begin(log, trim->recnum, trim->off, opening, size);
	tsm_log_reclaim(log);

	return 0;
}

/**
 * tsm_trim() - drop the first records of a log
 * @provider: whose log
 * @recnum: the first record that is kept, or the number of the next record to
 *	drop all
 *
 * If @recnum has been dropped already, nothing happens.
 *
 * Context: Process context, may sleep; takes time in proportion to the records
 * that are dropped. Takes &tsm_log.trim_lock for all of that time, and the log's
 * lock for moments.
 *
 * Return: 0; or nothing was dropped: -EINVAL if there never was such a record,
 * -EINTR if a signal came, -ENODEV if the provider is gone, or -ENOMEM.
 */
int tsm_trim(struct tsm_provider *provider, u64 recnum)
{
	struct tsm_log *log = &provider->log;
	struct trim trim = {
		.provider = provider,
		.recnum = recnum,
		.restarts = LIST_HEAD_INIT(trim.restarts),
	};
	int rc;

	ACQUIRE(mutex_intr, trimming)(&log->trim_lock);
	rc = ACQUIRE_ERR(mutex_intr, &trimming);
	if (rc)
		return rc;

	scoped_cond_guard(mutex_intr, return -EINTR, &log->lock) {
		if (!provider->tm)
			return -ENODEV;
		if (recnum > log->next_record)
			return -EINVAL;
		if (recnum <= log->first_record)
			return 0;
		trim.off = log->records.start;
		trim.end = log->records.end;
		take_restarts(&trim);
	}

	rc = carry_out(&trim);
	if (rc)
		give_restarts_back(&trim);
	else
		free_restarts(&trim);

	return rc;
}
