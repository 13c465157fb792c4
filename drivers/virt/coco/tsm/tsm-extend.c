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
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "cel.h"
#include "content.h"
#include "tsm.h"

#include <trace/events/tsm_measurement.h>

/* Memory for a record that is longer than that is not kept for the next one. */
#define SPARE_MAX_ROOM	SZ_8K

/**
 * struct request - an extend that is asked for
 * @reg: the register
 * @digests: one digest per bank, in the order of @reg->banks
 * @how: %TSM_EXTEND_INTERRUPTIBLE, %TSM_EXTEND_IN_ANY_CASE
 * @record: the record of it; who asks sets the content
 * @size: bytes of @record when it is encoded
 */
struct request {
	struct tsm_register *reg;
	const u8 *const *digests;
	unsigned int how;
	struct cel_record record;
	size_t size;
};

/* Complete the record, which is the next one, with @digests. */
static void complete_record(struct request *request, struct cel_digest *digests)
{
	struct tsm_register *reg = request->reg;
	struct cel_record *record = &request->record;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		digests[i].alg = reg->banks[i].alg;
		digests[i].size = reg->banks[i].size;
		digests[i].value = request->digests[i];
	}

	record->recnum = reg->provider->log.next_record;
	record->index_type = reg->provider->index_type;
	record->index = reg->index;
	record->nr_digests = reg->nr_banks;
	record->digests = digests;
	request->size = cel_record_size(record);
}

/* Write the record to @buf, which has room for it. */
static void encode(const struct request *request, u8 *buf)
{
	const struct cel_record *record = &request->record;
	size_t head_size = cel_encode_head(buf, record);

	if (record->content->size)
		memcpy(buf + head_size, record->content->data,
		       record->content->size);
}

/* Memory to keep the record in if the extend's end will not be known. */
static int reserve_spare(const struct request *request)
{
	struct tsm_provider *provider = request->reg->provider;
	size_t room = request->size;
	struct tsm_pending *spare;

	if (provider->spare && provider->spare->room >= room)
		return 0;

	/* Most records are about as long as the last one. */
	room = max_t(size_t, room, 512);
	/* How long the content is was the caller's choice. */
	spare = kvmalloc_flex(*spare, record, room, GFP_KERNEL | __GFP_NOWARN);
	if (!spare)
		return -ENOMEM;

	spare->room = room;
	kvfree(provider->spare);
	provider->spare = spare;

	return 0;
}

static void drop_big_spare(struct tsm_provider *provider)
{
	if (!provider->spare || provider->spare->room <= SPARE_MAX_ROOM)
		return;

	kvfree(provider->spare);
	provider->spare = NULL;
}

static int reserve(const struct request *request)
{
	struct tsm_register *reg = request->reg;
	int rc;

	/* What the log has no room for needs no memory. */
	rc = tsm_log_reserve(&reg->provider->log, request->size,
			     reg->unsure_len);
	if (rc)
		return rc;

	return reserve_spare(request);
}

/* Where the record does not lie in one page of the log. */
static noinline void commit_copy(const struct request *request)
{
	const struct cel_record *record = &request->record;
	u8 head[CEL_HEAD_MAX_SIZE] __uninitialized;
	size_t head_size = cel_encode_head(head, record);

	tsm_log_commit(&request->reg->provider->log, head, head_size,
		       record->content->data, record->content->size);
}

/* The extend took effect: let the log and the replay say so. */
static void commit(struct request *request)
{
	struct tsm_register *reg = request->reg;
	struct tsm_log *log = &reg->provider->log;
	u8 *room;

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

	/* Others may have taken the number that it had before the extend. */
	request->record.recnum = log->next_record;
	trace_tsm_extend(reg, log->next_record, reg->nr_banks, request->size,
			 false, 0);
	room = tsm_log_room(log, request->size);
	if (!room) {
		commit_copy(request);
		return;
	}
	encode(request, room);
	tsm_log_commit_in_place(log, request->size);
}

/* The record, out of the caller's memory. */
static struct tsm_pending *keep(const struct request *request)
{
	struct tsm_provider *provider = request->reg->provider;
	struct tsm_pending *pending = provider->spare;

	provider->spare = NULL;
	pending->by_others = false;
	pending->size = request->size;
	encode(request, pending->record);

	return pending;
}

/* For a caller that was never promised a record. */
static int extend_without_record(const struct request *request)
{
	enum tsm_failure failure;
	int rc;

	rc = tsm_hw_extend(request->reg, request->digests, &failure);
	tsm_told_take(request->reg->provider, false);
	if (!rc || failure != TSM_FAILURE_BEFORE)
		tsm_look_again(request->reg);

	return rc;
}

static int extend_with_record(struct request *request)
{
	struct tsm_register *reg = request->reg;
	struct tsm_log *log = &reg->provider->log;
	enum tsm_failure failure;
	int rc;

	/* What others did before comes first, and must leave us the room. */
	tsm_log_hold(log, request->size);
	rc = tsm_hw_extend(reg, request->digests, &failure);
	tsm_told_take(reg->provider, false);
	tsm_log_release(log, request->size);

	if (rc && failure == TSM_FAILURE_BEFORE)
		return rc;
	if (rc)
		return tsm_look_after_failure(reg, keep(request), rc, failure);

	if (reg->nr_pending)
		tsm_look_after_extend(reg, keep(request));
	else
		commit(request);

	return 0;
}

static int extend_locked(struct request *request)
{
	struct tsm_register *reg = request->reg;
	struct tsm_provider *provider = reg->provider;
	/* To fill them with zeroes first would be most of the cost of a record. */
	struct cel_digest digests[TSM_MAX_BANKS] __uninitialized;
	int rc = 0;

	if (tsm_provider_is_gone(provider))
		return -ENODEV;

	tsm_told_take(provider, true);
	if (!reg->known || reg->unsure || provider->hibernating)
		rc = tsm_look_at(reg);
	if (!rc) {
		complete_record(request, digests);
		rc = reserve(request);
	}
	if (!rc)
		return extend_with_record(request);
	if (request->how & TSM_EXTEND_IN_ANY_CASE)
		return extend_without_record(request);

	return rc;
}

static int extend(struct tsm_register *reg, const struct tsm_content *content,
		  const u8 *const digests[], unsigned int how)
{
	struct tsm_provider *provider = reg->provider;
	struct mutex *lock = &provider->log.lock;
	/* complete_record() sets the rest. */
	struct request request __uninitialized;
	int rc = 0;

	request.reg = reg;
	request.digests = digests;
	request.how = how;
	request.record.content = content;

	if (how & TSM_EXTEND_INTERRUPTIBLE)
		rc = mutex_lock_interruptible(lock);
	else
		mutex_lock(lock);
	if (rc)
		return rc;

	rc = extend_locked(&request);
	if (rc)
		trace_tsm_extend(reg, provider->log.next_record, reg->nr_banks,
				 0, false, rc);
	drop_big_spare(provider);
	mutex_unlock(lock);

	return rc;
}

/* Each bank by its own hash of what is measured. */
static int extend_by_hash(struct tsm_register *reg,
			  const struct tsm_content *content, unsigned int how)
{
	u8 values[TSM_MAX_BANKS][TSM_DIGEST_MAX_SIZE] __uninitialized;
	const u8 *digests[TSM_MAX_BANKS] __uninitialized;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		if (!tsm_hash_available(reg->banks[i].algo))
			return -EOPNOTSUPP;
		tsm_hash(reg->banks[i].algo, content->measured,
			 content->measured_size, values[i]);
		digests[i] = values[i];
	}

	return extend(reg, content, digests, how);
}

static const u8 *find_digest(const struct tsm_digest *digests,
			     size_t nr_digests, enum hash_algo algo)
{
	for (size_t i = 0; i < nr_digests; i++) {
		if (digests[i].algo == algo)
			return digests[i].value;
	}

	return NULL;
}

/* Each bank by the digest that was given for it. */
static int extend_by_digests(struct tsm_register *reg,
			     const struct tsm_content *content,
			     const struct tsm_digest *digests,
			     size_t nr_digests, unsigned int how)
{
	const u8 *in_order[TSM_MAX_BANKS] __uninitialized;

	/* So none is given twice, if none is missing. */
	if (nr_digests != reg->nr_banks)
		return -EINVAL;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		in_order[i] = find_digest(digests, nr_digests,
					  reg->banks[i].algo);
		if (!in_order[i])
			return -EINVAL;
	}

	return extend(reg, content, in_order, how);
}

/**
 * tsm_mr_extend_digests() - extend a register by digests without their event
 * @reg: an extensible register
 * @digests: one digest for each bank of the register, in any order
 * @nr_digests: number of elements of @digests
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
 * at the register says that it was extended: -EINVAL if there is not exactly one
 * digest for each bank, -EINTR if a signal came while waiting, -ENOSPC if the log
 * is full, -ENOMEM, -ENODEV if the provider is gone, or what the provider's
 * operations returned.
 */
int tsm_mr_extend_digests(struct tsm_register *reg,
			  const struct tsm_digest *digests, size_t nr_digests,
			  unsigned int how)
{
	static const struct tsm_content no_content = {
		.type = TSM_CEL_CONTENT_PCCLIENT_STD,
		.event_type = TSM_EV_COMPACT_HASH,
	};

	return extend_by_digests(reg, &no_content, digests, nr_digests, how);
}
EXPORT_SYMBOL_FOR_MODULES(tsm_mr_extend_digests, "tsm-rtmr-configfs");

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
 * Return: as tsm_mr_extend_digests(), but -EINVAL for an empty event, -E2BIG for
 * one that is too long, -EOPNOTSUPP if this kernel does not have the hash of a
 * bank.
 */
int tsm_mr_extend_event(struct tsm_register *reg, const void *event, size_t len,
			unsigned int how)
{
	const struct tsm_content content = {
		.type = TSM_CEL_CONTENT_PCCLIENT_STD,
		.event_type = TSM_EV_ACTION,
		.data = event,
		.size = len,
		.measured = event,
		.measured_size = len,
	};

	if (!len)
		return -EINVAL;
	if (len > TSM_EVENT_MAX_SIZE)
		return -E2BIG;

	return extend_by_hash(reg, &content, how);
}

/**
 * tsm_mr_extend_record() - extend a register, and record typed content
 * @reg: an extensible register
 * @content: what was measured, recorded as it is
 * @digests: one digest for each bank of the register, in any order
 * @nr_digests: number of elements of @digests, 0 to extend each bank by its own
 *	hash of what is measured of @content
 * @how: as for tsm_mr_extend_digests()
 *
 * Context: Process context, may sleep. Takes the log's lock.
 *
 * Return: as tsm_mr_extend_digests(), and -EOPNOTSUPP if there are no digests and
 * this kernel does not have the hash of a bank.
 */
int tsm_mr_extend_record(struct tsm_register *reg,
			 const struct tsm_content *content,
			 const struct tsm_digest *digests, size_t nr_digests,
			 unsigned int how)
{
	if (!nr_digests)
		return extend_by_hash(reg, content, how);

	return extend_by_digests(reg, content, digests, nr_digests, how);
}
