// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extending registers.
 *
 * What can fail is done before the hardware is touched: waiting for the lock,
 * looking at a register that is unsure, the memory of the record and of what is
 * needed if the extend's end will not be known. Then the hardware is extended,
 * and what follows cannot fail.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "cel.h"
#include "tsm.h"

/**
 * struct request - an extend that is asked for
 * @reg: the register
 * @digests: one digest per bank, in the order of @reg->banks
 * @how: %TSM_EXTEND_INTERRUPTIBLE, %TSM_EXTEND_IN_ANY_CASE
 * @record: the record of it; who asks sets the event
 * @head: @record, encoded up to its event data
 * @head_size: bytes of @head
 */
struct request {
	struct tsm_register *reg;
	const u8 *const *digests;
	unsigned int how;
	struct cel_record record;
	const u8 *head;
	size_t head_size;
};

static size_t record_size(const struct request *request)
{
	return request->head_size + request->record.event_size;
}

/* Complete the record, which is the next one, with @digests, and encode it. */
static void encode(struct request *request, struct cel_digest *digests,
		   u8 *head)
{
	struct tsm_register *reg = request->reg;
	struct cel_record *record = &request->record;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		digests[i].alg = tsm_hash_tcg_alg(reg->banks[i].algo);
		digests[i].size = reg->banks[i].size;
		digests[i].value = request->digests[i];
	}

	record->recnum = reg->provider->log.next_record;
	record->index_type = reg->provider->index_type;
	record->index = reg->index;
	record->nr_digests = reg->nr_banks;
	record->digests = digests;
	request->head = head;
	request->head_size = cel_encode_head(head, record);
}

/* Memory to keep the record in if the extend's end will not be known. */
static int reserve_spare(const struct request *request)
{
	struct tsm_provider *provider = request->reg->provider;
	size_t room = record_size(request);
	struct tsm_pending *spare;

	if (provider->spare && provider->spare->room >= room)
		return 0;

	/* Most records are about as long as the last one. */
	room = max_t(size_t, room, 512);
	spare = kmalloc_flex(*spare, record, room);
	if (!spare)
		return -ENOMEM;

	spare->room = room;
	kfree(provider->spare);
	provider->spare = spare;

	return 0;
}

static int reserve(const struct request *request)
{
	struct tsm_register *reg = request->reg;
	int rc;

	rc = reserve_spare(request);
	if (rc)
		return rc;

	return tsm_log_reserve(&reg->provider->log, record_size(request),
			       tsm_checkpoint_unsure_len(reg));
}

/* The extend took effect: let the log and the replay say so. */
static void commit(const struct request *request)
{
	struct tsm_register *reg = request->reg;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		struct tsm_bank *bank = &reg->banks[i];

		/*
		 * Where mr_value is the register, extend() has just done the
		 * same computation, and nobody else can have come between.
		 */
		if (!reg->live)
			memcpy(bank->replay, bank->mr->mr_value, bank->size);
		else if (tsm_hash_available(bank->algo))
			tsm_hash_extend(bank->algo, bank->replay,
					request->digests[i]);
	}

	tsm_log_commit(&reg->provider->log, request->head, request->head_size,
		       request->record.event, request->record.event_size);
}

/* The record, out of the caller's memory. */
static struct tsm_pending *keep(const struct request *request)
{
	struct tsm_provider *provider = request->reg->provider;
	struct tsm_pending *pending = provider->spare;

	provider->spare = NULL;
	pending->size = record_size(request);
	memcpy(pending->record, request->head, request->head_size);
	if (request->record.event_size)
		memcpy(pending->record + request->head_size,
		       request->record.event, request->record.event_size);

	return pending;
}

/* For a caller that was never promised a record. */
static int extend_without_record(const struct request *request)
{
	enum tsm_failure failure;
	int rc;

	rc = tsm_hw_extend(request->reg, request->digests, &failure);
	if (!rc || failure != TSM_FAILURE_BEFORE)
		tsm_look_again(request->reg);

	return rc;
}

static int extend_with_record(const struct request *request)
{
	struct tsm_register *reg = request->reg;
	enum tsm_failure failure;
	int rc;

	rc = tsm_hw_extend(reg, request->digests, &failure);
	if (rc && failure == TSM_FAILURE_BEFORE)
		return rc;
	if (rc)
		return tsm_look_after_failure(reg, keep(request), rc, failure);

	commit(request);

	return 0;
}

static int extend_locked(struct request *request)
{
	struct tsm_register *reg = request->reg;
	struct tsm_provider *provider = reg->provider;
	/* To fill them with zeroes first would be most of the cost of a record. */
	struct cel_digest digests[TSM_MAX_BANKS] __uninitialized;
	u8 head[CEL_HEAD_MAX_SIZE] __uninitialized;
	int rc = 0;

	if (tsm_provider_is_gone(provider))
		return -ENODEV;

	if (!reg->known || reg->unsure || provider->hibernating)
		rc = tsm_look_at(reg);
	if (!rc) {
		encode(request, digests, head);
		rc = reserve(request);
	}
	if (!rc)
		return extend_with_record(request);
	if (request->how & TSM_EXTEND_IN_ANY_CASE)
		return extend_without_record(request);

	return rc;
}

static int extend(struct request *request)
{
	struct mutex *lock = &request->reg->provider->log.lock;
	int rc = 0;

	if (request->how & TSM_EXTEND_INTERRUPTIBLE)
		rc = mutex_lock_interruptible(lock);
	else
		mutex_lock(lock);
	if (rc)
		return rc;

	rc = extend_locked(request);
	mutex_unlock(lock);

	return rc;
}

/**
 * tsm_mr_extend_digests() - extend a register by digests without their event
 * @reg: an extensible register
 * @digests: one digest per bank, in the order of @reg->banks
 * @how: %TSM_EXTEND_INTERRUPTIBLE to let a signal end the wait for others;
 *	%TSM_EXTEND_IN_ANY_CASE to extend also where there is no room for the
 *	record, or the register's value is not known
 *
 * The record has the type EV_COMPACT_HASH and no data.
 *
 * Context: Process context, may sleep. Takes the log's lock.
 *
 * Return: 0 if the register was extended and, unless it was in any case, the
 * record is in the log. On an error there is no record, or it comes when a look
 * at the register says that it was extended: -EINTR if a signal came while
 * waiting, -ENOSPC if the log is full, -ENOMEM, -ENODEV if the provider is gone,
 * or what the provider's operations returned.
 */
int tsm_mr_extend_digests(struct tsm_register *reg, const u8 *const digests[],
			  unsigned int how)
{
	struct request request = {
		.reg = reg,
		.digests = digests,
		.how = how,
		.record.event_type = TSM_EV_COMPACT_HASH,
	};

	return extend(&request);
}

/**
 * tsm_mr_extend_event() - extend a register by the digest of an event
 * @reg: an extensible register
 * @event: the event, recorded as it is
 * @len: its size in bytes, 1 to %TSM_EVENT_MAX_SIZE
 * @how: as for tsm_mr_extend_digests()
 *
 * Each bank is extended by its own hash of @event. The record has the type
 * EV_ACTION and @event as its data.
 *
 * Context: Process context, may sleep. Takes the log's lock.
 *
 * Return: as tsm_mr_extend_digests(), and -EINVAL for an empty event, -E2BIG for
 * one that is too long, -EOPNOTSUPP if this kernel does not have the hash of a
 * bank.
 */
int tsm_mr_extend_event(struct tsm_register *reg, const void *event, size_t len,
			unsigned int how)
{
	u8 values[TSM_MAX_BANKS][TSM_DIGEST_MAX_SIZE] __uninitialized;
	const u8 *digests[TSM_MAX_BANKS];
	struct request request = {
		.reg = reg,
		.digests = digests,
		.how = how,
		.record.event_type = TSM_EV_ACTION,
		.record.event = event,
		.record.event_size = len,
	};

	if (!len)
		return -EINVAL;
	if (len > TSM_EVENT_MAX_SIZE)
		return -E2BIG;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		if (!tsm_hash_available(reg->banks[i].algo))
			return -EOPNOTSUPP;
		tsm_hash(reg->banks[i].algo, event, len, values[i]);
		digests[i] = values[i];
	}

	return extend(&request);
}
