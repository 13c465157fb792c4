// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extends that work, and input that must change nothing.
 */

#include <kunit/test.h>
#include <linux/hex.h>
#include <linux/string.h>

#include "files.h"
#include "replay.h"
#include "snapshot.h"

#define HEX64	"00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static int extend_test_init(struct kunit *test)
{
	test->priv = fake_register(test, "fake");

	return 0;
}

static void test_digest_as_hex_and_raw(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct seen_record seen;
	u8 raw[32];

	KUNIT_ASSERT_EQ(test, hex2bin(raw, HEX64, 32), 0);

	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/digest", HEX64, 64), 64);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/digest", HEX64 "\n", 65),
			65);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/digest", raw, 32), 32);
	KUNIT_EXPECT_EQ(test, fake->nr_extends, 3);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 3);

	replay_last(test, fake, &seen);
	KUNIT_EXPECT_EQ(test, seen.recnum, 2);
	KUNIT_EXPECT_EQ(test, seen.index_type, 108);
	KUNIT_EXPECT_EQ(test, seen.index, FAKE_RTMR1_INDEX);
	KUNIT_ASSERT_EQ(test, seen.nr_digests, 1);
	KUNIT_EXPECT_EQ(test, seen.alg[0], 0x0b);
	KUNIT_EXPECT_EQ(test, seen.digest_size[0], 32);
	KUNIT_EXPECT_MEMEQ(test, seen.digest[0], raw, 32);
	KUNIT_EXPECT_EQ(test, seen.event_type, 0xc);
	KUNIT_EXPECT_EQ(test, seen.event_size, 0);

	replay_expect_verified(test, fake);
}

/* 32 raw bytes that look like hex are raw bytes. */
static void test_raw_that_looks_like_hex(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct seen_record seen;

	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/digest", HEX64, 32), 32);
	replay_last(test, fake, &seen);
	KUNIT_EXPECT_MEMEQ(test, seen.digest[0], HEX64, 32);
	replay_expect_verified(test, fake);
}

static void test_event(struct kunit *test)
{
	static const char event[] = "kernel 6.9 \0 line\n";
	struct fake *fake = test->priv;
	u8 digest[TSM_DIGEST_MAX_SIZE];
	struct seen_record seen;

	KUNIT_EXPECT_EQ(test, file_write(fake, "agile/append_event", event,
					 sizeof(event)), sizeof(event));
	KUNIT_EXPECT_EQ(test, fake->nr_extends, 1);

	replay_last(test, fake, &seen);
	KUNIT_EXPECT_EQ(test, seen.index, FAKE_AGILE_INDEX);
	KUNIT_EXPECT_EQ(test, seen.event_type, 5);
	KUNIT_ASSERT_EQ(test, seen.event_size, sizeof(event));
	KUNIT_EXPECT_MEMEQ(test, seen.event, event, sizeof(event));
	KUNIT_ASSERT_EQ(test, seen.nr_digests, 3);
	KUNIT_EXPECT_EQ(test, seen.alg[1], 0x0b);
	tsm_hash(HASH_ALGO_SHA256, event, sizeof(event), digest);
	KUNIT_EXPECT_MEMEQ(test, seen.digest[1], digest, 32);

	replay_expect_verified(test, fake);
}

static void test_event_sizes(struct kunit *test)
{
	static const u16 sizes[] = { 1, 2, 47, 48, 96, 97, 4000, 4094, 4095 };
	struct fake *fake = test->priv;
	u8 *event = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, event);
	memset(event, 0xa5, PAGE_SIZE);

	for (int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct seen_record seen;

		KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr0/append_event",
						 event, sizes[i]), sizes[i]);
		replay_last(test, fake, &seen);
		KUNIT_EXPECT_EQ(test, seen.event_size, sizes[i]);
	}
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), ARRAY_SIZE(sizes));
	replay_expect_verified(test, fake);
}

static void test_bad_digests_change_nothing(struct kunit *test)
{
	static const struct {
		const char *data;
		size_t len;
	} bad[] = {
		{ HEX64, 1 }, { HEX64, 31 }, { HEX64, 33 }, { HEX64, 63 },
		{ HEX64 "0", 65 }, { HEX64 "\n\n", 66 }, { HEX64 "\0", 65 },
		{ "\n" HEX64, 65 }, { "0x" HEX64, 66 }, { HEX64 HEX64, 128 },
		{ "g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
		  64 },
		{ "0011223344556677 8899aabbccddeeff00112233445566778899aabbccddeef",
		  64 },
		{ "\n", 1 },
	};
	struct fake *fake = test->priv;
	struct snapshot *before;

	file_write(fake, "rtmr1/append_event", "first", 5);
	before = take_snapshot(test, fake);
	for (int i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_EQ_MSG(test, file_write(fake, "rtmr1/digest",
						     bad[i].data, bad[i].len),
				    -EINVAL, "case %d", i);
		expect_unchanged(test, fake, before, "bad digest");
	}
}

static void test_bad_writes_change_nothing(struct kunit *test)
{
	struct fake *fake = test->priv;
	u8 *page = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	struct snapshot *before = take_snapshot(test, fake);

	KUNIT_ASSERT_NOT_NULL(test, page);

	KUNIT_EXPECT_EQ(test, file_write_at(fake, "rtmr1/digest", HEX64, 64, 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, file_write_at(fake, "rtmr1/digest", page, 32,
					    PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_event", page, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_event", page,
					 PAGE_SIZE), -E2BIG);
	KUNIT_EXPECT_EQ(test, file_write_at(fake, "rtmr1/append_event", page, 10,
					    PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_write_at(fake, "rtmr1/append_event", page, 10,
					    1), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(fake, "agile/digest", page, 20),
			-EACCES);
	KUNIT_EXPECT_EQ(test, file_write(fake, "launch/digest", page, 48),
			-EACCES);
	expect_unchanged(test, fake, before, "bad writes");
}

/* An administrator may change a file's mode, but not what it can do. */
static void test_read_only_whatever_the_mode(struct kunit *test)
{
	static const char *const paths[] = {
		"agile/digest", "agile/sha1/digest", "launch/digest",
		"clock/digest", "blob",
	};
	struct fake *fake = test->priv;

	for (int i = 0; i < ARRAY_SIZE(paths); i++)
		KUNIT_EXPECT_FALSE_MSG(test, file_has_write(fake, paths[i]),
				       "%s", paths[i]);
	KUNIT_EXPECT_TRUE(test, file_has_write(fake, "rtmr1/digest"));
}

static void test_bad_limits_change_nothing(struct kunit *test)
{
	struct fake *fake = test->priv;

	KUNIT_EXPECT_EQ(test, file_write(fake, "log/limit", "-1\n", 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(fake, "log/limit", "1k\n", 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(fake, "log/limit", "\n", 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(fake, "log/limit",
					 "18446744073709551616", 20), -ERANGE);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/limit"), 33554432);
}

static void test_full_log_refuses_before_the_hardware(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct snapshot *before;

	KUNIT_ASSERT_EQ(test, file_write(fake, "log/limit", "300\n", 4), 4);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/limit"), 300);
	/* Each is a record of 76 bytes and the event. */
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_event", "one", 3),
			3);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_event", "two", 3),
			3);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_event", "three", 5),
			5);

	before = take_snapshot(test, fake);
	KUNIT_EXPECT_EQ(test, before->next_record, 3);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_event", "four", 4),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/digest", HEX64, 64),
			-ENOSPC);
	expect_unchanged(test, fake, before, "full log");

	KUNIT_ASSERT_EQ(test, file_write(fake, "log/limit", "0", 1), 1);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_event", "four", 4),
			4);
	replay_expect_verified(test, fake);
}

static void test_registers_share_the_numbers(struct kunit *test)
{
	static const char *const paths[] = {
		"rtmr0/append_event", "rtmr1/append_event",
		"soft/append_event", "agile/append_event",
	};
	struct fake *fake = test->priv;

	for (int i = 0; i < 40; i++) {
		char event[16];
		int len = scnprintf(event, sizeof(event), "event %d", i);

		KUNIT_ASSERT_EQ(test, file_write(fake, paths[i % 4], event, len),
				len);
	}
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 40);
	replay_expect_verified(test, fake);
}

static void test_pcr_index_space(struct kunit *test)
{
	struct fake *fake = fake_create(test, "pcrs");
	struct seen_record seen;

	fake->tm.index_space = TSM_INDEX_PCR;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	file_write(fake, "rtmr0/append_event", "x", 1);
	replay_last(test, fake, &seen);
	KUNIT_EXPECT_EQ(test, seen.index_type, 1);
	KUNIT_EXPECT_EQ(test, seen.index, FAKE_RTMR0_INDEX);
	KUNIT_EXPECT_EQ(test, file_mode(fake, "rtmr0/pcrs"), -ENOENT);
	fake_unregister(fake);
}

static struct kunit_case extend_test_cases[] = {
	KUNIT_CASE(test_digest_as_hex_and_raw),
	KUNIT_CASE(test_raw_that_looks_like_hex),
	KUNIT_CASE(test_event),
	KUNIT_CASE(test_event_sizes),
	KUNIT_CASE(test_bad_digests_change_nothing),
	KUNIT_CASE(test_bad_writes_change_nothing),
	KUNIT_CASE(test_read_only_whatever_the_mode),
	KUNIT_CASE(test_bad_limits_change_nothing),
	KUNIT_CASE(test_full_log_refuses_before_the_hardware),
	KUNIT_CASE(test_registers_share_the_numbers),
	KUNIT_CASE(test_pcr_index_space),
	{}
};

static struct kunit_suite extend_test_suite = {
	.name = "tsm-extend",
	.init = extend_test_init,
	.test_cases = extend_test_cases,
};

kunit_test_suite(extend_test_suite);
