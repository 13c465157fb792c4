// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extends whose end is not known, and those that came after them.
 *
 * An extend may have failed after the hardware acted. Until somebody has looked at
 * the register, its record waits: the hardware may have accepted it or not. Others
 * may extend the register meanwhile, which the provider is told of (tsm-told.c). Where
 * their records belong is known, but not what the register's value is before them,
 * so they wait as well, behind it:
 *
 *	replay -- may be -- is -- is -- may be -- is -> the register
 *
 * A look tries each choice of those that may be, and the one that gives what the
 * hardware has is what happened. There are few of them, since everybody who finds
 * such a register looks at it.
 *
 * The room that a record needs in the log is held for as long as it waits.
 */

#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cel.h"
#include "tsm.h"

#include <trace/events/tsm_measurement.h>

/* Of those that may be: what others can make a look try is bounded. */
#define MAX_UNCLEAR	6
#define MAX_PENDING	256

static struct tsm_log *log_of(const struct tsm_register *reg)
{
	return &reg->provider->log;
}

/**
 * tsm_pending_has_room() - may an extend of others wait?
 * @reg: the register
 *
 * Context: Any context. The log's lock is held.
 *
 * Return: %true if so. One of ours always may, which comes after a look.
 */
bool tsm_pending_has_room(const struct tsm_register *reg)
{
	lockdep_assert_held(&log_of(reg)->lock);

	return reg->nr_pending < MAX_PENDING && reg->nr_unclear < MAX_UNCLEAR - 1;
}

/**
 * tsm_pending_add() - let an extend wait
 * @reg: the register
 * @pending: its record, for which there is a reservation; taken over
 *
 * Context: Any context. The log's lock has been held since the reservation.
 */
void tsm_pending_add(struct tsm_register *reg, struct tsm_pending *pending)
{
	lockdep_assert_held(&log_of(reg)->lock);

	tsm_log_hold(log_of(reg), pending->size);
	if (pending->by_others)
		log_of(reg)->others_held += pending->size;
	list_add_tail(&pending->node, &reg->pending);
	reg->nr_pending++;
	reg->nr_unclear += pending->unclear;
	reg->unsure = true;
	reg->by_others |= pending->by_others;
}

/**
 * tsm_pending_choice() - which of a choice is an extend?
 * @reg: the register
 * @pending: an extend that may have happened; it may be gone
 *
 * Context: Any context. The log's lock is held.
 *
 * Return: its bit, or 0 if it does not wait any more.
 */
unsigned long tsm_pending_choice(const struct tsm_register *reg,
				 const struct tsm_pending *pending)
{
	const struct tsm_pending *other;
	unsigned int nr = 0;

	lockdep_assert_held(&log_of(reg)->lock);

	list_for_each_entry(other, &reg->pending, node) {
		if (other == pending)
			return BIT(nr);
		nr += other->unclear;
	}

	return 0;
}

/* What @bank has after those that are in @choice, or cannot but have happened. */
static void apply(const struct tsm_bank *bank, unsigned long choice, u8 *value)
{
	const struct tsm_pending *pending;
	unsigned int nr = 0;

	memcpy(value, bank->replay, bank->size);
	list_for_each_entry(pending, &bank->reg->pending, node) {
		struct cel_extend extend;

		if (pending->unclear && !(choice & BIT(nr++)))
			continue;
		cel_decode_extend(pending->record, &extend);
		tsm_bank_extend(bank, &extend, value);
	}
}

/*
 * A bank whose hash this kernel does not have cannot be replayed. What the
 * hardware says of it is taken as it is; but if there are no other banks, nobody
 * can say what became of an extend.
 */
static bool is_what_happened(const struct tsm_register *reg,
			     unsigned long choice)
{
	bool compared = false;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];
		u8 expected[TSM_DIGEST_MAX_SIZE];

		if (!tsm_hash_available(bank->algo))
			continue;
		apply(bank, choice, expected);
		if (memcmp(bank->mr->mr_value, expected, bank->size))
			return false;
		compared = true;
	}

	return compared || !reg->nr_pending;
}

/**
 * tsm_pending_explain() - find out what became of the extends that wait
 * @reg: the register, whose banks were just brought up to date
 * @choice: which of those that may have happened did
 *
 * Context: Any context. The log's lock is held.
 *
 * Return: %true if that, or the log where nothing waits, explains the value.
 */
bool tsm_pending_explain(const struct tsm_register *reg, unsigned long *choice)
{
	lockdep_assert_held(&log_of(reg)->lock);

	for (*choice = 0; *choice < BIT(reg->nr_unclear); (*choice)++) {
		if (is_what_happened(reg, *choice))
			return true;
	}
	*choice = 0;

	return false;
}

static void release(struct tsm_log *log, const struct tsm_pending *pending)
{
	tsm_log_release(log, pending->size);
	if (pending->by_others)
		log->others_held -= pending->size;
}

static void trace_commit(const struct tsm_register *reg,
			 const struct tsm_pending *pending)
{
	struct cel_extend extend;

	if (!trace_tsm_extend_enabled())
		return;

	cel_decode_extend(pending->record, &extend);
	trace_tsm_extend(reg, log_of(reg)->next_record, extend.nr_digests,
			 pending->size, pending->by_others, 0);
}

static void commit(struct tsm_register *reg, struct tsm_pending *pending)
{
	struct tsm_log *log = log_of(reg);

	trace_commit(reg, pending);
	cel_set_recnum(pending->record, log->next_record);
	tsm_log_commit(log, pending->record, pending->size, NULL, 0);
	if (pending->by_others)
		tsm_log_charge_others(log, pending->size);
}

/**
 * tsm_pending_commit() - add the records of those that happened, and free the others
 * @reg: the register
 * @choice: which of those that may have happened did
 *
 * The replay goes on with them.
 *
 * Context: Any context. The log's lock is held.
 */
void tsm_pending_commit(struct tsm_register *reg, unsigned long choice)
{
	struct tsm_log *log = log_of(reg);
	struct tsm_pending *pending, *next;
	unsigned int nr = 0;

	lockdep_assert_held(&log->lock);

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		struct tsm_bank *bank = &reg->banks[i];
		u8 value[TSM_DIGEST_MAX_SIZE];

		if (!reg->live)
			continue;
		apply(bank, choice, value);
		memcpy(bank->replay, value, bank->size);
	}

	list_for_each_entry_safe(pending, next, &reg->pending, node) {
		release(log, pending);
		if (!pending->unclear || choice & BIT(nr++))
			commit(reg, pending);
		list_del(&pending->node);
		kvfree(pending);
	}
	reg->nr_pending = 0;
	reg->nr_unclear = 0;
}

/**
 * tsm_pending_commit_one() - add the record of an extend that need not wait
 * @reg: the register, of which nothing waits
 * @pending: the record, for which there is a reservation; taken over
 *
 * Context: Any context. The log's lock has been held since the reservation.
 */
void tsm_pending_commit_one(struct tsm_register *reg,
			    struct tsm_pending *pending)
{
	struct cel_extend extend;

	lockdep_assert_held(&log_of(reg)->lock);

	cel_decode_extend(pending->record, &extend);
	for (unsigned int i = 0; i < reg->nr_banks; i++)
		tsm_bank_extend(&reg->banks[i], &extend, reg->banks[i].replay);
	commit(reg, pending);
	kvfree(pending);
}

/**
 * tsm_pending_free() - free the extends of a register that is not used any more
 * @reg: the register
 *
 * Context: Any context.
 */
void tsm_pending_free(struct tsm_register *reg)
{
	struct tsm_pending *pending, *next;

	list_for_each_entry_safe(pending, next, &reg->pending, node)
		kvfree(pending);
}
