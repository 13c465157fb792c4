// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trimming: dropping the records that somebody has archived.
 *
 * What is left must verify alone, so it needs the value of each register at the
 * record that it begins with. Nobody is asked for them: the kernel replays the
 * records that it is about to drop, from the values at the first of them. That
 * gives what the hardware had only if nobody extended past the log meanwhile. So
 * every register is looked at first, and where the replay is not proven to be
 * right at the new beginning, the opening says that it is unsure.
 *
 * At a million records the replay takes seconds, during which extends must go
 * on. So it happens without the log's lock, which is taken for moments:
 *
 *	trim_lock	one trim at a time: nobody else drops anything
 *	  lock		look at the registers, one by one
 *	  lock		take out the checkpoints up to the new beginning
 *	  replay	records and checkpoints there never change
 *	  lock		set the new beginning
 *	  reclaim	free the pages before it; nobody reads them any more
 *
 * Checkpoints at the new beginning itself go as well: the opening has the values
 * after them. If one of them was found after the archive was written, the count
 * of foreign extends in the opening tells.
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

#include <trace/events/tsm_measurement.h>

/**
 * struct trim - a trim that is going on
 * @provider: whose log is trimmed
 * @recnum: the record that the log shall begin with
 * @first: the record that it begins with now
 * @off: where the replay is, and in the end @recnum, in &tsm_log.records
 * @end: the end of &tsm_log.records when the trim began
 * @others_size: bytes of records before @off that others are the cause of
 * @checkpoints: what the replay has to take into account; none is after @recnum
 */
struct trim {
	struct tsm_provider *provider;
	u64 recnum;
	u64 first;
	u64 off;
	u64 end;
	u64 others_size;
	struct list_head checkpoints;
};

/*
 * Up to which record is the replay of a register proven that the one at @recnum
 * belongs to? It ends with the next checkpoint that does not follow from it.
 */
static u64 proven_up_to(const struct tsm_log *log,
			const struct tsm_register *reg, u64 recnum)
{
	const struct tsm_checkpoint *checkpoint;
	u64 proven = U64_MAX;
	bool found = false;
	u64 at = 0;

	list_for_each_entry(checkpoint, &log->checkpoints, node) {
		if (checkpoint->reg != reg ||
		    !tsm_checkpoint_is_restart(checkpoint->reason) ||
		    checkpoint->recnum <= recnum)
			continue;
		if (found && checkpoint->recnum != at)
			break;
		found = true;
		at = checkpoint->recnum;
		proven = min(proven, checkpoint->proven);
	}

	if (found || !reg->live)
		return proven;

	return reg->proven;
}

/* What the replay begins with, and what can be said of where it ends. */
static void prepare_register(struct trim *trim, struct tsm_register *reg)
{
	struct tsm_log *log = &trim->provider->log;

	reg->next_opening = reg->opening;
	reg->next_proven = proven_up_to(log, reg, trim->recnum);
	for (unsigned int i = 0; i < reg->nr_banks; i++)
		memcpy(reg->banks[i].next_opening, reg->banks[i].opening,
		       reg->banks[i].size);
}

/* Take the checkpoints up to the new beginning out of the log. */
static void take_checkpoints(struct trim *trim)
{
	struct tsm_log *log = &trim->provider->log;
	struct tsm_checkpoint *checkpoint;

	lockdep_assert_held(&log->lock);

	list_for_each_entry(checkpoint, &log->checkpoints, node) {
		if (checkpoint->recnum > trim->recnum)
			break;
	}
	/* Without such a one, this is the head, and all are taken. */
	list_cut_before(&trim->checkpoints, &log->checkpoints,
			&checkpoint->node);
}

static void give_checkpoints_back(struct trim *trim)
{
	struct tsm_log *log = &trim->provider->log;

	guard(mutex)(&log->lock);

	list_splice(&trim->checkpoints, &log->checkpoints);
	log->trimming = false;
}

static void free_checkpoints(struct trim *trim)
{
	struct tsm_checkpoint *checkpoint, *next;

	list_for_each_entry_safe(checkpoint, next, &trim->checkpoints, node) {
		kfree(checkpoint);
		cond_resched();
	}
}

static void apply_checkpoint(const struct tsm_checkpoint *checkpoint)
{
	struct tsm_register *reg = checkpoint->reg;
	const u8 *value = checkpoint->values;

	reg->next_opening.nr_foreign = checkpoint->nr_foreign;
	if (checkpoint->reason == TSM_REASON_UNSURE) {
		reg->next_opening.sure = false;
		return;
	}

	reg->next_opening.known = true;
	reg->next_opening.sure = true;
	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		struct tsm_bank *bank = &reg->banks[i];

		memcpy(bank->next_opening, value, bank->size);
		value += bank->size;
	}
}

/* Record @recnum, at the trim's offset. */
static void apply_record(struct trim *trim, u64 recnum)
{
	struct tsm_provider *provider = trim->provider;
	u8 buf[CEL_HEAD_MAX_SIZE];
	struct cel_extend extend;
	struct tsm_register *reg;

	tsm_stream_copy(&provider->log.records, trim->off, buf,
			min_t(u64, sizeof(buf), trim->end - trim->off));
	cel_decode_extend(buf, &extend);
	trim->off += extend.size;
	if (tsm_log_is_by_others(&provider->log, recnum))
		trim->others_size += extend.size;

	list_for_each_entry(reg, &provider->registers, node) {
		if (!reg->logged || reg->index != extend.index)
			continue;
		for (unsigned int i = 0; i < reg->nr_banks; i++) {
			struct tsm_bank *bank = &reg->banks[i];

			tsm_bank_extend(bank, &extend, bank->next_opening);
		}
	}
}

/* Apply the checkpoints up to @recnum, from @next on. */
static struct tsm_checkpoint *
apply_checkpoints(struct trim *trim, struct tsm_checkpoint *next, u64 recnum)
{
	list_for_each_entry_from(next, &trim->checkpoints, node) {
		if (next->recnum > recnum)
			break;
		apply_checkpoint(next);
	}

	return next;
}

/* Bring &tsm_bank.next_opening from the first record to the new beginning. */
static int replay(struct trim *trim)
{
	struct tsm_provider *provider = trim->provider;
	struct tsm_checkpoint *next;

	lockdep_assert_held(&provider->log.trim_lock);

	next = list_first_entry(&trim->checkpoints, struct tsm_checkpoint,
				node);
	for (u64 n = trim->first; n < trim->recnum; n++) {
		if (signal_pending(current))
			return -EINTR;
		if (READ_ONCE(provider->leaving))
			return -ENODEV;
		cond_resched();

		next = apply_checkpoints(trim, next, n);
		apply_record(trim, n);
	}
	apply_checkpoints(trim, next, trim->recnum);

	return 0;
}

/* The log begins anew. */
static void begin(struct trim *trim)
{
	struct tsm_provider *provider = trim->provider;
	struct tsm_log *log = &provider->log;
	struct tsm_checkpoint *checkpoint;
	struct tsm_register *reg;

	guard(mutex)(&log->lock);

	list_for_each_entry(checkpoint, &trim->checkpoints, node) {
		if (checkpoint->by_others)
			log->others_size -= checkpoint->len;
	}
	log->others_size -= trim->others_size;

	list_for_each_entry(reg, &provider->registers, node) {
		reg->opening = reg->next_opening;
		if (reg->next_proven < trim->recnum)
			reg->opening.sure = false;
		for (unsigned int i = 0; i < reg->nr_banks; i++)
			memcpy(reg->banks[i].opening, reg->banks[i].next_opening,
			       reg->banks[i].size);
	}

	log->trimming = false;
	log->opening_is_trim = true;
	tsm_log_begin(log, trim->recnum, trim->off);
	tsm_checkpoint_new_opening(log);
}

/* Is there something before @recnum, or a line at it? */
static bool is_needed(struct tsm_log *log, u64 recnum)
{
	const struct tsm_checkpoint *first =
		list_first_entry_or_null(&log->checkpoints,
					 struct tsm_checkpoint, node);

	if (recnum > log->first_record)
		return true;

	return recnum == log->first_record && first && first->recnum == recnum;
}

/* Look at the registers that somebody else may have extended. */
static int look_at_all(const struct trim *trim)
{
	struct tsm_provider *provider = trim->provider;
	struct tsm_log *log = &provider->log;
	struct tsm_register *reg;
	bool silent = false;

	list_for_each_entry(reg, &provider->registers, node) {
		if (!reg->logged)
			continue;
		scoped_cond_guard(mutex_intr, return -EINTR, &log->lock) {
			if (tsm_provider_is_gone(provider))
				return -ENODEV;
			if (trim->recnum > log->next_record)
				return -EINVAL;
			/* One that cannot be read is not proven, that is all. */
			if (!silent && tsm_look_at(reg) == -ETIMEDOUT)
				silent = true;
		}
	}

	return 0;
}

/* Decide whether there is anything to drop, and if so how much. */
static int start(struct trim *trim)
{
	struct tsm_provider *provider = trim->provider;
	struct tsm_log *log = &provider->log;
	struct tsm_register *reg;
	int rc;

	ACQUIRE(mutex_intr, lock)(&log->lock);
	rc = ACQUIRE_ERR(mutex_intr, &lock);
	if (rc)
		return rc;

	if (tsm_provider_is_gone(provider))
		return -ENODEV;
	if (trim->recnum > log->next_record)
		return -EINVAL;
	if (!is_needed(log, trim->recnum))
		return 0;

	log->trimming = true;
	trim->first = log->first_record;
	trim->off = log->records.start;
	trim->end = log->records.end;
	list_for_each_entry(reg, &provider->registers, node)
		prepare_register(trim, reg);
	take_checkpoints(trim);

	return 1;
}

/* Where it succeeds, @dropped says how many records that were. */
static int drop_records(struct trim *trim, u64 *dropped)
{
	int rc;

	lockdep_assert_held(&trim->provider->log.trim_lock);

	rc = look_at_all(trim);
	if (rc)
		return rc;
	rc = start(trim);
	if (rc <= 0)
		return rc;

	rc = replay(trim);
	if (rc) {
		give_checkpoints_back(trim);
		return rc;
	}
	begin(trim);
	free_checkpoints(trim);
	tsm_log_reclaim(&trim->provider->log);
	*dropped = trim->recnum - trim->first;

	return 0;
}

/**
 * tsm_trim() - drop the first records of a log
 * @provider: whose log
 * @recnum: the first record that is kept, or the number of the next record to
 *	drop all; the lines of checkpoints up to there are dropped as well
 *
 * If these have been dropped already, nothing happens.
 *
 * Context: Process context, may sleep; takes time in proportion to the records
 * that are dropped. Takes &tsm_log.trim_lock for all of that time, and the log's
 * lock for moments, and while a register is looked at.
 *
 * Return: 0; or nothing was dropped: -EINVAL if there never was such a record,
 * -EINTR if a signal came, -ENODEV if the provider is gone.
 */
int tsm_trim(struct tsm_provider *provider, u64 recnum)
{
	struct trim trim = {
		.provider = provider,
		.recnum = recnum,
		.checkpoints = LIST_HEAD_INIT(trim.checkpoints),
	};
	u64 dropped = 0;
	int rc;

	ACQUIRE(mutex_intr, trimming)(&provider->log.trim_lock);
	rc = ACQUIRE_ERR(mutex_intr, &trimming);
	if (rc)
		return rc;

	rc = drop_records(&trim, &dropped);
	trace_tsm_trim(provider, recnum, dropped, rc);

	return rc;
}
