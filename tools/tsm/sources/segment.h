/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A segment of an archived log: records, and the checkpoints that belong to
 * them, in a directory of their own:
 *
 *	FIRST-LAST/cel		the records FIRST to LAST, as in the kernel's cel
 *	FIRST-LAST/checkpoints	the lines of the kernel's checkpoints with a record
 *				number from FIRST to LAST + 1
 *	FIRST-none/		the same without a record: FIRST comes next
 *
 * A segment begins where the kernel's log began when it was written, and there
 * the kernel gives the value of each register that can be extended, or says that
 * it is not known. These lines are the opening of the log. So each segment can
 * be replayed without the others, and its opening is what ties it to the segment
 * before. A trim to the record LAST + 1 drops the lines at that record too, after
 * which the next opening has the values: so those lines belong to the segment
 * that ends there.
 *
 * There can be new lines without a new record. They are added to the last
 * segment, with the opening that they come after. Where no segment ends where the
 * log begins, they make one of their own.
 */
#ifndef TSM_LOG_SEGMENT_H
#define TSM_LOG_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/checkpoint.h"

struct segment {
	uint64_t first;
	uint64_t next; /* the record after the last one */
};

/* The name of the directory; returns @out. */
#define SEGMENT_NAME_SIZE 42
const char *segment_name(const struct segment *segment,
			 char out[SEGMENT_NAME_SIZE]);

bool segment_name_parse(const char *name, struct segment *segment);

/* Less than, equal to or greater than 0, as @a comes before @b or after it. */
int segment_compare(const struct segment *a, const struct segment *b);

/* Read a segment that is in @dirfd. Returns 0, or -1 with @err set. */
int segment_read(int dirfd, const struct segment *segment, struct buffer *cel,
		 struct buffer *checkpoints, struct error *err);

/*
 * The lines of @log, the kernel's log from the record @first on, follow on
 * @lines, those of the segments up to before the record @next. Add them, except
 * that what both have comes once, as the kernel has it now: it may have changed
 * since. @untrimmed: see segment_is_untrimmed(). Returns 0, or -1 with @err set.
 */
int segment_add_lines(struct buffer *lines, const struct buffer *log,
		      uint64_t first, uint64_t next, bool untrimmed,
		      struct error *err);

/*
 * Whether @log, which may not have been trimmed since @cp was archived, has that
 * line, or another one that took its place.
 */
bool segment_is_line_in(const struct checkpoint *cp, const struct buffer *log);

/*
 * Whether @lines, of the segments, have the opening of @log in them, which is
 * @opening bytes long, and where.
 */
bool segment_has_opening(const struct buffer *lines, const struct buffer *log,
			 size_t opening, size_t *pos);

/*
 * The same, and whether @log may have what comes after it in @lines as well: it
 * has not been trimmed since. A trim would have changed the opening, unless those
 * lines left all values as they were: then @untrimmed says whether there may have
 * been none.
 */
bool segment_is_untrimmed(const struct buffer *lines, const struct buffer *log,
			  size_t opening, bool untrimmed, size_t *pos);

/*
 * Whether the opening of @log, which is @opening bytes long, tells what @lines do
 * not: that a register is unsure, or of more extends from elsewhere.
 */
bool segment_misses_opening(const struct buffer *lines,
			    const struct buffer *log, size_t opening);

/*
 * Give a segment that is in @dirfd other lines: at once, as it was written.
 * Returns 0, or -1 with @err set and the lines as they were.
 */
int segment_replace_lines(int dirfd, const struct segment *segment,
			  const struct buffer *checkpoints, struct error *err);

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
