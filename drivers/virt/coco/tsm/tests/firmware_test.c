// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware's own log: where it ends, whatever stands there, and its file.
 */

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <uapi/linux/tsm-event-log.h>

#include "files.h"
#include "tsm.h"

/* Offsets in the first entry, and the size of it with two hashes. */
#define TYPE		4
#define SHA1		8
#define ID_SIZE		28
#define SIGNATURE	32
#define NR_HASHES	56
#define HASHES		60
#define HEADER_SIZE	69

/* Offsets in an entry, and the size of one with an event of one byte. */
#define ENTRY_TYPE	4
#define NR_DIGESTS	8
#define ALG		12
#define EVENT_SIZE	84
#define ENTRY_SIZE	89

#define NR_ENTRIES	3
#define LOG_SIZE	(HEADER_SIZE + NR_ENTRIES * ENTRY_SIZE)
#define AREA_SIZE	(LOG_SIZE + 200)

static void put_entry(u8 *entry, u8 fill)
{
	memset(entry, fill, ENTRY_SIZE);
	put_unaligned_le32(1, entry);
	put_unaligned_le32(TSM_EV_ACTION, entry + ENTRY_TYPE);
	put_unaligned_le32(2, entry + NR_DIGESTS);
	put_unaligned_le16(0x04, entry + ALG);
	put_unaligned_le16(0x0c, entry + ALG + 2 + SHA1_DIGEST_SIZE);
	put_unaligned_le32(1, entry + EVENT_SIZE);
}

/* A log with digests by SHA-1 and SHA-384, and what follows it in its area. */
static u8 *make_log(struct kunit *test, u8 filler)
{
	static const u8 hashes[] = { 0x04, 0, 20, 0, 0x0c, 0, 48, 0, 0 };
	u8 *log = kunit_kzalloc(test, AREA_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, log);
	put_unaligned_le32(3, log + TYPE);
	put_unaligned_le32(HEADER_SIZE - SIGNATURE, log + ID_SIZE);
	strscpy(log + SIGNATURE, "Spec ID Event03", 16);
	put_unaligned_le32(2, log + NR_HASHES);
	memcpy(log + HASHES, hashes, sizeof(hashes));
	for (int i = 0; i < NR_ENTRIES; i++)
		put_entry(log + HEADER_SIZE + i * ENTRY_SIZE, 0xe0 + i);
	memset(log + LOG_SIZE, filler, AREA_SIZE - LOG_SIZE);

	return log;
}

/* The log's size in an area that ends where its memory ends. */
static size_t size_in(struct kunit *test, const u8 *log, size_t size)
{
	u8 *area = kmemdup(log, size, GFP_KERNEL);
	size_t found;

	KUNIT_ASSERT_NOT_NULL(test, area);
	found = tsm_firmware_log_size(area, size);
	kfree(area);

	return found;
}

static void test_end(struct kunit *test)
{
	static const u8 fillers[] = { 0x00, 0xff, 0x5a };

	for (int i = 0; i < ARRAY_SIZE(fillers); i++) {
		const u8 *log = make_log(test, fillers[i]);

		KUNIT_EXPECT_EQ(test, size_in(test, log, AREA_SIZE), LOG_SIZE);
		KUNIT_EXPECT_EQ(test, size_in(test, log, LOG_SIZE), LOG_SIZE);
	}
	KUNIT_EXPECT_EQ(test, tsm_firmware_log_size(NULL, 0), 0);
}

/* Where the area ends in the middle of an entry, the log ends before that. */
static void test_truncated(struct kunit *test)
{
	const u8 *log = make_log(test, 0);

	for (size_t size = 0; size <= LOG_SIZE; size++) {
		size_t expected = 0;

		if (size >= HEADER_SIZE)
			expected = size - (size - HEADER_SIZE) % ENTRY_SIZE;
		KUNIT_EXPECT_EQ(test, size_in(test, log, size), expected);
	}
}

struct spoil {
	const char *name;
	size_t off;
	u32 value;
};

/* What makes the first entry another one than that of such a log. */
static const struct spoil header_spoils[] = {
	{ "register", 0, 1 },
	{ "type", TYPE, 8 },
	{ "sha1", SHA1, 1 },
	{ "no id", ID_SIZE, 0 },
	{ "short id", ID_SIZE, HEADER_SIZE - SIGNATURE - 10 },
	{ "long id", ID_SIZE, AREA_SIZE - SIGNATURE + 1 },
	{ "huge id", ID_SIZE, U32_MAX },
	{ "signature", SIGNATURE, 0 },
	{ "no hashes", NR_HASHES, 0 },
	{ "more hashes than room", NR_HASHES, 3 },
	{ "many hashes", NR_HASHES, 17 },
	{ "huge hashes", NR_HASHES, 0x40000001 },
};

/* What makes the second of the other entries none. */
static const struct spoil entry_spoils[] = {
	{ "no digests", NR_DIGESTS, 0 },
	{ "more digests", NR_DIGESTS, 3 },
	{ "huge digests", NR_DIGESTS, U32_MAX },
	{ "unknown hash", ALG, 0x0b },
	{ "long event", EVENT_SIZE, AREA_SIZE },
	{ "huge event", EVENT_SIZE, U32_MAX },
	{ "huger event", EVENT_SIZE, U32_MAX - EVENT_SIZE },
};

KUNIT_ARRAY_PARAM_DESC(header, header_spoils, name);
KUNIT_ARRAY_PARAM_DESC(entry, entry_spoils, name);

static void test_bad_header(struct kunit *test)
{
	const struct spoil *spoil = test->param_value;
	u8 *log = make_log(test, 0);

	put_unaligned_le32(spoil->value, log + spoil->off);
	KUNIT_EXPECT_EQ(test, size_in(test, log, AREA_SIZE), 0);
}

static void test_bad_entry(struct kunit *test)
{
	const struct spoil *spoil = test->param_value;
	u8 *log = make_log(test, 0);

	put_unaligned_le32(spoil->value,
			   log + HEADER_SIZE + ENTRY_SIZE + spoil->off);
	KUNIT_EXPECT_EQ(test, size_in(test, log, AREA_SIZE),
			HEADER_SIZE + ENTRY_SIZE);
}

/* Not every entry has a digest by each of the hashes. */
static void test_fewer_digests(struct kunit *test)
{
	u8 *log = make_log(test, 0xff);
	u8 *entry = log + LOG_SIZE;

	put_entry(entry, 0);
	put_unaligned_le32(1, entry + NR_DIGESTS);
	put_unaligned_le32(0, entry + ALG + 2 + SHA1_DIGEST_SIZE);
	memset(entry + ALG + 2 + SHA1_DIGEST_SIZE + 4, 0xff, ENTRY_SIZE);
	KUNIT_EXPECT_EQ(test, size_in(test, log, AREA_SIZE),
			LOG_SIZE + ALG + 2 + SHA1_DIGEST_SIZE + 4);
}

/* Under KASAN a read beyond the area is found; anywhere an end beyond it. */
static void test_garbage(struct kunit *test)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 1);
	for (int i = 0; i < 5000; i++) {
		size_t size = 1 + prandom_u32_state(&rnd) % AREA_SIZE;
		u8 *log = make_log(test, 0xff);

		for (u32 n = prandom_u32_state(&rnd) % 4; n; n--)
			log[prandom_u32_state(&rnd) % AREA_SIZE] =
				prandom_u32_state(&rnd);
		KUNIT_EXPECT_LE(test, size_in(test, log, size), size);
		kunit_kfree(test, log);
	}
}

static struct fake *register_with(struct kunit *test, const void *log,
				  size_t size)
{
	struct fake *fake = fake_create(test, "fake");

	fake->tm.firmware = log;
	fake->tm.firmware_size = size;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);

	return fake;
}

static void test_file(struct kunit *test)
{
	const u8 *log = make_log(test, 0xff);
	struct fake *fake = register_with(test, log, AREA_SIZE);
	size_t size;
	u8 *bytes;
	u8 byte;

	KUNIT_EXPECT_EQ(test, file_mode(fake, "log/firmware"), 0440);
	bytes = file_bytes(test, fake, "log/firmware", &size);
	KUNIT_ASSERT_EQ(test, size, LOG_SIZE);
	KUNIT_EXPECT_MEMEQ(test, bytes, log, LOG_SIZE);
	KUNIT_EXPECT_EQ(test, file_write(fake, "log/firmware", "x", 1), -EACCES);

	KUNIT_EXPECT_EQ(test, file_read_at(fake, "log/firmware", &byte, 1,
					   LOG_SIZE - 1), 1);
	KUNIT_EXPECT_EQ(test, byte, log[LOG_SIZE - 1]);
	KUNIT_EXPECT_EQ(test, file_read_at(fake, "log/firmware", &byte, 1,
					   LOG_SIZE), 0);
	KUNIT_EXPECT_EQ(test, file_read_at(fake, "log/firmware", &byte, 1,
					   LLONG_MAX - 1), 0);
	fake_unregister(fake);
}

/* It is no look at registers, whatever they are like. */
static void test_reading_it_asks_nobody(struct kunit *test)
{
	const u8 *log = make_log(test, 0xff);
	struct fake *fake = register_with(test, log, AREA_SIZE);
	unsigned int nr_refreshes = fake->nr_refreshes;
	size_t size;

	fake_extend_elsewhere(fake, FAKE_RTMR0, 1);
	file_bytes(test, fake, "log/firmware", &size);
	KUNIT_EXPECT_EQ(test, size, LOG_SIZE);
	KUNIT_EXPECT_EQ(test, fake->nr_refreshes, nr_refreshes);
	fake_unregister(fake);
}

static void test_no_file(struct kunit *test)
{
	u8 *log = make_log(test, 0);
	struct fake *fake = fake_register(test, "fake");

	KUNIT_EXPECT_EQ(test, file_mode(fake, "log/firmware"), -ENOENT);
	fake_unregister(fake);

	/* The format of TPM 1.2 */
	log[SIGNATURE + 14] = '0';
	fake = register_with(test, log, AREA_SIZE);
	KUNIT_EXPECT_EQ(test, file_mode(fake, "log/firmware"), -ENOENT);
	fake_unregister(fake);
}

static void test_gone(struct kunit *test)
{
	const u8 *log = make_log(test, 0xff);
	struct fake *fake = register_with(test, log, AREA_SIZE);
	struct file *file = log_open(fake, "firmware", O_RDONLY);
	loff_t off = 0;
	u8 byte;

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_EXPECT_EQ(test, kernel_read(file, &byte, 1, &off), 1);
	fake_unregister(fake);
	KUNIT_EXPECT_EQ(test, kernel_read(file, &byte, 1, &off), -ENODEV);
	KUNIT_EXPECT_EQ(test, kernel_read(file, &byte, 1, &off), -ENODEV);
	log_close(file);
}

static struct kunit_case firmware_test_cases[] = {
	KUNIT_CASE(test_end),
	KUNIT_CASE(test_truncated),
	KUNIT_CASE_PARAM(test_bad_header, header_gen_params),
	KUNIT_CASE_PARAM(test_bad_entry, entry_gen_params),
	KUNIT_CASE(test_fewer_digests),
	KUNIT_CASE(test_garbage),
	KUNIT_CASE(test_file),
	KUNIT_CASE(test_reading_it_asks_nobody),
	KUNIT_CASE(test_no_file),
	KUNIT_CASE(test_gone),
	{}
};

static struct kunit_suite firmware_test_suite = {
	.name = "tsm-firmware",
	.test_cases = firmware_test_cases,
};

kunit_test_suite(firmware_test_suite);
