/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event log of one provider: records and checkpoints.
 */
#ifndef __TSM_LOG_H
#define __TSM_LOG_H

#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "stream.h"

/* Bytes of records that a log takes unless the administrator says otherwise. */
#define TSM_LOG_DEFAULT_LIMIT	SZ_32M

/**
 * struct tsm_log - the event log of one provider
 * @lock: protects the log and orders it with the hardware; see tsm-log.c
 * @records: CEL-TLV records
 * @checkpoints: lines of text
 * @next_record: number of the next record
 * @limit: most bytes that @records may have, 0 for no limit
 * @watched: somebody has read @next_record since the last notification
 */
struct tsm_log {
	/* Held from the reservation of a record to its commit. */
	struct mutex lock;
	struct tsm_stream records;
	struct tsm_stream checkpoints;
	u64 next_record;
	u64 limit;
	bool watched;
};

void tsm_log_init(struct tsm_log *log);
void tsm_log_destroy(struct tsm_log *log);
int __must_check tsm_log_reserve(struct tsm_log *log, size_t len);
void tsm_log_commit(struct tsm_log *log, const void *record, size_t len);
int __must_check tsm_log_checkpoint(struct tsm_log *log, const char *line,
				    size_t len);

#endif /* __TSM_LOG_H */
