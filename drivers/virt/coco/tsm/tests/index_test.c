// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index: each line leads to its record.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "files.h"
#include "replay.h"

#define LINE_SIZE	42
#define INTERVAL	256

static int index_test_init(struct kunit *test)
{
	test->priv = fake_register(test, "fake");

	return 0;
}

/* Records of different sizes. */
static void extend(struct kunit *test, unsigned int n)
{
	struct fake *fake = test->priv;

	for (unsigned int i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test,
				file_write(fake, i % 3 ? "rtmr0/append_event" :
							 "agile/append_event",
					   "012345678", 1 + i % 9),
				1 + i % 9);
}

static void trim_to(struct kunit *test, u64 recnum)
{
	char text[32];

	KUNIT_ASSERT_GT(test,
			file_write(test->priv, "log/trim", text,
				   scnprintf(text, sizeof(text), "%llu",
					     recnum)), 0);
}

/* Which lines there are, and what is at the offset of each. */
static void expect_right(struct kunit *test)
{
	struct fake *fake = test->priv;
	u64 first = file_number(test, fake, "log/first_record");
	u64 next = file_number(test, fake, "log/next_record");
	size_t cel_size, size, at = 0;
	const u8 *cel = file_bytes(test, fake, "log/cel", &cel_size);
	const char *lines = file_bytes(test, fake, "log/index", &size);

	for (u64 n = first; n < next; n++) {
		struct seen_record record;
		u64 recnum, off;

		if (n != first && n % INTERVAL)
			continue;
		KUNIT_ASSERT_LE(test, at + LINE_SIZE, size);
		KUNIT_EXPECT_EQ(test, lines[at + LINE_SIZE - 1], '\n');
		if (sscanf(lines + at, "%20llu %20llu\n", &recnum, &off) != 2)
			KUNIT_FAIL_AND_ABORT(test, "no line: %s", lines + at);
		KUNIT_EXPECT_EQ(test, recnum, n);
		KUNIT_ASSERT_LT(test, off, cel_size);
		KUNIT_ASSERT_NOT_NULL(test, replay_parse(cel + off,
							 cel + cel_size,
							 &record));
		KUNIT_EXPECT_EQ(test, record.recnum, n);
		at += LINE_SIZE;
	}
	KUNIT_EXPECT_EQ(test, size, at);
}

static void test_empty(struct kunit *test)
{
	expect_right(test);
}

static void test_around_the_interval(struct kunit *test)
{
	extend(test, INTERVAL - 1);
	for (int i = 0; i < 3; i++) {
		expect_right(test);
		extend(test, 1);
	}
	extend(test, 3 * INTERVAL);
	expect_right(test);
}

static void test_after_trims(struct kunit *test)
{
	static const u64 firsts[] = { 1, 255, 256, 257, 511, 512, 700, 1024,
				      1100, 1300 };

	extend(test, 1100);
	for (size_t i = 0; i < ARRAY_SIZE(firsts); i++) {
		/* Also with nothing left, at a line's record and elsewhere. */
		if (firsts[i] > 1100)
			extend(test, 200);
		trim_to(test, firsts[i]);
		expect_right(test);
	}
	extend(test, 300);
	expect_right(test);
}

/* A reader may want one line only, or a part of it. */
static void test_any_offset(struct kunit *test)
{
	struct fake *fake = test->priv;
	const char *all;
	size_t size;
	char buf[100];

	extend(test, 3 * INTERVAL);
	all = file_bytes(test, fake, "log/index", &size);
	for (size_t off = 0; off <= size; off++) {
		for (size_t count = 1; count < sizeof(buf); count += 7) {
			size_t expected = min(count, size - off);

			KUNIT_ASSERT_EQ(test,
					file_read_at(fake, "log/index", buf,
						     count, off), expected);
			KUNIT_ASSERT_MEMEQ(test, buf, all + off, expected);
		}
	}
}

static struct kunit_case index_test_cases[] = {
	KUNIT_CASE(test_empty),
	KUNIT_CASE(test_around_the_interval),
	KUNIT_CASE(test_after_trims),
	KUNIT_CASE(test_any_offset),
	{}
};

static struct kunit_suite index_test_suite = {
	.name = "tsm-index",
	.init = index_test_init,
	.test_cases = index_test_cases,
};

kunit_test_suite(index_test_suite);
