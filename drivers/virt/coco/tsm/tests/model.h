/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a provider's registers have been through, and whether its log says so.
 */
#ifndef __TSM_TESTS_MODEL_H
#define __TSM_TESTS_MODEL_H

#include <kunit/test.h>
#include <linux/types.h>

#include "fake.h"
#include "hash.h"

/* The registers of a fake that can be extended. */
enum model_reg {
	MODEL_RTMR0,
	MODEL_RTMR1,
	MODEL_SOFT,
	MODEL_AGILE,
	MODEL_NR_REGS,
};

#define MODEL_MAX_VALUES	1536
#define MODEL_MAX_EVENTS	2048

/**
 * struct model_event - an event of ours, or of others that the provider is told of
 * @reg: the register that it was for
 * @content: type of the content that its record has to have
 * @given: the digests are what it was described by, not the hash of anything
 * @order: when the hardware got it, counting from 1
 * @accepted: the hardware was extended by it
 * @promised: the caller was told that there is a record, or it is of others and
 *	nothing keeps it from having one
 */
struct model_event {
	u8 reg;
	u8 content;
	bool given;
	unsigned int order;
	bool accepted;
	bool promised;
};

/**
 * struct model - what has happened
 * @fake: the provider
 * @values: values that the hardware has had, of each bank, one after the other
 * @nr_values: how many of them, for each bank
 * @events: the events by their number
 * @first_event: those before are not looked for any more
 * @nr_events: number of the next event
 * @nr_ordered: how many events the hardware has got
 * @moved: somebody else has extended the register since it was last looked at
 * @nr_foreign: how many foreign extends the log has told of
 * @nr_moves: how often it got a value that none of our extends gives, or may have
 * @doubtful: an extend's end was not known, it was reset, or there was hibernation:
 *	what it had at some record may never be known
 * @sure: nothing keeps the log from knowing what the register began with
 * @others_limit: what others may add to the log, 0 for no limit
 * @others_size: what they had added, or had the room for, when that was last checked
 */
struct model {
	struct fake *fake;
	u8 values[FAKE_BLOB][MODEL_MAX_VALUES][TSM_DIGEST_MAX_SIZE];
	unsigned int nr_values[FAKE_BLOB];
	struct model_event events[MODEL_MAX_EVENTS];
	unsigned int first_event;
	unsigned int nr_events;
	unsigned int nr_ordered;
	bool moved[MODEL_NR_REGS];
	unsigned int nr_foreign[MODEL_NR_REGS];
	unsigned int nr_moves[MODEL_NR_REGS];
	bool doubtful[MODEL_NR_REGS];
	bool sure[MODEL_NR_REGS];
	u64 others_limit;
	u64 others_size;
};

extern const char *const model_names[MODEL_NR_REGS];
extern const enum fake_mr model_mrs[MODEL_NR_REGS];

void model_see(struct model *model);
void model_forget(struct model *model);
bool model_check(struct kunit *test, struct model *model, bool settled);

#endif /* __TSM_TESTS_MODEL_H */
