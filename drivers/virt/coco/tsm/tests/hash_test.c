// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hashes of banks: published digests of "abc", and one extend of each.
 */

#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/hex.h>
#include <linux/string.h>

#include "hash.h"

struct hash_case {
	const char *name;
	enum hash_algo algo;
	int tcg_alg;
	const char *abc;
};

static const struct hash_case hash_cases[] = {
	{ "sha1", HASH_ALGO_SHA1, 0x04,
	  "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ "sha256", HASH_ALGO_SHA256, 0x0b,
	  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "sha384", HASH_ALGO_SHA384, 0x0c,
	  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
	},
	{ "sha512", HASH_ALGO_SHA512, 0x0d,
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
	},
	{ "sm3", HASH_ALGO_SM3_256, 0x12,
	  "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" },
};

KUNIT_ARRAY_PARAM_DESC(hash, hash_cases, name);

/* Of those that have a name in the log only SM3 may be missing. */
static void skip_unless_available(struct kunit *test, enum hash_algo algo)
{
	if (tsm_hash_available(algo))
		return;

	KUNIT_EXPECT_EQ(test, algo, HASH_ALGO_SM3_256);
	KUNIT_EXPECT_FALSE(test, IS_REACHABLE(CONFIG_CRYPTO_LIB_SM3));
	kunit_skip(test, "this kernel cannot compute it");
}

static void test_published_digest(struct kunit *test)
{
	const struct hash_case *param = test->param_value;
	u8 expected[TSM_DIGEST_MAX_SIZE];
	u8 digest[TSM_DIGEST_MAX_SIZE];
	size_t size = strlen(param->abc) / 2;

	KUNIT_ASSERT_EQ(test, hex2bin(expected, param->abc, size), 0);
	KUNIT_EXPECT_EQ(test, tsm_hash_tcg_alg(param->algo), param->tcg_alg);
	KUNIT_EXPECT_EQ(test, tsm_hash_of_tcg_alg(param->tcg_alg), param->algo);
	KUNIT_EXPECT_EQ(test, hash_digest_size[param->algo], size);
	skip_unless_available(test, param->algo);

	tsm_hash(param->algo, "abc", 3, digest);
	KUNIT_EXPECT_MEMEQ(test, digest, expected, size);
}

static void test_extend_hashes_old_then_digest(struct kunit *test)
{
	const struct hash_case *param = test->param_value;
	size_t size = hash_digest_size[param->algo];
	u8 value[TSM_DIGEST_MAX_SIZE], digest[TSM_DIGEST_MAX_SIZE];
	u8 expected[TSM_DIGEST_MAX_SIZE];
	u8 both[2 * TSM_DIGEST_MAX_SIZE];

	skip_unless_available(test, param->algo);
	memset(value, 0x11, sizeof(value));
	memset(digest, 0x22, sizeof(digest));
	memset(both, 0x11, size);
	memset(both + size, 0x22, size);
	tsm_hash(param->algo, both, 2 * size, expected);

	tsm_hash_extend(param->algo, value, digest);
	KUNIT_EXPECT_MEMEQ(test, value, expected, size);
}

static bool without_sm3(enum hash_algo algo)
{
	return algo != HASH_ALGO_SM3_256;
}

/* Its bank has a name in the log all the same. */
static void test_hash_that_is_missing(struct kunit *test)
{
	u8 digest[TSM_DIGEST_MAX_SIZE];

	kunit_activate_static_stub(test, tsm_hash_available, without_sm3);
	KUNIT_EXPECT_FALSE(test, tsm_hash_available(HASH_ALGO_SM3_256));
	KUNIT_EXPECT_TRUE(test, tsm_hash_available(HASH_ALGO_SHA256));
	KUNIT_EXPECT_EQ(test, tsm_hash_tcg_alg(HASH_ALGO_SM3_256), 0x12);

	memset(digest, 0x11, sizeof(digest));
	kunit_warning_suppress(test) {
		tsm_hash(HASH_ALGO_SM3_256, "abc", 3, digest);
		KUNIT_EXPECT_SUPPRESSED_WARNING_COUNT(test, 1);
	}
	KUNIT_EXPECT_TRUE(test, !memchr_inv(digest, 0x11, sizeof(digest)));
}

static void test_others_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, tsm_hash_available(HASH_ALGO_MD5));
	KUNIT_EXPECT_FALSE(test, tsm_hash_available(HASH_ALGO_SHA3_256));
	KUNIT_EXPECT_FALSE(test, tsm_hash_available(HASH_ALGO__LAST));
	KUNIT_EXPECT_EQ(test, tsm_hash_tcg_alg(HASH_ALGO_MD5), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, tsm_hash_tcg_alg(HASH_ALGO_SHA224), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, tsm_hash_tcg_alg(HASH_ALGO_SHA3_256), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, tsm_hash_tcg_alg(HASH_ALGO__LAST), -EOPNOTSUPP);
	for (int alg = 0, known = 0; alg <= U8_MAX; alg++) {
		known += tsm_hash_of_tcg_alg(alg) >= 0;
		KUNIT_EXPECT_LE(test, known, ARRAY_SIZE(hash_cases));
	}
}

static struct kunit_case hash_test_cases[] = {
	KUNIT_CASE_PARAM(test_published_digest, hash_gen_params),
	KUNIT_CASE_PARAM(test_extend_hashes_old_then_digest, hash_gen_params),
	KUNIT_CASE(test_hash_that_is_missing),
	KUNIT_CASE(test_others_are_refused),
	{}
};

static struct kunit_suite hash_test_suite = {
	.name = "tsm-hash",
	.test_cases = hash_test_cases,
};

kunit_test_suite(hash_test_suite);
