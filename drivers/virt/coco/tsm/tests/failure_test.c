// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extends that fail, and extends by someone else.
 */

#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/string.h>

#include "files.h"
#include "hash.h"
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
	fake->failure = TSM_FAILURE_UNCLEAR;
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
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "0 unsure agile\n"), 1);

	/* Still unreadable: refused, and the hardware is not asked. */
	KUNIT_EXPECT_EQ(test, append(fake, "too early"), -EIO);
	KUNIT_EXPECT_EQ(test, fake->nr_extends, 1);
	/* Other registers go on. */
	fail(fake, FAKE_WORKS, 0);
	KUNIT_EXPECT_EQ(test, file_write(fake, "soft/append_event", "x", 1), 1);

	fake->refresh_error = 0;
	KUNIT_EXPECT_EQ(test, append(fake, "later"), 5);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "2 settled agile "), 1);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 3);
	replay_expect_verified(test, fake);
}

/* A look at the log is enough, and the record is the one that was asked for. */
static void test_unclear_until_the_log_is_read(struct kunit *test)
{
	static const char *const names[] = { "log/cel", "log/checkpoints",
					     "log/next_record" };
	struct fake *fake = test->priv;
	struct seen_record seen;
	char event[16];
	char byte;

	for (int i = 0; i < ARRAY_SIZE(names); i++) {
		scnprintf(event, sizeof(event), "unclear %d", i);
		fail(fake, FAKE_FAILS_AFTER, -ETIMEDOUT);
		fake->refresh_error = -EIO;
		KUNIT_EXPECT_EQ(test, append(fake, event), -ETIMEDOUT);

		fail(fake, FAKE_WORKS, 0);
		fake->refresh_error = 0;
		KUNIT_EXPECT_GE(test, file_read_at(fake, names[i], &byte, 1, 0),
				0);
		fake->refresh_error = -EIO;
		KUNIT_EXPECT_EQ(test, replay_count(test, fake), i + 1);
		replay_last(test, fake, &seen);
		KUNIT_EXPECT_MEMEQ(test, seen.event, event, strlen(event));
		fake->refresh_error = 0;
		replay_expect_verified(test, fake);
	}
}

/* An answer that was forged is no reason to believe a read that may be, too. */
static void test_forged_answers(struct kunit *test)
{
	struct fake *fake = test->priv;

	fail(fake, FAKE_FAILS_AFTER, -EIO);
	fake->failure = TSM_FAILURE_FORGED;
	fake->confirm_error = -EIO;
	KUNIT_EXPECT_EQ(test, append(fake, "forged"), -EIO);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "0 unsure agile\n"), 1);
	KUNIT_EXPECT_EQ(test, append(fake, "more"), -EIO);
	KUNIT_EXPECT_EQ(test, fake->nr_extends, 1);

	fake->confirm_error = 0;
	fail(fake, FAKE_WORKS, 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 settled agile "), 1);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	replay_expect_verified(test, fake);

	/* Not even if it could be read at once. */
	fail(fake, FAKE_FAILS_AFTER, -EIO);
	fake->failure = TSM_FAILURE_FORGED;
	KUNIT_EXPECT_EQ(test, append(fake, "forged"), -EIO);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 2);
	replay_expect_verified(test, fake);
}

/* Who knows that nothing happened need not be asked, nor the register. */
static void test_nothing_was_done(struct kunit *test)
{
	struct fake *fake = test->priv;
	unsigned int refreshes = fake->nr_refreshes;

	fail(fake, FAKE_FAILS_BEFORE, -EACCES);
	fake->failure = TSM_FAILURE_BEFORE;
	KUNIT_EXPECT_EQ(test, append(fake, "refused"), -EACCES);
	KUNIT_EXPECT_EQ(test, fake->nr_refreshes + fake->nr_confirms,
			refreshes);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " unsure "), 0);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 0);
	replay_expect_verified(test, fake);
}

/* A register without a value keeps nobody from being registered. */
static void test_unreadable_at_registration(struct kunit *test)
{
	struct fake *fake = fake_create(test, "partly");

	test->priv = fake;
	fake->unreadable = FAKE_RTMR1;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "0 unsure rtmr1\n"), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "0 register "), 3);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_event", "x", 1),
			-EIO);
	KUNIT_EXPECT_EQ(test, append(fake, "others go on"), 12);

	fake->unreadable = -1;
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_event", "x", 1), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "0 unsure rtmr1\n"), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 register rtmr1 "), 1);
	replay_expect_verified(test, fake);
	fake_unregister(fake);
}

/* Others fill what is theirs, and nobody else's extends are refused for it. */
static void test_others_have_a_limit(struct kunit *test)
{
	struct fake *fake = test->priv;
	u64 size;

	KUNIT_EXPECT_EQ(test, file_write(fake, "log/others_limit", "1000", 4),
			4);
	for (int i = 0; i < 10; i++) {
		char byte;

		fake_extend_elsewhere(fake, FAKE_RTMR0, i);
		if (file_read_at(fake, "rtmr0/digest", &byte, 1, 0) < 0)
			break;
		append(fake, "ours");
	}
	size = file_number(test, fake, "log/others_size");
	KUNIT_EXPECT_GT(test, size, 0);
	KUNIT_EXPECT_LE(test, size, 1000);
	KUNIT_EXPECT_EQ(test, append(fake, "ours"), 4);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " unsure rtmr0\n"), 1);

	KUNIT_EXPECT_EQ(test, file_write(fake, "log/trim", "1", 1), 1);
	file_text(test, fake, "rtmr0/digest");
	replay_expect_verified(test, fake);
}

/* What can be repeated without a record leaves one line. */
static void test_lines_fold(struct kunit *test)
{
	struct fake *fake = test->priv;
	u64 size;

	append(fake, "ours");
	fake_extend_elsewhere(fake, FAKE_RTMR0, 1);
	file_text(test, fake, "rtmr0/digest");
	fake_extend_elsewhere(fake, FAKE_AGILE_SHA1, 1);
	file_text(test, fake, "agile/digest");
	size = file_number(test, fake, "log/size");
	for (int i = 0; i < 20; i++) {
		fake_extend_elsewhere(fake, i % 3 ? FAKE_RTMR0 : FAKE_AGILE_SHA1,
				      i);
		file_text(test, fake, i % 3 ? "rtmr0/digest" : "agile/digest");
		KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/size"), size);
		replay_expect_verified(test, fake);
	}
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 foreign "), 2);

	/* An unsure line does not take the value from the one before it. */
	fail(fake, FAKE_FAILS_BEFORE, -EIO);
	fake->refresh_error = -EIO;
	KUNIT_EXPECT_EQ(test, append(fake, "unclear"), -EIO);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 foreign agile "), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 unsure agile\n"), 1);
	fake->refresh_error = 0;
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 unsure "), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 settled agile "), 1);
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
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
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

/* A value that was read and its line are of the same moment. */
static void test_foreign_extend_during_the_look(struct kunit *test)
{
	struct fake *fake = test->priv;
	const char *text;
	char expected[64];

	for (int i = 0; i < 5; i++) {
		append(fake, "ours");
		fake_extend_elsewhere(fake, FAKE_AGILE_SHA1, i);
		fake->foreign_during_refresh = 1;
		text = file_text(test, fake, "agile/sha1/digest");
		snprintf(expected, sizeof(expected), " foreign agile sha1:%.40s,",
			 text);
		KUNIT_EXPECT_EQ(test, count_lines(test, fake, expected), 1);
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
	file_text(test, fake, "rtmr1/digest");
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 2);

	append(fake, "ours");
	file_text(test, fake, "rtmr0/digest");
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 2);
	replay_expect_verified(test, fake);
	fake_unregister(fake);
}

/* The first register need not be one that the hardware has to be asked for. */
static void test_refresh_all_with_software_first(struct kunit *test)
{
	struct fake *fake = fake_create(test, "all");

	fake->mrs[FAKE_RTMR0].mr_flags &= ~TSM_MR_F_LIVE;
	memset(fake->values[FAKE_RTMR0], 0x10, sizeof(fake->values[0]));
	fake->tm.refresh_all = true;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	KUNIT_EXPECT_EQ(test, fake->nr_refreshes, 1);
	file_text(test, fake, "rtmr1/digest");
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
	replay_expect_verified(test, fake);
	fake_unregister(fake);
}

/* Nothing can be read: the registers have no values until it can be. */
static void test_broken_hardware(struct kunit *test)
{
	struct fake *fake = fake_create(test, "broken");
	char byte;

	fake->refresh_error = -EIO;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "0 unsure "), 3);
	KUNIT_EXPECT_EQ(test, file_read_at(fake, "rtmr0/digest", &byte, 1, 0),
			-EIO);

	fake->refresh_error = 0;
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "0 register "), 4);
	replay_expect_verified(test, fake);
	fake_unregister(fake);
}

static bool without_sha256(enum hash_algo algo)
{
	return algo != HASH_ALGO_SHA256;
}

/*
 * What a register has cannot be compared without its hash. So nobody may say that
 * an extend whose end is not known did not happen.
 */
static void test_unclear_without_the_hash(struct kunit *test)
{
	struct fake *fake = test->priv;
	static const u8 digest[SHA256_DIGEST_SIZE] = { 1 };

	kunit_activate_static_stub(test, tsm_hash_available, without_sha256);
	fail(fake, FAKE_FAILS_BADLY, -EIO);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/digest", digest,
					 sizeof(digest)), -EIO);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign rtmr1 "), 1);
}

static struct kunit_case failure_test_cases[] = {
	KUNIT_CASE(test_failure_before_the_effect),
	KUNIT_CASE(test_failure_after_the_effect),
	KUNIT_CASE(test_failure_with_another_effect),
	KUNIT_CASE(test_failures_of_a_software_register),
	KUNIT_CASE(test_unclear_until_the_next_extend),
	KUNIT_CASE(test_unclear_until_the_log_is_read),
	KUNIT_CASE(test_forged_answers),
	KUNIT_CASE(test_nothing_was_done),
	KUNIT_CASE(test_unclear_until_the_next_read),
	KUNIT_CASE(test_unclear_but_nothing_happened),
	KUNIT_CASE(test_interrupted_in_the_hardware),
	KUNIT_CASE(test_a_read_finds_a_foreign_extend),
	KUNIT_CASE(test_foreign_extend_during_the_look),
	KUNIT_CASE(test_refresh_all),
	KUNIT_CASE(test_refresh_all_with_software_first),
	KUNIT_CASE(test_broken_hardware),
	KUNIT_CASE(test_unreadable_at_registration),
	KUNIT_CASE(test_unclear_without_the_hash),
	KUNIT_CASE(test_others_have_a_limit),
	KUNIT_CASE(test_lines_fold),
	{}
};

static struct kunit_suite failure_test_suite = {
	.name = "tsm-failure",
	.init = failure_test_init,
	.test_cases = failure_test_cases,
};

kunit_test_suite(failure_test_suite);
