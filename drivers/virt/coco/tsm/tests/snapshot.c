// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must not change when a write is refused.
 */

#include <linux/string.h>

#include "files.h"
#include "snapshot.h"

/**
 * take_snapshot() - remember a provider as it is
 * @test: the test
 * @fake: the provider
 *
 * Return: the snapshot, freed with @test.
 */
struct snapshot *take_snapshot(struct kunit *test, struct fake *fake)
{
	struct snapshot *snap = kunit_kzalloc(test, sizeof(*snap), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, snap);
	snap->extends = fake->nr_extends;
	snap->next_record = file_number(test, fake, "log/next_record");
	snap->size = file_number(test, fake, "log/size");
	snap->checkpoints = strlen(file_text(test, fake, "log/checkpoints"));
	memcpy(snap->hardware, fake->hardware, sizeof(snap->hardware));
	memcpy(snap->values, fake->values, sizeof(snap->values));

	return snap;
}

/**
 * expect_unchanged() - a provider must be as it was
 * @test: the test, which fails if it is not
 * @fake: the provider
 * @before: what it was
 * @what: what has been tried
 */
void expect_unchanged(struct kunit *test, struct fake *fake,
		      const struct snapshot *before, const char *what)
{
	struct snapshot *now = take_snapshot(test, fake);

	KUNIT_EXPECT_MEMEQ_MSG(test, now, before, sizeof(*now), "%s", what);
	kunit_kfree(test, now);
}
