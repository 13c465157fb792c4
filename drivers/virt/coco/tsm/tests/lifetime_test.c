// SPDX-License-Identifier: GPL-2.0-only
/*
 * Providers come and go.
 */

#include <kunit/test.h>
#include <linux/kthread.h>

#include "files.h"
#include "replay.h"

static void test_names_are_unique(struct kunit *test)
{
	struct fake *first = fake_register(test, "fake");
	struct fake *second = fake_create(test, "fake");

	KUNIT_EXPECT_EQ(test, tsm_register_measurement(&second->tm), -EEXIST);
	KUNIT_EXPECT_NULL(test, fake_provider(second));
	KUNIT_EXPECT_EQ(test, second->nr_refreshes, 0);

	/* The first one did not suffer. */
	KUNIT_EXPECT_EQ(test, file_write(first, "rtmr0/append_event", "x", 1),
			1);
	fake_unregister(first);
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&second->tm), 0);
	fake_unregister(second);
}

static void test_providers_are_independent(struct kunit *test)
{
	struct fake *one = fake_register(test, "one");
	struct fake *two = fake_register(test, "two");

	file_write(one, "rtmr0/append_event", "1", 1);
	file_write(two, "rtmr0/append_event", "2", 1);
	file_write(two, "rtmr1/append_event", "3", 1);
	KUNIT_EXPECT_EQ(test, replay_count(test, one), 1);
	KUNIT_EXPECT_EQ(test, replay_count(test, two), 2);
	replay_expect_verified(test, one);
	replay_expect_verified(test, two);
}

/* A log belongs to one registration; the next begins where registers are. */
static void test_registered_again(struct kunit *test)
{
	struct fake *fake = fake_create(test, "fake");

	for (int i = 0; i < 20; i++) {
		KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
		KUNIT_EXPECT_EQ(test, replay_count(test, fake), 0);
		file_write(fake, "agile/append_event", "x", 1);
		replay_expect_verified(test, fake);
		fake_unregister(fake);
	}
	KUNIT_EXPECT_EQ(test, fake->nr_extends, 20);
}

static int extend_once(void *data)
{
	return tsm_extend_event(data, "x", 1);
}

static bool unregistered;

static int unregister(void *data)
{
	fake_unregister(data);
	WRITE_ONCE(unregistered, true);

	return 0;
}

/* Unregistration waits for the operation that is running. */
static void test_unregister_waits(struct kunit *test)
{
	struct fake *fake = fake_register(test, "fake");
	struct tsm_register *handle = tsm_measurement_get("fake", "rtmr0");
	struct task_struct *extender, *remover;
	unsigned int extends;

	KUNIT_ASSERT_FALSE(test, IS_ERR(handle));
	fake->wait = true;
	extender = kthread_run(extend_once, handle, "tsm-extend");
	KUNIT_ASSERT_FALSE(test, IS_ERR(extender));
	get_task_struct(extender);
	wait_for_completion(&fake->entered);

	unregistered = false;
	remover = kthread_run(unregister, fake, "tsm-remove");
	KUNIT_ASSERT_FALSE(test, IS_ERR(remover));
	get_task_struct(remover);
	schedule_timeout_uninterruptible(HZ / 20);
	KUNIT_EXPECT_FALSE_MSG(test, READ_ONCE(unregistered),
			       "unregistered while extend() was running");

	fake->wait = false;
	complete(&fake->proceed);
	KUNIT_EXPECT_EQ(test, kthread_stop_put(extender), 0);
	kthread_stop_put(remover);
	KUNIT_EXPECT_NULL(test, fake_provider(fake));

	extends = fake->nr_extends;
	KUNIT_EXPECT_EQ(test, extend_once(handle), -ENODEV);
	KUNIT_EXPECT_EQ(test, fake->nr_extends, extends);
	tsm_measurement_put(handle);
}

static struct kunit_case lifetime_test_cases[] = {
	KUNIT_CASE(test_names_are_unique),
	KUNIT_CASE(test_providers_are_independent),
	KUNIT_CASE(test_registered_again),
	KUNIT_CASE(test_unregister_waits),
	{}
};

static struct kunit_suite lifetime_test_suite = {
	.name = "tsm-lifetime",
	.test_cases = lifetime_test_cases,
};

kunit_test_suite(lifetime_test_suite);
