/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event log of one provider: records and checkpoints.
 */
#ifndef __TSM_LOG_H
#define __TSM_LOG_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "stream.h"

struct tsm_register;

/* Bytes that a log takes unless the administrator says otherwise. */
#define TSM_LOG_DEFAULT_LIMIT	SZ_32M

/**
 * enum tsm_reason - why there is a checkpoint
 * @TSM_REASON_REGISTER: the first look at a register
 * @TSM_REASON_FOREIGN: a value that the log does not explain
 * @TSM_REASON_RESUME: the value after hibernation
 * @TSM_REASON_RESET: the value after a reset that somebody asked for
 * @TSM_REASON_UNSURE: an extend's end is not known; no value
 * @TSM_REASON_SETTLED: it is known now; the value that the log explains
 */
enum tsm_reason {
	TSM_REASON_REGISTER,
	TSM_REASON_FOREIGN,
	TSM_REASON_RESUME,
	TSM_REASON_RESET,
	TSM_REASON_UNSURE,
	TSM_REASON_SETTLED,
};

/**
 * struct tsm_checkpoint - a line of the file checkpoints, after the opening
 * @node: in &tsm_log.checkpoints
 * @recnum: number of the record that comes next
 * @off: where its line is in &tsm_log.lines
 * @len: bytes of the line
 * @reason: why it is there
 * @by_others: others are the cause of it
 * @reg: the register
 * @proven: for one where the replay goes on from another value, the record up to
 *	which the log is known to have been right about the register before
 * @nr_foreign: foreign extends of the register that were found up to here
 * @values: its value in each bank, one after the other; none if it is unsure
 */
struct tsm_checkpoint {
	struct list_head node;
	u64 recnum;
	u64 off;
	size_t len;
	enum tsm_reason reason;
	bool by_others;
	struct tsm_register *reg;
	u64 proven;
	u64 nr_foreign;
	u8 values[];
};

/**
 * struct tsm_log - the event log of one provider
 * @lock: protects the log and orders it with the hardware; see tsm-log.c
 * @trim_lock: held by who drops records; taken before @lock
 * @records: CEL-TLV records
 * @index: where some of them are, see tsm-log-index.c
 * @checkpoints: what comes after the opening, in the order of the file
 * @lines: their lines
 * @opening: the lines that the file begins with, %NULL if they have to be made;
 *	see tsm-checkpoint.c
 * @opening_size: bytes of @opening
 * @opening_is_trim: it has the values at a trim, not those that firmware left
 * @opening_version: counts the changes of the opening
 * @trimming: a trim is going to replace the opening
 * @nr_folds: counts how often lines before the end of @lines have changed
 * @first_record: number of the first record that has not been dropped
 * @next_record: number of the next record
 * @held: bytes that are reserved for records which may still come
 * @nr_held: how many such records
 * @spare: memory for the next checkpoint without a value, or %NULL
 * @limit: most bytes that the log may have, 0 for no limit
 * @others_limit: the same for what others are the cause of, see tsm-log-others.c
 * @others_size: bytes of records and lines that others are the cause of
 * @others_held: the part of @held that others are the cause of
 * @told: there may be records that others are the cause of
 * @marks: if @told, for each record whether others are the cause of it
 * @wait: woken when there is a new record, and when the provider goes
 * @nr_events: counts these
 */
struct tsm_log {
	/* Held from the reservation of a record to its commit. */
	struct mutex lock;
	/* Held from the replay of what is dropped to the freeing of it. */
	struct mutex trim_lock;
	struct tsm_stream records;
	struct tsm_stream index;
	struct list_head checkpoints;
	struct tsm_stream lines;
	char *opening;
	size_t opening_size;
	bool opening_is_trim;
	u64 opening_version;
	bool trimming;
	u64 nr_folds;
	u64 first_record;
	u64 next_record;
	u64 held;
	u64 nr_held;
	struct tsm_checkpoint *spare;
	u64 limit;
	u64 others_limit;
	u64 others_size;
	u64 others_held;
	bool told;
	struct tsm_stream marks;
	wait_queue_head_t wait;
	unsigned int nr_events;
};

/**
 * tsm_checkpoint_is_restart() - does the replay go on from another value?
 * @reason: the reason of a checkpoint
 *
 * Return: %true if its value does not follow from what came before.
 */
static inline bool tsm_checkpoint_is_restart(enum tsm_reason reason)
{
	return reason == TSM_REASON_REGISTER || reason == TSM_REASON_FOREIGN ||
	       reason == TSM_REASON_RESUME || reason == TSM_REASON_RESET;
}

/* tsm-log.c */
void tsm_log_init(struct tsm_log *log);
void tsm_log_destroy(struct tsm_log *log);
u64 tsm_log_size(const struct tsm_log *log);
int __must_check tsm_log_reserve(struct tsm_log *log, size_t len,
				 size_t line_len);
int __must_check tsm_log_reserve_record(struct tsm_log *log, size_t len);
int __must_check tsm_log_reserve_line(struct tsm_log *log, size_t len);
u8 *tsm_log_room(const struct tsm_log *log, size_t len);
void tsm_log_commit_in_place(struct tsm_log *log, size_t len);
void tsm_log_commit(struct tsm_log *log, const void *head, size_t head_size,
		    const void *data, size_t data_size);
void tsm_log_hold(struct tsm_log *log, size_t len);
void tsm_log_release(struct tsm_log *log, size_t len);
void tsm_log_begin(struct tsm_log *log, u64 recnum, u64 off);
void tsm_log_reclaim(struct tsm_log *log);
void tsm_log_notify(struct tsm_log *log);

/* tsm-log-index.c */
int __must_check tsm_log_index_reserve(struct tsm_log *log);
void tsm_log_index_append(struct tsm_log *log);
void tsm_log_index_drop(struct tsm_log *log);

/* tsm-log-others.c */
bool tsm_log_others_have_room(const struct tsm_log *log, size_t len, bool record);
int __must_check tsm_log_mark_reserve(struct tsm_log *log);
void tsm_log_mark_append(struct tsm_log *log);
void tsm_log_charge_others(struct tsm_log *log, size_t len);
bool tsm_log_is_by_others(struct tsm_log *log, u64 recnum);

#endif /* __TSM_LOG_H */
