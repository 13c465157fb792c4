// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The part of a log that another program is to get.
 */
#include "formats/cel-write.h"
#include "linux/tsm-event-log.h"
#include "output/selection.h"

bool selection_leaves_out(const struct selection *selection,
			  const struct cel_record *rec)
{
	return selection->leave_out.has[rec->is_ccmr][rec->index];
}

/* The same record as one of which only the digests are known. */
static int make_bare(struct cel_record *rec, struct buffer *content,
		     struct error *err)
{
	content->len = 0;
	if (cel_append_event(content, TSM_EV_COMPACT_HASH, NULL, 0, err))
		return -1;
	rec->content = content->data;
	rec->content_len = content->len;
	return 0;
}

static int keep(struct selection *selection, const struct cel_record *rec,
		struct hasher *hasher, struct buffer *out, struct error *err)
{
	struct consumer_record record = { .rec = rec };
	struct buffer content = { 0 };
	struct cel_record bare = *rec;
	int ret;

	if (content_check(rec, hasher, &record.binding, err))
		return -1;
	if (!selection->bare || !selection->consumer->refuses(&record))
		return cel_append(out, rec, selection->banks, err);
	ret = make_bare(&bare, &content, err);
	if (!ret)
		ret = cel_append(out, &bare, selection->banks, err);
	selection->bared++;
	buffer_free(&content);
	return ret;
}

int selection_apply(struct selection *selection, struct log *log,
		    struct error *err)
{
	struct cel_reader reader = { .log = &log->cel };
	struct hasher hasher = { 0 };
	struct buffer out = { 0 };
	struct cel_record rec;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0) {
		if (selection_leaves_out(selection, &rec))
			selection->left_out++;
		else if (keep(selection, &rec, &hasher, &out, err))
			break;
	}
	hasher_free(&hasher);
	if (ret) {
		buffer_free(&out);
		return -1;
	}
	buffer_free(&log->cel);
	log->cel = out;
	return 0;
}
