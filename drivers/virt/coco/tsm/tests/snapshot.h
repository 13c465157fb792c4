/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must not change when a write is refused.
 */
#ifndef __TSM_TESTS_SNAPSHOT_H
#define __TSM_TESTS_SNAPSHOT_H

#include <kunit/test.h>
#include <linux/types.h>

#include "fake.h"

/**
 * struct snapshot - a provider at one moment
 * @extends: calls of extend()
 * @next_record: number of the next record
 * @size: bytes of the log
 * @checkpoints: bytes of the file checkpoints
 * @hardware: what the hardware has
 * @values: what the core has seen of that
 */
struct snapshot {
	unsigned int extends;
	u64 next_record;
	u64 size;
	size_t checkpoints;
	u8 hardware[FAKE_NR_MRS][FAKE_BLOB_SIZE];
	u8 values[FAKE_NR_MRS][FAKE_BLOB_SIZE];
};

struct snapshot *take_snapshot(struct kunit *test, struct fake *fake);
void expect_unchanged(struct kunit *test, struct fake *fake,
		      const struct snapshot *before, const char *what);

#endif /* __TSM_TESTS_SNAPSHOT_H */
