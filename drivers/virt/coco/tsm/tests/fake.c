// SPDX-License-Identifier: GPL-2.0-only
/*
 * A provider for tests, which fails, waits and counts on demand.
 */

#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/string.h>

#include "fake.h"
#include "hash.h"
#include "tsm.h"

#define ALL_BANKS	GENMASK(TSM_MAX_BANKS - 1, 0)

static struct fake *to_fake(const struct tsm_measurement *tm)
{
	return container_of(tm, struct fake, tm);
}

static u8 *hardware_of(struct fake *fake,
		       const struct tsm_measurement_register *mr)
{
	size_t i = mr - fake->mrs;

	return mr->mr_flags & TSM_MR_F_LIVE ? fake->hardware[i] :
					      fake->values[i];
}

static void enter(struct fake *fake)
{
	if (atomic_inc_return(&fake->busy) != 1)
		fake->overlaps++;
}

static void leave(struct fake *fake)
{
	atomic_dec(&fake->busy);
}

/* All banks of a register stand together in @mrs, @mr is the first. */
static bool is_bank_of(const struct tsm_measurement_register *bank,
		       const struct tsm_measurement_register *mr)
{
	return !strcmp(bank->mr_name, mr->mr_name);
}

static void show(struct fake *fake, const struct tsm_measurement_register *mr)
{
	for (size_t i = 0; i < fake->tm.nr_mrs; i++) {
		const struct tsm_measurement_register *other = &fake->mrs[i];

		if (!is_bank_of(other, mr) && !fake->tm.refresh_all)
			continue;
		if (other->mr_flags & TSM_MR_F_LIVE)
			memcpy(fake->values[i], fake->hardware[i],
			       other->mr_size);
	}
}

static int read_hardware(struct fake *fake,
			 const struct tsm_measurement_register *mr, int rc)
{
	enter(fake);
	if (fake->refresh_error_after) {
		fake->refresh_error_after--;
		rc = 0;
	}
	if (fake->unreadable == mr - fake->mrs)
		rc = -EIO;
	if (rc)
		fake->nr_refresh_errors++;
	if (fake->on_refresh) {
		fake->on_refresh();
	} else if (fake->foreign_during_refresh &&
		   !--fake->foreign_during_refresh) {
		fake_extend_elsewhere(fake, FAKE_AGILE_SHA1, 0xee);
		fake->nr_foreign_during_refresh++;
		if (fake->on_foreign)
			fake->on_foreign();
	}

	if (!rc || fake->refresh_fails_late) {
		guard(spinlock)(&fake->lock);

		show(fake, mr);
		fake->nr_before = fake->nr_others;
	}
	leave(fake);

	return rc;
}

/* Show the register that an interposer lies about as its extend's caller asked. */
static void lie(struct fake *fake)
{
	const struct tsm_measurement_register *bank = fake->lying;

	for (unsigned int i = 0; is_bank_of(&bank[i], bank); i++)
		memcpy(bank[i].mr_value, fake->lies[i], bank[i].mr_size);
}

static int fake_refresh(const struct tsm_measurement *tm,
			const struct tsm_measurement_register *mr)
{
	struct fake *fake = to_fake(tm);
	int rc;

	fake->nr_refreshes++;
	rc = read_hardware(fake, mr, fake->refresh_error);
	if (fake->lying)
		lie(fake);

	return rc;
}

static int fake_confirm(const struct tsm_measurement *tm,
			const struct tsm_measurement_register *mr)
{
	struct fake *fake = to_fake(tm);
	int rc;

	fake->nr_confirms++;
	rc = read_hardware(fake, mr,
			   fake->confirm_error ?: fake->refresh_error);
	if (!rc)
		fake->lying = NULL;

	return rc;
}

static void wait(struct fake *fake)
{
	complete(&fake->entered);
	wait_for_completion(&fake->proceed);
}

static void prepare_lie(struct fake *fake,
			const struct tsm_measurement_register *mr,
			const u8 *const digests[])
{
	fake->lying = mr;
	for (unsigned int i = 0; is_bank_of(&mr[i], mr); i++) {
		memcpy(fake->lies[i], hardware_of(fake, &mr[i]), mr[i].mr_size);
		tsm_hash_extend(mr[i].mr_hash, fake->lies[i], digests[i]);
	}
}

/* Extend those banks of a register that have a bit in @acting. */
static void act(struct fake *fake, const struct tsm_measurement_register *mr,
		const u8 *const digests[], unsigned long acting)
{
	const struct tsm_measurement_register *end = fake->mrs + fake->tm.nr_mrs;
	const struct tsm_measurement_register *bank;

	for (bank = mr; bank < end && is_bank_of(bank, mr); bank++) {
		if (acting & BIT(bank - mr))
			tsm_hash_extend(bank->mr_hash, hardware_of(fake, bank),
					digests[bank - mr]);
	}
}

static int fake_extend(const struct tsm_measurement *tm,
		       const struct tsm_measurement_register *mr,
		       const u8 *const digests[], enum tsm_failure *failure)
{
	struct fake *fake = to_fake(tm);
	enum fake_fault fault = fake->fault;

	enter(fake);
	fake->nr_extends++;
	if (fake->wait)
		wait(fake);
	if (fake->on_extend)
		fake->on_extend();
	if (fake->interposed && fault != FAKE_WORKS &&
	    fake->failure == TSM_FAILURE_FORGED &&
	    mr->mr_flags & TSM_MR_F_LIVE)
		prepare_lie(fake, mr, digests);
	scoped_guard(spinlock, &fake->lock) {
		if (fault == FAKE_WORKS || fault == FAKE_FAILS_AFTER)
			act(fake, mr, digests, ALL_BANKS);
		if (fault == FAKE_FAILS_BADLY)
			hardware_of(fake, mr)[0] ^= 0xff;
		if (fault == FAKE_FAILS_PARTLY)
			act(fake, mr, digests, fake->acting_banks);
		fake->nr_before = fake->nr_others;
	}
	if (fake->wait_after)
		wait(fake);
	leave(fake);

	if (fault == FAKE_WORKS)
		return 0;
	*failure = fake->failure;

	return fake->error;
}

static bool fake_take(const struct tsm_measurement *tm, bool all,
		      struct tsm_told *told)
{
	struct fake *fake = to_fake(tm);
	const struct fake_other *other;

	guard(spinlock)(&fake->lock);

	if (all)
		fake->nr_before = fake->nr_others;
	if (fake->nr_taken == fake->nr_before)
		return false;

	other = &fake->others[fake->nr_taken++ % FAKE_MAX_OTHERS];
	*told = (struct tsm_told) {
		.mr = &fake->mrs[other->mr],
		.what = other->what,
		.event = other->event_size ? other->event : NULL,
		.event_size = other->event_size,
		.content = other->content_size ? other->content : NULL,
		.content_size = other->content_size,
		.fill = other->fill,
	};
	for (unsigned int i = 0; i < TSM_MAX_BANKS; i++) {
		if (other->banks & BIT(i) && !other->hashed)
			told->digests[i] = other->digests[i];
	}

	return true;
}

/**
 * fake_tell_of_others() - let a provider be one that is told of what others do
 * @fake: the provider, which is not registered
 */
void fake_tell_of_others(struct fake *fake)
{
	fake->tm.take = fake_take;
}

/**
 * fake_other() - do something to a register past the core
 * @fake: a provider that is told of it
 * @other: what to do
 */
void fake_other(struct fake *fake, const struct fake_other *other)
{
	const struct tsm_measurement_register *mr = &fake->mrs[other->mr];
	const u8 *digests[TSM_MAX_BANKS];

	guard(spinlock)(&fake->lock);

	for (unsigned int i = 0; i < TSM_MAX_BANKS; i++)
		digests[i] = other->digests[i];
	if (other->acts && other->what == TSM_TOLD_RESET) {
		for (unsigned int i = 0; is_bank_of(&mr[i], mr); i++)
			memset(hardware_of(fake, &mr[i]), other->fill,
			       mr[i].mr_size);
	} else if (other->acts) {
		act(fake, mr, digests, other->banks);
	}

	/* Nobody forgets to take for so long. */
	if (fake->nr_others - fake->nr_taken < FAKE_MAX_OTHERS)
		fake->others[fake->nr_others++ % FAKE_MAX_OTHERS] = *other;
}

/**
 * fake_other_extend() - extend a register past the core
 * @fake: a provider that is told of it
 * @mr: the first bank of the register
 * @banks: a bit for each bank that is extended
 * @fill: the byte that the digests consist of
 */
void fake_other_extend(struct fake *fake, enum fake_mr mr, unsigned long banks,
		       u8 fill)
{
	struct fake_other other = {
		.what = TSM_TOLD_EXTENDED,
		.mr = mr,
		.banks = banks,
		.acts = true,
	};

	memset(other.digests, fill, sizeof(other.digests));
	fake_other(fake, &other);
}

/**
 * fake_extend_elsewhere() - extend a register past the core
 * @fake: the provider
 * @mr: the first bank of the register
 * @fill: the byte that the digests consist of
 */
void fake_extend_elsewhere(struct fake *fake, enum fake_mr mr, u8 fill)
{
	const u8 *digests[TSM_MAX_BANKS];
	u8 digest[TSM_DIGEST_MAX_SIZE];

	memset(digest, fill, sizeof(digest));
	for (unsigned int i = 0; i < TSM_MAX_BANKS; i++)
		digests[i] = digest;
	act(fake, &fake->mrs[mr], digests, ALL_BANKS);
}

/**
 * fake_value() - what the hardware has
 * @fake: the provider
 * @mr: the bank
 *
 * Return: the bytes.
 */
const u8 *fake_value(const struct fake *fake, enum fake_mr mr)
{
	return hardware_of((struct fake *)fake, &fake->mrs[mr]);
}

#define HASHED(mr, name, hash, flags)					\
	[mr] = {							\
		.mr_name = name,					\
		.mr_size = hash##_DIGEST_SIZE,				\
		.mr_flags = TSM_MR_F_READABLE | (flags),		\
		.mr_hash = HASH_ALGO_##hash,				\
	}

static const struct tsm_measurement_register fake_mrs[] = {
	HASHED(FAKE_RTMR0, "rtmr0", SHA384, TSM_MR_F_RTMR),
	HASHED(FAKE_RTMR1, "rtmr1", SHA256, TSM_MR_F_RTMR),
	HASHED(FAKE_SOFT, "soft", SHA512, TSM_MR_F_WRITABLE),
	HASHED(FAKE_AGILE_SHA1, "agile", SHA1, TSM_MR_F_RTMR),
	HASHED(FAKE_AGILE_SHA256, "agile", SHA256, TSM_MR_F_RTMR),
	HASHED(FAKE_AGILE_SHA384, "agile", SHA384, TSM_MR_F_RTMR),
	HASHED(FAKE_LAUNCH, "launch", SHA384, 0),
	HASHED(FAKE_CLOCK, "clock", SHA256, TSM_MR_F_LIVE),
	[FAKE_BLOB] = {
		.mr_name = "blob",
		.mr_size = FAKE_BLOB_SIZE,
		.mr_flags = TSM_MR_F_READABLE | TSM_MR_F_NOHASH,
	},
};

static const u8 fake_index[FAKE_NR_MRS] = {
	[FAKE_RTMR0] = FAKE_RTMR0_INDEX,
	[FAKE_RTMR1] = FAKE_RTMR1_INDEX,
	[FAKE_SOFT] = FAKE_SOFT_INDEX,
	[FAKE_AGILE_SHA1] = FAKE_AGILE_INDEX,
	[FAKE_AGILE_SHA256] = FAKE_AGILE_INDEX,
	[FAKE_AGILE_SHA384] = FAKE_AGILE_INDEX,
	[FAKE_LAUNCH] = FAKE_LAUNCH_INDEX,
	[FAKE_CLOCK] = TSM_INDEX_NONE,
	[FAKE_BLOB] = TSM_INDEX_NONE,
};

/**
 * fake_unregister() - unregister a provider, if it is registered
 * @fake: the provider
 */
void fake_unregister(struct fake *fake)
{
	if (fake_provider(fake))
		tsm_unregister_measurement(&fake->tm);
}

/**
 * fake_provider() - what the core has made of a provider
 * @fake: the provider
 *
 * Return: that, or %NULL if @fake is not registered.
 */
struct tsm_provider *fake_provider(const struct fake *fake)
{
	return tsm_provider_of(&fake->tm);
}

KUNIT_DEFINE_ACTION_WRAPPER(unregister_action, fake_unregister, struct fake *);

/**
 * fake_create() - make a provider that works, without registering it
 * @test: the test, with which it is unregistered, if it is registered then, and freed
 * @name: name of the provider
 *
 * The hardware's values are not zero, as if firmware had extended them.
 *
 * Return: the provider.
 */
struct fake *fake_create(struct kunit *test, const char *name)
{
	struct fake *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fake);

	memcpy(fake->mrs, fake_mrs, sizeof(fake_mrs));
	memcpy(fake->index, fake_index, sizeof(fake_index));
	for (int i = 0; i < FAKE_NR_MRS; i++) {
		fake->mrs[i].mr_value = fake->values[i];
		memset(fake->hardware[i], 0x10 + i, FAKE_BLOB_SIZE);
		if (!(fake->mrs[i].mr_flags & TSM_MR_F_LIVE))
			memset(fake->values[i], 0x10 + i, FAKE_BLOB_SIZE);
	}
	fake->unreadable = -1;
	spin_lock_init(&fake->lock);
	init_completion(&fake->entered);
	init_completion(&fake->proceed);

	fake->tm = (struct tsm_measurement) {
		.name = name,
		.mrs = fake->mrs,
		.nr_mrs = ARRAY_SIZE(fake->mrs),
		.mr_index = fake->index,
		.index_space = TSM_INDEX_CCMR,
		.refresh = fake_refresh,
		.confirm = fake_confirm,
		.extend = fake_extend,
	};

	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, unregister_action, fake),
			0);

	return fake;
}

/**
 * fake_register() - make a provider and register it until the test ends
 * @test: the test
 * @name: name of the provider
 *
 * Return: the provider.
 */
struct fake *fake_register(struct kunit *test, const char *name)
{
	struct fake *fake = fake_create(test, name);

	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);

	return fake;
}
