// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Segments of archived logs.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/checkpoint.h"
#include "linux/tsm-event-log.h"
#include "sources/segment.h"

/* A segment that is being written. */
static const char unfinished[] = ".new";

static const char cel_name[] = "cel";
static const char checkpoints_name[] = "checkpoints";

/* What is in the place of the last record of a segment that has none. */
static const char none[] = "none";

/* Lines that are to take the place of others. */
static const char new_checkpoints_name[] = ".checkpoints";

const char *segment_name(const struct segment *segment,
			 char out[SEGMENT_NAME_SIZE])
{
	int len = snprintf(out, SEGMENT_NAME_SIZE, "%012" PRIu64 "-",
			   segment->first);

	if (segment->next == segment->first)
		snprintf(out + len, SEGMENT_NAME_SIZE - (size_t)len, "%s",
			 none);
	else
		snprintf(out + len, SEGMENT_NAME_SIZE - (size_t)len,
			 "%012" PRIu64, segment->next - 1);
	return out;
}

/* The digits of a name, which have leading zeros. */
static bool padded_parse(const char *text, size_t len, uint64_t *number)
{
	while (len > 1 && *text == '0') {
		text++;
		len--;
	}
	return number_parse(text, len, number);
}

bool segment_name_parse(const char *name, struct segment *segment)
{
	const char *dash = strchr(name, '-');
	char same[SEGMENT_NAME_SIZE];
	uint64_t last;

	if (!dash ||
	    !padded_parse(name, (size_t)(dash - name), &segment->first))
		return false;
	segment->next = segment->first;
	if (strcmp(dash + 1, none)) {
		if (!padded_parse(dash + 1, strlen(dash + 1), &last) ||
		    last < segment->first || last == UINT64_MAX)
			return false;
		segment->next = last + 1;
	}
	return !strcmp(name, segment_name(segment, same));
}

int segment_compare(const struct segment *a, const struct segment *b)
{
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	/* One without records comes before the one that goes on from there. */
	return a->next < b->next ? -1 : a->next > b->next;
}

static int open_directory(int dirfd, const char *name, struct error *err)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_set(err, "cannot open %s: %s", name,
				 strerror(errno));
	return fd;
}

int segment_read(int dirfd, const struct segment *segment, struct buffer *cel,
		 struct buffer *checkpoints, struct error *err)
{
	char name[SEGMENT_NAME_SIZE];
	int fd, ret;

	segment_name(segment, name);
	fd = open_directory(dirfd, name, err);
	if (fd < 0)
		return -1;
	ret = buffer_read_at(cel, fd, cel_name, err) ||
	      buffer_read_at(checkpoints, fd, checkpoints_name, err);
	close(fd);
	return ret ? error_prefix(err, name) : 0;
}

bool segment_has_opening(const struct buffer *lines, const struct buffer *log,
			 size_t opening, size_t *pos)
{
	if (!opening || opening > lines->len)
		return false;
	/* The last one, if there are several. */
	*pos = lines->len - opening + 1;
	while ((*pos)--)
		if ((!*pos || lines->data[*pos - 1] == '\n') &&
		    !memcmp(lines->data + *pos, log->data, opening))
			return true;
	return false;
}

/* The last line of the register @name from @pos on. */
static bool find_last(const struct buffer *lines, size_t pos, const char *name,
		      struct checkpoint *last)
{
	struct line_reader reader = { .text = lines, .pos = pos };
	struct checkpoint cp;
	bool found = false;
	struct error err;

	while (checkpoint_next(&reader, &cp, &err) > 0) {
		if (strcmp(cp.value.name, name))
			continue;
		*last = cp;
		found = true;
	}
	return found;
}

static bool same_value(const struct register_value *a,
		       const struct register_value *b)
{
	enum bank_id bank;

	if (!a->banks != !b->banks)
		return false;
	for (bank = 0; bank_next(a->banks & b->banks, &bank); bank++)
		if (memcmp(a->digest[bank], b->digest[bank], banks[bank].size))
			return false;
	return true;
}

/* Whether a trim after @lines had an opening other than that at @pos in them. */
static bool changes_opening(const struct buffer *lines, size_t pos,
			    size_t opening)
{
	struct line_reader reader = { .text = lines, .pos = pos };
	struct checkpoint cp, last;
	struct error err;

	while (checkpoint_next(&reader, &cp, &err) > 0) {
		/* They are counted. */
		if (checkpoint_is(&cp, TSM_CHECKPOINT_FOREIGN))
			return true;
		if (reader.pos <= pos + opening &&
		    find_last(lines, pos + opening, cp.value.name, &last) &&
		    !same_value(&cp.value, &last.value))
			return true;
	}
	return false;
}

bool segment_is_untrimmed(const struct buffer *lines, const struct buffer *log,
			  size_t opening, bool untrimmed, size_t *pos)
{
	return segment_has_opening(lines, log, opening, pos) &&
	       (untrimmed || changes_opening(lines, *pos, opening));
}

/* What @lines tell of a register where they end. */
struct register_end {
	bool unsure;
	uint64_t foreign; /* how often somebody had extended it */
};

static struct register_end end_of(const struct buffer *lines, const char *name)
{
	struct line_reader reader = { .text = lines };
	struct register_end end = { 0 };
	struct checkpoint cp;
	struct error err;

	while (checkpoint_next(&reader, &cp, &err) > 0) {
		if (strcmp(cp.value.name, name))
			continue;
		end.unsure = checkpoint_is(&cp, TSM_CHECKPOINT_UNSURE);
		if (cp.has_foreign)
			end.foreign = cp.foreign;
		else
			end.foreign +=
				checkpoint_is(&cp, TSM_CHECKPOINT_FOREIGN);
	}
	return end;
}

bool segment_misses_opening(const struct buffer *lines,
			    const struct buffer *log, size_t opening)
{
	struct line_reader reader = { .text = log };
	struct register_end end;
	struct checkpoint cp;
	struct error err;

	while (reader.pos < opening &&
	       checkpoint_next(&reader, &cp, &err) > 0) {
		end = end_of(lines, cp.value.name);
		if ((cp.has_foreign && cp.foreign > end.foreign) ||
		    (checkpoint_is(&cp, TSM_CHECKPOINT_UNSURE) && !end.unsure))
			return true;
	}
	return false;
}

/* Whether the kernel replaces the line @old by @cp: see <linux/tsm-event-log.h>. */
static bool folds_into(const struct checkpoint *old,
		       const struct checkpoint *cp)
{
	return old->recnum == cp->recnum &&
	       !strcmp(old->value.name, cp->value.name) &&
	       (checkpoint_is(old, TSM_CHECKPOINT_UNSURE) ||
		checkpoint_is(old, TSM_CHECKPOINT_SETTLED) ||
		checkpoint_is(old, cp->reason));
}

bool segment_is_line_in(const struct checkpoint *cp, const struct buffer *log)
{
	struct line_reader reader = { .text = log };
	struct checkpoint other;
	struct error err;
	size_t opening;

	if (checkpoint_opening(log, &opening, &err))
		return false;
	reader.pos = opening;
	while (checkpoint_next(&reader, &other, &err) > 0)
		if (folds_into(cp, &other))
			return true;
	return false;
}

/* Take the lines from @start on that @log has as well out of @lines. */
static int drop_lines_in(struct buffer *lines, size_t start,
			 const struct buffer *log, struct error *err)
{
	struct line_reader reader = { .text = lines, .pos = start };
	struct checkpoint cp;
	size_t end = start, from;
	int ret;

	for (;;) {
		from = reader.pos;
		ret = checkpoint_next(&reader, &cp, err);
		if (ret <= 0)
			break;
		if (segment_is_line_in(&cp, log))
			continue;
		memmove(lines->data + end, lines->data + from,
			reader.pos - from);
		end += reader.pos - from;
	}
	if (ret)
		return error_prefix(err, "checkpoints");
	lines->len = end;
	return 0;
}

/* The kernel has no record that @lines come before. */
static int add_lines_alone(struct buffer *lines, const struct buffer *log,
			   bool untrimmed, struct error *err)
{
	size_t opening, pos;

	if (checkpoint_opening(log, &opening, err))
		return -1;
	if (segment_has_opening(lines, log, opening, &pos)) {
		/* What came after it has been trimmed. */
		if (opening == log->len)
			return 0;
		if (segment_is_untrimmed(lines, log, opening, untrimmed,
					 &pos) &&
		    drop_lines_in(lines, pos + opening, log, err))
			return -1;
		/* Nothing is left between the two. */
		if (lines->len == pos + opening)
			lines->len = pos;
	}
	return buffer_append(lines, log, err);
}

int segment_add_lines(struct buffer *lines, const struct buffer *log,
		      uint64_t first, uint64_t next, bool untrimmed,
		      struct error *err)
{
	struct buffer rest = *log;
	size_t start, end;

	if (first >= next)
		return add_lines_alone(lines, log, untrimmed, err);
	if (checkpoint_find(lines, next, &end, err) ||
	    checkpoint_find(log, next, &start, err))
		return -1;
	lines->len = end;
	if (start < log->len)
		rest.data += start;
	rest.len -= start;
	return buffer_append(lines, &rest, err);
}

int segment_replace_lines(int dirfd, const struct segment *segment,
			  const struct buffer *checkpoints, struct error *err)
{
	char name[SEGMENT_NAME_SIZE];
	int fd = open_directory(dirfd, segment_name(segment, name), err);
	int ret;

	if (fd < 0)
		return -1;
	/* Of somebody who was killed. */
	unlinkat(fd, new_checkpoints_name, 0);
	ret = buffer_write_at(checkpoints, fd, new_checkpoints_name, err);
	if (!ret && (renameat(fd, new_checkpoints_name, fd, checkpoints_name) ||
		     fsync(fd)))
		ret = error_set(err, "cannot replace %s: %s", checkpoints_name,
				strerror(errno));
	if (ret)
		unlinkat(fd, new_checkpoints_name, 0);
	close(fd);
	return ret ? error_prefix(err, name) : 0;
}

static int write_unfinished(int dirfd, const struct buffer *cel,
			    const struct buffer *checkpoints, struct error *err)
{
	int fd = open_directory(dirfd, unfinished, err);
	int ret;

	if (fd < 0)
		return -1;
	ret = buffer_write_at(cel, fd, cel_name, err) ||
	      buffer_write_at(checkpoints, fd, checkpoints_name, err);
	if (!ret && fsync(fd))
		ret = error_set(err, "cannot write to disk: %s",
				strerror(errno));
	close(fd);
	return ret ? -1 : 0;
}

static int remove_unfinished(int dirfd, struct error *err)
{
	int fd = openat(dirfd, unfinished, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		unlinkat(fd, cel_name, 0);
		unlinkat(fd, checkpoints_name, 0);
		close(fd);
	}
	if (unlinkat(dirfd, unfinished, AT_REMOVEDIR) && errno != ENOENT)
		return error_set(err, "cannot remove %s: %s", unfinished,
				 strerror(errno));
	return 0;
}

int segment_write(int dirfd, const struct segment *segment,
		  const struct buffer *cel, const struct buffer *checkpoints,
		  struct error *err)
{
	char name[SEGMENT_NAME_SIZE];
	struct error later;

	if (remove_unfinished(dirfd, err))
		return -1;
	if (mkdirat(dirfd, unfinished, 0750))
		return error_set(err, "cannot create %s: %s", unfinished,
				 strerror(errno));
	if (!write_unfinished(dirfd, cel, checkpoints, err)) {
		if (!renameat(dirfd, unfinished, dirfd,
			      segment_name(segment, name)))
			return 0;
		error_set(err, "cannot rename %s to %s: %s", unfinished, name,
			  strerror(errno));
	}
	remove_unfinished(dirfd, &later);
	return -1;
}
