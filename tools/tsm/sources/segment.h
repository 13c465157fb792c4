/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A segment of an archived log: records, and the checkpoints that belong to
 * them, in a directory of their own:
 *
 *	FIRST-LAST/cel		the records FIRST to LAST, as in log/cel
 *	FIRST-LAST/checkpoints	the lines of log/checkpoints with a record number
 *				from FIRST to LAST
 *
 * A segment begins where the kernel's log began when it was written, and there
 * the kernel gives the value of each register that can be extended. So each
 * segment can be replayed without the others, and these values are what ties
 * it to the segment before.
 */
#ifndef TSM_LOG_SEGMENT_H
#define TSM_LOG_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

struct segment {
	uint64_t first;
	uint64_t last; /* included */
};

/* The name of the directory; returns @out. Names sort up to 10^12 records. */
#define SEGMENT_NAME_SIZE 42
const char *segment_name(const struct segment *segment,
			 char out[SEGMENT_NAME_SIZE]);

bool segment_name_parse(const char *name, struct segment *segment);

/* Read a segment that is in @dirfd. Returns 0, or -1 with @err set. */
int segment_read(int dirfd, const struct segment *segment, struct buffer *cel,
		 struct buffer *checkpoints, struct error *err);

/*
 * Write a segment into @dirfd. It appears there at once and whole, when its
 * bytes are on disk: whoever is killed before that leaves only something that
 * is no segment and that the next call removes. That it has appeared is on disk
 * when the caller has called fsync() for @dirfd. One writer at a time.
 *
 * Returns 0, or -1 with @err set and nothing left behind.
 */
int segment_write(int dirfd, const struct segment *segment,
		  const struct buffer *cel, const struct buffer *checkpoints,
		  struct error *err);

#endif
