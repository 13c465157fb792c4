// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log without hardware: numbers, limit, memory.
 */

#include <kunit/test.h>
#include <linux/cleanup.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "log.h"

static int log_test_init(struct kunit *test)
{
	struct tsm_log *log = kunit_kzalloc(test, sizeof(*log), GFP_KERNEL);

	if (!log)
		return -ENOMEM;
	tsm_log_init(log);
	test->priv = log;

	return 0;
}

static void log_test_exit(struct kunit *test)
{
	if (test->priv)
		tsm_log_destroy(test->priv);
}

static void test_commit_numbers_and_adds(struct kunit *test)
{
	struct tsm_log *log = test->priv;
	char buf[16] = "";

	guard(mutex)(&log->lock);

	KUNIT_EXPECT_EQ(test, log->next_record, 0);
	KUNIT_EXPECT_EQ(test, log->limit, 32 * 1024 * 1024);

	KUNIT_ASSERT_EQ(test, tsm_log_reserve(log, 5, 0), 0);
	KUNIT_EXPECT_EQ(test, log->next_record, 0);
	KUNIT_EXPECT_EQ(test, log->records.end, 0);

	tsm_log_commit(log, "first", 5, NULL, 0);
	KUNIT_ASSERT_EQ(test, tsm_log_reserve(log, 6, 0), 0);
	tsm_log_commit(log, "sec", 3, "ond", 3);
	KUNIT_EXPECT_EQ(test, log->next_record, 2);
	KUNIT_EXPECT_EQ(test, tsm_stream_read(&log->records, 0, buf, 16), 11);
	KUNIT_EXPECT_STREQ(test, buf, "firstsecond");
}

static void test_limit_is_inclusive(struct kunit *test)
{
	struct tsm_log *log = test->priv;

	guard(mutex)(&log->lock);

	log->limit = 10;
	KUNIT_EXPECT_EQ(test, tsm_log_reserve(log, 11, 0), -ENOSPC);
	KUNIT_ASSERT_EQ(test, tsm_log_reserve(log, 10, 0), 0);
	tsm_log_commit(log, "0123456789", 10, NULL, 0);
	KUNIT_EXPECT_EQ(test, tsm_log_reserve(log, 1, 0), -ENOSPC);

	log->limit = 0;
	KUNIT_EXPECT_EQ(test, tsm_log_reserve(log, 1, 0), 0);
}

/* What is held for a record that may still come belongs to nobody else. */
static void test_limit_counts_what_is_held(struct kunit *test)
{
	struct tsm_log *log = test->priv;

	guard(mutex)(&log->lock);

	log->limit = 10;
	KUNIT_ASSERT_EQ(test, tsm_log_reserve(log, 6, 0), 0);
	tsm_log_hold(log, 6);
	KUNIT_EXPECT_EQ(test, tsm_log_reserve(log, 5, 0), -ENOSPC);
	KUNIT_ASSERT_EQ(test, tsm_log_reserve(log, 4, 0), 0);
	tsm_log_commit(log, "0123", 4, NULL, 0);
	tsm_log_release(log, 6);
	tsm_log_commit(log, "456789", 6, NULL, 0);
	KUNIT_EXPECT_EQ(test, tsm_log_size(log), 10);
}

/* Nothing is allocated for a record that was held, wherever it comes. */
static void test_memory_is_held(struct kunit *test)
{
	static u8 record[3000];
	struct tsm_log *log = test->priv;

	guard(mutex)(&log->lock);

	for (int i = 0; i < 600; i++) {
		KUNIT_ASSERT_EQ(test, tsm_log_reserve(log, sizeof(record), 0),
				0);
		tsm_log_hold(log, sizeof(record));
		for (int other = 0; other < i % 3; other++) {
			KUNIT_ASSERT_EQ(test, tsm_log_reserve(log, 999, 0), 0);
			tsm_log_commit(log, record, 999, NULL, 0);
		}
		KUNIT_ASSERT_NOT_NULL(test,
				      xa_load(&log->records.pages,
					      (log->records.end + sizeof(record) -
					       1) / PAGE_SIZE));
		tsm_log_release(log, sizeof(record));
		tsm_log_commit(log, record, sizeof(record), NULL, 0);
	}
	KUNIT_EXPECT_EQ(test, log->next_record, 1200);
}

/* The limit is for what is there, whatever was dropped. */
static void test_limit_forgets_what_was_dropped(struct kunit *test)
{
	struct tsm_log *log = test->priv;

	guard(mutex)(&log->trim_lock);
	guard(mutex)(&log->lock);

	log->limit = 10;
	KUNIT_ASSERT_EQ(test, tsm_log_reserve(log, 10, 0), 0);
	tsm_log_commit(log, "0123456789", 10, NULL, 0);
	KUNIT_EXPECT_EQ(test, tsm_log_reserve(log, 1, 0), -ENOSPC);

	tsm_log_begin(log, 1, 10);
	KUNIT_EXPECT_EQ(test, tsm_log_size(log), 0);
	KUNIT_EXPECT_EQ(test, tsm_log_reserve(log, 10, 0), 0);
	KUNIT_EXPECT_EQ(test, tsm_log_reserve(log, 11, 0), -ENOSPC);
}

/* Invariant 9 without a clock: pages grow with the bytes, and nothing else. */
static void test_memory_is_the_bytes(struct kunit *test)
{
	static const u8 record[250];
	struct tsm_log *log = test->priv;
	unsigned long index, pages = 0;
	void *page;

	guard(mutex)(&log->lock);

	for (int i = 0; i < 20000; i++) {
		KUNIT_ASSERT_EQ(test, tsm_log_reserve(log, sizeof(record), 0), 0);
		tsm_log_commit(log, record, 100, record + 100, 150);
	}

	xa_for_each(&log->records.pages, index, page)
		pages++;
	KUNIT_EXPECT_EQ(test, pages,
			DIV_ROUND_UP(20000 * sizeof(record), PAGE_SIZE));
}

static struct kunit_case log_test_cases[] = {
	KUNIT_CASE(test_commit_numbers_and_adds),
	KUNIT_CASE(test_limit_is_inclusive),
	KUNIT_CASE(test_limit_counts_what_is_held),
	KUNIT_CASE(test_memory_is_held),
	KUNIT_CASE(test_limit_forgets_what_was_dropped),
	KUNIT_CASE(test_memory_is_the_bytes),
	{}
};

static struct kunit_suite log_test_suite = {
	.name = "tsm-log",
	.init = log_test_init,
	.exit = log_test_exit,
	.test_cases = log_test_cases,
};

kunit_test_suite(log_test_suite);
