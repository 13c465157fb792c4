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

#include "readers.h"
#include "stream.h"

struct tsm_register;

/* Bytes of records that a log takes unless the administrator says otherwise. */
#define TSM_LOG_DEFAULT_LIMIT	SZ_32M

/**
 * struct tsm_restart - a checkpoint whose value the log does not explain
 * @node: in &tsm_log.restarts
 * @recnum: number of the record that comes next
 * @off: where its line is in &tsm_log.restart_lines
 * @reg: the register
 * @values: its value in each bank, one after the other
 */
struct tsm_restart {
	struct list_head node;
	u64 recnum;
	u64 off;
	struct tsm_register *reg;
	u8 values[];
};

/**
 * struct tsm_log - the event log of one provider
 * @lock: protects the log and orders it with the hardware; see tsm-log.c
 * @trim_lock: held by who drops records; taken before @lock
 * @records: CEL-TLV records
 * @index: where some of them are, see tsm-log-index.c
 * @opening: lines with the value of each register at @first_record
 * @opening_size: bytes of @opening
 * @restarts: checkpoints where replay goes on from another value
 * @restart_lines: their lines
 * @readers: open files that may go on
 * @first_record: number of the first record that has not been dropped
 * @next_record: number of the next record
 * @limit: most bytes that @records may have, 0 for no limit
 * @watched: somebody has read @next_record since the last notification
 */
struct tsm_log {
	/* Held from the reservation of a record to its commit. */
	struct mutex lock;
	/* Held from the replay of what is dropped to the freeing of it. */
	struct mutex trim_lock;
	struct tsm_stream records;
	struct tsm_stream index;
	char *opening;
	size_t opening_size;
	struct list_head restarts;
	struct tsm_stream restart_lines;
	struct tsm_readers readers;
	u64 first_record;
	u64 next_record;
	u64 limit;
	bool watched;
};

/* tsm-log.c */
void tsm_log_init(struct tsm_log *log);
void tsm_log_destroy(struct tsm_log *log);
u64 tsm_log_size(const struct tsm_log *log);
int __must_check tsm_log_reserve(struct tsm_log *log, size_t len);
void tsm_log_commit(struct tsm_log *log, const void *head, size_t head_size,
		    const void *event, size_t event_size);
int __must_check tsm_log_restart(struct tsm_log *log,
				 struct tsm_restart *restart, const char *line,
				 size_t len);
void tsm_log_begin(struct tsm_log *log, u64 recnum, u64 off, char *opening,
		   size_t opening_size);
void tsm_log_reclaim(struct tsm_log *log);
size_t tsm_log_read_records(struct tsm_log *log, char *buf, u64 off,
			    size_t count);
size_t tsm_log_read_checkpoints(struct tsm_log *log, char *buf, u64 off,
				size_t count);

/* tsm-log-index.c */
int __must_check tsm_log_index_reserve(struct tsm_log *log);
void tsm_log_index_append(struct tsm_log *log);
void tsm_log_index_drop(struct tsm_log *log);
size_t tsm_log_index_read(struct tsm_log *log, char *buf, u64 off,
			  size_t count);

#endif /* __TSM_LOG_H */
