// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files: which there are, their modes, and what they say.
 */

#include <kunit/test.h>
#include <linux/string.h>

#include "files.h"
#include "replay.h"

static int read_test_init(struct kunit *test)
{
	test->priv = fake_register(test, "fake");

	return 0;
}

static void test_modes(struct kunit *test)
{
	static const struct {
		const char *path;
		int mode;
	} files[] = {
		{ "rtmr0/digest", 0644 },
		{ "rtmr0/hash_algo", 0444 },
		{ "rtmr0/append_event", 0200 },
		{ "rtmr0/append_record", 0200 },
		{ "rtmr0/sha384/digest", -ENOENT },
		{ "soft/digest", 0644 },
		{ "agile/digest", 0444 },
		{ "agile/append_event", 0200 },
		{ "agile/append_record", 0200 },
		{ "agile/sha1/digest", 0444 },
		{ "agile/sha256/digest", 0444 },
		{ "agile/sha384/digest", 0444 },
		{ "launch/digest", 0444 },
		{ "launch/append_event", -ENOENT },
		{ "launch/append_record", -ENOENT },
		{ "clock/digest", 0444 },
		{ "clock/append_event", -ENOENT },
		{ "clock/append_record", -ENOENT },
		{ "blob", 0444 },
		{ "launch/pcrs", 0444 },
		{ "rtmr0/pcrs", 0444 },
		{ "agile/pcrs", -ENOENT },
		{ "clock/pcrs", -ENOENT },
		{ "log/cel", 0440 },
		{ "log/checkpoints", 0440 },
		{ "log/index", 0440 },
		{ "log/next_record", 0440 },
		{ "log/first_record", 0440 },
		{ "log/size", 0440 },
		{ "log/others_size", 0440 },
		{ "log/limit", 0644 },
		{ "log/others_limit", 0644 },
		{ "log/trim", 0200 },
	};
	struct fake *fake = test->priv;

	for (int i = 0; i < ARRAY_SIZE(files); i++)
		KUNIT_EXPECT_EQ_MSG(test, file_mode(fake, files[i].path),
				    files[i].mode, "%s", files[i].path);
}

static void expect_digest(struct kunit *test, const char *path, enum fake_mr mr)
{
	struct fake *fake = test->priv;
	size_t size = fake->mrs[mr].mr_size;
	char expected[2 * TSM_DIGEST_MAX_SIZE + 2];

	snprintf(expected, sizeof(expected), "%*phN\n", (int)size,
		 fake_value(fake, mr));
	KUNIT_EXPECT_STREQ_MSG(test, file_text(test, fake, path), expected,
			       "%s", path);
}

static void test_digests(struct kunit *test)
{
	expect_digest(test, "rtmr0/digest", FAKE_RTMR0);
	expect_digest(test, "rtmr1/digest", FAKE_RTMR1);
	expect_digest(test, "soft/digest", FAKE_SOFT);
	expect_digest(test, "agile/sha1/digest", FAKE_AGILE_SHA1);
	expect_digest(test, "agile/sha256/digest", FAKE_AGILE_SHA256);
	expect_digest(test, "agile/sha384/digest", FAKE_AGILE_SHA384);
	expect_digest(test, "agile/digest", FAKE_AGILE_SHA384);
	expect_digest(test, "launch/digest", FAKE_LAUNCH);
	expect_digest(test, "clock/digest", FAKE_CLOCK);
}

static void test_hash_algo(struct kunit *test)
{
	struct fake *fake = test->priv;

	KUNIT_EXPECT_STREQ(test, file_text(test, fake, "rtmr1/hash_algo"),
			   "sha256\n");
	/* The strongest bank, wherever it stands. */
	KUNIT_EXPECT_STREQ(test, file_text(test, fake, "agile/hash_algo"),
			   "sha384\n");
}

/* UEFI 2.10, 38.4.1 */
static void test_pcrs(struct kunit *test)
{
	struct fake *fake = test->priv;

	KUNIT_EXPECT_STREQ(test, file_text(test, fake, "launch/pcrs"), "0\n");
	KUNIT_EXPECT_STREQ(test, file_text(test, fake, "rtmr0/pcrs"), "1,7\n");
	KUNIT_EXPECT_STREQ(test, file_text(test, fake, "rtmr1/pcrs"), "2-6\n");
	KUNIT_EXPECT_STREQ(test, file_text(test, fake, "soft/pcrs"), "8-15\n");
}

static void test_live_values_come_from_the_hardware(struct kunit *test)
{
	struct fake *fake = test->priv;

	memset(fake->hardware[FAKE_CLOCK], 0x99, FAKE_BLOB_SIZE);
	expect_digest(test, "clock/digest", FAKE_CLOCK);
}

static void test_static_values_need_no_hardware(struct kunit *test)
{
	struct fake *fake = test->priv;
	unsigned int before = fake->nr_refreshes;

	expect_digest(test, "launch/digest", FAKE_LAUNCH);
	expect_digest(test, "soft/digest", FAKE_SOFT);
	file_text(test, fake, "blob");
	KUNIT_EXPECT_EQ(test, fake->nr_refreshes, before);
}

static void test_the_end_of_a_file_needs_no_hardware(struct kunit *test)
{
	struct fake *fake = test->priv;
	unsigned int before;
	u8 byte;

	before = fake->nr_refreshes;
	KUNIT_EXPECT_EQ(test,
			file_read_at(fake, "rtmr0/digest", &byte, 1, 97), 0);
	KUNIT_EXPECT_EQ(test, fake->nr_refreshes, before);
}

static void test_reading_at_an_offset(struct kunit *test)
{
	struct fake *fake = test->priv;
	char tail[8] = "";

	/* FAKE_RTMR1 is 0x11, 32 times. */
	KUNIT_EXPECT_EQ(test,
			file_read_at(fake, "rtmr1/digest", tail, 8, 61), 4);
	KUNIT_EXPECT_STREQ(test, tail, "111\n");
}

static void test_blob(struct kunit *test)
{
	struct fake *fake = test->priv;
	size_t size;
	u8 *bytes = file_bytes(test, fake, "blob", &size);

	KUNIT_ASSERT_EQ(test, size, FAKE_BLOB_SIZE);
	KUNIT_EXPECT_MEMEQ(test, bytes, fake_value(fake, FAKE_BLOB), size);
}

static void test_refresh_error_is_reported(struct kunit *test)
{
	struct fake *fake = test->priv;
	u8 buf[200];

	fake->refresh_error = -EIO;
	KUNIT_EXPECT_EQ(test, file_read_at(fake, "rtmr0/digest", buf, 200, 0),
			-EIO);
	fake->refresh_error = -EINTR;
	KUNIT_EXPECT_EQ(test, file_read_at(fake, "rtmr0/digest", buf, 200, 0),
			-ERESTARTSYS);
	fake->refresh_error = 0;
	expect_digest(test, "rtmr0/digest", FAKE_RTMR0);
}

static void test_a_new_log(struct kunit *test)
{
	struct fake *fake = test->priv;
	char expected[1024];

	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/next_record"), 0);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/first_record"), 0);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/size"), 0);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/limit"), 33554432);
	KUNIT_EXPECT_STREQ(test, file_text(test, fake, "log/cel"), "");

	snprintf(expected, sizeof(expected),
		 "0 register rtmr0 sha384:%*phN\n"
		 "0 register rtmr1 sha256:%*phN\n"
		 "0 register soft sha512:%*phN\n"
		 "0 register agile sha1:%*phN,sha256:%*phN,sha384:%*phN\n",
		 48, fake_value(fake, FAKE_RTMR0),
		 32, fake_value(fake, FAKE_RTMR1),
		 64, fake_value(fake, FAKE_SOFT),
		 20, fake_value(fake, FAKE_AGILE_SHA1),
		 32, fake_value(fake, FAKE_AGILE_SHA256),
		 48, fake_value(fake, FAKE_AGILE_SHA384));
	KUNIT_EXPECT_STREQ(test, file_text(test, fake, "log/checkpoints"),
			   expected);
	replay_expect_verified(test, fake);
}

static struct kunit_case read_test_cases[] = {
	KUNIT_CASE(test_modes),
	KUNIT_CASE(test_digests),
	KUNIT_CASE(test_hash_algo),
	KUNIT_CASE(test_pcrs),
	KUNIT_CASE(test_live_values_come_from_the_hardware),
	KUNIT_CASE(test_static_values_need_no_hardware),
	KUNIT_CASE(test_the_end_of_a_file_needs_no_hardware),
	KUNIT_CASE(test_reading_at_an_offset),
	KUNIT_CASE(test_blob),
	KUNIT_CASE(test_refresh_error_is_reported),
	KUNIT_CASE(test_a_new_log),
	{}
};

static struct kunit_suite read_test_suite = {
	.name = "tsm-read",
	.init = read_test_init,
	.test_cases = read_test_cases,
};

kunit_test_suite(read_test_suite);
