/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an open file of the log shows.
 */
#ifndef __TSM_VIEW_H
#define __TSM_VIEW_H

#include <linux/types.h>

#include "log.h"

/**
 * struct tsm_view - one open file of the log
 * @first_record: the first record when it was opened
 * @records_start: where that is in &tsm_log.records
 * @opening_version: the opening when it was opened
 * @opening_size: bytes of that
 * @lines_start: where the line after it is in &tsm_log.lines
 * @nr_folds: &tsm_log.nr_folds when it was last read
 * @firm_end: end of the lines that could not be folded any more then
 * @end: end of &tsm_log.records when the read began that is going on
 */
struct tsm_view {
	u64 first_record;
	u64 records_start;
	u64 opening_version;
	u64 opening_size;
	u64 lines_start;
	u64 nr_folds;
	u64 firm_end;
	u64 end;
};

/**
 * typedef tsm_view_read_fn - read from a file of the log
 * @log: the log, whose lock is held
 * @view: the open file
 * @buf: where the bytes go
 * @off: offset of the first byte in the file
 * @count: how many at most
 *
 * Return: the number of bytes, or -ESTALE if they are not what they were.
 */
typedef ssize_t (*tsm_view_read_fn)(struct tsm_log *log, struct tsm_view *view,
				    char *buf, u64 off, size_t count);

void tsm_view_init(struct tsm_view *view, const struct tsm_log *log);
ssize_t tsm_view_read_records(struct tsm_log *log, struct tsm_view *view,
			      char *buf, u64 off, size_t count);
ssize_t tsm_view_read_checkpoints(struct tsm_log *log, struct tsm_view *view,
				  char *buf, u64 off, size_t count);
ssize_t tsm_view_read_index(struct tsm_log *log, struct tsm_view *view,
			    char *buf, u64 off, size_t count);

#endif /* __TSM_VIEW_H */
