// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the way from the ACPI table CCEL to a firmware's log, with tables
 * that a host could make up.
 */

#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/acpi.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ccel.h"
#include "tdx.h"
#include "tsm.h"

/* The first entry of a log with one hash, SHA-384, is a log. */
#define HEADER_SIZE	65
#define AREA_SIZE	SZ_4K

static struct acpi_table_ccel ccel;

static int ccel_test_init(struct kunit *test)
{
	static const u8 hash[] = { 1, 0, 0, 0, 0x0c, 0, 48, 0, 0 };
	u8 *area = kunit_kzalloc(test, AREA_SIZE, GFP_KERNEL);

	if (!area)
		return -ENOMEM;

	test->priv = area;
	memset(area, 0xff, AREA_SIZE);
	memset(area, 0, HEADER_SIZE);
	area[4] = 3;
	area[28] = HEADER_SIZE - 32;
	strscpy(area + 32, "Spec ID Event03", 16);
	memcpy(area + 56, hash, sizeof(hash));

	ccel = (struct acpi_table_ccel) {
		.header = {
			.signature = ACPI_SIG_CCEL,
			.length = sizeof(ccel),
		},
		.log_area_start_address = virt_to_phys(area),
		.log_area_minimum_length = AREA_SIZE,
	};

	return 0;
}

static void expect_no_area(struct kunit *test)
{
	size_t size = 1;
	void *area = tsm_ccel_map_table(&ccel.header, &size);

	KUNIT_EXPECT_NULL(test, area);
	KUNIT_EXPECT_EQ(test, size, 0);
	if (area)
		memunmap(area);
}

static void test_map(struct kunit *test)
{
	size_t size = 0;
	void *area = tsm_ccel_map_table(&ccel.header, &size);

	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_EXPECT_EQ(test, size, AREA_SIZE);
	KUNIT_EXPECT_MEMEQ(test, area, test->priv, AREA_SIZE);
	memunmap(area);
}

/* Not even the fields beyond the end of the table are looked at. */
static void test_truncated_table(struct kunit *test)
{
	for (u32 length = 0; length < sizeof(ccel); length++) {
		struct acpi_table_header *table =
			kmemdup(&ccel, max(length, sizeof(*table)), GFP_KERNEL);
		size_t size = 1;

		KUNIT_ASSERT_NOT_NULL(test, table);
		table->length = length;
		KUNIT_EXPECT_NULL(test, tsm_ccel_map_table(table, &size));
		KUNIT_EXPECT_EQ(test, size, 0);
		kfree(table);
	}
}

static void test_no_area(struct kunit *test)
{
	ccel.log_area_start_address = 0;
	expect_no_area(test);
}

static void test_bad_length(struct kunit *test)
{
	static const u64 lengths[] = {
		0, SZ_16M + 1, SZ_4G, S64_MAX, U64_MAX,
	};

	for (int i = 0; i < ARRAY_SIZE(lengths); i++) {
		ccel.log_area_minimum_length = lengths[i];
		expect_no_area(test);
	}
}

/* Beyond the last address there is nothing. */
static void test_wraps(struct kunit *test)
{
	ccel.log_area_start_address = U64_MAX - AREA_SIZE / 2;
	expect_no_area(test);
}

static void *map_fake(size_t *size)
{
	return tsm_ccel_map_table(&ccel.header, size);
}

static int read_mrs(void *mrs)
{
	memset(mrs, 0, TSM_TDX_MRS_SIZE);

	return 0;
}

static int extend(unsigned int rtmr, const u8 *digest)
{
	return -ENXIO;
}

static const struct tsm_tdx_ops ops = {
	.read = read_mrs,
	.extend = extend,
};

static size_t size_in_provider(struct kunit *test)
{
	struct tsm_tdx *tdx = tsm_tdx_register("tdx-ccel-test", &ops);
	struct tsm_register *reg;
	size_t size;

	KUNIT_ASSERT_FALSE(test, IS_ERR(tdx));
	reg = tsm_measurement_get("tdx-ccel-test", "rtmr0");
	size = IS_ERR(reg) ? 0 : reg->provider->firmware_size;
	tsm_measurement_put(reg);
	tsm_tdx_unregister(tdx);

	return size;
}

/* The provider has the log, and not what its area has besides. */
static void test_provider(struct kunit *test)
{
	kunit_activate_static_stub(test, tsm_ccel_map, map_fake);
	KUNIT_EXPECT_EQ(test, size_in_provider(test), HEADER_SIZE);
}

/* Registers do not depend on what is at an address that a host made up. */
static void test_provider_without_a_log(struct kunit *test)
{
	memset(test->priv, 0x5a, AREA_SIZE);
	kunit_activate_static_stub(test, tsm_ccel_map, map_fake);
	KUNIT_EXPECT_EQ(test, size_in_provider(test), 0);

	ccel.header.length = 0;
	KUNIT_EXPECT_EQ(test, size_in_provider(test), 0);
}

static struct kunit_case ccel_test_cases[] = {
	KUNIT_CASE(test_map),
	KUNIT_CASE(test_truncated_table),
	KUNIT_CASE(test_no_area),
	KUNIT_CASE(test_bad_length),
	KUNIT_CASE(test_wraps),
	KUNIT_CASE(test_provider),
	KUNIT_CASE(test_provider_without_a_log),
	{}
};

static struct kunit_suite ccel_test_suite = {
	.name = "tsm-ccel",
	.init = ccel_test_init,
	.test_cases = ccel_test_cases,
};

kunit_test_suite(ccel_test_suite);
