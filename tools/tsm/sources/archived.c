// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A log with its beginning, which was archived and trimmed, in front of it.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "sources/archive.h"
#include "sources/archived.h"
#include "sources/segment.h"

/* The beginning, and the number of the record that comes after it. */
struct beginning {
	struct buffer cel;
	struct buffer checkpoints;
	uint64_t next;
	bool untrimmed; /* the kernel may still have the last of it */
};

static int add_segment(struct beginning *beginning, int dirfd,
		       const struct segment *segment, struct error *err)
{
	struct buffer cel = { 0 }, checkpoints = { 0 };
	int ret;

	ret = segment_read(dirfd, segment, &cel, &checkpoints, err);
	if (!ret)
		ret = buffer_append(&beginning->cel, &cel, err);
	if (!ret)
		ret = buffer_append(&beginning->checkpoints, &checkpoints, err);
	buffer_free(&cel);
	buffer_free(&checkpoints);
	beginning->next = segment->next;
	return ret;
}

static int read_segments(struct beginning *beginning,
			 const struct archive_dir *dir, uint64_t *first,
			 struct error *err)
{
	struct segment *segments;
	int i, nr, ret = 0;

	beginning->untrimmed = archive_is_untrimmed(dir);
	nr = archive_segments(dir, &segments, err);
	if (nr < 0)
		return -1;
	if (nr)
		*first = segments[0].first;
	for (i = 0; !ret && i < nr; i++) {
		ret = add_segment(beginning, dir->fd, &segments[i], err);
		if (ret)
			error_prefix(err, dir->path);
	}
	free(segments);
	return ret;
}

int archived_read(struct log *log, const struct archive_dir *dir,
		  struct error *err)
{
	struct beginning all = { 0 };
	int ret;

	*log = (struct log){ 0 };
	ret = read_segments(&all, dir, &log->first, err);
	log->cel = all.cel;
	log->checkpoints = all.checkpoints;
	return ret;
}

/* Open PROVIDER/INSTANCE; returns as archive_dir_open() does. */
static int open_instance(struct archive_dir *dir, const char *path,
			 const struct provider *provider, struct error *err)
{
	struct archive_dir top = { .fd = -1 }, middle = { .fd = -1 };
	char instance[INSTANCE_SIZE];
	int ret;

	dir->fd = -1;
	if (instance_of(provider, instance, err))
		return -1;
	ret = archive_dir_open(&top, NULL, path, err);
	if (!ret)
		ret = error_set(err, "there is no directory %s", path);
	if (ret > 0)
		ret = archive_dir_open(&middle, &top, provider->name, err);
	if (ret > 0)
		ret = archive_dir_open(dir, &middle, instance, err);
	archive_dir_close(&top);
	archive_dir_close(&middle);
	return ret;
}

/* Of records that are in the archive and not yet trimmed, one copy will do. */
static int drop_archived(struct log *log, uint64_t next, struct error *err)
{
	struct cel_reader reader = { .log = &log->cel };
	struct cel_record rec;
	size_t end = 0;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0 && rec.recnum < next)
		end = reader.pos;
	if (ret < 0)
		return error_prefix(err, "log");
	buffer_drop(&log->cel, end);
	return 0;
}

/* @beginning has got the bytes of @rest at its end: it becomes @rest. */
static void exchange(struct buffer *beginning, struct buffer *rest)
{
	struct buffer whole = *beginning;

	whole.offset = rest->offset;
	*beginning = *rest;
	*rest = whole;
}

/* Put @beginning, which is not empty, in front of what is in @log. */
static int join(struct beginning *beginning, struct log *log, uint64_t first,
		struct error *err)
{
	if (segment_add_lines(&beginning->checkpoints, &log->checkpoints, first,
			      beginning->next, beginning->untrimmed, err) ||
	    drop_archived(log, beginning->next, err) ||
	    buffer_append(&beginning->cel, &log->cel, err))
		return -1;
	exchange(&beginning->cel, &log->cel);
	exchange(&beginning->checkpoints, &log->checkpoints);
	return 0;
}

int archived_prepend(struct log *log, const char *path,
		     const struct provider *provider, uint64_t *first,
		     struct error *err)
{
	struct beginning beginning = { 0 };
	uint64_t live = log->first;
	struct archive_dir dir;
	int ret;

	*first = live;
	ret = open_instance(&dir, path, provider, err);
	if (ret > 0)
		ret = read_segments(&beginning, &dir, first, err);
	if (!ret && beginning.next < live)
		ret = error_set(err,
				"%s does not have the records %" PRIu64
				" to %" PRIu64 " of this log",
				path, beginning.next, live - 1);
	if (!ret && beginning.next)
		ret = join(&beginning, log, live, err);
	archive_dir_close(&dir);
	buffer_free(&beginning.cel);
	buffer_free(&beginning.checkpoints);
	return ret;
}
