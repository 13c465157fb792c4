// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extends that fail, and extends by someone else.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "files.h"
#include "replay.h"

static int failure_test_init(struct kunit *test)
{
	test->priv = fake_register(test, "fake");

	return 0;
}

static ssize_t append(struct fake *fake, const char *event)
{
	return file_write(fake, "agile/append_event", event, strlen(event));
}

static void fail(struct fake *fake, enum fake_fault fault, int error)
{
	fake->fault = fault;
	fake->error = error;
}

/* The old value: no record, the error. */
static void test_failure_before_the_effect(struct kunit *test)
{
	struct fake *fake = test->priv;

	append(fake, "good");
	fail(fake, FAKE_FAILS_BEFORE, -EIO);
	KUNIT_EXPECT_EQ(test, append(fake, "bad"), -EIO);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
	replay_expect_verified(test, fake);

	fail(fake, FAKE_WORKS, 0);
	KUNIT_EXPECT_EQ(test, append(fake, "again"), 5);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 2);
	replay_expect_verified(test, fake);
}

/* The expected value: a record, success. */
static void test_failure_after_the_effect(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct seen_record seen;

	fail(fake, FAKE_FAILS_AFTER, -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, append(fake, "took effect"), 11);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
	replay_last(test, fake, &seen);
	KUNIT_EXPECT_MEMEQ(test, seen.event, "took effect", 11);
	replay_expect_verified(test, fake);
}

/* Anything else: a foreign checkpoint and the error. */
static void test_failure_with_another_effect(struct kunit *test)
{
	struct fake *fake = test->priv;

	fail(fake, FAKE_FAILS_BADLY, -EIO);
	KUNIT_EXPECT_EQ(test, append(fake, "bad"), -EIO);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 1);
	replay_expect_verified(test, fake);

	fail(fake, FAKE_WORKS, 0);
	KUNIT_EXPECT_EQ(test, append(fake, "good"), 4);
	replay_expect_verified(test, fake);
}

/* A software register is its mr_value: there is nothing to refresh. */
static void test_failures_of_a_software_register(struct kunit *test)
{
	struct fake *fake = test->priv;

	fail(fake, FAKE_FAILS_AFTER, -EIO);
	KUNIT_EXPECT_EQ(test, file_write(fake, "soft/append_event", "x", 1), 1);
	fail(fake, FAKE_FAILS_BEFORE, -EIO);
	KUNIT_EXPECT_EQ(test, file_write(fake, "soft/append_event", "y", 1),
			-EIO);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	replay_expect_verified(test, fake);
}

/*
 * The register cannot be read after the failure either, so the next extend must
 * look at it first.
 */
static void test_unclear_until_the_next_extend(struct kunit *test)
{
	struct fake *fake = test->priv;

	fail(fake, FAKE_FAILS_AFTER, -ETIMEDOUT);
	fake->refresh_error = -EIO;
	KUNIT_EXPECT_EQ(test, append(fake, "unclear"), -ETIMEDOUT);

	/* Still unreadable: refused, and the hardware is not asked. */
	KUNIT_EXPECT_EQ(test, append(fake, "too early"), -EIO);
	KUNIT_EXPECT_EQ(test, fake->nr_extends, 1);

	fail(fake, FAKE_WORKS, 0);
	fake->refresh_error = 0;
	KUNIT_EXPECT_EQ(test, append(fake, "later"), 5);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 1);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	replay_expect_verified(test, fake);
}

/* Reading one bank looks at all of them when the register is unclear. */
static void test_unclear_until_the_next_read(struct kunit *test)
{
	struct fake *fake = test->priv;

	fail(fake, FAKE_FAILS_BADLY, -EIO);
	fake->refresh_error = -EIO;
	KUNIT_EXPECT_EQ(test, append(fake, "unclear"), -EIO);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);

	fake->refresh_error = 0;
	file_text(test, fake, "agile/sha384/digest");
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 1);
	replay_expect_verified(test, fake);
}

static void test_unclear_but_nothing_happened(struct kunit *test)
{
	struct fake *fake = test->priv;

	fail(fake, FAKE_FAILS_BEFORE, -EIO);
	fake->refresh_error = -EIO;
	KUNIT_EXPECT_EQ(test, append(fake, "unclear"), -EIO);

	fake->refresh_error = 0;
	file_text(test, fake, "agile/digest");
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
	replay_expect_verified(test, fake);
}

/* A write that a signal ended is restarted if, and only if, nothing happened. */
static void test_interrupted_in_the_hardware(struct kunit *test)
{
	struct fake *fake = test->priv;

	fail(fake, FAKE_FAILS_BEFORE, -EINTR);
	KUNIT_EXPECT_EQ(test, append(fake, "again"), -ERESTARTSYS);
	fail(fake, FAKE_FAILS_BADLY, -EINTR);
	KUNIT_EXPECT_EQ(test, append(fake, "not again"), -EIO);
	fail(fake, FAKE_FAILS_BADLY, -ERESTARTSYS);
	KUNIT_EXPECT_EQ(test, append(fake, "not again"), -EIO);

	fail(fake, FAKE_FAILS_AFTER, -EINTR);
	fake->refresh_error = -EINTR;
	KUNIT_EXPECT_EQ(test, append(fake, "not again"), -EIO);
	fake->refresh_error = 0;
	file_text(test, fake, "agile/digest");
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 0);
	replay_expect_verified(test, fake);
}

static void test_a_read_finds_a_foreign_extend(struct kunit *test)
{
	struct fake *fake = test->priv;
	char expected[512];
	const char *line;

	append(fake, "ours");
	fake_extend_elsewhere(fake, FAKE_AGILE_SHA1, 0x5a);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);

	file_text(test, fake, "agile/sha256/digest");
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 1);

	snprintf(expected, sizeof(expected),
		 "1 foreign agile sha1:%*phN,sha256:%*phN,sha384:%*phN\n",
		 20, fake_value(fake, FAKE_AGILE_SHA1),
		 32, fake_value(fake, FAKE_AGILE_SHA256),
		 48, fake_value(fake, FAKE_AGILE_SHA384));
	line = strstr(file_text(test, fake, "log/checkpoints"), "1 foreign");
	KUNIT_EXPECT_STREQ(test, line ?: "", expected);

	/* Said once. */
	file_text(test, fake, "agile/sha256/digest");
	file_text(test, fake, "agile/digest");
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 1);

	append(fake, "ours again");
	replay_expect_verified(test, fake);
}

/* A checkpoint must not mix values from before and after a foreign extend. */
static void test_foreign_extend_between_banks(struct kunit *test)
{
	for (unsigned int nth = 1; nth <= 5; nth++) {
		struct fake *fake = test->priv;
		unsigned int before = count_lines(test, fake, " foreign ");

		fake_extend_elsewhere(fake, FAKE_AGILE_SHA1, nth);
		fake->foreign_during_refresh = nth;
		file_text(test, fake, "agile/sha1/digest");
		fake->foreign_during_refresh = 0;
		file_text(test, fake, "agile/sha1/digest");
		KUNIT_EXPECT_GT(test, count_lines(test, fake, " foreign "), before);
		replay_expect_verified(test, fake);
	}
}

/* One refresh serves all registers, so it shows foreign extends of all. */
static void test_refresh_all(struct kunit *test)
{
	struct fake *fake = fake_create(test, "all");

	fake->tm.refresh_all = true;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	KUNIT_EXPECT_EQ(test, fake->nr_refreshes, 1);
	test->priv = fake;

	fake_extend_elsewhere(fake, FAKE_RTMR0, 1);
	fake_extend_elsewhere(fake, FAKE_AGILE_SHA1, 2);
	file_text(test, fake, "clock/digest");
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 2);

	append(fake, "ours");
	file_text(test, fake, "rtmr0/digest");
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 2);
	replay_expect_verified(test, fake);
	fake_unregister(fake);
}

static void test_registration_fails_with_the_hardware(struct kunit *test)
{
	struct fake *fake = fake_create(test, "broken");

	fake->refresh_error = -EIO;
	KUNIT_EXPECT_EQ(test, tsm_register_measurement(&fake->tm), -EIO);
	KUNIT_EXPECT_NULL(test, fake->tm.provider);

	/* The name is free again. */
	fake->refresh_error = 0;
	KUNIT_EXPECT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	fake_unregister(fake);
}

static struct kunit_case failure_test_cases[] = {
	KUNIT_CASE(test_failure_before_the_effect),
	KUNIT_CASE(test_failure_after_the_effect),
	KUNIT_CASE(test_failure_with_another_effect),
	KUNIT_CASE(test_failures_of_a_software_register),
	KUNIT_CASE(test_unclear_until_the_next_extend),
	KUNIT_CASE(test_unclear_until_the_next_read),
	KUNIT_CASE(test_unclear_but_nothing_happened),
	KUNIT_CASE(test_interrupted_in_the_hardware),
	KUNIT_CASE(test_a_read_finds_a_foreign_extend),
	KUNIT_CASE(test_foreign_extend_between_banks),
	KUNIT_CASE(test_refresh_all),
	KUNIT_CASE(test_registration_fails_with_the_hardware),
	{}
};

static struct kunit_suite failure_test_suite = {
	.name = "tsm-failure",
	.init = failure_test_init,
	.test_cases = failure_test_cases,
};

kunit_test_suite(failure_test_suite);
