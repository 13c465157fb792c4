// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checkpoints: values of registers that the records build on.
 *
 * include/uapi/linux/tsm-event-log.h has the format of their lines, and
 * tsm-log.c tells of the two kinds.
 */

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/seq_buf.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "tsm.h"

/* Characters of a line that do not depend on the register: see put_line(). */
#define LINE_BASE_SIZE	(20 + 1 + sizeof("register") + 1)

/* Where put_line() takes the value of a bank from. */
typedef const u8 *(*value_fn)(const struct tsm_bank *bank);

static const u8 *hardware_value(const struct tsm_bank *bank)
{
	return bank->mr->mr_value;
}

static const u8 *opening_value(const struct tsm_bank *bank)
{
	return bank->next_opening;
}

/* Size of a buffer for the line of a register, with a NUL byte. */
static size_t line_size(const struct tsm_register *reg)
{
	size_t size = LINE_BASE_SIZE + strlen(reg->name) + sizeof("\n");

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];

		size += strlen(hash_algo_name[bank->algo]) + 2 +
			2 * bank->size;
	}

	return size;
}

static void put_line(struct seq_buf *text, u64 recnum, const char *reason,
		     const struct tsm_register *reg, value_fn value)
{
	seq_buf_printf(text, "%llu %s %s", recnum, reason, reg->name);
	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];

		seq_buf_printf(text, "%c%s:%*phN", i ? ',' : ' ',
			       hash_algo_name[bank->algo], (int)bank->size,
			       value(bank));
	}
	seq_buf_putc(text, '\n');
}

static struct tsm_restart *alloc_restart(struct tsm_register *reg)
{
	struct tsm_restart *restart;
	size_t size = 0;

	for (unsigned int i = 0; i < reg->nr_banks; i++)
		size += reg->banks[i].size;

	restart = kmalloc(struct_size(restart, values, size), GFP_KERNEL);
	if (!restart)
		return NULL;

	restart->reg = reg;
	size = 0;
	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		const struct tsm_bank *bank = &reg->banks[i];

		memcpy(restart->values + size, bank->mr->mr_value, bank->size);
		size += bank->size;
	}

	return restart;
}

/**
 * tsm_checkpoint_restart() - write a checkpoint that the log does not explain
 * @reg: the register, whose banks were just brought up to date
 * @reason: why its value is another one
 *
 * The replay goes on from the value that the hardware has.
 *
 * Context: Process context, may sleep. The log's lock is held.
 *
 * Return: 0, or -ENOMEM and nothing has changed.
 */
int tsm_checkpoint_restart(struct tsm_register *reg, const char *reason)
{
	struct tsm_log *log = &reg->provider->log;
	size_t size = line_size(reg);
	struct seq_buf line;
	int rc;

	lockdep_assert_held(&log->lock);

	char *text __free(kfree) = kmalloc(size, GFP_KERNEL);
	struct tsm_restart *restart __free(kfree) = alloc_restart(reg);
	if (!text || !restart)
		return -ENOMEM;

	seq_buf_init(&line, text, size);
	put_line(&line, log->next_record, reason, reg, hardware_value);

	rc = tsm_log_restart(log, restart, text, seq_buf_used(&line));
	if (rc)
		return rc;
	retain_and_null_ptr(restart);

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		struct tsm_bank *bank = &reg->banks[i];

		memcpy(bank->replay, bank->mr->mr_value, bank->size);
	}

	return 0;
}

/**
 * tsm_checkpoint_opening() - write the lines that a log begins with
 * @provider: whose log
 * @recnum: the record that it begins with
 * @reason: the reason of all of them
 * @size: where the size of the lines in bytes goes
 *
 * The values are those of &tsm_bank.next_opening.
 *
 * Context: Process context, may sleep. &tsm_log.trim_lock is held.
 *
 * Return: the lines, to be freed by kvfree(), or %NULL if there is no memory.
 */
char *tsm_checkpoint_opening(struct tsm_provider *provider, u64 recnum,
			     const char *reason, size_t *size)
{
	size_t room = 1;
	struct tsm_register *reg;
	struct seq_buf lines;
	char *text;

	lockdep_assert_held(&provider->log.trim_lock);

	list_for_each_entry(reg, &provider->registers, node)
		room += line_size(reg);

	text = kvmalloc(room, GFP_KERNEL);
	if (!text)
		return NULL;

	seq_buf_init(&lines, text, room);
	list_for_each_entry(reg, &provider->registers, node) {
		if (reg->extensible)
			put_line(&lines, recnum, reason, reg, opening_value);
	}
	*size = seq_buf_used(&lines);

	return text;
}
