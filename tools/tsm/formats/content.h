/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the content of a record proves, for who understands no type of it.
 *
 * The kernel hashes content whose writer gives no digests. If that hash is the
 * digest in every bank, the content is what was measured: it is bound. If not, the
 * writer gave digests of its own, or somebody has changed the content since: it is
 * claimed, and only who knows the type can tell how the digests come from it.
 */
#ifndef TSM_LOG_CONTENT_H
#define TSM_LOG_CONTENT_H

#include <stdint.h>

#include "base/error.h"
#include "formats/bank.h"
#include "formats/cel.h"

enum content_binding {
	CONTENT_NONE, /* a bare digest */
	CONTENT_BOUND,
	CONTENT_CLAIMED,
};

/* How many records have which; those without content are in neither. */
struct content_count {
	uint64_t bound;
	uint64_t claimed;
	uint64_t first_claimed; /* the record, if there is one */
};

/* Find out what @rec has. Returns 0, or -1 with @err set. */
int content_check(const struct cel_record *rec, struct hasher *hasher,
		  enum content_binding *binding, struct error *err);

void content_count_record(struct content_count *count,
			  const struct cel_record *rec,
			  enum content_binding binding);

/* Add @more, which is of records that come after those of @sum. */
void content_count_add(struct content_count *sum,
		       const struct content_count *more);

/* "none", "bound" or "claimed". */
const char *content_binding_text(enum content_binding binding);

#endif
