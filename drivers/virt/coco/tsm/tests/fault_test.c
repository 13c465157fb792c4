// SPDX-License-Identifier: GPL-2.0-only
/*
 * A registration, and a record, in which an allocation fails: the first one, the
 * second one, and so on until there are no more.
 *
 * It needs CONFIG_FAILSLAB and CONFIG_FAIL_PAGE_ALLOC, and that allocations that
 * may sleep can fail as well: before the module is loaded, "N" must be written to
 * ignore-gfp-wait in /sys/kernel/debug/failslab and in fail_page_alloc, and 0 to
 * fail_page_alloc/min-order.
 *
 * Under CONFIG_DEBUG_KOBJECT_RELEASE, with which this makes most sense, taking a
 * provider away takes seconds. So many registrations are tried at once.
 */

#include <kunit/test.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "files.h"
#include "replay.h"
#include "snapshot.h"
#include "tlv.h"

#define AT_ONCE		64

/**
 * struct attempt - one registration
 * @work: makes it
 * @fake: what is registered
 * @name: its name
 * @nth: the allocation that fails
 * @hit: there was such an allocation
 * @rc: what became of the registration
 * @rc_again: what became of it when no allocation failed
 */
struct attempt {
	struct work_struct work;
	struct fake *fake;
	char name[16];
	unsigned int nth;
	bool hit;
	int rc;
	int rc_again;
};

static struct attempt attempts[AT_ONCE];

static void for_all_at_once(struct workqueue_struct *wq, work_func_t func)
{
	for (int i = 0; i < AT_ONCE; i++) {
		INIT_WORK(&attempts[i].work, func);
		queue_work(wq, &attempts[i].work);
	}
	flush_workqueue(wq);
}

static void register_with_fault(struct work_struct *work)
{
	struct attempt *attempt = container_of(work, struct attempt, work);

	current->fail_nth = attempt->nth;
	attempt->rc = tsm_register_measurement(&attempt->fake->tm);
	attempt->hit = !current->fail_nth;
	current->fail_nth = 0;
}

static void register_again(struct work_struct *work)
{
	struct attempt *attempt = container_of(work, struct attempt, work);

	fake_unregister(attempt->fake);
	attempt->rc_again = tsm_register_measurement(&attempt->fake->tm);
	fake_unregister(attempt->fake);
}

KUNIT_DEFINE_ACTION_WRAPPER(unregister_action, fake_unregister, struct fake *);

/* Ask for the allocations from @first on to fail, one in each registration. */
static void prepare(struct kunit *test, unsigned int first)
{
	for (int i = 0; i < AT_ONCE; i++) {
		struct attempt *attempt = &attempts[i];

		attempt->nth = first + i;
		snprintf(attempt->name, sizeof(attempt->name), "fault%u",
			 attempt->nth);
		attempt->fake = fake_create(test, attempt->name);
		KUNIT_ASSERT_EQ(test,
				kunit_add_action(test, unregister_action,
						 attempt->fake),
				0);
	}
}

/* Returns whether the registration failed. */
static bool check_attempt(struct kunit *test, const struct attempt *attempt)
{
	struct fake *fake = attempt->fake;

	if (attempt->rc) {
		KUNIT_EXPECT_EQ_MSG(test, attempt->rc, -ENOMEM,
				    "allocation %u", attempt->nth);
		KUNIT_EXPECT_TRUE(test, attempt->hit);
		KUNIT_EXPECT_NULL(test, fake_provider(fake));
		return true;
	}

	/* Somebody found a way around it: then nothing may be missing. */
	KUNIT_EXPECT_EQ(test,
			file_write(fake, "agile/append_event", "event", 5), 5);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	replay_expect_verified(test, fake);

	return false;
}

static void destroy(void *wq)
{
	destroy_workqueue(wq);
}

static void test_every_allocation_fails(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("tsm-fault", WQ_UNBOUND,
						      AT_ONCE);
	unsigned int failed = 0;
	unsigned int nth = 1;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy, wq), 0);

	do {
		prepare(test, nth);
		for_all_at_once(wq, register_with_fault);
		for (int i = 0; i < AT_ONCE; i++)
			failed += check_attempt(test, &attempts[i]);

		for_all_at_once(wq, register_again);
		for (int i = 0; i < AT_ONCE; i++)
			KUNIT_EXPECT_EQ_MSG(test, attempts[i].rc_again, 0,
					    "after allocation %u",
					    attempts[i].nth);
		nth += AT_ONCE;
	} while (attempts[AT_ONCE - 1].hit);

	if (!failed)
		kunit_skip(test,
			   "no allocation failed: see the head of this file");
	kunit_info(test, "%u registrations failed\n", failed);
}

KUNIT_DEFINE_ACTION_WRAPPER(put_action, tsm_measurement_put,
			    struct tsm_register *);

/* Extend by a record, with allocations failing, until none fails any more. */
static unsigned int extend_with_faults(struct kunit *test, struct fake *fake,
				       struct tsm_register *reg, size_t size)
{
	static const u8 value[TSM_DIGEST_MAX_SIZE] = { 1 };
	static const struct tsm_digest digests[] = {
		{ HASH_ALGO_SHA1, value },
		{ HASH_ALGO_SHA256, value },
		{ HASH_ALGO_SHA384, value },
	};
	u8 *data = kunit_kzalloc(test, size, GFP_KERNEL);
	u8 *buf = kunit_kzalloc(test, size + 5, GFP_KERNEL);
	unsigned int failed = 0, nth = 1;
	bool hit;

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	put_tlv(buf, 9, data, size);
	do {
		struct snapshot *before = take_snapshot(test, fake);
		int rc;

		current->fail_nth = nth++;
		rc = tsm_extend_record(reg, buf, size + 5, digests,
				       ARRAY_SIZE(digests));
		hit = !current->fail_nth;
		current->fail_nth = 0;
		if (!rc)
			continue;

		KUNIT_EXPECT_EQ(test, rc, -ENOMEM);
		KUNIT_EXPECT_TRUE(test, hit);
		expect_unchanged(test, fake, before, "no memory");
		failed++;
	} while (hit);
	replay_expect_claims(test, fake, replay_count(test, fake));

	return failed;
}

/* Those that are written to files, and one that only the kernel can have. */
static void test_records_without_memory(struct kunit *test)
{
	static const size_t sizes[] = { 20, 3900, 100000 };
	struct fake *fake = fake_register(test, "fault");
	struct tsm_register *reg = tsm_measurement_get("fault", "agile");
	unsigned int failed = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR(reg));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, put_action, reg),
			0);
	for (int i = 0; i < ARRAY_SIZE(sizes); i++)
		failed += extend_with_faults(test, fake, reg, sizes[i]);

	if (!failed)
		kunit_skip(test,
			   "no allocation failed: see the head of this file");
}

static struct kunit_case fault_test_cases[] = {
	KUNIT_CASE_SLOW(test_every_allocation_fails),
	KUNIT_CASE(test_records_without_memory),
	{}
};

static struct kunit_suite fault_test_suite = {
	.name = "tsm-fault",
	.test_cases = fault_test_cases,
};

kunit_test_suite(fault_test_suite);
