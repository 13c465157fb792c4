// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several tasks at once: order, phantoms, and quotes ahead of the log.
 */

#include <kunit/test.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "files.h"
#include "replay.h"

#define NR_THREADS	4
#define NR_EVENTS	200

static const char *const names[] = { "rtmr0", "rtmr1", "soft", "agile" };

struct worker {
	struct fake *fake;
	struct tsm_register *handles[ARRAY_SIZE(names)];
	struct task_struct *task;
	int id;
	int result;
	ssize_t read;
	/* It takes signals now, if it does at all. */
	struct completion ready;
	struct completion done;
};

static struct worker *start(struct kunit *test, struct fake *fake, int id,
			    int (*run)(void *))
{
	struct worker *worker = kunit_kzalloc(test, sizeof(*worker), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, worker);
	worker->fake = fake;
	worker->id = id;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		worker->handles[i] = tsm_measurement_get(fake->tm.name,
							 names[i]);
		KUNIT_ASSERT_FALSE(test, IS_ERR(worker->handles[i]));
	}
	init_completion(&worker->ready);
	init_completion(&worker->done);
	worker->task = kthread_create(run, worker, "tsm-worker/%d", id);
	KUNIT_ASSERT_FALSE(test, IS_ERR(worker->task));
	get_task_struct(worker->task);
	wake_up_process(worker->task);

	return worker;
}

static void join(struct worker *worker)
{
	wait_for_completion(&worker->done);
	kthread_stop_put(worker->task);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		tsm_measurement_put(worker->handles[i]);
}

static bool is_done(struct worker *worker)
{
	/* Long enough for a worker that need not wait. */
	schedule_timeout_uninterruptible(HZ / 20);

	return completion_done(&worker->done);
}

static int extend_many(void *data)
{
	struct worker *worker = data;

	for (int i = 0; i < NR_EVENTS; i++) {
		char event[32];
		int len = scnprintf(event, sizeof(event), "%d %d", worker->id, i);
		int rc = tsm_extend_event(worker->handles[(worker->id + i) % 4],
					  event, len);

		worker->result = worker->result ?: rc;
	}
	complete(&worker->done);

	return 0;
}

/* The events of one task must stand in its order. */
static void expect_task_order(struct kunit *test, struct fake *fake)
{
	int next[NR_THREADS] = {};
	struct seen_record seen;
	const u8 *p, *end;
	size_t size;

	p = file_bytes(test, fake, "log/cel", &size);
	for (end = p + size; p < end;) {
		char event[32] = "";
		int id, i;

		p = replay_parse(p, end, &seen);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_ASSERT_LT(test, seen.event_size, sizeof(event));
		memcpy(event, seen.event, seen.event_size);
		if (sscanf(event, "%d %d", &id, &i) != 2)
			KUNIT_FAIL_AND_ABORT(test, "no event: %s", event);
		KUNIT_EXPECT_EQ(test, i, next[id]++);
	}
}

static void test_storm(struct kunit *test)
{
	struct fake *fake = fake_register(test, "fake");
	struct worker *workers[NR_THREADS];

	for (int i = 0; i < NR_THREADS; i++)
		workers[i] = start(test, fake, i, extend_many);
	for (int i = 0; i < NR_THREADS; i++) {
		join(workers[i]);
		KUNIT_EXPECT_EQ(test, workers[i]->result, 0);
	}

	KUNIT_EXPECT_EQ(test, fake->overlaps, 0);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), NR_THREADS * NR_EVENTS);
	expect_task_order(test, fake);
	replay_expect_verified(test, fake);
}

static int extend_one(void *data)
{
	struct worker *worker = data;

	allow_signal(SIGTERM);
	complete(&worker->ready);
	worker->result = tsm_extend_event(worker->handles[0], "event", 5);
	complete(&worker->done);

	return 0;
}

static int read_log(void *data)
{
	struct worker *worker = data;
	char buf[256];

	worker->read = file_read_at(worker->fake, "log/cel", buf, sizeof(buf),
				    0);
	complete(&worker->done);

	return 0;
}

static int read_next_record(void *data)
{
	struct worker *worker = data;
	char buf[32] = "";

	worker->read = file_read_at(worker->fake, "log/next_record", buf,
				    sizeof(buf) - 1, 0);
	if (kstrtoint(buf, 10, &worker->result))
		worker->result = -EINVAL;
	complete(&worker->done);

	return 0;
}

/*
 * The hardware has been extended and its driver has not returned: a quote would
 * cover the extend now. Who begins to read the log must get its record.
 */
static void test_no_quote_ahead_of_the_log(struct kunit *test)
{
	struct fake *fake = fake_register(test, "fake");
	struct worker *extender, *reader, *counter;

	fake->wait_after = true;
	extender = start(test, fake, 0, extend_one);
	wait_for_completion(&fake->entered);

	reader = start(test, fake, 1, read_log);
	counter = start(test, fake, 2, read_next_record);
	KUNIT_EXPECT_FALSE(test, is_done(reader));
	KUNIT_EXPECT_FALSE(test, is_done(counter));

	complete(&fake->proceed);
	join(extender);
	join(reader);
	join(counter);
	KUNIT_EXPECT_EQ(test, extender->result, 0);
	KUNIT_EXPECT_GT(test, reader->read, 0);
	KUNIT_EXPECT_EQ(test, counter->result, 1);
}

/* No record may be seen that the hardware then refuses. */
static void test_no_phantom(struct kunit *test)
{
	struct fake *fake = fake_register(test, "fake");
	struct worker *extender, *reader;

	fake->fault = FAKE_FAILS_BEFORE;
	fake->error = -EIO;
	fake->wait = true;
	extender = start(test, fake, 0, extend_one);
	wait_for_completion(&fake->entered);
	reader = start(test, fake, 1, read_log);

	schedule_timeout_uninterruptible(HZ / 20);
	complete(&fake->proceed);
	join(extender);
	join(reader);
	KUNIT_EXPECT_EQ(test, extender->result, -EIO);
	KUNIT_EXPECT_EQ(test, reader->read, 0);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 0);
}

static int write_one(void *data)
{
	struct worker *worker = data;

	allow_signal(SIGTERM);
	complete(&worker->ready);
	worker->result = file_write(worker->fake, "rtmr0/append_event", "event",
				    5);
	complete(&worker->done);

	return 0;
}

/*
 * Who is interrupted while waiting for his turn has changed nothing. Part of the
 * kernel must not lose a measurement because its task has a signal.
 */
static void test_interrupted_while_waiting(struct kunit *test)
{
	struct fake *fake = fake_register(test, "fake");
	struct worker *first, *second, *third;

	fake->wait = true;
	first = start(test, fake, 0, extend_one);
	wait_for_completion(&fake->entered);
	second = start(test, fake, 1, write_one);
	third = start(test, fake, 2, extend_one);
	wait_for_completion(&second->ready);
	wait_for_completion(&third->ready);
	KUNIT_EXPECT_FALSE(test, is_done(second));

	send_sig(SIGTERM, second->task, 1);
	send_sig(SIGTERM, third->task, 1);
	join(second);
	KUNIT_EXPECT_EQ(test, second->result, -ERESTARTSYS);
	KUNIT_EXPECT_FALSE(test, is_done(third));
	KUNIT_EXPECT_EQ(test, fake->nr_extends, 1);

	fake->wait = false;
	complete(&fake->proceed);
	join(first);
	join(third);
	KUNIT_EXPECT_EQ(test, first->result, 0);
	KUNIT_EXPECT_EQ(test, third->result, 0);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 2);
	replay_expect_verified(test, fake);
}

/* Unregistration under fire: each extend is either logged or refused. */
static int extend_until_gone(void *data)
{
	struct worker *worker = data;
	int rc;

	do {
		rc = tsm_extend_event(worker->handles[2], "x", 1);
		if (!rc)
			worker->result++;
		cond_resched();
	} while (!rc);
	worker->read = rc;
	complete(&worker->done);

	return 0;
}

static void test_unregister_under_extends(struct kunit *test)
{
	struct worker *workers[NR_THREADS];
	unsigned int extends = 0;
	struct fake *fake;

	fake = fake_register(test, "fake");
	for (int i = 0; i < NR_THREADS; i++)
		workers[i] = start(test, fake, i, extend_until_gone);
	while (!READ_ONCE(fake->nr_extends))
		schedule_timeout_uninterruptible(1);
	schedule_timeout_uninterruptible(HZ / 20);
	fake_unregister(fake);

	for (int i = 0; i < NR_THREADS; i++) {
		join(workers[i]);
		KUNIT_EXPECT_EQ(test, workers[i]->read, -ENODEV);
		extends += workers[i]->result;
	}
	KUNIT_EXPECT_GT(test, extends, 0);
	KUNIT_EXPECT_EQ(test, fake->nr_extends, extends);
}

static struct kunit_case concurrency_test_cases[] = {
	KUNIT_CASE(test_storm),
	KUNIT_CASE(test_no_quote_ahead_of_the_log),
	KUNIT_CASE(test_no_phantom),
	KUNIT_CASE(test_interrupted_while_waiting),
	KUNIT_CASE(test_unregister_under_extends),
	{}
};

static struct kunit_suite concurrency_test_suite = {
	.name = "tsm-concurrency",
	.test_cases = concurrency_test_cases,
};

kunit_test_suite(concurrency_test_suite);
