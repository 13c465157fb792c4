// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream: what is appended is read back, what is dropped is freed.
 */

#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "stream.h"

#define SEED	0x7351

static int stream_test_init(struct kunit *test)
{
	struct tsm_stream *stream = kunit_kzalloc(test, sizeof(*stream),
						  GFP_KERNEL);

	if (!stream)
		return -ENOMEM;
	tsm_stream_init(stream);
	test->priv = stream;

	return 0;
}

static void stream_test_exit(struct kunit *test)
{
	if (test->priv)
		tsm_stream_destroy(test->priv);
}

static unsigned long count_pages(struct tsm_stream *stream)
{
	unsigned long index, n = 0;
	void *page;

	xa_for_each(&stream->pages, index, page)
		n++;

	return n;
}

static void append(struct kunit *test, struct tsm_stream *stream,
		   const void *data, size_t len)
{
	KUNIT_ASSERT_EQ(test, tsm_stream_reserve(stream, len), 0);
	tsm_stream_append(stream, data, len);
}

static void test_empty(struct kunit *test)
{
	struct tsm_stream *stream = test->priv;
	u8 byte;

	KUNIT_EXPECT_EQ(test, tsm_stream_read(stream, 0, &byte, 1), 0);
	KUNIT_EXPECT_EQ(test, tsm_stream_read(stream, U64_MAX, &byte, 1), 0);
	KUNIT_EXPECT_EQ(test, count_pages(stream), 0);
}

static void test_reservation_alone_adds_nothing(struct kunit *test)
{
	struct tsm_stream *stream = test->priv;
	unsigned long pages;
	u8 byte;

	KUNIT_ASSERT_EQ(test, tsm_stream_reserve(stream, 2 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, tsm_stream_read(stream, 0, &byte, 1), 0);

	/* It serves the next one. */
	pages = count_pages(stream);
	KUNIT_ASSERT_EQ(test, tsm_stream_reserve(stream, 2 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, count_pages(stream), pages);
}

static void test_exact_pages(struct kunit *test)
{
	struct tsm_stream *stream = test->priv;
	u8 *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	u8 byte = 0;

	KUNIT_ASSERT_NOT_NULL(test, page);
	memset(page, 0x31, PAGE_SIZE);
	append(test, stream, page, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, count_pages(stream), 1);

	append(test, stream, "x", 1);
	KUNIT_EXPECT_EQ(test, count_pages(stream), 2);
	KUNIT_EXPECT_EQ(test, tsm_stream_read(stream, PAGE_SIZE, &byte, 1), 1);
	KUNIT_EXPECT_EQ(test, byte, 'x');
}

/* What is made in its place is appended like what is copied there. */
static void test_append_in_place(struct kunit *test)
{
	struct tsm_stream *stream = test->priv;
	u8 *room, byte = 0;

	KUNIT_ASSERT_EQ(test, tsm_stream_reserve(stream, PAGE_SIZE - 1), 0);
	room = tsm_stream_room(stream, PAGE_SIZE - 1);
	KUNIT_ASSERT_NOT_NULL(test, room);
	memset(room, 0x31, PAGE_SIZE - 1);
	tsm_stream_advance(stream, PAGE_SIZE - 1);

	/* Only what does not straddle pages has a place. */
	KUNIT_ASSERT_EQ(test, tsm_stream_reserve(stream, 2), 0);
	KUNIT_EXPECT_NULL(test, tsm_stream_room(stream, 2));
	KUNIT_EXPECT_PTR_EQ(test, tsm_stream_room(stream, 1),
			    room + PAGE_SIZE - 1);
	room[PAGE_SIZE - 1] = 'a';
	tsm_stream_advance(stream, 1);

	room = tsm_stream_room(stream, 1);
	KUNIT_ASSERT_NOT_NULL(test, room);
	*room = 'b';
	tsm_stream_advance(stream, 1);
	KUNIT_EXPECT_EQ(test, tsm_stream_read(stream, PAGE_SIZE - 1, &byte, 1), 1);
	KUNIT_EXPECT_EQ(test, byte, 'a');
	KUNIT_EXPECT_EQ(test, tsm_stream_read(stream, PAGE_SIZE, &byte, 1), 1);
	KUNIT_EXPECT_EQ(test, byte, 'b');
	KUNIT_EXPECT_EQ(test, count_pages(stream), 2);
}

/* Random appends and reads, compared with a flat copy. */
static void test_same_as_flat_copy(struct kunit *test)
{
	const size_t total = 40 * PAGE_SIZE;
	struct tsm_stream *stream = test->priv;
	u8 *flat = kunit_kzalloc(test, total, GFP_KERNEL);
	u8 *buf = kunit_kzalloc(test, total, GFP_KERNEL);
	struct rnd_state rnd;
	size_t size = 0;

	KUNIT_ASSERT_NOT_NULL(test, flat);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	prandom_seed_state(&rnd, SEED);
	prandom_bytes_state(&rnd, flat, total);

	while (size < total) {
		size_t len = prandom_u32_state(&rnd) % (2 * PAGE_SIZE);
		size_t off = prandom_u32_state(&rnd) % total;
		size_t count = prandom_u32_state(&rnd) % (3 * PAGE_SIZE);
		size_t expected;

		len = min(len, total - size);
		append(test, stream, flat + size, len);
		size += len;
		KUNIT_ASSERT_EQ(test, stream->end, size);

		expected = off < size ? min(count, size - off) : 0;
		KUNIT_ASSERT_EQ(test, tsm_stream_read(stream, off, buf, count),
				expected);
		KUNIT_ASSERT_MEMEQ(test, buf, flat + off, expected);
	}

	KUNIT_EXPECT_EQ(test, tsm_stream_read(stream, 0, buf, total), total);
	KUNIT_EXPECT_MEMEQ(test, buf, flat, total);
	KUNIT_EXPECT_EQ(test, count_pages(stream), total / PAGE_SIZE);
}

/* Offsets stay those of the same bytes, and only whole pages go. */
static void test_drop_frees_pages(struct kunit *test)
{
	struct tsm_stream *stream = test->priv;
	u8 *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	u8 byte;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (u8 i = 0; i < 10; i++) {
		memset(page, i, PAGE_SIZE);
		append(test, stream, page, PAGE_SIZE);
	}

	tsm_stream_drop(stream, 3 * PAGE_SIZE + 1);
	KUNIT_EXPECT_EQ(test, count_pages(stream), 10);
	tsm_stream_reclaim(stream);
	KUNIT_EXPECT_EQ(test, count_pages(stream), 7);
	KUNIT_ASSERT_EQ(test,
			tsm_stream_read(stream, 3 * PAGE_SIZE + 1, &byte, 1), 1);
	KUNIT_EXPECT_EQ(test, byte, 3);
	KUNIT_ASSERT_EQ(test, tsm_stream_read(stream, 9 * PAGE_SIZE, &byte, 1),
			1);
	KUNIT_EXPECT_EQ(test, byte, 9);

	/* To the end, which is the start of a page that is not there. */
	tsm_stream_drop(stream, 10 * PAGE_SIZE);
	tsm_stream_reclaim(stream);
	KUNIT_EXPECT_EQ(test, count_pages(stream), 0);
	KUNIT_EXPECT_EQ(test, tsm_stream_read(stream, 10 * PAGE_SIZE, &byte, 1),
			0);
	append(test, stream, "x", 1);
	KUNIT_ASSERT_EQ(test, tsm_stream_read(stream, 10 * PAGE_SIZE, &byte, 1),
			1);
	KUNIT_EXPECT_EQ(test, byte, 'x');
}

static struct kunit_case stream_test_cases[] = {
	KUNIT_CASE(test_empty),
	KUNIT_CASE(test_reservation_alone_adds_nothing),
	KUNIT_CASE(test_exact_pages),
	KUNIT_CASE(test_append_in_place),
	KUNIT_CASE(test_same_as_flat_copy),
	KUNIT_CASE(test_drop_frees_pages),
	{}
};

static struct kunit_suite stream_test_suite = {
	.name = "tsm-stream",
	.init = stream_test_init,
	.exit = stream_test_exit,
	.test_cases = stream_test_cases,
};

kunit_test_suite(stream_test_suite);
