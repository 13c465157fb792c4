// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The point of a log at which registers had given values.
 */
#include <stdlib.h>
#include <string.h>

#include "replay/point.h"

struct point_value *point_add(struct point *point,
			      const struct register_value *value)
{
	size_t size = (point->nr + 1) * sizeof(*point->values);
	struct point_value *values = realloc(point->values, size);

	if (!values)
		return NULL;
	point->values = values;
	values += point->nr++;
	*values = (struct point_value){ .value = *value };
	return values;
}

static bool has_value(const struct replay_register *reg,
		      const struct register_value *value)
{
	enum bank_id bank;

	if (value->banks & ~reg->banks)
		return false;
	for (bank = 0; bank_next(value->banks, &bank); bank++)
		if (memcmp(reg->value[bank], value->digest[bank],
			   banks[bank].size))
			return false;
	return true;
}

static void note_point(struct point *point, const struct replay *replay)
{
	size_t i;

	point->found = true;
	point->next = replay->next;
	for (i = 0; i < point->nr; i++) {
		struct point_value *value = &point->values[i];

		value->unsure = replay_find(replay, value->value.name)->unsure;
	}
}

static int look(struct replay *replay, const struct replay_register *reg,
		void *observer, struct error *err)
{
	struct point *point = observer;
	size_t i;

	(void)err;
	for (i = 0; i < point->nr; i++) {
		struct point_value *value = &point->values[i];
		bool equal;

		if (strcmp(value->value.name, reg->name))
			continue;
		equal = has_value(reg, &value->value);
		if (equal && !value->seen) {
			value->seen = true;
			value->at = replay->next;
		}
		/* It turned out that the value was the right one. */
		if (point->found && equal && value->equal && !reg->unsure)
			value->unsure = false;
		point->nr_equal += equal;
		point->nr_equal -= value->equal;
		value->equal = equal;
	}
	if (!point->found && point->nr && point->nr_equal == point->nr)
		note_point(point, replay);
	return 0;
}

int point_find(struct point *point, const struct replay *replay,
	       struct error *err)
{
	struct replay again;
	int ret;

	if (replay_init(&again, replay->cel.log, replay->lines.text, err))
		return -1;
	again.before = replay->before;
	replay_set_first(&again, replay->first);
	replay_observe(&again, look, point);
	ret = replay_feed(&again, err);
	replay_free(&again);
	return ret;
}

void point_free(struct point *point)
{
	free(point->values);
	*point = (struct point){ 0 };
}
