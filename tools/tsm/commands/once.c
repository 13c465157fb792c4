// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was measured before: events by their keys.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands/once.h"
#include "formats/cel.h"
#include "formats/register.h"
#include "sources/archive.h"
#include "sources/log.h"

static const char trimmed_hint[] =
	"and one may have the key; give --archive DIR if it has them, or --ignore-trimmed";

static const char not_archived_hint[] =
	"so whether a record that was trimmed has the key is not known";

static bool has_key(const struct cel_record *rec, const char *key)
{
	size_t len = strlen(key);

	return rec->event_len >= len && !memcmp(rec->event, key, len) &&
	       (rec->event_len == len || rec->event[len] == ' ');
}

/* Look in records that are numbered from *@next on, and move that on. */
static int find_in(struct once *once, const struct buffer *cel, uint64_t *next,
		   struct error *err)
{
	struct cel_reader reader = { .log = cel };
	char name[REGISTER_NAME_SIZE];
	struct cel_record rec;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0) {
		if (rec.recnum != *next)
			return error_set(err, "record %" PRIu64 " is missing",
					 *next);
		(*next)++;
		if (!has_key(&rec, once->key) ||
		    strcmp(register_name(rec.is_ccmr, rec.index, name),
			   once->reg))
			continue;
		once->recnum = rec.recnum;
		once->same = rec.event_len == once->event_len &&
			     !memcmp(rec.event, once->event, rec.event_len);
		return 1;
	}
	return ret;
}

static int find_in_segment(struct once *once, const struct archive_dir *dir,
			   const struct segment *segment, struct error *err)
{
	struct buffer cel = { 0 }, checkpoints = { 0 };
	uint64_t next = segment->first;
	int ret;

	ret = segment_read(dir->fd, segment, &cel, &checkpoints, err);
	if (!ret)
		ret = find_in(once, &cel, &next, err);
	if (!ret && next != segment->next)
		ret = error_set(err, "record %" PRIu64 " is missing", next);
	buffer_free(&cel);
	buffer_free(&checkpoints);
	return ret < 0 ? error_prefix(err, dir->path) : ret;
}

/* Look in all records before @end, which must all be there. */
static int find_in_segments(struct once *once, const struct archive_dir *dir,
			    uint64_t end, struct error *err)
{
	struct segment *segments;
	uint64_t next = 0;
	int nr, i, ret = 0;

	nr = archive_segments(dir, &segments, err);
	if (nr < 0)
		return -1;
	for (i = 0; i < nr && next < end && !ret; i++) {
		if (segments[i].first > next)
			break;
		ret = find_in_segment(once, dir, &segments[i], err);
		if (segments[i].next > next)
			next = segments[i].next;
	}
	free(segments);
	if (!ret && next < end)
		return error_set(err,
				 "%s does not have record %" PRIu64
				 ", so whether the key was used is not known",
				 dir->path, next);
	return ret;
}

static int find_in_archive(struct once *once, const struct provider *provider,
			   uint64_t end, struct error *err)
{
	struct archive_dir dirs[3];
	char instance[INSTANCE_SIZE];
	const char *const names[] = { once->archive, provider->name, instance };
	int i, ret;

	if (instance_of(provider, instance, err))
		return -1;
	for (i = 0; i < 3; i++) {
		ret = archive_dir_open(&dirs[i], i ? &dirs[i - 1] : NULL,
				       names[i], err);
		if (ret <= 0)
			break;
	}
	if (ret > 0)
		ret = find_in_segments(once, &dirs[2], end, err);
	else if (!ret)
		ret = error_set(err, "%s: nothing of this log, %s",
				once->archive, not_archived_hint);
	while (i > 0)
		archive_dir_close(&dirs[--i]);
	return ret;
}

int once_find(struct once *once, const struct provider *provider,
	      struct error *err)
{
	uint64_t first, next;
	struct log log;
	int ret;

	ret = log_read(&log, provider, 0, err);
	first = log.first;
	next = first;
	if (!ret)
		ret = find_in(once, &log.cel, &next, err);
	log_free(&log);
	if (ret || !first || once->ignore_trimmed)
		return ret;
	if (once->archive)
		return find_in_archive(once, provider, first, err);
	return error_set(err, "records 0 to %" PRIu64 " were trimmed, %s",
			 first - 1, trimmed_hint);
}
