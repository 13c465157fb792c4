// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checkpoints: values of registers that the records build on.
 *
 * include/uapi/linux/tsm-event-log.h has the format of their lines, and
 * tsm-log.c tells of the two kinds.
 *
 * Each line belongs to a record number, and those of one register at one number
 * are about the same moment, as far as records go. So a new one takes the place
 * of what it makes superfluous: a second foreign extend that of the first, a
 * settled extend that of the line which said that its end is not known. What
 * anybody can cause is therefore bounded by the number of records. Only lines at
 * the next record's number can change that way; they are the last ones:
 *
 *	lines		[ 3 foreign a ][ 7 foreign a ][ 7 unsure b ]
 *	next_record	7               ^ may still change
 *
 * When the first of two at one number goes, those after it are written again
 * from the list. A line that a reader has passed may be gone then, which is
 * counted in &tsm_log.nr_folds.
 *
 * The opening is made when somebody reads it.
 */

#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "tsm.h"

#include <trace/events/tsm_measurement.h>

/* Characters of a line that do not depend on the register: see format_line(). */
#define NUMBER_MAX_LEN	20
#define REASON_MAX_LEN	(sizeof(TSM_CHECKPOINT_REGISTER) - 1)
#define FOREIGN_MAX_LEN	(sizeof(" foreign=") - 1 + NUMBER_MAX_LEN)

static const char *const reason_names[] = {
	[TSM_REASON_REGISTER] = TSM_CHECKPOINT_REGISTER,
	[TSM_REASON_FOREIGN] = TSM_CHECKPOINT_FOREIGN,
	[TSM_REASON_RESUME] = TSM_CHECKPOINT_RESUME,
	[TSM_REASON_RESET] = TSM_CHECKPOINT_RESET,
	[TSM_REASON_UNSURE] = TSM_CHECKPOINT_UNSURE,
	[TSM_REASON_SETTLED] = TSM_CHECKPOINT_SETTLED,
};

/**
 * tsm_checkpoint_unsure_len() - how long a line without a value may be
 * @reg: the register
 *
 * Context: Any context.
 *
 * Return: the number of bytes, at least.
 */
size_t tsm_checkpoint_unsure_len(const struct tsm_register *reg)
{
	return NUMBER_MAX_LEN + 1 + REASON_MAX_LEN + 1 + strlen(reg->name) +
	       FOREIGN_MAX_LEN + sizeof("\n");
}

/**
 * tsm_checkpoint_max_len() - how long a line may be
 * @reg: the register
 *
 * Context: Any context.
 *
 * Return: the number of bytes, at least, and with a NUL byte.
 */
size_t tsm_checkpoint_max_len(const struct tsm_register *reg)
{
	size_t size = tsm_checkpoint_unsure_len(reg);

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];

		size += strlen(hash_algo_name[bank->algo]) + 2 +
			2 * bank->size;
	}

	return size;
}

static void put_value(struct seq_buf *line, const struct tsm_bank *bank,
		      char separator, const u8 *value)
{
	seq_buf_printf(line, "%c%s:%*phN", separator,
		       hash_algo_name[bank->algo], (int)bank->size, value);
}

static bool has_value(enum tsm_reason reason)
{
	return reason != TSM_REASON_UNSURE;
}

/* Write the line into &tsm_provider.line. Returns its length. */
static size_t format_line(const struct tsm_checkpoint *checkpoint)
{
	const struct tsm_register *reg = checkpoint->reg;
	const u8 *value = checkpoint->values;
	struct seq_buf line;

	seq_buf_init(&line, reg->provider->line, reg->provider->line_size);
	seq_buf_printf(&line, "%llu %s %s", checkpoint->recnum,
		       reason_names[checkpoint->reason], reg->name);
	for (unsigned int i = 0;
	     has_value(checkpoint->reason) && i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];

		put_value(&line, bank, i ? ',' : ' ', value);
		value += bank->size;
	}
	seq_buf_putc(&line, '\n');

	return seq_buf_used(&line);
}

/* Append the line of a checkpoint that is in the list, where there is room. */
static void append_line(struct tsm_checkpoint *checkpoint)
{
	struct tsm_provider *provider = checkpoint->reg->provider;
	struct tsm_log *log = &provider->log;

	checkpoint->off = log->lines.end;
	checkpoint->len = format_line(checkpoint);
	tsm_stream_append(&log->lines, provider->line, checkpoint->len);
	if (checkpoint->by_others)
		log->others_size += checkpoint->len;
}

static void take_line_back(struct tsm_log *log,
			   const struct tsm_checkpoint *checkpoint)
{
	tsm_stream_cut(&log->lines, checkpoint->off);
	if (checkpoint->by_others)
		log->others_size -= checkpoint->len;
}

/* Does a new checkpoint make one at the same place superfluous? */
static bool folds_into(enum tsm_reason old, enum tsm_reason new)
{
	return old == TSM_REASON_UNSURE || old == TSM_REASON_SETTLED ||
	       old == new;
}

/*
 * Remove what a new checkpoint makes superfluous, and let the others of these
 * last lines close up. What is not proven stays so.
 */
static void fold(struct tsm_checkpoint *new)
{
	struct tsm_register *reg = new->reg;
	struct tsm_log *log = &reg->provider->log;
	struct tsm_checkpoint *checkpoint, *prev;
	LIST_HEAD(moved);

	list_for_each_entry_safe_reverse(checkpoint, prev, &log->checkpoints,
					 node) {
		if (checkpoint->recnum != log->next_record)
			break;
		take_line_back(log, checkpoint);
		list_move(&checkpoint->node, &moved);
	}

	list_for_each_entry_safe(checkpoint, prev, &moved, node) {
		if (checkpoint->reg == reg &&
		    folds_into(checkpoint->reason, new->reason)) {
			new->proven = min(new->proven, checkpoint->proven);
			list_del(&checkpoint->node);
			kfree(checkpoint);
			log->nr_folds++;
			continue;
		}
		list_move_tail(&checkpoint->node, &log->checkpoints);
		append_line(checkpoint);
	}
}

static size_t values_size(const struct tsm_register *reg)
{
	size_t size = 0;

	for (unsigned int i = 0; i < reg->nr_banks; i++)
		size += reg->banks[i].size;

	return size;
}

static struct tsm_checkpoint *alloc_checkpoint(const struct tsm_register *reg)
{
	struct tsm_checkpoint *checkpoint;
	size_t size = 0;

	checkpoint = kmalloc(struct_size(checkpoint, values, values_size(reg)),
			     GFP_KERNEL);
	if (!checkpoint)
		return NULL;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];

		memcpy(checkpoint->values + size, bank->mr->mr_value,
		       bank->size);
		size += bank->size;
	}

	return checkpoint;
}

/* Are others the cause of a line? It counts against &tsm_log.others_limit then. */
static bool by_others(const struct tsm_register *reg, enum tsm_reason reason)
{
	switch (reason) {
	case TSM_REASON_FOREIGN:
	case TSM_REASON_RESET:
		return true;
	case TSM_REASON_UNSURE:
	case TSM_REASON_SETTLED:
		return reg->by_others;
	default:
		return false;
	}
}

/**
 * tsm_checkpoint_prepare() - get what a checkpoint needs
 * @reg: the register, whose banks were just brought up to date
 * @reason: why its value is to be written
 *
 * Context: Process context, may sleep. The log's lock is held until
 * tsm_checkpoint_add(), before which one record may be committed, but no other
 * line be added.
 *
 * Return: the checkpoint, or an ERR_PTR(): -ENOSPC if others are the cause and
 * have no room left in the log, or -ENOMEM.
 */
struct tsm_checkpoint *tsm_checkpoint_prepare(const struct tsm_register *reg,
					      enum tsm_reason reason)
{
	struct tsm_log *log = &reg->provider->log;
	size_t max_len = tsm_checkpoint_max_len(reg);
	struct tsm_checkpoint *checkpoint;
	int rc;

	lockdep_assert_held(&log->lock);

	if (by_others(reg, reason) &&
	    !tsm_log_others_have_room(log, max_len, false))
		return ERR_PTR(-ENOSPC);

	rc = tsm_stream_reserve(&log->lines, max_len);
	if (rc)
		return ERR_PTR(rc);

	checkpoint = alloc_checkpoint(reg);

	return checkpoint ?: ERR_PTR(-ENOMEM);
}

/**
 * tsm_checkpoint_fill() - let a checkpoint have another value than was read
 * @checkpoint: what tsm_checkpoint_prepare() returned
 * @reg: the register
 * @fill: the byte that the value consists of, in each bank
 *
 * Context: Any context.
 */
void tsm_checkpoint_fill(struct tsm_checkpoint *checkpoint,
			 const struct tsm_register *reg, u8 fill)
{
	memset(checkpoint->values, fill, values_size(reg));
}

/**
 * tsm_checkpoint_add() - write a checkpoint with the value that was just read
 * @reg: the register
 * @checkpoint: what tsm_checkpoint_prepare() returned; taken over
 * @reason: why
 *
 * Context: Process context. The log's lock is held.
 */
void tsm_checkpoint_add(struct tsm_register *reg,
			struct tsm_checkpoint *checkpoint,
			enum tsm_reason reason)
{
	struct tsm_log *log = &reg->provider->log;

	lockdep_assert_held(&log->lock);

	if (reason == TSM_REASON_FOREIGN) {
		reg->nr_foreign++;
		trace_tsm_foreign(reg, log->next_record, reg->nr_foreign);
	}

	checkpoint->recnum = log->next_record;
	checkpoint->reason = reason;
	checkpoint->by_others = by_others(reg, reason);
	checkpoint->reg = reg;
	checkpoint->proven = reg->live ? reg->proven : U64_MAX;
	checkpoint->nr_foreign = reg->nr_foreign;
	fold(checkpoint);
	list_add_tail(&checkpoint->node, &log->checkpoints);
	append_line(checkpoint);
}

/**
 * tsm_checkpoint_add_unsure() - say that an extend's end is not known
 * @reg: the register
 *
 * Context: Any context. The log's lock has been held since tsm_log_reserve() or
 * tsm_log_reserve_line() has succeeded, and no other line was added.
 */
void tsm_checkpoint_add_unsure(struct tsm_register *reg)
{
	struct tsm_log *log = &reg->provider->log;
	struct tsm_checkpoint *checkpoint = log->spare;

	lockdep_assert_held(&log->lock);

	log->spare = NULL;
	tsm_checkpoint_add(reg, checkpoint, TSM_REASON_UNSURE);
}

/*
 * What this kernel cannot compute it does not know at the record that a trim has
 * made the first one.
 */
static bool bank_has_opening(const struct tsm_bank *bank)
{
	return !bank->reg->provider->log.opening_is_trim ||
	       tsm_hash_available(bank->algo);
}

static bool has_opening(const struct tsm_register *reg)
{
	if (!reg->opening.known || !reg->opening.sure)
		return false;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		if (bank_has_opening(&reg->banks[i]))
			return true;
	}

	return false;
}

static void put_opening(struct seq_buf *lines, const struct tsm_register *reg)
{
	const struct tsm_log *log = &reg->provider->log;
	const char *reason = log->opening_is_trim ? TSM_CHECKPOINT_TRIM :
						    TSM_CHECKPOINT_REGISTER;
	bool sure = has_opening(reg);
	char separator = ' ';

	seq_buf_printf(lines, "%llu %s %s", log->first_record,
		       sure ? reason : TSM_CHECKPOINT_UNSURE, reg->name);
	for (unsigned int i = 0; sure && i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];

		if (!bank_has_opening(bank))
			continue;
		put_value(lines, bank, separator, bank->opening);
		separator = ',';
	}
	if (reg->opening.nr_foreign)
		seq_buf_printf(lines, " foreign=%llu", reg->opening.nr_foreign);
	seq_buf_putc(lines, '\n');
}

/**
 * tsm_checkpoint_make_opening() - write the lines that a log begins with
 * @provider: whose log
 *
 * If they have not changed since the last time, nothing happens.
 *
 * Context: Process context, may sleep. The log's lock is held.
 *
 * Return: 0, or -ENOMEM.
 */
int tsm_checkpoint_make_opening(struct tsm_provider *provider)
{
	struct tsm_log *log = &provider->log;
	struct tsm_register *reg;
	struct seq_buf lines;
	size_t room = 1;
	char *text;

	lockdep_assert_held(&log->lock);

	if (log->opening)
		return 0;

	list_for_each_entry(reg, &provider->registers, node)
		room += tsm_checkpoint_max_len(reg);

	text = kvmalloc(room, GFP_KERNEL);
	if (!text)
		return -ENOMEM;

	seq_buf_init(&lines, text, room);
	list_for_each_entry(reg, &provider->registers, node) {
		if (reg->logged)
			put_opening(&lines, reg);
	}
	log->opening = text;
	log->opening_size = seq_buf_used(&lines);

	return 0;
}

/**
 * tsm_checkpoint_new_opening() - what the log begins with has changed
 * @log: the log
 *
 * Context: Process context, may sleep. @log->lock is held.
 */
void tsm_checkpoint_new_opening(struct tsm_log *log)
{
	lockdep_assert_held(&log->lock);

	kvfree(log->opening);
	log->opening = NULL;
	log->opening_version++;
}
