// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the TDX provider, with registers that fail on demand.
 *
 * They run on any x86 kernel that could be a TDX guest's.
 */

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/tsm-measurement.h>

#include "hash.h"
#include "tdx.h"
#include "tsm.h"

/* The provider's real name may be taken, if this is a TDX guest. */
#define NAME		"tdx-test"

/* Offsets in a CEL-TLV record. */
#define RECORD_INDEX_TYPE	13
#define RECORD_INDEX		18

/* The static registers, by the byte that fills them. */
enum { MRTD = 0x10, MRCONFIGID, MROWNER, MROWNERCONFIG };

/**
 * struct fake_td - a TD
 * @rtmr: the extensible registers
 * @nr_reads: calls of read()
 * @nr_extends: calls of extend()
 * @read_busy: how many more calls of read() find the TDX module busy
 * @extend_busy: the same of extend()
 * @read_error: what read() fails with, 0 to work
 * @extend_error: what extend() fails with, 0 to work
 * @extend_all_the_same: it fails after the register was extended
 */
static struct fake_td {
	u8 rtmr[4][SHA384_DIGEST_SIZE];
	unsigned int nr_reads;
	unsigned int nr_extends;
	unsigned int read_busy;
	unsigned int extend_busy;
	int read_error;
	int extend_error;
	bool extend_all_the_same;
} td;

static int fake_read(void *mrs)
{
	td.nr_reads++;
	if (td.read_busy) {
		td.read_busy--;
		return -EBUSY;
	}
	if (td.read_error)
		return td.read_error;

	for (int i = MRTD; i <= MROWNERCONFIG; i++)
		memset(mrs + (i - MRTD) * 48, i, 48);
	memcpy(mrs + 4 * 48, td.rtmr, sizeof(td.rtmr));

	return 0;
}

static int fake_extend(unsigned int rtmr, const u8 *digest)
{
	td.nr_extends++;
	if (td.extend_busy) {
		td.extend_busy--;
		return -EBUSY;
	}
	if (rtmr >= ARRAY_SIZE(td.rtmr))
		return -ENXIO;
	if (!td.extend_error || td.extend_all_the_same)
		tsm_hash_extend(HASH_ALGO_SHA384, td.rtmr[rtmr], digest);

	return td.extend_error;
}

static const struct tsm_tdx_ops fake_ops = {
	.read = fake_read,
	.extend = fake_extend,
};

/**
 * struct tdx_test - a registered provider
 * @tdx: the registers
 * @provider: what the core has made of them
 */
struct tdx_test {
	struct tsm_tdx *tdx;
	struct tsm_provider *provider;
};

static struct tsm_provider *find_provider(void)
{
	struct tsm_register *reg = tsm_measurement_get(NAME, "rtmr0");
	struct tsm_provider *provider = IS_ERR(reg) ? NULL : reg->provider;

	/* As long as it is registered, nobody needs the handle for that. */
	tsm_measurement_put(reg);

	return provider;
}

static int tdx_test_init(struct kunit *test)
{
	struct tdx_test *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	test->priv = ctx;

	memset(&td, 0, sizeof(td));
	for (int i = 0; i < ARRAY_SIZE(td.rtmr); i++)
		memset(td.rtmr[i], 0xa0 + i, sizeof(td.rtmr[i]));

	ctx->tdx = tsm_tdx_register(NAME, &fake_ops);
	if (IS_ERR(ctx->tdx))
		return PTR_ERR(ctx->tdx);
	ctx->provider = find_provider();
	KUNIT_ASSERT_NOT_NULL(test, ctx->provider);

	return 0;
}

static void tdx_test_exit(struct kunit *test)
{
	struct tdx_test *ctx = test->priv;

	if (ctx && !IS_ERR_OR_NULL(ctx->tdx))
		tsm_tdx_unregister(ctx->tdx);
}

static int extend_by(struct kunit *test, const char *mr_name, u8 fill)
{
	struct tsm_register *reg = tsm_measurement_get(NAME, mr_name);
	u8 value[SHA384_DIGEST_SIZE];
	const struct tsm_digest digest = { HASH_ALGO_SHA384, value };
	int rc;

	if (IS_ERR(reg))
		return PTR_ERR(reg);
	memset(value, fill, sizeof(value));
	rc = tsm_extend_digests(reg, &digest, 1);
	tsm_measurement_put(reg);

	return rc;
}

static u64 nr_records(struct kunit *test)
{
	struct tdx_test *ctx = test->priv;

	return ctx->provider->log.next_record;
}

/* The register has the value that extending its first one by @fill gives. */
static void expect_extended(struct kunit *test, int rtmr, u8 fill)
{
	u8 value[SHA384_DIGEST_SIZE], digest[SHA384_DIGEST_SIZE];

	memset(value, 0xa0 + rtmr, sizeof(value));
	memset(digest, fill, sizeof(digest));
	tsm_hash_extend(HASH_ALGO_SHA384, value, digest);
	KUNIT_EXPECT_MEMEQ(test, td.rtmr[rtmr], value, sizeof(value));
}

static void expect_untouched(struct kunit *test, int rtmr)
{
	KUNIT_EXPECT_NULL(test, memchr_inv(td.rtmr[rtmr], 0xa0 + rtmr,
					   sizeof(td.rtmr[rtmr])));
}

static const struct tsm_measurement_register *
find_mr(struct kunit *test, const char *name)
{
	struct tdx_test *ctx = test->priv;
	const struct tsm_measurement *tm = ctx->provider->tm;

	for (size_t i = 0; i < tm->nr_mrs; i++) {
		if (!strcmp(tm->mrs[i].mr_name, name))
			return &tm->mrs[i];
	}
	KUNIT_FAIL_AND_ABORT(test, "there is no %s", name);

	return NULL;
}

static void test_layout(struct kunit *test)
{
	static const struct {
		const char *name;
		u8 fill;
		u8 index;
		u32 flags;
	} expected[] = {
		{ "rtmr0", 0xa0, 1, TSM_MR_F_RTMR },
		{ "rtmr1", 0xa1, 2, TSM_MR_F_RTMR },
		{ "rtmr2", 0xa2, 3, TSM_MR_F_RTMR },
		{ "rtmr3", 0xa3, 4, TSM_MR_F_RTMR },
		{ "mrtd", MRTD, 0, 0 },
		{ "mrconfigid", MRCONFIGID, TSM_INDEX_NONE, TSM_MR_F_NOHASH },
		{ "mrowner", MROWNER, TSM_INDEX_NONE, TSM_MR_F_NOHASH },
		{ "mrownerconfig", MROWNERCONFIG, TSM_INDEX_NONE,
		  TSM_MR_F_NOHASH },
	};
	struct tdx_test *ctx = test->priv;
	const struct tsm_measurement *tm = ctx->provider->tm;

	KUNIT_EXPECT_EQ(test, tm->nr_mrs, ARRAY_SIZE(expected));
	KUNIT_EXPECT_EQ(test, tm->index_space, TSM_INDEX_CCMR);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		const struct tsm_measurement_register *mr =
			find_mr(test, expected[i].name);

		KUNIT_EXPECT_EQ(test, mr->mr_size, 48);
		KUNIT_EXPECT_EQ(test, mr->mr_flags,
				TSM_MR_F_READABLE | expected[i].flags);
		KUNIT_EXPECT_EQ(test, tm->mr_index[mr - tm->mrs],
				expected[i].index);
		KUNIT_EXPECT_NULL_MSG(test,
				      memchr_inv(mr->mr_value, expected[i].fill,
						 mr->mr_size),
				      "%s", expected[i].name);
		if (!(expected[i].flags & TSM_MR_F_NOHASH))
			KUNIT_EXPECT_EQ(test, mr->mr_hash, HASH_ALGO_SHA384);
	}
}

/* One read for the static registers, one for what the log begins with. */
static void test_one_report_serves_all(struct kunit *test)
{
	struct tdx_test *ctx = test->priv;
	const struct tsm_measurement *tm = ctx->provider->tm;

	KUNIT_EXPECT_TRUE(test, tm->refresh_all);
	KUNIT_EXPECT_EQ(test, td.nr_reads, 2);

	memset(td.rtmr, 0x77, sizeof(td.rtmr));
	KUNIT_EXPECT_EQ(test, tm->refresh(tm, find_mr(test, "rtmr0")), 0);
	KUNIT_EXPECT_EQ(test, td.nr_reads, 3);
	KUNIT_EXPECT_MEMEQ(test, find_mr(test, "rtmr0")->mr_value,
			   td.rtmr[0], 48);
	KUNIT_EXPECT_MEMEQ(test, find_mr(test, "rtmr3")->mr_value,
			   td.rtmr[3], 48);
}

static void test_extend(struct kunit *test)
{
	static const char *const names[] = { "rtmr0", "rtmr1", "rtmr2", "rtmr3" };

	for (int i = 0; i < ARRAY_SIZE(names); i++) {
		expect_untouched(test, i);
		KUNIT_EXPECT_EQ(test, extend_by(test, names[i], 0x30 + i), 0);
		expect_extended(test, i, 0x30 + i);
	}
	KUNIT_EXPECT_EQ(test, td.nr_extends, 4);
	KUNIT_EXPECT_EQ(test, nr_records(test), 4);
	KUNIT_EXPECT_EQ(test, extend_by(test, "mrtd", 1), -EPERM);
	KUNIT_EXPECT_EQ(test, extend_by(test, "mrowner", 1), -ENOENT);
}

/* The log calls RTMR n by its CC MR index, n + 1. */
static void test_index_in_the_log(struct kunit *test)
{
	struct tdx_test *ctx = test->priv;
	struct tsm_stream *records = &ctx->provider->log.records;
	static const char *const names[] = { "rtmr3", "rtmr0" };
	static const u8 indexes[] = { 4, 1 };
	u8 header[RECORD_INDEX + 1];

	for (int i = 0; i < ARRAY_SIZE(names); i++) {
		u64 start = records->end;

		KUNIT_EXPECT_EQ(test, extend_by(test, names[i], 1), 0);
		KUNIT_ASSERT_EQ(test, tsm_stream_read(records, start, header,
						      sizeof(header)),
				sizeof(header));
		KUNIT_EXPECT_EQ(test, header[RECORD_INDEX_TYPE], 108);
		KUNIT_EXPECT_EQ(test, header[RECORD_INDEX], indexes[i]);
	}
}

/* Who was never promised a record: there is one, unless there is no room. */
static void test_extend_in_any_case(struct kunit *test)
{
	struct tdx_test *ctx = test->priv;
	u8 digest[SHA384_DIGEST_SIZE];

	memset(digest, 0x5a, sizeof(digest));
	KUNIT_EXPECT_EQ(test, tsm_tdx_extend(ctx->tdx, 2, digest), 0);
	expect_extended(test, 2, 0x5a);
	KUNIT_EXPECT_EQ(test, nr_records(test), 1);

	ctx->provider->log.limit = 1;
	KUNIT_EXPECT_EQ(test, tsm_tdx_extend(ctx->tdx, 3, digest), 0);
	expect_extended(test, 3, 0x5a);
	KUNIT_EXPECT_EQ(test, nr_records(test), 1);

	td.extend_error = -EIO;
	KUNIT_EXPECT_EQ(test, tsm_tdx_extend(ctx->tdx, 0, digest), -EIO);
	expect_untouched(test, 0);
}

static void test_busy_for_a_while(struct kunit *test)
{
	struct tdx_test *ctx = test->priv;
	const struct tsm_measurement *tm = ctx->provider->tm;

	td.extend_busy = 5;
	KUNIT_EXPECT_EQ(test, extend_by(test, "rtmr1", 1), 0);
	KUNIT_EXPECT_EQ(test, td.nr_extends, 6);
	expect_extended(test, 1, 1);
	KUNIT_EXPECT_EQ(test, nr_records(test), 1);

	td.read_busy = 5;
	KUNIT_EXPECT_EQ(test, tm->refresh(tm, &tm->mrs[0]), 0);
	KUNIT_EXPECT_EQ(test, td.read_busy, 0);
}

static void test_busy_for_ever(struct kunit *test)
{
	struct tdx_test *ctx = test->priv;
	const struct tsm_measurement *tm = ctx->provider->tm;
	unsigned long start = jiffies;

	td.extend_busy = UINT_MAX;
	KUNIT_EXPECT_EQ(test, extend_by(test, "rtmr1", 1), -EBUSY);
	KUNIT_EXPECT_GE(test, jiffies_to_msecs(jiffies - start), 900);
	KUNIT_EXPECT_EQ(test, td.nr_extends, 100);
	expect_untouched(test, 1);
	KUNIT_EXPECT_EQ(test, nr_records(test), 0);

	td.read_busy = UINT_MAX;
	KUNIT_EXPECT_EQ(test, tm->refresh(tm, &tm->mrs[0]), -EBUSY);

	td.extend_busy = 0;
	td.read_busy = 0;
	KUNIT_EXPECT_EQ(test, extend_by(test, "rtmr1", 2), 0);
	expect_extended(test, 1, 2);
	KUNIT_EXPECT_EQ(test, nr_records(test), 1);
}

/* A signal ends neither a call nor the wait for a module that is busy. */
static void test_busy_and_a_signal(struct kunit *test)
{
	allow_signal(SIGUSR1);
	send_sig(SIGUSR1, current, 1);
	KUNIT_EXPECT_TRUE(test, signal_pending(current));

	KUNIT_EXPECT_EQ(test, extend_by(test, "rtmr0", 1), 0);
	td.extend_busy = 3;
	KUNIT_EXPECT_EQ(test, extend_by(test, "rtmr0", 2), 0);
	KUNIT_EXPECT_EQ(test, td.nr_extends, 5);
	KUNIT_EXPECT_EQ(test, nr_records(test), 2);

	flush_signals(current);
	disallow_signal(SIGUSR1);
}

static void test_errors_pass_through(struct kunit *test)
{
	static const int errors[] = { -ENXIO, -EIO };

	for (int i = 0; i < ARRAY_SIZE(errors); i++) {
		td.nr_extends = 0;
		td.extend_error = errors[i];
		KUNIT_EXPECT_EQ(test, extend_by(test, "rtmr3", 1), errors[i]);
		KUNIT_EXPECT_EQ(test, td.nr_extends, 1);
		expect_untouched(test, 3);
		KUNIT_EXPECT_EQ(test, nr_records(test), 0);
	}
}

static void test_failure_after_the_effect(struct kunit *test)
{
	td.extend_error = -EIO;
	td.extend_all_the_same = true;
	KUNIT_EXPECT_EQ(test, extend_by(test, "rtmr3", 1), 0);
	KUNIT_EXPECT_EQ(test, td.nr_extends, 1);
	expect_extended(test, 3, 1);
	KUNIT_EXPECT_EQ(test, nr_records(test), 1);
}

static void test_registration_fails_with_the_module(struct kunit *test)
{
	td.read_error = -ENXIO;
	KUNIT_EXPECT_EQ(test,
			PTR_ERR_OR_ZERO(tsm_tdx_register("other", &fake_ops)),
			-ENXIO);
}

static struct kunit_case tdx_test_cases[] = {
	KUNIT_CASE(test_layout),
	KUNIT_CASE(test_one_report_serves_all),
	KUNIT_CASE(test_extend),
	KUNIT_CASE(test_index_in_the_log),
	KUNIT_CASE(test_extend_in_any_case),
	KUNIT_CASE(test_busy_for_a_while),
	KUNIT_CASE_SLOW(test_busy_for_ever),
	KUNIT_CASE(test_busy_and_a_signal),
	KUNIT_CASE(test_errors_pass_through),
	KUNIT_CASE(test_failure_after_the_effect),
	KUNIT_CASE(test_registration_fails_with_the_module),
	{}
};

static struct kunit_suite tdx_test_suite = {
	.name = "tsm-tdx",
	.init = tdx_test_init,
	.exit = tdx_test_exit,
	.test_cases = tdx_test_cases,
};

kunit_test_suite(tdx_test_suite);

MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_DESCRIPTION("KUnit tests of the TDX provider");
MODULE_LICENSE("GPL");
