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
 *   else is foreign.
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

static bool bank_is(const struct tsm_bank *bank, const u8 *value)
{
	return !memcmp(bank->mr->mr_value, value, bank->size);
}

/*
 * A bank whose hash this kernel does not have cannot be replayed. What the
 * hardware says of it is taken as it is; but if there are no other banks, nobody
 * can say what became of an extend.
 */
static bool register_is_as_logged(const struct tsm_register *reg)
{
	bool compared = false;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];

		if (!tsm_hash_available(bank->algo))
			continue;
		if (!bank_is(bank, bank->replay))
			return false;
		compared = true;
	}

	return compared || !reg->pending;
}

/* Does the register have the value that the extend in doubt gives? */
static bool register_is_extended(const struct tsm_register *reg)
{
	struct cel_extend extend;
	bool compared = false;

	if (!reg->pending)
		return false;

	cel_decode_extend(reg->pending->record, &extend);
	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];
		u8 expected[TSM_DIGEST_MAX_SIZE];

		if (!tsm_hash_available(bank->algo))
			continue;
		memcpy(expected, bank->replay, bank->size);
		tsm_hash_extend(bank->algo, expected, extend.digests[i]);
		if (!bank_is(bank, expected))
			return false;
		compared = true;
	}

	return compared;
}

static void drop_pending(struct tsm_register *reg)
{
	if (!reg->pending)
		return;

	tsm_log_release(log_of(reg), reg->pending->size);
	kvfree(reg->pending);
	reg->pending = NULL;
}

static void commit_pending(struct tsm_register *reg)
{
	struct tsm_pending *pending = reg->pending;
	struct tsm_log *log = log_of(reg);

	tsm_log_release(log, pending->size);
	cel_set_recnum(pending->record, log->next_record);
	tsm_log_commit(log, pending->record, pending->size, NULL, 0);
	reg->pending = NULL;
	kvfree(pending);
}

/* The hardware's value is the one that the log goes on from. */
static void take_value(struct tsm_register *reg)
{
	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		struct tsm_bank *bank = &reg->banks[i];

		memcpy(bank->replay, bank->mr->mr_value, bank->size);
	}
	reg->proven = log_of(reg)->next_record;
	reg->known = true;
	reg->unsure = false;
	reg->told = false;
	reg->resuming = false;
	drop_pending(reg);
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
 * Write a checkpoint of the value that was read, after the record of the extend
 * that was in doubt if that took effect. All of it happens, or nothing.
 */
static int write_checkpoint(struct tsm_register *reg, enum tsm_reason reason,
			    bool extended)
{
	struct tsm_checkpoint *checkpoint = tsm_checkpoint_prepare(reg, reason);

	if (IS_ERR(checkpoint))
		return PTR_ERR(checkpoint);

	if (extended)
		commit_pending(reg);
	tsm_checkpoint_add(reg, checkpoint, reason);
	if (tsm_checkpoint_is_restart(reason))
		take_value(reg);
	else
		take_proven_value(reg);

	return 0;
}

/*
 * The first look at a register. Unless there are records already, its value is
 * the one that the log begins with.
 */
static int introduce(struct tsm_register *reg)
{
	struct tsm_log *log = log_of(reg);

	if (log->first_record != log->next_record || log->trimming)
		return write_checkpoint(reg, TSM_REASON_REGISTER, false);

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
	bool extended = register_is_extended(reg);
	bool explained = extended || register_is_as_logged(reg);

	if (!reg->known)
		return introduce(reg);
	if (reg->resuming || (!explained && reg->provider->hibernating))
		return write_checkpoint(reg, TSM_REASON_RESUME, extended);
	if (!explained)
		return write_checkpoint(reg, TSM_REASON_FOREIGN, false);
	if (reg->told)
		return write_checkpoint(reg, TSM_REASON_SETTLED, extended);

	if (extended)
		commit_pending(reg);
	take_proven_value(reg);

	return 0;
}

/* Where one call reads all registers, it shows what became of the others. */
static void reconcile_others(struct tsm_register *reg)
{
	struct tsm_register *other;

	list_for_each_entry(other, &reg->provider->registers, node) {
		/* If it cannot be told now, their own look will try again. */
		if (other != reg && other->extensible && other->live &&
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

static int read_to_settle(struct tsm_register *reg)
{
	return reg->live ? tsm_hw_confirm(reg->provider, reg->banks[0].mr) : 0;
}

/**
 * tsm_look_at() - look at an extensible register
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
	struct tsm_provider *provider = reg->provider;
	int rc = 0;

	lockdep_assert_held(&provider->log.lock);

	if (reg->unsure)
		rc = read_to_settle(reg);
	else if (reg->live)
		rc = tsm_hw_refresh(provider, reg->banks[0].mr);
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
 * Each register that the log may not explain is looked at. If that fails, the
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

	list_for_each_entry(reg, &provider->registers, node) {
		if (!reg->extensible || (reg->known && !reg->unsure))
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

	reg->unsure = true;
	drop_pending(reg);
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
	bool extended, nothing;

	lockdep_assert_held(&log_of(reg)->lock);

	reg->unsure = true;
	reg->pending = pending;
	tsm_log_hold(log_of(reg), pending->size);

	if (failure == TSM_FAILURE_FORGED || read_to_settle(reg))
		goto unsure;

	extended = register_is_extended(reg);
	nothing = register_is_as_logged(reg);
	if (tell(reg))
		goto unsure;
	if (extended)
		return 0;

	return nothing ? error : not_restartable(error);

unsure:
	/* The line was reserved along with the record, and nothing came since. */
	tsm_checkpoint_add_unsure(reg);
	reg->told = true;

	return not_restartable(error);
}
