// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One log of two.
 *
 * The replay says when the other log's extends explain a value of ours, and when it has
 * a record that ours has as well, by moving that log's cursor.
 */
#include "formats/cel-write.h"
#include "replay/merge.h"

struct merge {
	struct earlier other;
	struct cel_reader ours; /* as far as the replay came */
	struct buffer out;
	uint64_t next; /* number of the next record of ->out */
	size_t pos[2][UINT8_MAX + 1]; /* what the cursors were */
	uint64_t records[2][UINT8_MAX + 1]; /* that the registers had */
};

static int put(struct merge *merge, struct cel_record *rec, struct error *err)
{
	rec->recnum = merge->next++;
	return cel_append(&merge->out, rec, rec->banks, err);
}

/* What the other log has of the register up to @end. */
static int put_others(struct merge *merge, bool is_ccmr, uint8_t index,
		      size_t end, struct error *err)
{
	size_t *pos = &merge->pos[is_ccmr][index];
	struct cel_record rec;

	while (*pos < end &&
	       earlier_next(&merge->other, pos, is_ccmr, index, &rec))
		if (put(merge, &rec, err))
			return -1;
	return 0;
}

/* The record that the replay has come to. */
static int put_ours(struct merge *merge, uint64_t recnum, struct error *err)
{
	struct cel_record rec;
	int ret;

	/* Those in between are from the other log. */
	do {
		ret = cel_next(&merge->ours, &rec, err);
	} while (ret > 0 && rec.recnum < recnum);
	return ret < 0 ? -1 : put(merge, &rec, err);
}

static int observe(struct replay *replay, const struct replay_register *reg,
		   void *observer, struct error *err)
{
	struct merge *merge = observer;
	const struct earlier_cursor *cursor;
	uint8_t index;
	bool is_ccmr;

	if (!register_parse(reg->name, &is_ccmr, &index))
		return 0;
	cursor = &merge->other.cursor[is_ccmr][index];
	if (cursor->pos != merge->pos[is_ccmr][index]) {
		merge->records[is_ccmr][index] = reg->records;
		return put_others(merge, is_ccmr, index, cursor->pos, err);
	}
	if (reg->records == merge->records[is_ccmr][index])
		return 0;
	merge->records[is_ccmr][index] = reg->records;
	return put_ours(merge, replay->next - 1, err);
}

/* Whether the other log has anything of that register: only then can it be wrong. */
static bool other_has(const struct merge *merge, bool is_ccmr, uint8_t index)
{
	struct cel_record rec;
	size_t pos = 0;

	return earlier_next(&merge->other, &pos, is_ccmr, index, &rec);
}

static int put_rest(struct merge *merge, struct register_set *lost,
		    struct error *err)
{
	int is_ccmr, index;

	for (is_ccmr = 0; is_ccmr < 2; is_ccmr++)
		for (index = 0; index <= UINT8_MAX; index++) {
			if (put_others(merge, is_ccmr, (uint8_t)index,
				       merge->other.cel.len, err))
				return -1;
			if (!merge->other.cursor[is_ccmr][index].lost ||
			    !other_has(merge, is_ccmr, (uint8_t)index))
				continue;
			lost->any = true;
			lost->has[is_ccmr][index] = true;
		}
	return 0;
}

int merge_logs(struct verification *v, const char *path,
	       struct register_set *lost, struct error *err)
{
	struct merge merge = { .ours.log = &v->log.cel };
	struct replay replay;
	size_t i;
	int ret;

	/* Whatever the other one has, this one is wrong. */
	for (i = 0; i < v->replay.nr_registers; i++)
		if (v->replay.registers[i].differs)
			return error_set(err,
					 "the log does not verify: see verify");
	earlier_add(&merge.other, path);
	ret = earlier_read(&merge.other, v->firmware.is_ccmr, err);
	if (!ret)
		ret = replay_init(&replay, &v->log.cel, &v->log.checkpoints,
				  err);
	if (!ret) {
		replay.before = &v->booted;
		replay.earlier = &merge.other;
		replay_observe(&replay, observe, &merge);
		ret = replay_feed(&replay, err);
		replay_free(&replay);
	}
	if (!ret)
		ret = put_rest(&merge, lost, err);
	earlier_free(&merge.other);
	if (ret) {
		buffer_free(&merge.out);
		return -1;
	}
	buffer_free(&v->log.cel);
	v->log.cel = merge.out;
	return 0;
}
