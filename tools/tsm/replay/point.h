/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The point of a log at which registers had given values.
 *
 * Values that were read or signed are of one moment, and the log may have gone
 * on since. So there must be one point of the replay at which all of them are
 * there at once. It is the earliest one: what comes after it may be from after
 * that moment as well, so the values do not cover it.
 */
#ifndef TSM_LOG_POINT_H
#define TSM_LOG_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/checkpoint.h"
#include "replay/replay.h"

struct point_value {
	struct register_value value;
	bool equal; /* where the replay is now */
	bool seen; /* the register had it at some point */
	uint64_t at; /* the first one: just before this record */
	bool unsure; /* the register was, at the point that was found, and stayed */
};

struct point {
	struct point_value *values;
	size_t nr;
	size_t nr_equal;
	bool found;
	uint64_t next; /* it is just before this record */
};

/* Search for another value. Returns it, or NULL if there is no memory. */
struct point_value *point_add(struct point *point,
			      const struct register_value *value);

/*
 * Search in the log of @replay, which has all registers of the values and no
 * finding. Returns 0, or -1 with @err set.
 */
int point_find(struct point *point, const struct replay *replay,
	       struct error *err);

void point_free(struct point *point);

#endif
