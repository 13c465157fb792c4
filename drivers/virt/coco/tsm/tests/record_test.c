// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records with typed content: what is measured, what is recorded, and that they
 * are as safe as events when something goes wrong.
 */

#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/random.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "files.h"
#include "replay.h"
#include "snapshot.h"
#include "tlv.h"
#include "tsm.h"

static const enum fake_mr agile_banks[] = {
	FAKE_AGILE_SHA1, FAKE_AGILE_SHA256, FAKE_AGILE_SHA384,
};

static const enum fake_mr rtmr1_banks[] = { FAKE_RTMR1 };

static const struct {
	const char *path;
	const enum fake_mr *banks;
	unsigned int nr_banks;
} registers[] = {
	{ "agile/append_record", agile_banks, ARRAY_SIZE(agile_banks) },
	{ "rtmr1/append_record", rtmr1_banks, ARRAY_SIZE(rtmr1_banks) },
};

/* A digest of no content that is written here. */
static const u8 given[TSM_DIGEST_MAX_SIZE] = { [0 ... 63] = 0x5e };

struct record_test {
	struct fake *fake;
	u8 buf[2 * TSM_RECORD_MAX_SIZE];
};

static int record_test_init(struct kunit *test)
{
	struct record_test *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	if (!ctx)
		return -ENOMEM;
	ctx->fake = fake_register(test, "fake");
	test->priv = ctx;

	return 0;
}

static ssize_t write_buf(struct record_test *ctx, const char *path,
			 const u8 *end)
{
	return file_write(ctx->fake, path, ctx->buf, end - ctx->buf);
}

/* Content of some type into the register with three banks. Returns 1 for all. */
static ssize_t append(struct record_test *ctx, u8 type, const char *text,
		      bool with_digests)
{
	u8 *p = ctx->buf;
	ssize_t len;

	if (with_digests)
		p = put_digests(p, agile_banks, ARRAY_SIZE(agile_banks), given);
	p = put_content(p, type, text, strlen(text));

	len = write_buf(ctx, "agile/append_record", p);

	return len == p - ctx->buf ? 1 : len;
}

static const u8 types[] = { 5, 7, 8, 9, 80, 255 };

/* Each type, with and without digests, in one bank and in several. */
static void test_every_type(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	struct fake *fake = ctx->fake;
	unsigned int nr_records = 0, nr_claims = 0;

	for (int i = 0; i < ARRAY_SIZE(types) * 4; i++) {
		unsigned int nr_banks = registers[i / 2 % 2].nr_banks;
		const enum fake_mr *banks = registers[i / 2 % 2].banks;
		u8 type = types[i / 4];
		struct seen_record seen;
		u8 *content = ctx->buf;
		u8 *end;

		if (i % 2)
			content = put_digests(content, banks, nr_banks, given);
		end = put_content(content, type, "measured", 8);
		KUNIT_ASSERT_EQ(test, write_buf(ctx, registers[i / 2 % 2].path,
						end), end - ctx->buf);
		nr_records++;
		nr_claims += i % 2;

		KUNIT_EXPECT_EQ(test, replay_count(test, fake), nr_records);
		replay_last(test, fake, &seen);
		KUNIT_EXPECT_EQ(test, seen.content, type);
		KUNIT_EXPECT_EQ(test, seen.event_type, type == 5 ? 6 : 0);
		KUNIT_ASSERT_EQ(test, seen.value_size, end - content - 5);
		KUNIT_EXPECT_MEMEQ(test, seen.value, content + 5,
				   seen.value_size);
		KUNIT_ASSERT_EQ(test, seen.nr_digests, nr_banks);
		for (unsigned int b = 0; i % 2 && b < nr_banks; b++)
			KUNIT_EXPECT_MEMEQ(test, seen.digest[b], given,
					   seen.digest_size[b]);
		replay_expect_claims(test, fake, nr_claims);
	}
	KUNIT_EXPECT_EQ(test, fake->nr_extends, nr_records);
}

/* What the kernel hashes is for each type what the format says. */
static void test_what_is_hashed(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	u8 expected[TSM_DIGEST_MAX_SIZE];

	for (int i = 0; i < ARRAY_SIZE(types); i++) {
		const u8 *end = put_content(ctx->buf, types[i], "measured", 8);
		bool inner = types[i] == 5 || types[i] == 7;
		struct seen_record seen;

		KUNIT_ASSERT_EQ(test, write_buf(ctx, "rtmr1/append_record", end),
				end - ctx->buf);
		if (inner)
			tsm_hash(HASH_ALGO_SHA256, "measured", 8, expected);
		else
			tsm_hash(HASH_ALGO_SHA256, ctx->buf, end - ctx->buf,
				 expected);
		replay_last(test, ctx->fake, &seen);
		KUNIT_EXPECT_MEMEQ_MSG(test, seen.digest[0], expected, 32,
				       "type %u", types[i]);
	}
}

/* An event is the same record, by whatever file it comes. */
static void test_as_events_and_digests(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	struct seen_record one, other;
	u8 *end;

	KUNIT_ASSERT_EQ(test, file_write(ctx->fake, "rtmr1/append_event",
					 "event", 5), 5);
	replay_last(test, ctx->fake, &one);
	end = put_event(ctx->buf, 5, "event", 5);
	KUNIT_ASSERT_EQ(test, write_buf(ctx, "rtmr1/append_record", end),
			end - ctx->buf);
	replay_last(test, ctx->fake, &other);
	KUNIT_ASSERT_EQ(test, other.value_size, one.value_size);
	KUNIT_EXPECT_MEMEQ(test, other.value, one.value, one.value_size);
	KUNIT_EXPECT_MEMEQ(test, other.digest[0], one.digest[0], 32);

	KUNIT_ASSERT_EQ(test, file_write(ctx->fake, "rtmr1/digest", given, 32),
			32);
	replay_last(test, ctx->fake, &one);
	end = put_digests(ctx->buf, rtmr1_banks, 1, given);
	end = put_event(end, 12, "", 0);
	KUNIT_ASSERT_EQ(test, write_buf(ctx, "rtmr1/append_record", end),
			end - ctx->buf);
	replay_last(test, ctx->fake, &other);
	KUNIT_ASSERT_EQ(test, other.value_size, one.value_size);
	KUNIT_EXPECT_MEMEQ(test, other.value, one.value, one.value_size);
	KUNIT_EXPECT_MEMEQ(test, other.digest[0], one.digest[0], 32);
	/* Neither has content that it could claim. */
	replay_expect_verified(test, ctx->fake);
}

/* Digests that are those of the content are no claim. */
static void test_digests_that_are_the_hash(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	u8 hash[TSM_DIGEST_MAX_SIZE];
	u8 *end;

	tsm_hash(HASH_ALGO_SHA256, "event", 5, hash);
	end = put_digests(ctx->buf, rtmr1_banks, 1, hash);
	end = put_event(end, 13, "event", 5);
	KUNIT_ASSERT_EQ(test, write_buf(ctx, "rtmr1/append_record", end),
			end - ctx->buf);
	replay_expect_verified(test, ctx->fake);
}

/* The record has the banks in the provider's order, whoever wrote them. */
static void test_digests_in_any_order(struct kunit *test)
{
	static const enum fake_mr order[] = {
		FAKE_AGILE_SHA384, FAKE_AGILE_SHA1, FAKE_AGILE_SHA256,
	};
	struct record_test *ctx = test->priv;
	struct seen_record seen;
	u8 *first = ctx->buf + 5;
	u8 *end = first;

	for (int i = 0; i < ARRAY_SIZE(order); i++) {
		u8 value[TSM_DIGEST_MAX_SIZE];

		memset(value, order[i], sizeof(value));
		end = put_digest(end, order[i], value);
	}
	end = put_tlv(ctx->buf, 3, first, end - first);
	end = put_tlv(end, 9, "{}", 2);
	KUNIT_ASSERT_EQ(test, write_buf(ctx, "agile/append_record", end),
			end - ctx->buf);
	replay_last(test, ctx->fake, &seen);
	KUNIT_ASSERT_EQ(test, seen.nr_digests, 3);
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, seen.digest[i][0], agile_banks[i]);
		KUNIT_EXPECT_EQ(test, seen.digest_size[i],
				ctx->fake->mrs[agile_banks[i]].mr_size);
	}
	replay_expect_claims(test, ctx->fake, 1);
}

/* One digest for each bank of the register, neither more nor fewer nor others. */
static void test_wrong_banks(struct kunit *test)
{
	static const struct {
		enum fake_mr banks[4];
		unsigned int nr_banks;
	} wrong[] = {
		{ { FAKE_AGILE_SHA1 }, 1 },
		{ { FAKE_AGILE_SHA1, FAKE_AGILE_SHA256 }, 2 },
		{ { FAKE_AGILE_SHA1, FAKE_AGILE_SHA256, FAKE_SOFT }, 3 },
		{ { FAKE_AGILE_SHA1, FAKE_AGILE_SHA256, FAKE_AGILE_SHA256 }, 3 },
		{ { FAKE_AGILE_SHA1, FAKE_AGILE_SHA256, FAKE_AGILE_SHA384,
		    FAKE_SOFT }, 4 },
		{ { FAKE_AGILE_SHA1, FAKE_AGILE_SHA256, FAKE_AGILE_SHA384,
		    FAKE_AGILE_SHA1 }, 4 },
	};
	struct record_test *ctx = test->priv;
	struct snapshot *before = take_snapshot(test, ctx->fake);

	for (int i = 0; i < ARRAY_SIZE(wrong); i++) {
		const u8 *end = put_content(put_digests(ctx->buf, wrong[i].banks,
							wrong[i].nr_banks,
							given), 9, "x", 1);

		KUNIT_EXPECT_EQ_MSG(test, write_buf(ctx, "agile/append_record",
						    end), -EINVAL, "%d", i);
		expect_unchanged(test, ctx->fake, before, "wrong banks");
	}
}

static void test_bad_writes_change_nothing(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	struct snapshot *before = take_snapshot(test, ctx->fake);
	struct fake *fake = ctx->fake;
	const u8 *end;

	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_record", "", 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_record", "hello", 5),
			-EINVAL);
	end = put_content(ctx->buf, 9, "x", 1);
	KUNIT_EXPECT_EQ(test, file_write_at(fake, "rtmr1/append_record", ctx->buf,
					    end - ctx->buf, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_write_at(fake, "rtmr1/append_record", ctx->buf,
					    end - ctx->buf, PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_record", ctx->buf,
					 end - ctx->buf - 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(fake, "rtmr1/append_record", ctx->buf,
					 end - ctx->buf + 1), -EINVAL);
	end = put_content(ctx->buf, 4, "x", 1);
	KUNIT_EXPECT_EQ(test, write_buf(ctx, "rtmr1/append_record", end),
			-EINVAL);
	end = put_event(ctx->buf, 3, "x", 1);
	KUNIT_EXPECT_EQ(test, write_buf(ctx, "rtmr1/append_record", end),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(fake, "launch/append_record", "x", 1),
			-ENOENT);
	expect_unchanged(test, fake, before, "bad writes");
}

/* The longest record through a file, and one byte more, which sysfs would cut. */
static void test_sizes(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	u8 *data = kunit_kzalloc(test, TSM_RECORD_MAX_SIZE, GFP_KERNEL);
	struct seen_record seen;
	const u8 *end;

	KUNIT_ASSERT_NOT_NULL(test, data);
	for (int i = 0; i < TSM_RECORD_MAX_SIZE; i++)
		data[i] = i * 5;
	end = put_content(ctx->buf, 80, data, TSM_RECORD_MAX_SIZE - 4);
	KUNIT_ASSERT_EQ(test, end - ctx->buf, 4096);
	KUNIT_EXPECT_EQ(test, write_buf(ctx, "agile/append_record", end), -E2BIG);
	KUNIT_EXPECT_EQ(test, ctx->fake->nr_extends, 0);

	end = put_content(ctx->buf, 80, data, TSM_RECORD_MAX_SIZE - 5);
	KUNIT_EXPECT_EQ(test, write_buf(ctx, "agile/append_record", end), 4095);
	replay_last(test, ctx->fake, &seen);
	KUNIT_ASSERT_EQ(test, seen.value_size, 4090);
	KUNIT_EXPECT_MEMEQ(test, seen.value, data, 4090);
	replay_expect_verified(test, ctx->fake);
}

static void test_full_log(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	struct fake *fake = ctx->fake;
	struct snapshot *before;
	char limit[16];
	u64 size;
	int len;

	/* Number, register, digests, and content of three bytes. */
	size = file_number(test, fake, "log/size");
	KUNIT_ASSERT_EQ(test, append(ctx, 80, "one", true), 1);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/size") - size,
			13 + 6 + 5 + 25 + 37 + 53 + 5 + 3);
	size = file_number(test, fake, "log/size");
	len = scnprintf(limit, sizeof(limit), "%llu", size + 147);
	KUNIT_ASSERT_EQ(test, file_write(fake, "log/limit", limit, len), len);

	before = take_snapshot(test, fake);
	KUNIT_EXPECT_EQ(test, append(ctx, 80, "four", true), -ENOSPC);
	KUNIT_EXPECT_EQ(test, append(ctx, 80, "four", false), -ENOSPC);
	expect_unchanged(test, fake, before, "full log");
	KUNIT_EXPECT_EQ(test, append(ctx, 80, "two", true), 1);
	KUNIT_EXPECT_EQ(test, append(ctx, 80, "", true), -ENOSPC);
	replay_expect_claims(test, fake, 2);
}

static void fail(struct fake *fake, enum fake_fault fault)
{
	fake->fault = fault;
	fake->error = -ETIMEDOUT;
	fake->failure = TSM_FAILURE_UNCLEAR;
}

static bool without_sha256(enum hash_algo algo)
{
	return algo != HASH_ALGO_SHA256;
}

/* A bank that the kernel cannot hash for takes digests of others. */
static void test_without_the_hash(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	struct snapshot *before = take_snapshot(test, ctx->fake);

	kunit_activate_static_stub(test, tsm_hash_available, without_sha256);
	KUNIT_EXPECT_EQ(test, append(ctx, 5, "hash me", false), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, append(ctx, 9, "hash me", false), -EOPNOTSUPP);
	expect_unchanged(test, ctx->fake, before, "without the hash");

	/* The fake cannot hash either, so it must not have to. */
	fail(ctx->fake, FAKE_FAILS_BEFORE);
	ctx->fake->failure = TSM_FAILURE_BEFORE;
	KUNIT_EXPECT_EQ(test, append(ctx, 5, "hashed", true), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ctx->fake->nr_extends, 1);
}

/* The last record must be "unclear", with digests of the writer's. */
static void expect_record(struct kunit *test, u8 type)
{
	struct record_test *ctx = test->priv;
	u8 *content = ctx->buf;
	const u8 *end = put_content(content, type, "unclear", 7);
	struct seen_record seen;

	replay_last(test, ctx->fake, &seen);
	KUNIT_EXPECT_EQ(test, seen.content, type);
	KUNIT_ASSERT_EQ(test, seen.value_size, end - content - 5);
	KUNIT_EXPECT_MEMEQ(test, seen.value, content + 5, seen.value_size);
	for (unsigned int i = 0; i < seen.nr_digests; i++)
		KUNIT_EXPECT_MEMEQ(test, seen.digest[i], given,
				   seen.digest_size[i]);
}

/* Digests and content stay with a register until it is known what happened. */
static void test_unclear_ends(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	struct fake *fake = ctx->fake;
	unsigned int records = 0;

	for (int i = 0; i < ARRAY_SIZE(types); i++) {
		u8 type = types[i];

		/* It can be read at once. */
		fail(fake, FAKE_FAILS_AFTER);
		KUNIT_EXPECT_EQ(test, append(ctx, type, "unclear", true), 1);
		KUNIT_EXPECT_EQ(test, replay_count(test, fake), ++records);
		expect_record(test, type);

		/* It cannot. */
		fake->refresh_error = -EIO;
		KUNIT_EXPECT_EQ(test, append(ctx, type, "unclear", true),
				-ETIMEDOUT);
		KUNIT_EXPECT_EQ(test, replay_count(test, fake), records);
		KUNIT_EXPECT_EQ(test, count_lines(test, fake, " unsure agile\n"),
				i + 1);
		fail(fake, FAKE_WORKS);
		file_write(fake, "soft/append_event", "meanwhile", 9);
		fake->refresh_error = 0;
		records += 2;
		KUNIT_EXPECT_EQ(test, replay_count(test, fake), records);
		expect_record(test, type);
		KUNIT_EXPECT_EQ(test, count_lines(test, fake, " settled agile "),
				i + 1);

		/* It did not happen. */
		fail(fake, FAKE_FAILS_BEFORE);
		KUNIT_EXPECT_EQ(test, append(ctx, type, "not this", true),
				-ETIMEDOUT);
		KUNIT_EXPECT_EQ(test, replay_count(test, fake), records);
		replay_expect_claims(test, fake, 2 * i + 2);
		fail(fake, FAKE_WORKS);
	}
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
}

/* Some of the given digests alone are nobody's extend. */
static void test_some_banks_only(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	struct fake *fake = ctx->fake;

	for (unsigned long banks = 1; banks < 7; banks++) {
		fail(fake, FAKE_FAILS_PARTLY);
		fake->acting_banks = banks;
		KUNIT_EXPECT_EQ(test, append(ctx, 9, "part", true), -ETIMEDOUT);
	}
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign agile "), 1);
	replay_expect_verified(test, fake);
}

/* The space is held as long as the record may come, however full the log is. */
static void test_unclear_end_in_a_full_log(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	struct fake *fake = ctx->fake;

	fail(fake, FAKE_FAILS_AFTER);
	fake->refresh_error = -EIO;
	KUNIT_EXPECT_EQ(test, append(ctx, 9, "unclear", true), -ETIMEDOUT);
	fail(fake, FAKE_WORKS);
	KUNIT_EXPECT_EQ(test, file_write(fake, "log/limit", "1", 1), 1);
	KUNIT_EXPECT_EQ(test, file_write(fake, "soft/append_event", "x", 1),
			-ENOSPC);
	fake->refresh_error = 0;
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	expect_record(test, 9);
	replay_expect_claims(test, fake, 1);
}

/* A trim replays what it drops, whatever the content is. */
static void test_trim(struct kunit *test)
{
	struct record_test *ctx = test->priv;
	struct fake *fake = ctx->fake;

	for (int i = 0; i < 2 * ARRAY_SIZE(types); i++)
		KUNIT_ASSERT_EQ(test, append(ctx, types[i / 2], "x", i % 2), 1);
	for (int i = 1; i <= 2 * ARRAY_SIZE(types); i++) {
		char text[8];
		int len = scnprintf(text, sizeof(text), "%d", i);

		KUNIT_ASSERT_EQ(test, file_write(fake, "log/trim", text, len),
				len);
		KUNIT_EXPECT_EQ(test, count_lines(test, fake, " trim "), 4);
		replay_expect_claims(test, fake, ARRAY_SIZE(types) - i / 2);
	}
}

/* In the kernel it is the same, but for the length. */
static void test_in_kernel(struct kunit *test)
{
	static const struct tsm_digest digests[] = {
		{ HASH_ALGO_SHA384, given },
		{ HASH_ALGO_SHA1, given },
		{ HASH_ALGO_SHA256, given },
	};
	struct record_test *ctx = test->priv;
	struct fake *fake = ctx->fake;
	struct tsm_register *reg = tsm_measurement_get("fake", "agile");
	size_t size = 200000;
	struct snapshot *before;
	struct seen_record seen;
	u8 *data, *buf;

	KUNIT_ASSERT_FALSE(test, IS_ERR(reg));
	data = kunit_kmalloc(test, size, GFP_KERNEL);
	buf = kunit_kmalloc(test, size + 5, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	get_random_bytes(data, size);
	put_tlv(buf, 9, data, size);

	KUNIT_EXPECT_EQ(test, tsm_extend_record(reg, buf, size + 5, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, tsm_extend_record(reg, buf, size + 5, digests, 3),
			0);
	replay_last(test, fake, &seen);
	KUNIT_ASSERT_EQ(test, seen.value_size, size);
	KUNIT_EXPECT_MEMEQ(test, seen.value, data, size);
	replay_expect_claims(test, fake, 1);

	/* The same as through a file when its end is not known. */
	fail(fake, FAKE_FAILS_AFTER);
	fake->refresh_error = -EIO;
	KUNIT_EXPECT_EQ(test, tsm_extend_record(reg, buf, size + 5, digests, 3),
			-ETIMEDOUT);
	fail(fake, FAKE_WORKS);
	fake->refresh_error = 0;
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 3);
	replay_last(test, fake, &seen);
	KUNIT_ASSERT_EQ(test, seen.value_size, size);
	KUNIT_EXPECT_MEMEQ(test, seen.value, data, size);
	replay_expect_claims(test, fake, 2);
	/* Nobody keeps memory of that size for the next one. */
	KUNIT_EXPECT_NULL(test, fake_provider(fake)->spare);

	before = take_snapshot(test, fake);
	KUNIT_EXPECT_EQ(test, tsm_extend_record(reg, buf, size + 4, NULL, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, tsm_extend_record(reg, buf, 0, NULL, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, tsm_extend_record(reg, buf, size + 5, digests, 2),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, tsm_extend_record(reg, buf, size + 5, digests, 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(fake, "log/limit", "700000", 6), 6);
	KUNIT_EXPECT_EQ(test, tsm_extend_record(reg, buf, size + 5, NULL, 0),
			-ENOSPC);
	expect_unchanged(test, fake, before, "bad calls");

	fake_unregister(fake);
	KUNIT_EXPECT_EQ(test, tsm_extend_record(reg, buf, size + 5, NULL, 0),
			-ENODEV);
	tsm_measurement_put(reg);
}

static struct kunit_case record_test_cases[] = {
	KUNIT_CASE(test_every_type),
	KUNIT_CASE(test_what_is_hashed),
	KUNIT_CASE(test_as_events_and_digests),
	KUNIT_CASE(test_digests_that_are_the_hash),
	KUNIT_CASE(test_digests_in_any_order),
	KUNIT_CASE(test_wrong_banks),
	KUNIT_CASE(test_bad_writes_change_nothing),
	KUNIT_CASE(test_sizes),
	KUNIT_CASE(test_without_the_hash),
	KUNIT_CASE(test_full_log),
	KUNIT_CASE(test_unclear_ends),
	KUNIT_CASE(test_some_banks_only),
	KUNIT_CASE(test_unclear_end_in_a_full_log),
	KUNIT_CASE(test_trim),
	KUNIT_CASE(test_in_kernel),
	{}
};

static struct kunit_suite record_test_suite = {
	.name = "tsm-typed-record",
	.init = record_test_init,
	.test_cases = record_test_cases,
};

kunit_test_suite(record_test_suite);
