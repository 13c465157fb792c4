// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hibernation: the memory of before meets registers of after.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "files.h"
#include "replay.h"
#include "tsm.h"

static int hibernation_test_init(struct kunit *test)
{
	test->priv = fake_register(test, "fake");

	return 0;
}

static ssize_t append(struct fake *fake, const char *event)
{
	return file_write(fake, "rtmr0/append_event", event, strlen(event));
}

static void reset_hardware(struct fake *fake)
{
	for (size_t i = 0; i < FAKE_NR_MRS; i++)
		memset(fake->hardware[i], 0, sizeof(fake->hardware[i]));
}

static void test_registers_are_looked_at(struct kunit *test)
{
	struct fake *fake = test->priv;

	append(fake, "before");
	tsm_hibernate(fake_provider(fake));
	reset_hardware(fake);
	KUNIT_EXPECT_EQ(test, tsm_resume(fake_provider(fake)), 0);

	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 resume "), 4);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
	replay_expect_verified(test, fake);

	KUNIT_EXPECT_EQ(test, append(fake, "after"), 5);
	replay_expect_verified(test, fake);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " resume "), 4);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
}

/* Who comes first after the image was loaded: the record needs its value. */
static void test_extend_before_the_notification(struct kunit *test)
{
	struct fake *fake = test->priv;

	tsm_hibernate(fake_provider(fake));
	append(fake, "before the image");
	reset_hardware(fake);
	KUNIT_EXPECT_EQ(test, append(fake, "early"), 5);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 resume rtmr0 "), 1);

	KUNIT_EXPECT_EQ(test, tsm_resume(fake_provider(fake)), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "2 resume "), 4);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
	replay_expect_verified(test, fake);
}

/* A chip that does not answer yet is asked again at the next use. */
static void test_registers_that_cannot_be_read(struct kunit *test)
{
	struct fake *fake = test->priv;

	append(fake, "before");
	tsm_hibernate(fake_provider(fake));
	reset_hardware(fake);
	fake->refresh_error = -EIO;
	KUNIT_EXPECT_EQ(test, tsm_resume(fake_provider(fake)), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 unsure "), 3);
	KUNIT_EXPECT_EQ(test, append(fake, "too early"), -EIO);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);

	fake->refresh_error = 0;
	KUNIT_EXPECT_EQ(test, append(fake, "after"), 5);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " unsure "), 2);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 resume rtmr0 "), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " resume "), 4);
	replay_expect_verified(test, fake);
}

static void test_trim_across(struct kunit *test)
{
	struct fake *fake = test->priv;

	append(fake, "before");
	tsm_hibernate(fake_provider(fake));
	reset_hardware(fake);
	KUNIT_EXPECT_EQ(test, tsm_resume(fake_provider(fake)), 0);
	append(fake, "after");
	append(fake, "later");

	KUNIT_EXPECT_EQ(test, file_write(fake, "log/trim", "1", 1), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 trim "), 4);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " resume "), 0);
	replay_expect_verified(test, fake);
	KUNIT_EXPECT_EQ(test, file_write(fake, "log/trim", "2", 1), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " resume "), 0);
	replay_expect_verified(test, fake);
}

static struct kunit_case hibernation_test_cases[] = {
	KUNIT_CASE(test_registers_are_looked_at),
	KUNIT_CASE(test_extend_before_the_notification),
	KUNIT_CASE(test_registers_that_cannot_be_read),
	KUNIT_CASE(test_trim_across),
	{}
};

static struct kunit_suite hibernation_test_suite = {
	.name = "tsm-hibernation",
	.init = hibernation_test_init,
	.test_cases = hibernation_test_cases,
};

kunit_test_suite(hibernation_test_suite);
