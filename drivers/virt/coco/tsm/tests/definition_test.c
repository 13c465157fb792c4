// SPDX-License-Identifier: GPL-2.0-only
/*
 * Definitions that must be refused. Each case breaks a good one in one place.
 */

#include <kunit/test.h>

#include "fake.h"

struct definition_case {
	const char *name;
	void (*spoil)(struct fake *fake);
};

#define SPOIL(name, statement)						\
	static void spoil_##name(struct fake *fake)			\
	{								\
		statement;						\
	}

SPOIL(no_name, fake->tm.name = NULL)
SPOIL(empty_name, fake->tm.name = "")
SPOIL(dot_name, fake->tm.name = "..")
SPOIL(slash_name, fake->tm.name = "a/b")
SPOIL(long_name, fake->tm.name =
	"a2345678901234567890123456789012345678901234567890123456789012345")
SPOIL(no_mrs, fake->tm.mrs = NULL)
SPOIL(zero_mrs, fake->tm.nr_mrs = 0)
SPOIL(bad_space, fake->tm.index_space = 7)
SPOIL(no_firmware, fake->tm.firmware_size = 1)
SPOIL(no_refresh, fake->tm.refresh = NULL)
SPOIL(no_extend, fake->tm.extend = NULL)
SPOIL(no_indexes, fake->tm.mr_index = NULL)
SPOIL(no_index, fake->index[FAKE_RTMR0] = TSM_INDEX_NONE)
SPOIL(big_static_index, fake->index[FAKE_LAUNCH] = 32)
SPOIL(same_static_index, fake->index[FAKE_LAUNCH] = FAKE_RTMR0_INDEX)
SPOIL(big_index, fake->index[FAKE_RTMR0] = 32)
SPOIL(same_index, fake->index[FAKE_RTMR1] = FAKE_RTMR0_INDEX)
SPOIL(split_index, fake->index[FAKE_AGILE_SHA256] = 9)
SPOIL(no_mr_name, fake->mrs[FAKE_CLOCK].mr_name = NULL)
SPOIL(space_mr_name, fake->mrs[FAKE_CLOCK].mr_name = "a b")
SPOIL(newline_mr_name, fake->mrs[FAKE_CLOCK].mr_name = "a\n")
SPOIL(power_mr_name, fake->mrs[FAKE_CLOCK].mr_name = "power")
SPOIL(device_mr_name, fake->mrs[FAKE_BLOB].mr_name = "device")
SPOIL(no_value, fake->mrs[FAKE_LAUNCH].mr_value = NULL)
SPOIL(zero_size, fake->mrs[FAKE_BLOB].mr_size = 0)
SPOIL(wrong_size, fake->mrs[FAKE_LAUNCH].mr_size = 32)
SPOIL(unknown_hash, fake->mrs[FAKE_LAUNCH].mr_hash = HASH_ALGO__LAST)
SPOIL(unnamed_hash, fake->mrs[FAKE_RTMR1].mr_hash = HASH_ALGO_SHA3_256)
SPOIL(unreadable, fake->mrs[FAKE_LAUNCH].mr_flags &= ~TSM_MR_F_READABLE)
SPOIL(writable_blob, fake->mrs[FAKE_BLOB].mr_flags |= TSM_MR_F_WRITABLE)
SPOIL(same_bank, (fake->mrs[FAKE_AGILE_SHA256].mr_hash = HASH_ALGO_SHA1,
		  fake->mrs[FAKE_AGILE_SHA256].mr_size = SHA1_DIGEST_SIZE))
SPOIL(same_blob, fake->mrs[FAKE_BLOB].mr_name = "launch")
SPOIL(mixed_flags, fake->mrs[FAKE_AGILE_SHA1].mr_flags &= ~TSM_MR_F_LIVE)

#define CASE(name)	{ #name, spoil_##name }

static const struct definition_case definition_cases[] = {
	CASE(no_name), CASE(empty_name), CASE(dot_name), CASE(slash_name),
	CASE(long_name), CASE(no_mrs), CASE(zero_mrs), CASE(bad_space),
	CASE(no_firmware), CASE(no_refresh), CASE(no_extend), CASE(no_indexes), CASE(no_index),
	CASE(big_static_index), CASE(same_static_index), CASE(big_index),
	CASE(same_index), CASE(split_index), CASE(no_mr_name),
	CASE(space_mr_name), CASE(newline_mr_name), CASE(power_mr_name),
	CASE(device_mr_name), CASE(no_value), CASE(zero_size),
	CASE(wrong_size), CASE(unknown_hash), CASE(unnamed_hash),
	CASE(unreadable), CASE(writable_blob), CASE(same_bank),
	CASE(same_blob), CASE(mixed_flags),
};

KUNIT_ARRAY_PARAM_DESC(definition, definition_cases, name);

static void test_bad_definition(struct kunit *test)
{
	const struct definition_case *param = test->param_value;
	struct fake *fake = fake_create(test, "fake");
	int rc;

	param->spoil(fake);
	rc = tsm_register_measurement(&fake->tm);
	KUNIT_EXPECT_EQ(test, rc, -EINVAL);
	KUNIT_EXPECT_NULL(test, fake_provider(fake));
	KUNIT_EXPECT_EQ(test, fake->nr_refreshes + fake->nr_extends, 0);
	if (!rc)
		fake_unregister(fake);
}

static void test_null(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, tsm_register_measurement(NULL), -EINVAL);
}

/* What is not needed may be missing. */
static void test_static_provider_without_operations(struct kunit *test)
{
	struct fake *fake = fake_create(test, "fake");

	fake->tm.mrs = &fake->mrs[FAKE_LAUNCH];
	fake->tm.nr_mrs = 1;
	fake->tm.refresh = NULL;
	fake->tm.extend = NULL;
	fake->tm.mr_index = NULL;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	fake_unregister(fake);
}

/* The banks of a register need not stand together. */
static void test_banks_apart(struct kunit *test)
{
	struct fake *fake = fake_create(test, "fake");

	swap(fake->mrs[FAKE_AGILE_SHA256], fake->mrs[FAKE_LAUNCH]);
	swap(fake->index[FAKE_AGILE_SHA256], fake->index[FAKE_LAUNCH]);
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	fake_unregister(fake);
}

static struct kunit_case definition_test_cases[] = {
	KUNIT_CASE_PARAM(test_bad_definition, definition_gen_params),
	KUNIT_CASE(test_null),
	KUNIT_CASE(test_static_provider_without_operations),
	KUNIT_CASE(test_banks_apart),
	{}
};

static struct kunit_suite definition_test_suite = {
	.name = "tsm-definition",
	.test_cases = definition_test_cases,
};

kunit_test_suite(definition_test_suite);
