// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other parts of the kernel call.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "files.h"
#include "replay.h"

struct api_test {
	struct fake *fake;
	struct tsm_register *rtmr0;
	struct tsm_register *rtmr1;
	struct tsm_register *agile;
};

static int api_test_init(struct kunit *test)
{
	struct api_test *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	if (!ctx)
		return -ENOMEM;
	ctx->fake = fake_register(test, "fake");
	ctx->rtmr0 = tsm_measurement_get("fake", "rtmr0");
	ctx->rtmr1 = tsm_measurement_get("fake", "rtmr1");
	ctx->agile = tsm_measurement_get("fake", "agile");
	test->priv = ctx;
	KUNIT_ASSERT_FALSE(test, IS_ERR(ctx->rtmr0));
	KUNIT_ASSERT_FALSE(test, IS_ERR(ctx->rtmr1));
	KUNIT_ASSERT_FALSE(test, IS_ERR(ctx->agile));

	return 0;
}

static void api_test_exit(struct kunit *test)
{
	struct api_test *ctx = test->priv;

	if (!ctx)
		return;
	tsm_measurement_put(ctx->rtmr0);
	tsm_measurement_put(ctx->rtmr1);
	tsm_measurement_put(ctx->agile);
}

static void expect_ccmr(struct kunit *test, const char *name, u8 index,
			const struct tsm_register *expected)
{
	struct tsm_register *reg __free(tsm_measurement_put) =
		tsm_measurement_get_ccmr(name, index);

	KUNIT_EXPECT_PTR_EQ(test, reg, expected);
}

static void test_get_finds_by_name(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, tsm_measurement_get("other", "rtmr0"),
			    ERR_PTR(-ENODEV));
	KUNIT_EXPECT_PTR_EQ(test, tsm_measurement_get("", "rtmr0"),
			    ERR_PTR(-ENODEV));
	KUNIT_EXPECT_PTR_EQ(test, tsm_measurement_get("fake", "none"),
			    ERR_PTR(-ENOENT));
	KUNIT_EXPECT_PTR_EQ(test, tsm_measurement_get("fake", "blob"),
			    ERR_PTR(-ENOENT));
	KUNIT_EXPECT_PTR_EQ(test, tsm_measurement_get("fake", "launch"),
			    ERR_PTR(-EPERM));
	tsm_measurement_put(NULL);
	tsm_measurement_put(ERR_PTR(-ENODEV));
}

/* By the number of a register of a confidential VM. */
static void test_get_finds_by_number(struct kunit *test)
{
	struct api_test *ctx = test->priv;
	struct fake *pcrs = fake_create(test, "pcrs");
	struct fake *fixed = fake_create(test, "fixed");

	KUNIT_EXPECT_PTR_EQ(test, tsm_measurement_get_ccmr("other", 1),
			    ERR_PTR(-ENODEV));
	KUNIT_EXPECT_PTR_EQ(test, tsm_measurement_get_ccmr("", 1),
			    ERR_PTR(-ENODEV));
	KUNIT_EXPECT_PTR_EQ(test,
			    tsm_measurement_get_ccmr("fake", FAKE_LAUNCH_INDEX),
			    ERR_PTR(-ENOENT));
	KUNIT_EXPECT_PTR_EQ(test, tsm_measurement_get_ccmr("fake", 31),
			    ERR_PTR(-ENOENT));
	/* What has no number cannot be found by one. */
	KUNIT_EXPECT_PTR_EQ(test,
			    tsm_measurement_get_ccmr("fake", TSM_INDEX_NONE),
			    ERR_PTR(-ENOENT));
	expect_ccmr(test, "fake", FAKE_RTMR0_INDEX, ctx->rtmr0);
	expect_ccmr(test, "fake", FAKE_RTMR1_INDEX, ctx->rtmr1);
	expect_ccmr(test, "fake", FAKE_AGILE_INDEX, ctx->agile);

	/* A TPM has numbers, too, but they mean something else. */
	pcrs->tm.index_space = TSM_INDEX_PCR;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&pcrs->tm), 0);
	KUNIT_EXPECT_PTR_EQ(test,
			    tsm_measurement_get_ccmr("pcrs", FAKE_RTMR0_INDEX),
			    ERR_PTR(-ENODEV));
	fake_unregister(pcrs);

	/* Nor is somebody meant who has nothing to extend. */
	fixed->tm.mrs = &fixed->mrs[FAKE_LAUNCH];
	fixed->tm.nr_mrs = 1;
	fixed->tm.mr_index = &fixed->index[FAKE_LAUNCH];
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fixed->tm), 0);
	KUNIT_EXPECT_PTR_EQ(test,
			    tsm_measurement_get_ccmr("fixed", FAKE_LAUNCH_INDEX),
			    ERR_PTR(-ENODEV));
	fake_unregister(fixed);
}

static void test_extend_event(struct kunit *test)
{
	struct api_test *ctx = test->priv;
	struct seen_record seen;

	KUNIT_EXPECT_EQ(test, tsm_extend_event(ctx->agile, "event", 5),
			0);
	replay_last(test, ctx->fake, &seen);
	KUNIT_EXPECT_EQ(test, seen.event_type, 5);
	KUNIT_EXPECT_MEMEQ(test, seen.event, "event", 5);
	replay_expect_verified(test, ctx->fake);
}

static void test_banks(struct kunit *test)
{
	enum hash_algo algos[TSM_MAX_BANKS];
	struct api_test *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, tsm_measurement_banks(ctx->agile, algos),
			3);
	KUNIT_EXPECT_EQ(test, algos[0], HASH_ALGO_SHA1);
	KUNIT_EXPECT_EQ(test, algos[1], HASH_ALGO_SHA256);
	KUNIT_EXPECT_EQ(test, algos[2], HASH_ALGO_SHA384);
}

static void test_extend_digests_in_any_order(struct kunit *test)
{
	static const u8 sha1[20] = { 1 }, sha256[32] = { 2 }, sha384[48] = { 3 };
	static const struct tsm_digest digests[] = {
		{ HASH_ALGO_SHA384, sha384 },
		{ HASH_ALGO_SHA1, sha1 },
		{ HASH_ALGO_SHA256, sha256 },
	};
	struct api_test *ctx = test->priv;
	struct seen_record seen;

	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->agile, digests,
						 3), 0);
	replay_last(test, ctx->fake, &seen);
	KUNIT_EXPECT_EQ(test, seen.event_type, 0xc);
	KUNIT_EXPECT_EQ(test, seen.event_size, 0);
	KUNIT_EXPECT_MEMEQ(test, seen.digest[0], sha1, 20);
	KUNIT_EXPECT_MEMEQ(test, seen.digest[1], sha256, 32);
	KUNIT_EXPECT_MEMEQ(test, seen.digest[2], sha384, 48);
	replay_expect_verified(test, ctx->fake);
}

static void test_bad_arguments(struct kunit *test)
{
	static const u8 value[64];
	static const struct tsm_digest twice[] = {
		{ HASH_ALGO_SHA1, value }, { HASH_ALGO_SHA1, value },
		{ HASH_ALGO_SHA256, value },
	};
	static const struct tsm_digest wrong = { HASH_ALGO_SHA256, value };
	struct api_test *ctx = test->priv;

	KUNIT_EXPECT_EQ(test, tsm_extend_event(ctx->rtmr0, "", 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, tsm_extend_event(ctx->rtmr0, value,
					       4096), -E2BIG);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->agile, twice, 3),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->agile, twice, 2),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->rtmr0, &wrong,
						 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->rtmr1, &wrong,
						 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, ctx->fake->nr_extends, 0);
	KUNIT_EXPECT_EQ(test, replay_count(test, ctx->fake), 0);
}

static void test_handle_after_unregistration(struct kunit *test)
{
	static const u8 value[32];
	static const struct tsm_digest digest = { HASH_ALGO_SHA256, value };
	struct api_test *ctx = test->priv;

	fake_unregister(ctx->fake);
	KUNIT_EXPECT_EQ(test, tsm_extend_event(ctx->rtmr1, "x", 1),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->rtmr1, &digest,
						 1), -ENODEV);
	KUNIT_EXPECT_PTR_EQ(test, tsm_measurement_get("fake", "rtmr1"),
			    ERR_PTR(-ENODEV));
	KUNIT_EXPECT_EQ(test, ctx->fake->nr_extends, 0);
}

/* An interface that never promised a record must not fail for want of one. */
static void test_extend_in_any_case(struct kunit *test)
{
	static const u8 value[32] = { 7 };
	static const struct tsm_digest digest = { HASH_ALGO_SHA256, value };
	struct api_test *ctx = test->priv;
	struct fake *fake = ctx->fake;

	KUNIT_EXPECT_EQ(test, tsm_extend_in_any_case(ctx->rtmr1, &digest, 1), 0);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	replay_expect_verified(test, fake);

	file_write(fake, "log/limit", "1", 1);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->rtmr1, &digest, 1),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, tsm_extend_in_any_case(ctx->rtmr1, &digest, 1), 0);
	KUNIT_EXPECT_EQ(test, fake->nr_extends, 2);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 foreign rtmr1 "), 1);
	replay_expect_verified(test, fake);

	/* Not even where the register cannot be read. */
	fake->refresh_error = -EIO;
	KUNIT_EXPECT_EQ(test, tsm_extend_in_any_case(ctx->rtmr1, &digest, 1), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 unsure rtmr1\n"), 1);
	fake->refresh_error = 0;
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "1 foreign rtmr1 "), 1);
	replay_expect_verified(test, fake);

	fake->fault = FAKE_FAILS_BEFORE;
	fake->error = -EBUSY;
	KUNIT_EXPECT_EQ(test, tsm_extend_in_any_case(ctx->rtmr1, &digest, 1),
			-EBUSY);
	replay_expect_verified(test, fake);
}

static struct kunit_case api_test_cases[] = {
	KUNIT_CASE(test_get_finds_by_name),
	KUNIT_CASE(test_get_finds_by_number),
	KUNIT_CASE(test_extend_event),
	KUNIT_CASE(test_banks),
	KUNIT_CASE(test_extend_digests_in_any_order),
	KUNIT_CASE(test_bad_arguments),
	KUNIT_CASE(test_extend_in_any_case),
	KUNIT_CASE(test_handle_after_unregistration),
	{}
};

static struct kunit_suite api_test_suite = {
	.name = "tsm-api",
	.init = api_test_init,
	.exit = api_test_exit,
	.test_cases = api_test_cases,
};

kunit_test_suite(api_test_suite);
