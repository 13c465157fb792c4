// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser of what is written to append_record: what it must take, byte for
 * byte, and what it must not.
 */

#include <kunit/test.h>
#include <linux/hex.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <uapi/linux/tsm-event-log.h>

#include "cel.h"
#include "content.h"

#define NR_MUTATIONS	20000

/* Digests, and TLVs that have to be there, with the space that follows. */
#define VALUE16	"0102030405060708090a0b0c0d0e0f10 "
#define VALUE20	"0102030405060708090a0b0c0d0e0f1011121314 "
#define VALUE32	"0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20 "
#define VALUE48	"0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30 "
#define SHA1	"04 00000014 0102030405060708090a0b0c0d0e0f1011121314 "
#define OPAQUE	"09 00000001 78 "
#define EVENT	"05 0000000f 00 00000004 00000006 01 00000001 78 "

/**
 * struct good_case - content, and what must be found in it
 * @name: name of the case
 * @hex: the content
 * @type: its type
 * @event_type: its event type
 * @data: offset of its data, which goes to the end
 * @measured: offset of what is measured, which goes to the end
 */
struct good_case {
	const char *name;
	const char *hex;
	u8 type;
	u32 event_type;
	size_t data;
	size_t measured;
};

static const struct good_case good_cases[] = {
	{ "event", "05 00000011 00 00000004 00000006 01 00000003 61000a",
	  5, 6, 19, 19 },
	{ "event type of four bytes",
	  "05 0000000f 00 00000004 80010203 01 00000001 78",
	  5, 0x80010203, 19, 19 },
	{ "event without data", "05 0000000e 00 00000004 0000000c 01 00000000",
	  5, 12, 19, 19 },
	{ "event whose data looks like a TLV",
	  "05 00000014 00 00000004 00000005 01 00000006 04 00000001 00",
	  5, 5, 19, 19 },
	{ "IMA template",
	  "07 00000012 00 00000006 696d612d6e67 01 00000002 6474", 7, 0, 5, 21 },
	{ "IMA template without a name and data",
	  "07 0000000a 00 00000000 01 00000000", 7, 0, 5, 15 },
	{ "IMA TLV", "08 00000002 7879", 8, 0, 5, 0 },
	{ "systemd", "09 00000002 7b7d", 9, 0, 5, 0 },
	{ "container-optimized OS", "50 00000001 00", 80, 0, 5, 0 },
	{ "the last type", "ff 00000001 01", 255, 0, 5, 0 },
	{ "no value", "0a 00000000", 10, 0, 5, 0 },
};

KUNIT_ARRAY_PARAM_DESC(good, good_cases, name);

static u8 *unhex(struct kunit *test, const char *hex, size_t *size)
{
	u8 *buf = kunit_kmalloc(test, strlen(hex), GFP_KERNEL);
	size_t n = 0;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (; *hex; hex += *hex == ' ' ? 1 : 2) {
		if (*hex != ' ')
			KUNIT_ASSERT_EQ(test, hex2bin(&buf[n++], hex, 1), 0);
	}
	*size = n;

	return buf;
}

/* In memory of that size, so that KASAN sees what is read after it. */
static u8 *copy(struct kunit *test, const u8 *bytes, size_t size)
{
	u8 *buf = kunit_kmalloc(test, size ?: 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	memcpy(buf, bytes, size);

	return buf;
}

static int parse_content(struct kunit *test, const u8 *bytes, size_t size)
{
	u8 *buf = copy(test, bytes, size);
	struct tsm_content content;
	int rc = tsm_content_parse(buf, size, &content);

	kunit_kfree(test, buf);

	return rc;
}

static int parse_record(struct kunit *test, const u8 *bytes, size_t size)
{
	u8 *buf = copy(test, bytes, size);
	struct tsm_typed_record record;
	int rc = tsm_typed_record_parse(buf, size, &record);

	kunit_kfree(test, buf);

	return rc;
}

static void test_good_content(struct kunit *test)
{
	const struct good_case *param = test->param_value;
	struct tsm_typed_record record;
	struct tsm_content content;
	const u8 *bytes;
	size_t size;

	bytes = unhex(test, param->hex, &size);
	KUNIT_ASSERT_EQ(test, tsm_content_parse(bytes, size, &content), 0);
	KUNIT_EXPECT_EQ(test, content.type, param->type);
	KUNIT_EXPECT_EQ(test, content.event_type, param->event_type);
	KUNIT_EXPECT_PTR_EQ(test, content.data, bytes + param->data);
	KUNIT_EXPECT_EQ(test, content.size, size - param->data);
	KUNIT_EXPECT_PTR_EQ(test, content.measured, bytes + param->measured);
	KUNIT_EXPECT_EQ(test, content.measured_size, size - param->measured);

	KUNIT_ASSERT_EQ(test, tsm_typed_record_parse(bytes, size, &record), 0);
	KUNIT_EXPECT_EQ(test, record.nr_digests, 0);
	KUNIT_EXPECT_EQ(test, record.content.type, param->type);
	KUNIT_EXPECT_PTR_EQ(test, record.content.data, content.data);
	KUNIT_EXPECT_PTR_EQ(test, record.content.measured, content.measured);
}

/* Cut off anywhere, or with something after it, it is no content any more. */
static void test_lengths_must_fit(struct kunit *test)
{
	const struct good_case *param = test->param_value;
	u8 longer[64] = {};
	size_t good_size;
	const u8 *bytes;

	bytes = unhex(test, param->hex, &good_size);
	for (size_t size = 0; size < good_size; size++) {
		KUNIT_EXPECT_EQ_MSG(test, parse_content(test, bytes, size),
				    -EINVAL, "cut to %zu", size);
		KUNIT_EXPECT_EQ_MSG(test, parse_record(test, bytes, size),
				    -EINVAL, "cut to %zu", size);
	}
	memcpy(longer, bytes, good_size);
	for (size_t size = good_size + 1; size < good_size + 12; size++) {
		KUNIT_EXPECT_EQ_MSG(test, parse_content(test, longer, size),
				    -EINVAL, "%zu bytes", size);
		KUNIT_EXPECT_EQ_MSG(test, parse_record(test, longer, size),
				    -EINVAL, "%zu bytes", size);
	}
	/* The length that the content says it has. */
	for (unsigned int bit = 0; bit < 32; bit++) {
		longer[1 + bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ_MSG(test,
				    parse_content(test, longer, good_size),
				    -EINVAL, "bit %u", bit);
		longer[1 + bit / 8] ^= 1 << bit % 8;
	}
}

/**
 * struct bad_case - what is no record
 * @name: name of the case
 * @hex: what is written
 */
struct bad_case {
	const char *name;
	const char *hex;
};

static const struct bad_case bad_cases[] = {
	{ "record number", "00 00000008 0000000000000000" },
	{ "register", "01 00000001 10" },
	{ "type 2", "02 00000001 00" },
	{ "CEL management", "04 00000002 0102" },
	{ "type 6", "06 00000001 00" },
	{ "two contents", OPAQUE OPAQUE },
	{ "content, then digests", OPAQUE "03 00000019 " SHA1 },
	{ "EV_NO_ACTION", "05 0000000f 00 00000004 00000003 01 00000001 78" },
	{ "event type of 3 bytes",
	  "05 0000000e 00 00000003 000006 01 00000001 78" },
	{ "event type of 8 bytes",
	  "05 00000013 00 00000008 0000000000000006 01 00000001 78" },
	{ "event type last", "05 0000000f 01 00000001 78 00 00000004 00000006" },
	{ "event type only", "05 00000009 00 00000004 00000006" },
	{ "event data only", "05 00000006 01 00000001 78" },
	{ "event data twice",
	  "05 00000014 00 00000004 00000006 01 00000000 01 00000001 78" },
	{ "another TLV in an event",
	  "05 0000000f 00 00000004 00000006 02 00000001 78" },
	{ "event data longer than the content",
	  "05 0000000f 00 00000004 00000006 01 00000002 78" },
	{ "event data shorter than the content",
	  "05 0000000f 00 00000004 00000006 01 00000000 78" },
	{ "empty event", "05 00000000" },
	{ "template data first", "07 0000000c 01 00000001 64 00 00000001 6e" },
	{ "template name only", "07 00000006 00 00000001 6e" },
	{ "another TLV in a template",
	  "07 0000000f 00 00000000 01 00000000 02 00000000" },
	{ "empty template", "07 00000000" },
	/* Lengths that no buffer has, and that must not wrap. */
	{ "huge", "05 ffffffff 00 fffffffb 00000006" },
	{ "huge inside", "05 0000000f 00 ffffffff 00000006 01 00000001 78" },
	{ "huge event data", "05 0000000e 00 00000004 00000006 01 ffffffff" },
};

KUNIT_ARRAY_PARAM_DESC(bad, bad_cases, name);

static void test_bad_content(struct kunit *test)
{
	const struct bad_case *param = test->param_value;
	const u8 *bytes;
	size_t size;

	bytes = unhex(test, param->hex, &size);
	KUNIT_EXPECT_EQ(test, parse_content(test, bytes, size), -EINVAL);
	KUNIT_EXPECT_EQ(test, parse_record(test, bytes, size), -EINVAL);
}

/* Digests are no content, and no part of it for whom the kernel hashes. */
static void test_digests_are_not_content(struct kunit *test)
{
	const u8 *bytes;
	size_t size;

	bytes = unhex(test, "03 00000019 " SHA1 OPAQUE, &size);
	KUNIT_EXPECT_EQ(test, parse_content(test, bytes, 30), -EINVAL);
	KUNIT_EXPECT_EQ(test, parse_record(test, bytes, 30), -EINVAL);
	KUNIT_EXPECT_EQ(test, parse_content(test, bytes, size), -EINVAL);
	KUNIT_EXPECT_EQ(test, parse_record(test, bytes, size), 0);
}

/* They stay in their order, whatever that is. */
static void test_digests(struct kunit *test)
{
	static const char hex[] =
		"03 00000063 12 00000020 " VALUE32 SHA1
		"0b 00000020 " VALUE32 EVENT;
	struct tsm_typed_record record;
	const u8 *bytes;
	size_t size;

	bytes = unhex(test, hex, &size);
	KUNIT_ASSERT_EQ(test, tsm_typed_record_parse(bytes, size, &record), 0);
	KUNIT_ASSERT_EQ(test, record.nr_digests, 3);
	KUNIT_EXPECT_EQ(test, record.digests[0].algo, HASH_ALGO_SM3_256);
	KUNIT_EXPECT_PTR_EQ(test, record.digests[0].value, bytes + 10);
	KUNIT_EXPECT_EQ(test, record.digests[1].algo, HASH_ALGO_SHA1);
	KUNIT_EXPECT_PTR_EQ(test, record.digests[1].value, bytes + 47);
	KUNIT_EXPECT_EQ(test, record.digests[2].algo, HASH_ALGO_SHA256);
	KUNIT_EXPECT_PTR_EQ(test, record.digests[2].value, bytes + 72);
	KUNIT_EXPECT_EQ(test, record.content.type, 5);
	KUNIT_EXPECT_PTR_EQ(test, record.content.data, bytes + 123);
	KUNIT_EXPECT_EQ(test, record.content.size, 1);
}

static const struct bad_case bad_digests[] = {
	{ "none", "03 00000000 " OPAQUE },
	{ "one byte", "03 00000001 04 " OPAQUE },
	{ "no digest in it", "03 00000005 04 00000000 " OPAQUE },
	{ "sha1 of 16 bytes", "03 00000015 04 00000010 " VALUE16 OPAQUE },
	{ "sha1 of 21 bytes", "03 0000001a 04 00000015 " VALUE20 "aa " OPAQUE },
	{ "sha256 of 20 bytes", "03 00000019 0b 00000014 " VALUE20 OPAQUE },
	{ "sha384 of 32 bytes", "03 00000025 0c 00000020 " VALUE32 OPAQUE },
	{ "sha512 of 48 bytes", "03 00000035 0d 00000030 " VALUE48 OPAQUE },
	{ "sha3-256", "03 00000025 27 00000020 " VALUE32 OPAQUE },
	{ "algorithm 0", "03 00000019 00 00000014 " VALUE20 OPAQUE },
	{ "longer than the digest in it", "03 0000001a " SHA1 "aa " OPAQUE },
	{ "shorter than the digest in it", "03 00000018 " SHA1 OPAQUE },
	{ "longer than the record", "03 ffffffff " SHA1 OPAQUE },
	{ "no content", "03 00000019 " SHA1 },
	{ "twice", "03 00000019 " SHA1 "03 00000019 " SHA1 OPAQUE },
	{ "six", "03 00000096 " SHA1 SHA1 SHA1 SHA1 SHA1 SHA1 OPAQUE },
	{ "before CEL management", "03 00000019 " SHA1 "04 00000001 01" },
	{ "before EV_NO_ACTION",
	  "03 00000019 " SHA1 "05 0000000f 00 00000004 00000003 01 00000001 78" },
};

KUNIT_ARRAY_PARAM_DESC(bad_digests, bad_digests, name);

static void test_bad_digests(struct kunit *test)
{
	const struct bad_case *param = test->param_value;
	const u8 *bytes;
	size_t size;

	bytes = unhex(test, param->hex, &size);
	KUNIT_EXPECT_EQ(test, parse_record(test, bytes, size), -EINVAL);
}

/* Content of some hundred kilobytes, as callers in the kernel may have. */
static void test_long_content(struct kunit *test)
{
	size_t size = 300000;
	u8 *bytes = kunit_kzalloc(test, size, GFP_KERNEL);
	struct tsm_content content;

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	bytes[0] = 9;
	put_unaligned_be32(size - 5, bytes + 1);
	KUNIT_ASSERT_EQ(test, tsm_content_parse(bytes, size, &content), 0);
	KUNIT_EXPECT_EQ(test, content.size, size - 5);
	KUNIT_EXPECT_EQ(test, tsm_content_parse(bytes, size - 1, &content),
			-EINVAL);
}

/*
 * Whatever is accepted stands in the record as it was written: what the encoder
 * makes of the parsed content are the same bytes.
 */
static void test_what_is_accepted_is_kept(struct kunit *test)
{
	u8 head[CEL_HEAD_MAX_SIZE];
	struct rnd_state rnd;
	u32 seed = get_random_u32();
	unsigned int accepted = 0;

	prandom_seed_state(&rnd, seed);
	for (int i = 0; i < NR_MUTATIONS; i++) {
		u32 n = prandom_u32_state(&rnd) % ARRAY_SIZE(good_cases);
		const struct tsm_content *content;
		struct tsm_typed_record record;
		struct cel_record encoded = {};
		size_t written, size;
		u8 *bytes;

		bytes = unhex(test, good_cases[n].hex, &written);
		bytes[prandom_u32_state(&rnd) % written] =
			prandom_u32_state(&rnd) % (i % 2 ? 8 : 256);
		if (tsm_typed_record_parse(bytes, written, &record)) {
			kunit_kfree(test, bytes);
			continue;
		}

		accepted++;
		content = &record.content;
		encoded.content = content;
		/* Number, register and no digests come before it. */
		size = cel_encode_head(head, &encoded) - 24;
		KUNIT_ASSERT_EQ_MSG(test, size + content->size, written,
				    "seed %u, mutation %d", seed, i);
		KUNIT_ASSERT_MEMEQ_MSG(test, head + 24, bytes, size,
				       "seed %u, mutation %d", seed, i);
		KUNIT_ASSERT_PTR_EQ_MSG(test, content->data, bytes + size,
					"seed %u, mutation %d", seed, i);
		kunit_kfree(test, bytes);
	}
	KUNIT_EXPECT_GT(test, accepted, NR_MUTATIONS / 20);
	KUNIT_EXPECT_LT(test, accepted, NR_MUTATIONS);
}

static struct kunit_case content_test_cases[] = {
	KUNIT_CASE_PARAM(test_good_content, good_gen_params),
	KUNIT_CASE_PARAM(test_lengths_must_fit, good_gen_params),
	KUNIT_CASE_PARAM(test_bad_content, bad_gen_params),
	KUNIT_CASE(test_digests_are_not_content),
	KUNIT_CASE(test_digests),
	KUNIT_CASE_PARAM(test_bad_digests, bad_digests_gen_params),
	KUNIT_CASE(test_long_content),
	KUNIT_CASE(test_what_is_accepted_is_kept),
	{}
};

static struct kunit_suite content_test_suite = {
	.name = "tsm-content",
	.test_cases = content_test_cases,
};

kunit_test_suite(content_test_suite);
