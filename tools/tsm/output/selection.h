/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a log that another program is to get.
 */
#ifndef TSM_LOG_SELECTION_H
#define TSM_LOG_SELECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "formats/register.h"
#include "output/consumer.h"
#include "sources/log.h"

struct selection {
	const struct consumer *consumer;
	struct register_set leave_out;
	unsigned int banks; /* of which digests are kept */
	bool bare; /* of what the consumer refuses, the digests are kept */

	/* What came of it. */
	uint64_t left_out;
	uint64_t bared;
};

/* Whether the registers' records are left out. */
bool selection_leaves_out(const struct selection *selection,
			  const struct cel_record *rec);

/*
 * Take all else out of the records of @log, which keep their numbers. Returns 0, or
 * -1 with @err set.
 */
int selection_apply(struct selection *selection, struct log *log,
		    struct error *err);

#endif
