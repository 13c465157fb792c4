// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of a TPM's PCRs as measurement registers.
 */

#include <kunit/resource.h>
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../tpm.h"
#include "../tpm-measurement.h"
#include "fake_tpm.h"

KUNIT_DEFINE_ACTION_WRAPPER(free_measurement, kfree, const void *);

#define ALL_PCRS	(BIT(TPM2_PLATFORM_PCR) - 1)
#define WRITABLE	(BIT(16) | BIT(23))

/* A provider that is made, and not registered, goes with the test. */
static struct tpm_measurement *create(struct kunit *test, struct fake_tpm *tpm)
{
	u32 pcrs[TPM2_MAX_PCR_BANKS] = {};
	struct tpm_measurement *m;

	KUNIT_ASSERT_EQ(test, tpm2_get_pcr_selection(tpm->chip, pcrs), 0);
	m = tpm_measurement_create(tpm->chip, pcrs, WRITABLE);
	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_measurement, m),
			0);
	/* What the TPM here does not know. */
	m->tm.confirm = NULL;
	tpm->nr_commands = 0;

	return m;
}

static const struct tsm_measurement_register *
find(const struct tpm_measurement *m, unsigned int pcr)
{
	for (size_t i = 0; i < m->tm.nr_mrs; i++) {
		if (m->mr_index[i] == pcr)
			return &m->mrs[i];
	}

	return NULL;
}

static unsigned int count_banks(const struct tpm_measurement *m,
				unsigned int pcr)
{
	unsigned int count = 0;

	for (size_t i = 0; i < m->tm.nr_mrs; i++)
		count += m->mr_index[i] == pcr;

	return count;
}

KUNIT_DEFINE_ACTION_WRAPPER(destroy_tpm, fake_tpm_destroy, struct fake_tpm *);

static int tpm_test_init(struct kunit *test)
{
	struct fake_tpm *tpm = fake_tpm_create();
	int rc;

	if (IS_ERR(tpm))
		return PTR_ERR(tpm);

	/* It goes after what a test makes of it, which .exit would not let it. */
	rc = kunit_add_action_or_reset(test, destroy_tpm, tpm);
	if (rc)
		return rc;

	test->priv = tpm;
	fake_tpm_add_bank(tpm, TPM_ALG_SHA1, ALL_PCRS);
	fake_tpm_add_bank(tpm, TPM_ALG_SHA256, ALL_PCRS);
	fake_tpm_add_bank(tpm, TPM_ALG_SHA384, ALL_PCRS);
	if (IS_ENABLED(CONFIG_TCG_TPM2_HMAC))
		kunit_activate_static_stub(test, tpm_measurement_transmit,
					   fake_tpm_pcr_extend);

	return 0;
}

static void test_registers(struct kunit *test)
{
	static const enum hash_algo algos[] = {
		HASH_ALGO_SHA1, HASH_ALGO_SHA256, HASH_ALGO_SHA384,
	};
	struct fake_tpm *tpm = test->priv;
	struct tpm_measurement *m = create(test, tpm);

	KUNIT_EXPECT_STREQ(test, m->tm.name, dev_name(&tpm->chip->dev));
	KUNIT_EXPECT_TRUE(test, m->tm.slow);
	KUNIT_EXPECT_EQ(test, m->tm.nr_mrs, 24 * ARRAY_SIZE(algos));
	for (size_t i = 0; i < m->tm.nr_mrs; i++) {
		unsigned int pcr = i / ARRAY_SIZE(algos);
		char name[8];

		snprintf(name, sizeof(name), "pcr%u", pcr);
		KUNIT_EXPECT_STREQ(test, m->mrs[i].mr_name, name);
		KUNIT_EXPECT_EQ(test, m->mr_index[i], pcr);
		KUNIT_EXPECT_EQ(test, m->mrs[i].mr_hash,
				algos[i % ARRAY_SIZE(algos)]);
		KUNIT_EXPECT_EQ(test, !!(m->mrs[i].mr_flags & TSM_MR_F_WRITABLE),
				pcr == 16 || pcr == 23);
	}
}

/* Three banks cost one command, whichever of them is asked for. */
static void test_read_all_banks(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	struct tpm_measurement *m = create(test, tpm);
	const struct tsm_measurement_register *mr = find(m, 7);

	for (int i = 0; i < 3; i++)
		memset(tpm->banks[i].values[7], 0x10 + i, TPM2_MAX_DIGEST_SIZE);
	for (int asked = 0; asked < 3; asked++) {
		memset(m->values, 0, sizeof(m->values));
		tpm->nr_commands = 0;
		KUNIT_EXPECT_EQ(test, m->tm.refresh(&m->tm, &mr[asked]), 0);
		KUNIT_EXPECT_EQ(test, tpm->nr_commands, 1);
		for (int i = 0; i < 3; i++)
			KUNIT_EXPECT_MEMEQ(test, mr[i].mr_value,
					   tpm->banks[i].values[7],
					   mr[i].mr_size);
	}
	/* Neighbours are left alone. */
	KUNIT_EXPECT_NULL(test, memchr_inv(find(m, 6)->mr_value, 0,
					   3 * TPM2_MAX_DIGEST_SIZE));
	KUNIT_EXPECT_NULL(test, memchr_inv(find(m, 8)->mr_value, 0,
					   3 * TPM2_MAX_DIGEST_SIZE));
}

/* tpm2_pcrallocate sha1:16,17+sha256:all but 5+sha384:0,1,2,3,4,6,7 */
static void test_partial_banks(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	struct tpm_measurement *m;

	tpm->banks[0].pcrs = BIT(16) | BIT(17);
	tpm->banks[1].pcrs = ALL_PCRS & ~BIT(5);
	tpm->banks[2].pcrs = 0xdf;
	m = create(test, tpm);

	KUNIT_EXPECT_NULL(test, find(m, 5));
	for (unsigned int pcr = 0; pcr < 24; pcr++) {
		const struct tsm_measurement_register *mr = find(m, pcr);
		unsigned int count = 0;

		if (!mr)
			continue;
		for (int i = 0; i < 3; i++) {
			if (!(tpm->banks[i].pcrs & BIT(pcr)))
				continue;
			KUNIT_EXPECT_EQ(test, mr[count].mr_size,
					tpm->banks[i].size);
			memset(tpm->banks[i].values[pcr], pcr + i + 1, 64);
			KUNIT_EXPECT_EQ(test,
					m->tm.refresh(&m->tm, &mr[count]), 0);
			KUNIT_EXPECT_MEMEQ(test, mr[count].mr_value,
					   tpm->banks[i].values[pcr],
					   tpm->banks[i].size);
			count++;
		}
		KUNIT_EXPECT_EQ(test, count_banks(m, pcr), count);
	}
}

static int extend(struct tpm_measurement *m, unsigned int pcr,
		  enum tsm_failure *failure)
{
	static const u8 sha1[20] = { 1, 1, 1 }, sha256[32] = { 2, 2, 2 };
	static const u8 sha384[48] = { [0] = 3, [40] = 3 };
	const struct tsm_measurement_register *mr = find(m, pcr);
	const u8 *digests[TSM_MAX_BANKS];

	for (unsigned int i = 0; i < count_banks(m, pcr); i++) {
		digests[i] = mr[i].mr_size == 20 ? sha1 :
			     mr[i].mr_size == 32 ? sha256 : sha384;
	}

	return m->tm.extend(&m->tm, mr, digests, failure);
}

static void test_extend(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	struct tpm_measurement *m = create(test, tpm);
	enum tsm_failure failure = TSM_FAILURE_UNCLEAR;

	KUNIT_EXPECT_EQ(test, extend(m, 23, &failure), 0);
	KUNIT_EXPECT_EQ(test, tpm->nr_commands, 1);
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, tpm->banks[i].extended_by[0], i + 1);
		KUNIT_EXPECT_NOT_NULL(test,
				      memchr_inv(tpm->banks[i].values[23], 0, 64));
	}
}

/* In a bank that does not have the PCR nothing is extended, but it is given. */
static void test_extend_in_partial_bank(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	enum tsm_failure failure;
	struct tpm_measurement *m;

	tpm->banks[1].pcrs = 0xff;
	m = create(test, tpm);
	KUNIT_EXPECT_EQ(test, count_banks(m, 23), 2);
	KUNIT_EXPECT_EQ(test, extend(m, 23, &failure), 0);
	KUNIT_EXPECT_EQ(test, tpm->banks[0].extended_by[0], 1);
	KUNIT_EXPECT_EQ(test, tpm->banks[1].extended_by[0], 1);
	KUNIT_EXPECT_EQ(test, tpm->banks[2].extended_by[0], 3);
	KUNIT_EXPECT_EQ(test, tpm->banks[2].extended_by[40], 3);
}

/* Not shown, and extended by the first digest with zeros behind it. */
static void test_unknown_bank(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	enum tsm_failure failure;
	struct tpm_measurement *m;
	u8 padded[32] = { 1, 1, 1 };

	fake_tpm_add_bank(tpm, FAKE_ALG_UNKNOWN, ALL_PCRS);
	/* Between the others, to see that the chip's order is kept. */
	swap(tpm->banks[1], tpm->banks[3]);
	swap(tpm->chip->allocated_banks[1], tpm->chip->allocated_banks[3]);
	m = create(test, tpm);
	KUNIT_EXPECT_EQ(test, count_banks(m, 23), 3);
	KUNIT_EXPECT_TRUE(test, find(m, 23)->mr_flags & TSM_MR_F_WRITABLE);
	KUNIT_EXPECT_EQ(test, extend(m, 23, &failure), 0);
	KUNIT_EXPECT_MEMEQ(test, tpm->banks[1].extended_by, padded,
			   sizeof(padded));
	KUNIT_EXPECT_EQ(test, tpm->banks[0].extended_by[0], 1);
	KUNIT_EXPECT_EQ(test, tpm->banks[2].extended_by[0], 3);
	KUNIT_EXPECT_EQ(test, tpm->banks[3].extended_by[0], 2);
	KUNIT_EXPECT_EQ(test, m->tm.refresh(&m->tm, find(m, 23)), 0);
}

/* Where the first digest is longer than the bank's it is cut. */
static void test_unknown_bank_of_shorter_digests(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	enum tsm_failure failure;
	struct tpm_measurement *m;
	u8 start[33] = { 3 };

	tpm->banks[0].pcrs = 0;
	tpm->banks[1].pcrs = 0;
	fake_tpm_add_bank(tpm, FAKE_ALG_UNKNOWN, ALL_PCRS);
	m = create(test, tpm);
	KUNIT_EXPECT_EQ(test, count_banks(m, 23), 1);
	KUNIT_EXPECT_EQ(test, extend(m, 23, &failure), 0);
	KUNIT_EXPECT_MEMEQ(test, tpm->banks[3].extended_by, start, sizeof(start));
}

static void test_only_unknown_banks(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;

	for (int i = 0; i < 3; i++)
		tpm->banks[i].pcrs = 0xff;
	fake_tpm_add_bank(tpm, FAKE_ALG_UNKNOWN, ALL_PCRS);
	KUNIT_EXPECT_EQ(test, create(test, tpm)->tm.nr_mrs, 8 * 3);
}

/* How an extend can fail. */
struct error_case {
	const char *name;
	int error;
	int expected;
	enum tsm_failure failure;
};

static const struct error_case error_cases[] = {
	{ "locality", TPM2_RC_LOCALITY, -EACCES, TSM_FAILURE_BEFORE },
	{ "hash", TPM2_RC_HASH, -EIO, TSM_FAILURE_BEFORE },
	{ "initialize", TPM2_RC_INITIALIZE, -EIO, TSM_FAILURE_BEFORE },
	{ "failure mode", TPM2_RC_FAILURE, -EIO, TSM_FAILURE_UNCLEAR },
	{ "timeout", -ETIME, -ETIMEDOUT, TSM_FAILURE_UNCLEAR },
	{ "canceled", -ECANCELED, -ECANCELED, TSM_FAILURE_UNCLEAR },
	{ "I/O error", -EIO, -EIO, TSM_FAILURE_UNCLEAR },
	{ "refused by an SVSM", -EINVAL, -EIO, TSM_FAILURE_UNCLEAR },
	{ "no memory", -ENOMEM, -ENOMEM, TSM_FAILURE_UNCLEAR },
	{ "forged", -EBADMSG, -EBADMSG, TSM_FAILURE_FORGED },
};

KUNIT_ARRAY_PARAM_DESC(error, error_cases, name);

static void test_error(struct kunit *test)
{
	const struct error_case *param = test->param_value;
	enum tsm_failure failure = TSM_FAILURE_UNCLEAR;
	struct fake_tpm *tpm = test->priv;
	struct tpm_measurement *m = create(test, tpm);

	tpm->error = param->error;
	KUNIT_EXPECT_EQ(test, extend(m, 16, &failure), param->expected);
	KUNIT_EXPECT_EQ(test, failure, param->failure);
	KUNIT_EXPECT_EQ(test, tpm->nr_extends, 1);
}

static int fail_confirm(const struct tsm_measurement *tm,
			const struct tsm_measurement_register *mr)
{
	return -EBADMSG;
}

/* A refusal has no HMAC, so where answers have one it could be anybody's. */
static void test_refusal_is_not_authentic(struct kunit *test)
{
	enum tsm_failure failure = TSM_FAILURE_UNCLEAR;
	struct fake_tpm *tpm = test->priv;
	struct tpm_measurement *m = create(test, tpm);

	m->tm.confirm = fail_confirm;
	tpm->error = TPM2_RC_LOCALITY;
	tpm->acts = true;
	KUNIT_EXPECT_EQ(test, extend(m, 16, &failure), -EACCES);
	KUNIT_EXPECT_EQ(test, failure, TSM_FAILURE_UNCLEAR);
}

KUNIT_DEFINE_ACTION_WRAPPER(unwatch, tpm_measurement_unwatch,
			    struct tpm_measurement *);

static struct tpm_measurement *create_watching(struct kunit *test,
					       struct fake_tpm *tpm)
{
	struct tpm_measurement *m = create(test, tpm);

	KUNIT_ASSERT_EQ(test, tpm_measurement_watch(m), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, unwatch, m), 0);

	return m;
}

/* Somebody else extends all banks, by digests of one byte. */
static void extend_elsewhere(struct kunit *test, struct fake_tpm *tpm, u32 pcr,
			     u8 fill)
{
	struct tpm_digest digests[TPM2_MAX_PCR_BANKS];
	bool sent;

	for (unsigned int i = 0; i < tpm->nr_banks; i++) {
		digests[i].alg_id = tpm->banks[i].alg_id;
		memset(digests[i].digest, fill, TPM2_MAX_DIGEST_SIZE);
	}
	KUNIT_ASSERT_EQ(test, tpm_try_get_ops(tpm->chip), 0);
	KUNIT_EXPECT_EQ(test, fake_tpm_pcr_extend(tpm->chip, pcr, digests, &sent),
			0);
	tpm_put_ops(tpm->chip);
}

/* Of each bank what is for it, and of banks that are not shown nothing. */
static void test_told_of_others(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	struct tpm_measurement *m;
	struct tsm_told told;

	tpm->banks[1].pcrs = BIT(16);
	tpm->banks[0].pcrs &= ~BIT(3);
	tpm->banks[2].pcrs &= ~BIT(3);
	fake_tpm_add_bank(tpm, FAKE_ALG_UNKNOWN, ALL_PCRS);
	m = create_watching(test, tpm);

	extend_elsewhere(test, tpm, 3, 1);
	extend_elsewhere(test, tpm, 10, 2);
	extend_elsewhere(test, tpm, 16, 3);
	KUNIT_ASSERT_TRUE(test, m->tm.take(&m->tm, true, &told));
	KUNIT_EXPECT_PTR_EQ(test, told.mr, find(m, 10));
	KUNIT_EXPECT_EQ(test, told.what, TSM_TOLD_EXTENDED);
	KUNIT_EXPECT_EQ(test, told.mr[0].mr_hash, HASH_ALGO_SHA1);
	KUNIT_EXPECT_EQ(test, told.mr[1].mr_hash, HASH_ALGO_SHA384);
	KUNIT_EXPECT_NULL(test, memchr_inv(told.digests[0], 2, 20));
	KUNIT_EXPECT_NULL(test, memchr_inv(told.digests[1], 2, 48));
	KUNIT_EXPECT_NULL(test, told.digests[2]);
	KUNIT_EXPECT_NULL(test, told.event);
	KUNIT_ASSERT_TRUE(test, m->tm.take(&m->tm, true, &told));
	KUNIT_EXPECT_PTR_EQ(test, told.mr, find(m, 16));
	KUNIT_EXPECT_NULL(test, memchr_inv(told.digests[2], 3, 48));
	KUNIT_EXPECT_FALSE(test, m->tm.take(&m->tm, true, &told));
}

/* What was before an answer, and what comes after it. */
static void test_told_up_to_an_answer(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	struct tpm_measurement *m = create_watching(test, tpm);
	enum tsm_failure failure;
	struct tsm_told told;

	for (int i = 0; i < 2; i++) {
		extend_elsewhere(test, tpm, 1, 1);
		if (i)
			KUNIT_EXPECT_EQ(test, extend(m, 23, &failure), 0);
		else
			KUNIT_EXPECT_EQ(test,
					m->tm.refresh(&m->tm, find(m, 5)), 0);
		extend_elsewhere(test, tpm, 2, 1);
		KUNIT_ASSERT_TRUE(test, m->tm.take(&m->tm, false, &told));
		KUNIT_EXPECT_PTR_EQ(test, told.mr, find(m, 1));
		KUNIT_EXPECT_FALSE(test, m->tm.take(&m->tm, false, &told));
		KUNIT_ASSERT_TRUE(test, m->tm.take(&m->tm, true, &told));
		KUNIT_EXPECT_PTR_EQ(test, told.mr, find(m, 2));
		KUNIT_EXPECT_FALSE(test, m->tm.take(&m->tm, true, &told));
	}
}

static void test_nothing_is_sent_to_a_suspended_chip(struct kunit *test)
{
	enum tsm_failure failure = TSM_FAILURE_UNCLEAR;
	struct fake_tpm *tpm = test->priv;
	struct tpm_measurement *m = create(test, tpm);

	tpm->chip->flags |= TPM_CHIP_FLAG_SUSPENDED;
	KUNIT_EXPECT_EQ(test, extend(m, 16, &failure), -EIO);
	KUNIT_EXPECT_EQ(test, failure, TSM_FAILURE_BEFORE);
	KUNIT_EXPECT_EQ(test, m->tm.refresh(&m->tm, find(m, 16)), -EIO);
	KUNIT_EXPECT_EQ(test, tpm->nr_commands, 0);
}

/*
 * Answers that are not to the command. Of that to TPM2_PCR_Read for three banks:
 * the update counter at 10, the number of selections at 14, these at 18, 24 and 30,
 * the number of digests at 36, and these, with their sizes, at 40, 62 and 96 to 146.
 */
struct mangle_case {
	const char *name;
	size_t offset;
	u8 value;
};

static size_t set_byte(struct fake_tpm *tpm, u8 *answer, size_t len)
{
	const struct mangle_case *param = (const void *)tpm->arg;

	answer[param->offset] = param->value;

	return len;
}

static size_t cut(struct fake_tpm *tpm, u8 *answer, size_t len)
{
	/* What is behind it must not be taken for it. */
	memset(answer + tpm->arg, 0xa5, len - tpm->arg);

	return tpm->arg;
}

static size_t lengthen(struct fake_tpm *tpm, u8 *answer, size_t len)
{
	memset(answer + len, 0, tpm->arg);

	return len + tpm->arg;
}

static const struct mangle_case read_cases[] = {
	{ "no selections", 17, 0 },
	{ "fewer selections", 17, 2 },
	{ "more selections", 17, 4 },
	{ "very many selections", 14, 0x80 },
	{ "another hash", 19, TPM_ALG_SM3_256 },
	{ "the same hash twice", 25, TPM_ALG_SHA1 },
	{ "a selection of no PCRs", 23, 0 },
	{ "another PCR", 23, 2 },
	{ "one more PCR", 21, 1 },
	{ "a short selection", 20, 2 },
	{ "an empty selection", 20, 0 },
	{ "a long selection", 20, 0xff },
	{ "no digests", 39, 0 },
	{ "fewer digests", 39, 2 },
	{ "more digests", 39, 4 },
	{ "very many digests", 36, 0xff },
	{ "a short digest", 41, 19 },
	{ "a long digest", 41, 21 },
	{ "a very long digest", 40, 0xff },
	{ "a long last digest", 97, 64 },
	{ "an empty last digest", 97, 0 },
};

KUNIT_ARRAY_PARAM_DESC(read, read_cases, name);

static void test_malformed_read(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	struct tpm_measurement *m = create(test, tpm);

	KUNIT_EXPECT_EQ(test, m->tm.refresh(&m->tm, find(m, 16)), 0);
	tpm->arg = (size_t)test->param_value;
	tpm->mangle = set_byte;
	KUNIT_EXPECT_EQ(test, m->tm.refresh(&m->tm, find(m, 16)), -EIO);
}

static void test_read_of_another_length(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	struct tpm_measurement *m = create(test, tpm);

	tpm->mangle = cut;
	for (tpm->arg = TPM_HEADER_SIZE; tpm->arg < 146; tpm->arg++)
		KUNIT_EXPECT_EQ_MSG(test, m->tm.refresh(&m->tm, find(m, 16)),
				    -EIO, "%zu bytes", tpm->arg);
	KUNIT_EXPECT_EQ(test, m->tm.refresh(&m->tm, find(m, 16)), 0);

	tpm->mangle = lengthen;
	for (tpm->arg = 1; tpm->arg < 100; tpm->arg++)
		KUNIT_EXPECT_EQ(test, m->tm.refresh(&m->tm, find(m, 16)), -EIO);
}

/*
 * Of the answer to TPM2_GetCapability: the capability at 11, the number of
 * selections at 15, and these at 19, 25 and 31 to 37.
 */
static const struct mangle_case selection_cases[] = {
	{ "another capability", 14, 6 },
	{ "fewer banks", 18, 2 },
	{ "more banks", 18, 4 },
	{ "more banks than a TPM has", 18, 9 },
	{ "very many banks", 15, 0xff },
	{ "a long selection", 21, 0xff },
	{ "a long last selection", 33, 4 },
	{ "a short last selection", 33, 2 },
};

KUNIT_ARRAY_PARAM_DESC(selection, selection_cases, name);

static void test_malformed_selection(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	u32 pcrs[TPM2_MAX_PCR_BANKS];

	tpm->arg = (size_t)test->param_value;
	tpm->mangle = set_byte;
	KUNIT_EXPECT_EQ(test, tpm2_get_pcr_selection(tpm->chip, pcrs), -EIO);
}

static void test_selection_of_another_length(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	u32 pcrs[TPM2_MAX_PCR_BANKS];

	tpm->mangle = cut;
	for (tpm->arg = TPM_HEADER_SIZE; tpm->arg < 37; tpm->arg++)
		KUNIT_EXPECT_EQ_MSG(test,
				    tpm2_get_pcr_selection(tpm->chip, pcrs),
				    -EIO, "%zu bytes", tpm->arg);
	KUNIT_EXPECT_EQ(test, tpm2_get_pcr_selection(tpm->chip, pcrs), 0);
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, pcrs[i], ALL_PCRS);

	tpm->mangle = lengthen;
	tpm->arg = 1;
	KUNIT_EXPECT_EQ(test, tpm2_get_pcr_selection(tpm->chip, pcrs), -EIO);
}

/* The TPM core's copy of the firmware's log, if it has shown it to anybody. */
static void test_firmware(struct kunit *test)
{
	static const u8 log[] = "log";
	struct fake_tpm *tpm = test->priv;
	struct tpm_chip *chip = tpm->chip;
	struct tpm_measurement *m;

	chip->log.bios_event_log = (void *)log;
	chip->log.bios_event_log_end = (void *)log + sizeof(log);
	m = create(test, tpm);
	KUNIT_EXPECT_NULL(test, m->tm.firmware);
	KUNIT_EXPECT_EQ(test, m->tm.firmware_size, 0);

	chip->bios_dir = ERR_PTR(-ENODEV);
	m = create(test, tpm);
	KUNIT_EXPECT_NULL(test, m->tm.firmware);

	chip->bios_dir = (void *)log;
	m = create(test, tpm);
	KUNIT_EXPECT_PTR_EQ(test, m->tm.firmware, (const void *)log);
	KUNIT_EXPECT_EQ(test, m->tm.firmware_size, sizeof(log));

	chip->bios_dir = NULL;
	chip->log = (struct tpm_bios_log) {};
}

/* As a driver does it: the provider comes with the chip and goes with it. */
static void test_comes_and_goes_with_the_chip(struct kunit *test)
{
	struct fake_tpm *tpm = test->priv;
	const char *name = dev_name(&tpm->chip->dev);
	struct tsm_register *reg;

	/* The TPM core finds the banks itself. */
	tpm->chip->nr_allocated_banks = 0;
	KUNIT_ASSERT_EQ(test, tpm_chip_register(tpm->chip), 0);
	KUNIT_EXPECT_NOT_NULL(test, tpm->chip->measurement);

	reg = tsm_measurement_get(name, "pcr23");
	KUNIT_EXPECT_FALSE(test, IS_ERR(reg));
	if (!IS_ERR(reg)) {
		KUNIT_EXPECT_EQ(test, tsm_extend_event(reg, "event", 5), 0);
		KUNIT_EXPECT_EQ(test, tpm->nr_extends, 1);
		tsm_measurement_put(reg);
	}
	KUNIT_EXPECT_TRUE(test, IS_ERR(tsm_measurement_get(name, "pcr15")));

	tpm_chip_unregister(tpm->chip);
	KUNIT_EXPECT_TRUE(test, IS_ERR(tsm_measurement_get(name, "pcr23")));
}

static struct kunit_case tpm_test_cases[] = {
	KUNIT_CASE(test_registers),
	KUNIT_CASE(test_read_all_banks),
	KUNIT_CASE(test_partial_banks),
	KUNIT_CASE(test_extend),
	KUNIT_CASE(test_extend_in_partial_bank),
	KUNIT_CASE(test_unknown_bank),
	KUNIT_CASE(test_unknown_bank_of_shorter_digests),
	KUNIT_CASE(test_only_unknown_banks),
	KUNIT_CASE_PARAM(test_error, error_gen_params),
	KUNIT_CASE(test_refusal_is_not_authentic),
	KUNIT_CASE(test_told_of_others),
	KUNIT_CASE(test_told_up_to_an_answer),
	KUNIT_CASE(test_nothing_is_sent_to_a_suspended_chip),
	KUNIT_CASE_PARAM(test_malformed_read, read_gen_params),
	KUNIT_CASE(test_read_of_another_length),
	KUNIT_CASE_PARAM(test_malformed_selection, selection_gen_params),
	KUNIT_CASE(test_selection_of_another_length),
	KUNIT_CASE(test_firmware),
	KUNIT_CASE(test_comes_and_goes_with_the_chip),
	{}
};

static struct kunit_suite tpm_test_suite = {
	.name = "tpm-measurement",
	.init = tpm_test_init,
	.test_cases = tpm_test_cases,
};

kunit_test_suite(tpm_test_suite);

MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_DESCRIPTION("KUnit tests of a TPM's PCRs as measurement registers");
MODULE_LICENSE("GPL");
