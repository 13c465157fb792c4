// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extends that others made, where the provider is told of them.
 *
 * Such a provider queues what it is told of, in the order in which it happened,
 * among its own commands: it knows what was before its last answer and what after
 * it. Whoever holds the log's lock takes it from there and makes the log say so,
 * before it looks at anything:
 *
 *	tsm_told_take(provider, true)	all that has happened so far; then registers
 *					and the log may be looked at
 *	refresh(), extend() ...		others may come before and after it
 *	tsm_told_take(provider, false)	what came before; now what the answer says
 *					belongs to the end of the log
 *
 * So each record stands where its extend was, ours among them.
 *
 * What others do cannot be refused. Where there is no memory or room for it, the
 * register is one that the log may not explain, and the next look at it finds a
 * value that is foreign.
 */

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "cel.h"
#include "content.h"
#include "tsm.h"

#include <trace/events/tsm_measurement.h>

static struct tsm_register *find(struct tsm_provider *provider,
				 const struct tsm_measurement_register *mr)
{
	struct tsm_register *reg;

	list_for_each_entry(reg, &provider->registers, node) {
		if (reg->logged && reg->banks[0].mr == mr)
			return reg;
	}

	return NULL;
}

/* Is @event what the digests of all banks are of? */
static bool is_of_event(const struct tsm_register *reg,
			const struct tsm_told *told)
{
	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];
		u8 digest[TSM_DIGEST_MAX_SIZE];

		if (!tsm_hash_available(bank->algo) || !told->digests[i])
			return false;
		tsm_hash(bank->algo, told->event, told->event_size, digest);
		if (memcmp(digest, told->digests[i], bank->size))
			return false;
	}

	return true;
}

/* What the record says was measured: what is known of it. */
static struct tsm_content content_of(const struct tsm_register *reg,
				     const struct tsm_told *told)
{
	struct tsm_content content;

	/* It need not be what the digests are of: it is their word. */
	if (told->content_size &&
	    !tsm_content_parse(told->content, told->content_size, &content))
		return content;

	if (told->event_size && is_of_event(reg, told)) {
		return (struct tsm_content) {
			.type = TSM_CEL_CONTENT_PCCLIENT_STD,
			.event_type = TSM_EV_ACTION,
			.data = told->event,
			.size = told->event_size,
		};
	}

	return (struct tsm_content) {
		.type = TSM_CEL_CONTENT_PCCLIENT_STD,
		.event_type = TSM_EV_COMPACT_HASH,
	};
}

/* The record, which has no number yet, or NULL. */
static struct tsm_pending *make_record(const struct tsm_register *reg,
				       const struct tsm_told *told)
{
	struct cel_digest digests[TSM_MAX_BANKS];
	struct tsm_content content = content_of(reg, told);
	struct cel_record record = {
		.index_type = reg->provider->index_type,
		.index = reg->index,
		.digests = digests,
		.content = &content,
	};
	struct tsm_pending *pending;
	size_t size;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];

		if (!told->digests[i])
			continue;
		digests[record.nr_digests++] = (struct cel_digest) {
			.alg = bank->alg,
			.size = bank->size,
			.value = told->digests[i],
		};
	}

	size = cel_record_size(&record);
	pending = kvmalloc_flex(*pending, record, size);
	if (!pending)
		return NULL;

	*pending = (struct tsm_pending) {
		.room = size,
		.size = size,
		.unclear = told->what == TSM_TOLD_UNCLEAR,
		.by_others = true,
	};
	size = cel_encode_head(pending->record, &record);
	if (content.size)
		memcpy(pending->record + size, content.data, content.size);

	return pending;
}

/* Add a record, or let it wait where it is not known what came before it. */
static int add_extend(struct tsm_register *reg, const struct tsm_told *told)
{
	struct tsm_log *log = &reg->provider->log;
	struct tsm_pending *pending;
	int rc;

	if (!tsm_pending_has_room(reg))
		return -ENOSPC;

	pending = make_record(reg, told);
	if (!pending)
		return -ENOMEM;

	rc = tsm_log_others_have_room(log, pending->size, true) ?
	     tsm_log_reserve_record(log, pending->size) : -ENOSPC;
	if (rc) {
		kvfree(pending);
		return rc;
	}

	if (reg->nr_pending || pending->unclear) {
		tsm_pending_add(reg, pending);
		return 0;
	}

	tsm_pending_commit_one(reg, pending);

	return 0;
}

/* An extend that may have happened, by the digests of an event. */
static int add_unclear_event(struct tsm_register *reg,
			     const struct tsm_told *told)
{
	u8 values[TSM_MAX_BANKS][TSM_DIGEST_MAX_SIZE];
	struct tsm_told full = *told;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		if (!tsm_hash_available(reg->banks[i].algo))
			return -EOPNOTSUPP;
		tsm_hash(reg->banks[i].algo, told->event, told->event_size,
			 values[i]);
		full.digests[i] = values[i];
	}

	return add_extend(reg, &full);
}

/*
 * After a reset it is of no interest what may have happened before, and the replay
 * goes on with a value that is known.
 */
static int add_reset(struct tsm_register *reg, u8 fill)
{
	struct tsm_provider *provider = reg->provider;
	struct tsm_checkpoint *checkpoint;
	int rc;

	tsm_pending_commit(reg, 0);

	/* What was reserved for a line of ours is left over. */
	rc = tsm_stream_reserve(&provider->log.lines, 2 * provider->line_size);
	if (rc)
		return rc;
	checkpoint = tsm_checkpoint_prepare(reg, TSM_REASON_RESET);
	if (IS_ERR(checkpoint))
		return PTR_ERR(checkpoint);

	tsm_checkpoint_fill(checkpoint, reg, fill);
	tsm_checkpoint_add(reg, checkpoint, TSM_REASON_RESET);
	trace_tsm_reset(reg, provider->log.next_record, fill);
	tsm_look_is_reset(reg, fill);

	return 0;
}

static bool has_digests(const struct tsm_register *reg,
			const struct tsm_told *told)
{
	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		if (told->digests[i])
			return true;
	}

	return false;
}

static int apply(struct tsm_register *reg, const struct tsm_told *told)
{
	switch (told->what) {
	case TSM_TOLD_EXTENDED:
	case TSM_TOLD_UNCLEAR:
		if (has_digests(reg, told))
			return add_extend(reg, told);
		return told->event ? add_unclear_event(reg, told) : 0;
	case TSM_TOLD_RESET:
		return add_reset(reg, told->fill);
	default:
		return -EIO;
	}
}

/**
 * tsm_told_drain() - tsm_told_take() of a provider that is told
 * @provider: the provider
 * @all: as there
 *
 * Context: As tsm_told_take().
 */
void tsm_told_drain(struct tsm_provider *provider, bool all)
{
	const struct tsm_measurement *tm = provider->tm;
	struct tsm_log *log = &provider->log;
	unsigned int taken = 0, lost = 0;
	struct tsm_told told = {};

	lockdep_assert_held(&log->lock);

	for (; tm->take(tm, all, &told); all = false, told = (struct tsm_told) {}) {
		struct tsm_register *reg = find(provider, told.mr);

		taken++;
		if (!reg)
			continue;
		/* What was before the first look is in the value that it finds. */
		if (!reg->known) {
			reg->moved |= log->first_record != log->next_record;
			continue;
		}
		if (apply(reg, &told)) {
			lost++;
			reg->by_others = true;
			tsm_look_again(reg);
		}
	}
	if (taken)
		trace_tsm_drain(provider, taken, lost);
}
