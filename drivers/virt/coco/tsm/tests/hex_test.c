// SPDX-License-Identifier: GPL-2.0-only
/*
 * Digests in hex, beside the kernel's own parser.
 */

#include <kunit/test.h>
#include <linux/hex.h>
#include <linux/string.h>

#include "hash.h"
#include "hex.h"

static void test_digests(struct kunit *test)
{
	static const char hex[] = {
		"00112233445566778899aAbBcCdDeEfF0123456789abcdefFEDCBA9876543210fedcba9876543210c0ffee11deadbeef9f0a1b2c3d4e5f607a8b9c0d1e2f3a4b"
	};
	u8 expected[TSM_DIGEST_MAX_SIZE];

	for (size_t size = 20; size <= TSM_DIGEST_MAX_SIZE; size += 4) {
		u8 digest[TSM_DIGEST_MAX_SIZE + 1] = {};

		KUNIT_ASSERT_EQ(test, hex2bin(expected, hex, size), 0);
		KUNIT_EXPECT_TRUE(test, tsm_hex_parse(digest, hex, size));
		KUNIT_EXPECT_MEMEQ(test, digest, expected, size);
		KUNIT_EXPECT_EQ(test, digest[size], 0);
	}
}

/* At each place, beside digits and beside letters. */
static void test_every_character(struct kunit *test)
{
	static const char *const around[] = { "00000000", "99999999",
					      "aaaaaaaa", "ffffffff",
					      "FFFFFFFF", "1b2C3d4E" };
	u8 digest[4], expected[4];

	for (size_t i = 0; i < ARRAY_SIZE(around) * 8 * 256; i++) {
		size_t place = i / 256 % 8;
		bool valid;
		char hex[8];

		memcpy(hex, around[i / 256 / 8], sizeof(hex));
		hex[place] = i % 256;
		valid = !hex2bin(expected, hex, sizeof(expected));
		KUNIT_ASSERT_EQ_MSG(test, valid, tsm_hex_parse(digest, hex, 4),
				    "character %zu at %zu of %s", i % 256,
				    place, around[i / 256 / 8]);
		if (valid)
			KUNIT_ASSERT_MEMEQ(test, digest, expected, 4);
	}
}

static struct kunit_case hex_test_cases[] = {
	KUNIT_CASE(test_digests),
	KUNIT_CASE(test_every_character),
	{}
};

static struct kunit_suite hex_test_suite = {
	.name = "tsm-hex",
	.test_cases = hex_test_cases,
};

kunit_test_suite(hex_test_suite);
