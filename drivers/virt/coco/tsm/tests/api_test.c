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
	struct tsm_provider *handle;
};

static int api_test_init(struct kunit *test)
{
	struct api_test *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	if (!ctx)
		return -ENOMEM;
	ctx->fake = fake_register(test, "fake");
	ctx->handle = tsm_measurement_get("fake");
	test->priv = ctx;

	return ctx->handle ? 0 : -ENODEV;
}

static void api_test_exit(struct kunit *test)
{
	struct api_test *ctx = test->priv;

	if (ctx)
		tsm_measurement_put(ctx->handle);
}

static void test_get_finds_by_name(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, tsm_measurement_get("other"));
	KUNIT_EXPECT_NULL(test, tsm_measurement_get(""));
	tsm_measurement_put(NULL);
}

static void test_extend_event(struct kunit *test)
{
	struct api_test *ctx = test->priv;
	struct seen_record seen;

	KUNIT_EXPECT_EQ(test, tsm_extend_event(ctx->handle, "agile", "event", 5),
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

	KUNIT_ASSERT_EQ(test, tsm_measurement_banks(ctx->handle, "agile", algos),
			3);
	KUNIT_EXPECT_EQ(test, algos[0], HASH_ALGO_SHA1);
	KUNIT_EXPECT_EQ(test, algos[1], HASH_ALGO_SHA256);
	KUNIT_EXPECT_EQ(test, algos[2], HASH_ALGO_SHA384);
	KUNIT_EXPECT_EQ(test, tsm_measurement_banks(ctx->handle, "none", algos),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, tsm_measurement_banks(ctx->handle, "launch", algos),
			-EPERM);
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

	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->handle, "agile", digests,
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

	KUNIT_EXPECT_EQ(test, tsm_extend_event(ctx->handle, "none", "x", 1),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, tsm_extend_event(ctx->handle, "blob", "x", 1),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, tsm_extend_event(ctx->handle, "launch", "x", 1),
			-EPERM);
	KUNIT_EXPECT_EQ(test, tsm_extend_event(ctx->handle, "rtmr0", "", 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, tsm_extend_event(ctx->handle, "rtmr0", value,
					       4096), -E2BIG);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->handle, "none", twice, 3),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->handle, "agile", twice, 3),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->handle, "agile", twice, 2),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->handle, "rtmr0", &wrong,
						 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->handle, "rtmr1", &wrong,
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
	KUNIT_EXPECT_EQ(test, tsm_extend_event(ctx->handle, "rtmr1", "x", 1),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, tsm_extend_digests(ctx->handle, "rtmr1", &digest,
						 1), -ENODEV);
	KUNIT_EXPECT_NULL(test, tsm_measurement_get("fake"));
	KUNIT_EXPECT_EQ(test, ctx->fake->nr_extends, 0);
}

static struct kunit_case api_test_cases[] = {
	KUNIT_CASE(test_get_finds_by_name),
	KUNIT_CASE(test_extend_event),
	KUNIT_CASE(test_banks),
	KUNIT_CASE(test_extend_digests_in_any_order),
	KUNIT_CASE(test_bad_arguments),
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
