/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs that others keep of the same registers, as an explanation of what is not in
 * ours: what came after the firmware's log and before the provider, and what somebody
 * extended past it.
 *
 * They are replayed alongside ours, each register by itself and in order. Where ours
 * goes from one value to another that does not follow, the next extends in these logs
 * must lead there, in all banks. What both logs have is taken from ours.
 */
#ifndef TSM_LOG_EARLIER_H
#define TSM_LOG_EARLIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/bank.h"
#include "formats/cel.h"

#define EARLIER_FILES_MAX 16

struct earlier_cursor {
	bool lost; /* what it had did not lead to a value of ours */
	size_t pos; /* of the record that comes next, or of one before it */
	uint64_t explained; /* extends that were taken from here */
};

struct earlier {
	size_t nr_files;
	const char *files[EARLIER_FILES_MAX];
	struct buffer cel; /* of all of them, one after the other */
	struct earlier_cursor cursor[2][UINT8_MAX + 1]; /* [is_ccmr][index] */
	struct hasher hasher;
};

/* Name one more file; its log is read later. Returns whether there is room. */
bool earlier_add(struct earlier *earlier, const char *path);

/*
 * Read all files; @is_ccmr says what indices are where a log does not. Returns 0, or
 * -1 with @err set.
 */
int earlier_read(struct earlier *earlier, bool is_ccmr, struct error *err);

/*
 * Whether the next extends of the register @name lead from @from to @to in the banks of
 * @set. Returns 1 or, if not, 0, or -1 with @err set.
 */
int earlier_leads(struct earlier *earlier, const char *name, unsigned int set,
		  const uint8_t from[BANK_COUNT][DIGEST_MAX],
		  const uint8_t to[BANK_COUNT][DIGEST_MAX], struct error *err);

/* Our log has @rec: if it is what comes next here as well, it is done with. */
void earlier_pass(struct earlier *earlier, const struct cel_record *rec);

/*
 * The next record of the register from @pos on, which moves behind it. Returns whether
 * there is one.
 */
bool earlier_next(const struct earlier *earlier, size_t *pos, bool is_ccmr,
		  uint8_t index, struct cel_record *rec);

void earlier_free(struct earlier *earlier);

#endif
