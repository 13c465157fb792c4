// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the TPM provider, with a chip that fails on demand.
 */

#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/tpm.h>

static int fake_pcr_read(struct tpm_chip *chip, u32 pcr,
			 struct tpm_digest *digest);
static int fake_pcr_extend(struct tpm_chip *chip, u32 pcr,
			   struct tpm_digest *digests);

#define tpm_pcr_read	fake_pcr_read
#define tpm_pcr_extend	fake_pcr_extend
#include "../tpm.c"

#include "hash.h"
#include "tsm.h"

#define NR_BANKS	3

/**
 * struct fake_chip - a chip with a sha1, a sha256 and a sha384 bank
 * @chip: what the kernel sees of it
 * @values: the PCRs
 * @nr_extends: calls of tpm_pcr_extend()
 * @error: what it fails with, an errno or a TPM_RC, 0 to work
 * @acts: it fails after it acted
 * @gone: the driver has been unbound: every command fails
 * @released: nobody has a reference any more
 */
static struct fake_chip {
	struct tpm_chip chip;
	u8 values[TPM2_PLATFORM_PCR][NR_BANKS][TPM2_MAX_DIGEST_SIZE];
	unsigned int nr_extends;
	int error;
	bool acts;
	bool gone;
	struct completion released;
} fake;

static const enum hash_algo algos[NR_BANKS] = {
	HASH_ALGO_SHA1, HASH_ALGO_SHA256, HASH_ALGO_SHA384,
};

static int bank_of(u16 alg_id)
{
	for (int i = 0; i < NR_BANKS; i++) {
		if (fake.chip.allocated_banks[i].alg_id == alg_id)
			return i;
	}

	return -EINVAL;
}

static int fake_pcr_read(struct tpm_chip *chip, u32 pcr,
			 struct tpm_digest *digest)
{
	int bank = bank_of(digest->alg_id);

	if (fake.gone)
		return -EIO;
	if (chip != &fake.chip || pcr >= TPM2_PLATFORM_PCR || bank < 0)
		return TPM2_RC_FAILURE;

	memcpy(digest->digest, fake.values[pcr][bank], TPM2_MAX_DIGEST_SIZE);

	return 0;
}

static int fake_pcr_extend(struct tpm_chip *chip, u32 pcr,
			   struct tpm_digest *digests)
{
	fake.nr_extends++;
	if (fake.gone)
		return -EIO;
	if (fake.error && !fake.acts)
		return fake.error;

	for (int i = 0; i < NR_BANKS; i++) {
		if (digests[i].alg_id != chip->allocated_banks[i].alg_id)
			return -EINVAL;
		tsm_hash_extend(algos[i], fake.values[pcr][i],
				digests[i].digest);
	}

	return fake.error;
}

static void release_chip(struct device *dev)
{
	complete(&fake.released);
}

static struct tsm_tpm *create(struct kunit *test)
{
	DECLARE_BITMAP(pcrs, TPM2_PLATFORM_PCR) = {};
	struct tsm_tpm *tpm;

	__set_bit(16, pcrs);
	__set_bit(23, pcrs);
	tpm = tsm_tpm_create(&fake.chip, pcrs);
	KUNIT_ASSERT_NOT_NULL(test, tpm);
	/* The device has no directory to link to. */
	tpm->tm.parent = NULL;

	return tpm;
}

static void define_bank(unsigned int i, u16 alg_id, enum hash_algo algo)
{
	fake.chip.allocated_banks[i] = (struct tpm_bank_info) {
		.alg_id = alg_id,
		.digest_size = hash_digest_size[algo],
		.crypto_id = algo,
	};
}

static int tpm_test_init(struct kunit *test)
{
	struct tsm_tpm *tpm;
	int rc;

	memset(&fake, 0, sizeof(fake));
	init_completion(&fake.released);
	define_bank(0, TPM_ALG_SHA1, HASH_ALGO_SHA1);
	define_bank(1, TPM_ALG_SHA256, HASH_ALGO_SHA256);
	define_bank(2, TPM_ALG_SHA384, HASH_ALGO_SHA384);
	fake.chip.nr_allocated_banks = NR_BANKS;
	device_initialize(&fake.chip.dev);
	fake.chip.dev.release = release_chip;
	rc = dev_set_name(&fake.chip.dev, "tpm-test");
	if (rc)
		return rc;

	tpm = create(test);
	rc = tsm_register_measurement(&tpm->tm);
	if (rc) {
		tsm_tpm_destroy(tpm);
		return rc;
	}
	test->priv = tpm;

	return 0;
}

static void tpm_test_exit(struct kunit *test)
{
	struct tsm_tpm *tpm = test->priv;

	if (tpm) {
		tsm_unregister_measurement(&tpm->tm);
		tsm_tpm_destroy(tpm);
	}
	put_device(&fake.chip.dev);
	/* Seconds later under CONFIG_DEBUG_KOBJECT_RELEASE. */
	KUNIT_EXPECT_NE(test,
			wait_for_completion_timeout(&fake.released, 10 * HZ), 0);
}

static struct tsm_register *find(struct tsm_tpm *tpm, const char *name)
{
	return tsm_mr_find(tpm->tm.provider, name);
}

static int append(struct tsm_tpm *tpm, const char *pcr)
{
	struct tsm_provider *handle = tsm_measurement_get(tpm->tm.name);
	int rc = tsm_extend_event(handle, pcr, "event", 5);

	tsm_measurement_put(handle);

	return rc;
}

static u64 count_records(struct tsm_tpm *tpm)
{
	return tpm->tm.provider->log.next_record;
}

static bool has_foreign(struct tsm_tpm *tpm)
{
	static char text[16384];
	size_t len = tsm_stream_read(&tpm->tm.provider->log.restart_lines, 0,
				     text, sizeof(text) - 1);

	text[len] = '\0';

	return strstr(text, " foreign ");
}

static void test_pcrs_and_banks(struct kunit *test)
{
	struct tsm_tpm *tpm = test->priv;
	struct tsm_register *reg;

	KUNIT_EXPECT_STREQ(test, tpm->tm.name, "tpm-test");
	for (int pcr = 0; pcr < 24; pcr++) {
		char name[8];

		snprintf(name, sizeof(name), "pcr%d", pcr);
		reg = find(tpm, name);
		KUNIT_ASSERT_NOT_NULL(test, reg);
		KUNIT_EXPECT_EQ(test, reg->index, pcr);
		KUNIT_EXPECT_EQ(test, reg->nr_banks, NR_BANKS);
		KUNIT_EXPECT_EQ(test, reg->strongest->algo, HASH_ALGO_SHA384);
		KUNIT_EXPECT_EQ(test, reg->extensible, pcr == 16 || pcr == 23);
	}
	KUNIT_EXPECT_NULL(test, find(tpm, "pcr24"));
}

static void test_extend(struct kunit *test)
{
	struct tsm_tpm *tpm = test->priv;

	for (int i = 0; i < NR_BANKS; i++) {
		u8 expected[TPM2_MAX_DIGEST_SIZE] = {};
		u8 digest[TPM2_MAX_DIGEST_SIZE];

		tsm_hash(algos[i], "event", 5, digest);
		tsm_hash_extend(algos[i], expected, digest);
		if (!i)
			KUNIT_EXPECT_EQ(test, append(tpm, "pcr23"), 0);
		KUNIT_EXPECT_MEMEQ(test, fake.values[23][i], expected,
				   hash_digest_size[algos[i]]);
		KUNIT_EXPECT_MEMEQ(test, find(tpm, "pcr23")->banks[i].replay,
				   expected, hash_digest_size[algos[i]]);
	}
	KUNIT_EXPECT_EQ(test, count_records(tpm), 1);
	KUNIT_EXPECT_FALSE(test, has_foreign(tpm));
}

static void test_only_chosen_pcrs(struct kunit *test)
{
	struct tsm_tpm *tpm = test->priv;

	KUNIT_EXPECT_EQ(test, append(tpm, "pcr0"), -EPERM);
	KUNIT_EXPECT_EQ(test, append(tpm, "pcr10"), -EPERM);
	KUNIT_EXPECT_EQ(test, fake.nr_extends, 0);
}

static void test_errors_before_the_effect(struct kunit *test)
{
	static const struct {
		int error;
		int expected;
	} cases[] = {
		{ TPM2_RC_FAILURE, -EIO },
		{ TPM2_RC_HASH, -EIO },
		{ -ETIME, -ETIMEDOUT },
		{ -EIO, -EIO },
		{ -EINVAL, -EIO },
		{ -ENOMEM, -ENOMEM },
	};
	struct tsm_tpm *tpm = test->priv;

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		fake.error = cases[i].error;
		KUNIT_EXPECT_EQ(test, append(tpm, "pcr16"), cases[i].expected);
		KUNIT_EXPECT_EQ(test, count_records(tpm), 0);
	}
	KUNIT_EXPECT_FALSE(test, has_foreign(tpm));

	fake.error = 0;
	KUNIT_EXPECT_EQ(test, append(tpm, "pcr16"), 0);
	KUNIT_EXPECT_EQ(test, count_records(tpm), 1);
}

/* A command that timed out and was carried out all the same. */
static void test_error_after_the_effect(struct kunit *test)
{
	struct tsm_tpm *tpm = test->priv;

	fake.error = -ETIME;
	fake.acts = true;
	KUNIT_EXPECT_EQ(test, append(tpm, "pcr16"), 0);
	KUNIT_EXPECT_EQ(test, count_records(tpm), 1);
	KUNIT_EXPECT_FALSE(test, has_foreign(tpm));
}

/* The chip answers nothing any more, until it is back. */
static void test_chip_gone_in_an_extend(struct kunit *test)
{
	struct tsm_tpm *tpm = test->priv;

	fake.gone = true;
	KUNIT_EXPECT_EQ(test, append(tpm, "pcr16"), -EIO);
	KUNIT_EXPECT_EQ(test, append(tpm, "pcr16"), -EIO);
	KUNIT_EXPECT_EQ(test, count_records(tpm), 0);
	/* The second one had to look first, and could not. */
	KUNIT_EXPECT_EQ(test, fake.nr_extends, 1);

	fake.gone = false;
	KUNIT_EXPECT_EQ(test, append(tpm, "pcr16"), 0);
	KUNIT_EXPECT_EQ(test, count_records(tpm), 1);
	KUNIT_EXPECT_FALSE(test, has_foreign(tpm));
}

/* A bank that we cannot compute digests for must not stay behind the others. */
static void test_unknown_bank(struct kunit *test)
{
	struct tsm_tpm *tpm;

	/* Between the others, to see that the chip's order is kept. */
	fake.chip.allocated_banks[3] = fake.chip.allocated_banks[2];
	fake.chip.allocated_banks[2] = fake.chip.allocated_banks[1];
	fake.chip.allocated_banks[1] = (struct tpm_bank_info) {
		.alg_id = 0x27, .digest_size = 32, .crypto_id = HASH_ALGO__LAST,
	};
	fake.chip.nr_allocated_banks = NR_BANKS + 1;

	tpm = create(test);
	KUNIT_EXPECT_EQ(test, tpm->nr_banks, NR_BANKS);
	for (size_t i = 0; i < tpm->tm.nr_mrs; i++) {
		KUNIT_EXPECT_EQ(test, tpm->mrs[i].mr_hash, algos[i % NR_BANKS]);
		KUNIT_EXPECT_FALSE(test, tpm->mrs[i].mr_flags &
				   TSM_MR_F_WRITABLE);
	}
	tsm_tpm_destroy(tpm);
}

static struct kunit_case tpm_test_cases[] = {
	KUNIT_CASE(test_pcrs_and_banks),
	KUNIT_CASE(test_extend),
	KUNIT_CASE(test_only_chosen_pcrs),
	KUNIT_CASE(test_errors_before_the_effect),
	KUNIT_CASE(test_error_after_the_effect),
	KUNIT_CASE(test_chip_gone_in_an_extend),
	KUNIT_CASE(test_unknown_bank),
	{}
};

static struct kunit_suite tpm_test_suite = {
	.name = "tsm-tpm",
	.init = tpm_test_init,
	.exit = tpm_test_exit,
	.test_cases = tpm_test_cases,
};

kunit_test_suite(tpm_test_suite);

MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_DESCRIPTION("KUnit tests of the TPM provider");
MODULE_LICENSE("GPL");
