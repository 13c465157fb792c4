// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at registers: comparing the hardware with the log, and keeping it true.
 *
 * For each bank of an extensible register the core keeps a replay: the value
 * that checkpoints and records give. A look brings the register up to date and
 * compares:
 *
 * - A value that is not the replay, when nobody was extending here: someone
 *   extended past this interface. A "foreign" checkpoint says so in the log,
 *   and the replay goes on from the value found.
 * - An extend that failed: the hardware may have acted or not. If the register
 *   still has the replay's value, nothing happened. If it has the value that
 *   the extend would give, it happened and is logged as any other. Anything
 *   else is foreign. The same goes for extends of others (tsm-pending.c).
 * - If the register could not be read after such a failure, the log says that
 *   it is unsure, and the record is kept in readiness. Whoever looks next, be it
 *   only at the log, settles it.
 * - A register that could not be read yet has no replay. The first look that
 *   succeeds gives it one.
 *
 * A value that a look has found is never given to anybody before the log has the
 * line that explains it.
 *
 * All functions here are called with the log's lock held.
 */

#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "cel.h"
#include "tsm.h"

static struct tsm_log *log_of(const struct tsm_register *reg)
{
	return &reg->provider->log;
}

/* The log goes on from a value that is known. */
static void restart(struct tsm_register *reg)
{
	reg->proven = log_of(reg)->next_record;
	reg->known = true;
	reg->unsure = false;
	reg->told = false;
	reg->resuming = false;
	reg->by_others = false;
}

/* That is the hardware's. */
static void take_value(struct tsm_register *reg)
{
	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		struct tsm_bank *bank = &reg->banks[i];

		memcpy(bank->replay, bank->mr->mr_value, bank->size);
	}
	restart(reg);
}

/* Does the log have a value of the register that does not follow from others? */
static bool has_restarted(const struct tsm_register *reg)
{
	const struct tsm_checkpoint *checkpoint;

	list_for_each_entry(checkpoint, &log_of(reg)->checkpoints, node) {
		if (checkpoint->reg == reg &&
		    tsm_checkpoint_is_restart(checkpoint->reason))
			return true;
	}

	return false;
}

/*
 * The log explains the hardware. If a trim could not tell whether the value at
 * the new beginning was right, it is known now.
 */
static void take_proven_value(struct tsm_register *reg)
{
	struct tsm_log *log = log_of(reg);

	take_value(reg);
	if (reg->opening.sure || !reg->opening.known || log->trimming ||
	    has_restarted(reg))
		return;

	reg->opening.sure = true;
	tsm_checkpoint_new_opening(log);
}

/*
 * Write a checkpoint of the value that was read, after the records of the extends
 * that were in doubt and took effect. All of it happens, or nothing.
 */
static int write_checkpoint(struct tsm_register *reg, enum tsm_reason reason,
			    unsigned long choice)
{
	struct tsm_checkpoint *checkpoint = tsm_checkpoint_prepare(reg, reason);

	if (IS_ERR(checkpoint))
		return PTR_ERR(checkpoint);

	tsm_pending_commit(reg, choice);
	tsm_checkpoint_add(reg, checkpoint, reason);
	if (tsm_checkpoint_is_restart(reason))
		take_value(reg);
	else
		take_proven_value(reg);

	return 0;
}

/*
 * The first look at a register. Its value is the one that the log begins with, unless
 * it may have got that after the first record: who is told of all that others do knows
 * that it has not.
 */
static int introduce(struct tsm_register *reg)
{
	struct tsm_log *log = log_of(reg);
	bool told = reg->provider->tm->take && !reg->moved;

	if (log->trimming || (log->first_record != log->next_record && !told))
		return write_checkpoint(reg, TSM_REASON_REGISTER, 0);

	take_value(reg);
	reg->opening.known = true;
	reg->opening.sure = true;
	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		struct tsm_bank *bank = &reg->banks[i];

		memcpy(bank->opening, bank->replay, bank->size);
	}
	tsm_checkpoint_new_opening(log);

	return 0;
}

/* Compare what was just read with the log, and make the log true. */
static int reconcile(struct tsm_register *reg)
{
	unsigned long choice;
	bool explained;

	if (!reg->known)
		return introduce(reg);

	explained = tsm_pending_explain(reg, &choice);
	if (reg->resuming || (!explained && reg->provider->hibernating))
		return write_checkpoint(reg, TSM_REASON_RESUME, choice);
	if (!explained)
		return write_checkpoint(reg, TSM_REASON_FOREIGN, choice);
	if (reg->told)
		return write_checkpoint(reg, TSM_REASON_SETTLED, choice);

	tsm_pending_commit(reg, choice);
	take_proven_value(reg);

	return 0;
}

/* Where one call reads all registers, it shows what became of the others. */
static void reconcile_others(struct tsm_register *reg)
{
	struct tsm_register *other;

	list_for_each_entry(other, &reg->provider->registers, node) {
		/* If it cannot be told now, their own look will try again. */
		if (other != reg && other->logged && other->live &&
		    !other->unsure && reconcile(other))
			other->unsure = true;
	}
}

/* Let the log explain what was just read, or see to it that it will. */
static int tell(struct tsm_register *reg)
{
	int rc;

	rc = reconcile(reg);
	if (rc) {
		reg->unsure |= reg->known;
		return rc;
	}
	if (reg->provider->tm->refresh_all && reg->live)
		reconcile_others(reg);

	return 0;
}

/*
 * Bring the register up to date, and the log to the same moment. What is in doubt is
 * settled by a value that can be believed as much as the answer to an extend.
 */
static int read(struct tsm_register *reg, bool to_settle)
{
	struct tsm_provider *provider = reg->provider;
	int rc;

	if (!reg->live)
		return 0;

	rc = to_settle ? tsm_hw_confirm(provider, reg->banks[0].mr) :
			 tsm_hw_refresh(provider, reg->banks[0].mr);
	if (!rc)
		tsm_told_take(provider, false);

	return rc;
}

/**
 * tsm_look_at() - look at a register that is in the log
 * @reg: the register
 *
 * Afterwards the log explains the value in &tsm_measurement_register.mr_value of
 * all of its banks.
 *
 * Context: Process context, may sleep. The log's lock is held, and the provider
 * is not gone.
 *
 * Return: 0; or an error, and the register's value is not known or not
 * explained: -ENOMEM, -ENOSPC if it is foreign and others have no room left in
 * the log, or what the provider's refresh() or confirm() returned.
 */
int tsm_look_at(struct tsm_register *reg)
{
	bool was_unsure = reg->unsure;
	int rc;

	lockdep_assert_held(&log_of(reg)->lock);

	rc = read(reg, was_unsure);
	/* Others may have left it in doubt meanwhile. */
	if (!rc && reg->unsure && !was_unsure)
		rc = read(reg, true);
	if (rc)
		return rc;

	return tell(reg);
}

/* Say that a register is unsure, if the log does not say so yet. */
static int tell_unsure(struct tsm_register *reg)
{
	struct tsm_log *log = log_of(reg);
	int rc;

	if (!reg->known || reg->told)
		return 0;

	rc = tsm_log_reserve_line(log, reg->unsure_len);
	if (rc)
		return rc;
	tsm_checkpoint_add_unsure(reg);
	reg->told = true;

	return 0;
}

/**
 * tsm_look_at_unsure() - settle what can be settled
 * @provider: the provider
 *
 * What others have done is taken into the log, where the provider is told of it.
 * Then each register that the log may not explain is looked at. If that fails, the
 * log says that the register is unsure. Hardware that does not answer is not
 * asked for one register after the other.
 *
 * Context: Process context, may sleep. The log's lock is held, and the provider
 * is not gone.
 *
 * Return: 0, or -ENOMEM and the log neither explains nor says so.
 */
int tsm_look_at_unsure(struct tsm_provider *provider)
{
	struct tsm_register *reg;
	bool silent = false;
	int rc;

	lockdep_assert_held(&provider->log.lock);

	tsm_told_take(provider, true);
	list_for_each_entry(reg, &provider->registers, node) {
		if (!reg->logged || (reg->known && !reg->unsure))
			continue;
		rc = silent ? -ETIMEDOUT : tsm_look_at(reg);
		silent |= rc == -ETIMEDOUT;
		if (rc)
			rc = tell_unsure(reg);
		if (rc)
			return rc;
	}

	return 0;
}

/**
 * tsm_look_again() - the hardware may have another value than the log says
 * @reg: the register
 *
 * The next look, be it only at the log, will tell.
 *
 * Context: Any context. The log's lock is held.
 */
void tsm_look_again(struct tsm_register *reg)
{
	lockdep_assert_held(&reg->provider->log.lock);

	tsm_pending_commit(reg, 0);
	reg->moved |= !reg->known;
	reg->unsure = true;
}

/**
 * tsm_look_is_reset() - the log has a line that says that a register was reset
 * @reg: the register, of which no extend waits
 * @fill: the byte that its value consists of, in each bank
 *
 * Context: Any context. The log's lock is held.
 */
void tsm_look_is_reset(struct tsm_register *reg, u8 fill)
{
	lockdep_assert_held(&log_of(reg)->lock);

	for (unsigned int i = 0; i < reg->nr_banks; i++)
		memset(reg->banks[i].replay, fill, reg->banks[i].size);
	restart(reg);
}

/*
 * The extend has failed and may have acted all the same. If a signal ended it,
 * the caller must not take that for a wait that may simply be tried again.
 */
static int not_restartable(int error)
{
	return error == -EINTR || error == -ERESTARTSYS ? -EIO : error;
}

/**
 * tsm_look_after_failure() - learn whether an extend took effect
 * @reg: the register, which was sure before
 * @pending: the record; taken over
 * @error: what the extend has failed with
 * @failure: what that means; not %TSM_FAILURE_BEFORE
 *
 * If the answer was not authentic, a register that says now that it is extended
 * is not enough for the caller.
 *
 * Context: Process context, may sleep. The log's lock has been held since the
 * reservation of the record.
 *
 * Return: 0 if the record is in the log; otherwise @error, but an error that
 * nobody takes for "try again" if something may have happened.
 */
int tsm_look_after_failure(struct tsm_register *reg,
			   struct tsm_pending *pending, int error,
			   enum tsm_failure failure)
{
	unsigned long choice, bit;
	bool explained;

	lockdep_assert_held(&log_of(reg)->lock);

	pending->unclear = true;
	tsm_pending_add(reg, pending);
	if (failure == TSM_FAILURE_FORGED || read(reg, true))
		goto unsure;

	bit = tsm_pending_choice(reg, pending);
	explained = bit && tsm_pending_explain(reg, &choice);
	if (tell(reg))
		goto unsure;
	if (explained && choice & bit)
		return 0;

	return explained ? error : not_restartable(error);

unsure:
	/* The line was reserved along with the record, and nothing came since. */
	tsm_checkpoint_add_unsure(reg);
	reg->told = true;

	return not_restartable(error);
}

/**
 * tsm_look_after_extend() - learn what was before an extend of ours
 * @reg: the register, which others have left in doubt just before the extend
 * @pending: the record of the extend, which took effect; taken over
 *
 * If that cannot be learned now, the log says that the register is unsure, and the
 * record comes when it can.
 *
 * Context: As tsm_look_after_failure().
 */
void tsm_look_after_extend(struct tsm_register *reg,
			   struct tsm_pending *pending)
{
	lockdep_assert_held(&log_of(reg)->lock);

	pending->unclear = false;
	tsm_pending_add(reg, pending);
	if (!read(reg, true) && !tell(reg))
		return;

	tsm_checkpoint_add_unsure(reg);
	reg->told = true;
}
