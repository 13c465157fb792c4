// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extends that others made, of which the provider is told: records in their place,
 * and what happens where that is not possible.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/string.h>

#include "files.h"
#include "replay.h"
#include "tlv.h"
#include "tsm.h"

#define ALL	GENMASK(TSM_MAX_BANKS - 1, 0)

static int told_test_init(struct kunit *test)
{
	struct fake *fake = fake_create(test, "told");

	fake_tell_of_others(fake);
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	test->priv = fake;

	return 0;
}

static void told_test_exit(struct kunit *test)
{
	if (test->priv)
		fake_unregister(test->priv);
}

static void expect_no_line(struct kunit *test, const char *reason)
{
	struct fake *fake = test->priv;
	char word[16];

	snprintf(word, sizeof(word), " %s ", reason);
	KUNIT_EXPECT_NULL(test,
			  strstr(file_text(test, fake, "log/checkpoints"), word));
}

static void expect_lines(struct kunit *test, const char *start, unsigned int nr)
{
	struct fake *fake = test->priv;
	const char *p = file_text(test, fake, "log/checkpoints");
	unsigned int found = 0;

	for (; p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
		found += strstarts(p, start);
	KUNIT_EXPECT_EQ_MSG(test, found, nr, "%s", start);
}

static void write_event(struct kunit *test, const char *path)
{
	KUNIT_EXPECT_EQ(test, file_write(test->priv, path, "ours", 4), 4);
}

static void set_number(struct kunit *test, const char *path, u64 number)
{
	char text[32];

	file_write(test->priv, path, text,
		   scnprintf(text, sizeof(text), "%llu", number));
}

static void test_records_in_their_place(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct seen_record record;

	fake_other_extend(fake, FAKE_RTMR0, ALL, 1);
	write_event(test, "rtmr0/append_event");
	fake_other_extend(fake, FAKE_AGILE_SHA1, ALL, 2);
	fake_other_extend(fake, FAKE_RTMR0, ALL, 3);
	replay_expect_verified(test, fake);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 4);
	replay_last(test, fake, &record);
	KUNIT_EXPECT_EQ(test, record.index, FAKE_RTMR0_INDEX);
	KUNIT_EXPECT_EQ(test, record.event_type, 0xc);
	KUNIT_EXPECT_EQ(test, record.event_size, 0);
	expect_no_line(test, "foreign");
}

static void test_some_banks(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct seen_record record;

	fake_other_extend(fake, FAKE_AGILE_SHA1, BIT(1), 7);
	fake_other_extend(fake, FAKE_AGILE_SHA1, BIT(0) | BIT(2), 8);
	fake_other_extend(fake, FAKE_AGILE_SHA1, BIT(2), 9);
	replay_expect_verified(test, fake);
	replay_last(test, fake, &record);
	KUNIT_EXPECT_EQ(test, record.nr_digests, 1);
	KUNIT_EXPECT_EQ(test, record.alg[0], 0x0c);
	expect_no_line(test, "foreign");

	/* The value at the new beginning is a replay of these. */
	set_number(test, "log/trim", 2);
	replay_expect_verified(test, fake);
	set_number(test, "log/trim", 3);
	replay_expect_verified(test, fake);
}

static struct fake_other make_event(enum tsm_told_what what, const char *event)
{
	static const enum hash_algo algos[] = {
		HASH_ALGO_SHA1, HASH_ALGO_SHA256, HASH_ALGO_SHA384,
	};
	struct fake_other other = {
		.what = what,
		.mr = FAKE_AGILE_SHA1,
		.banks = 7,
		.acts = true,
		.event_size = strlen(event),
	};

	memcpy(other.event, event, other.event_size);
	for (int i = 0; i < 3; i++)
		tsm_hash(algos[i], event, other.event_size, other.digests[i]);

	return other;
}

static void test_event(struct kunit *test)
{
	struct fake_other other = make_event(TSM_TOLD_EXTENDED, "theirs");
	struct fake *fake = test->priv;
	struct seen_record record;

	fake_other(fake, &other);
	replay_expect_verified(test, fake);
	replay_last(test, fake, &record);
	KUNIT_EXPECT_EQ(test, record.event_type, 0x5);
	KUNIT_ASSERT_EQ(test, record.event_size, 6);
	KUNIT_EXPECT_MEMEQ(test, record.event, "theirs", 6);

	/* One that the digests are not of is not recorded as theirs. */
	other.digests[1][0] ^= 1;
	fake_other(fake, &other);
	replay_expect_verified(test, fake);
	replay_last(test, fake, &record);
	KUNIT_EXPECT_EQ(test, record.event_type, 0xc);
	KUNIT_EXPECT_EQ(test, record.event_size, 0);
}

/* What they say is recorded as they say it, whatever the digests are of. */
static void test_content(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct fake_other other = {
		.what = TSM_TOLD_EXTENDED,
		.mr = FAKE_RTMR0,
		.banks = 1,
		.acts = true,
	};
	struct seen_record record;

	other.content_size = put_content(other.content, 7, "theirs", 6) -
			     other.content;
	tsm_hash(HASH_ALGO_SHA384, "theirs", 6, other.digests[0]);
	fake_other(fake, &other);
	replay_expect_verified(test, fake);
	replay_last(test, fake, &record);
	KUNIT_EXPECT_EQ(test, record.content, 7);
	KUNIT_ASSERT_EQ(test, record.value_size, other.content_size - 5);
	KUNIT_EXPECT_MEMEQ(test, record.value, other.content + 5,
			   record.value_size);

	memset(other.digests[0], 0xff, 48);
	fake_other(fake, &other);
	replay_expect_claims(test, fake, 1);
	replay_last(test, fake, &record);
	KUNIT_EXPECT_EQ(test, record.content, 7);

	/* What is no content, or is not theirs to write, is left out. */
	other.content_size--;
	fake_other(fake, &other);
	other.content_size = put_tlv(other.content, 4, "k", 1) - other.content;
	fake_other(fake, &other);
	replay_expect_claims(test, fake, 1);
	replay_last(test, fake, &record);
	KUNIT_EXPECT_EQ(test, record.event_type, 0xc);
	KUNIT_EXPECT_EQ(test, record.event_size, 0);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 4);
}

static struct fake *extending;

static void extend_by_others(void)
{
	fake_other_extend(extending, FAKE_RTMR0, ALL, 0x55);
}

/* They come between our look and our extend, and stand before it. */
static void test_just_before_ours(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct seen_record record;

	extending = fake;
	fake->on_extend = extend_by_others;
	write_event(test, "rtmr0/append_event");
	write_event(test, "rtmr0/append_event");
	write_event(test, "soft/append_event");
	fake->on_extend = NULL;
	replay_last(test, fake, &record);
	KUNIT_EXPECT_EQ(test, record.index, FAKE_SOFT_INDEX);
	KUNIT_EXPECT_EQ(test, record.event_size, 4);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 6);
	replay_expect_verified(test, fake);
	expect_no_line(test, "foreign");
}

/* They come while we read. */
static void test_during_refresh(struct kunit *test)
{
	struct fake *fake = test->priv;
	char value[128];

	extending = fake;
	fake->on_refresh = extend_by_others;
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_GT(test, file_read_at(fake, "rtmr0/digest", value,
						   sizeof(value), 0), 0);
	fake->on_refresh = NULL;
	replay_expect_verified(test, fake);
	expect_no_line(test, "foreign");
	expect_no_line(test, "unsure");
}

static void other_unclear(struct fake *fake, bool acts, u8 fill)
{
	struct fake_other other = {
		.what = TSM_TOLD_UNCLEAR,
		.mr = FAKE_AGILE_SHA1,
		.banks = BIT(0) | BIT(2),
		.acts = acts,
	};

	memset(other.digests, fill, sizeof(other.digests));
	fake_other(fake, &other);
}

static void test_unclear(struct kunit *test)
{
	struct fake *fake = test->priv;

	other_unclear(fake, true, 1);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	other_unclear(fake, false, 2);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	KUNIT_EXPECT_EQ(test, fake->nr_confirms, 2);
	replay_expect_verified(test, fake);
	expect_no_line(test, "unsure");

	/* By an event, of which there was no answer that has digests. */
	struct fake_other other = make_event(TSM_TOLD_UNCLEAR, "theirs");

	other.hashed = true;
	fake_other(fake, &other);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 2);
	replay_expect_verified(test, fake);
	expect_no_line(test, "foreign");
}

/* What comes after one that is unclear waits with it, whatever it is. */
static void test_unclear_among_others(struct kunit *test)
{
	struct fake *fake = test->priv;

	for (unsigned int choice = 0; choice < 8; choice++) {
		u64 before = file_number(test, fake, "log/next_record");

		other_unclear(fake, choice & 1, 1);
		fake_other_extend(fake, FAKE_AGILE_SHA1, ALL, 2);
		other_unclear(fake, choice & 2, 3);
		other_unclear(fake, choice & 4, 4);
		fake_other_extend(fake, FAKE_AGILE_SHA1, BIT(1), 5);
		replay_expect_verified(test, fake);
		KUNIT_EXPECT_EQ(test,
				file_number(test, fake, "log/next_record"),
				before + 2 + hweight32(choice));
	}
	expect_no_line(test, "foreign");
}

static void test_unreadable_after_unclear(struct kunit *test)
{
	struct fake *fake = test->priv;

	fake->confirm_error = -EIO;
	other_unclear(fake, true, 1);
	expect_lines(test, "0 unsure agile", 1);
	fake_other_extend(fake, FAKE_AGILE_SHA1, ALL, 2);
	fake_other_extend(fake, FAKE_RTMR1, ALL, 3);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	fake->confirm_error = 0;
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 3);
	replay_expect_verified(test, fake);
	expect_lines(test, "3 settled agile", 1);
	expect_no_line(test, "foreign");
}

static void act_unclear(void)
{
	other_unclear(extending, true, 0x66);
}

/* What is in doubt is not settled by a read that began before it was. */
static void test_unclear_during_refresh(struct kunit *test)
{
	struct fake *fake = test->priv;
	char value[128];

	extending = fake;
	fake->on_refresh = act_unclear;
	fake->confirm_error = -EIO;
	KUNIT_EXPECT_EQ(test, file_read_at(fake, "agile/digest", value,
					   sizeof(value), 0), -EIO);
	KUNIT_EXPECT_EQ(test, fake->nr_confirms, 1);
	fake->on_refresh = NULL;
	expect_lines(test, "0 unsure agile", 1);
	fake->confirm_error = 0;
	replay_expect_verified(test, fake);
	expect_no_line(test, "foreign");
}

/* Ours waits behind one of others, and its caller is told the truth. */
static void test_unclear_just_before_ours(struct kunit *test)
{
	struct fake *fake = test->priv;

	extending = fake;
	fake->on_extend = act_unclear;
	write_event(test, "agile/append_event");
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 2);

	fake->confirm_error = -EIO;
	write_event(test, "agile/append_event");
	fake->on_extend = NULL;
	expect_lines(test, "2 unsure agile", 1);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 2);
	fake->confirm_error = 0;
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 4);

	fake->on_extend = act_unclear;
	fake->fault = FAKE_FAILS_AFTER;
	fake->error = -EIO;
	write_event(test, "agile/append_event");
	fake->fault = FAKE_FAILS_BEFORE;
	KUNIT_EXPECT_EQ(test, file_write(fake, "agile/append_event", "ours", 4),
			-EIO);
	fake->on_extend = NULL;
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 7);
	replay_expect_verified(test, fake);
	expect_no_line(test, "foreign");
}

static void other_reset(struct fake *fake, enum fake_mr mr, u8 fill)
{
	struct fake_other other = {
		.what = TSM_TOLD_RESET,
		.mr = mr,
		.acts = true,
		.fill = fill,
	};

	fake_other(fake, &other);
}

static void test_reset(struct kunit *test)
{
	struct fake *fake = test->priv;

	fake_other_extend(fake, FAKE_AGILE_SHA1, ALL, 1);
	other_reset(fake, FAKE_AGILE_SHA1, 0);
	fake_other_extend(fake, FAKE_AGILE_SHA1, ALL, 2);
	other_reset(fake, FAKE_RTMR1, 0xff);
	write_event(test, "rtmr1/append_event");
	replay_expect_verified(test, fake);
	expect_lines(test, "1 reset agile sha1:00", 1);
	expect_lines(test, "2 reset rtmr1 sha256:ff", 1);

	/* At one record they fold, and what may have been before is of no interest. */
	fake->confirm_error = -EIO;
	other_unclear(fake, true, 1);
	expect_lines(test, "3 unsure agile", 1);
	other_reset(fake, FAKE_AGILE_SHA1, 0);
	other_reset(fake, FAKE_AGILE_SHA1, 0xff);
	expect_lines(test, "3 reset agile sha1:ff", 1);
	expect_lines(test, "3 reset", 1);
	expect_no_line(test, "unsure");
	fake->confirm_error = 0;
	replay_expect_verified(test, fake);
	expect_no_line(test, "foreign");

	set_number(test, "log/trim", 3);
	replay_expect_verified(test, fake);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/others_size"), 0);
}

static void test_lost(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct fake_other other = {
		.what = TSM_TOLD_LOST,
		.mr = FAKE_RTMR0,
		.banks = 1,
		.acts = true,
	};

	fake_other_extend(fake, FAKE_RTMR0, ALL, 1);
	fake_other(fake, &other);
	fake_other_extend(fake, FAKE_RTMR0, ALL, 2);
	replay_expect_verified(test, fake);
	expect_lines(test, "2 foreign rtmr0", 1);
	/* What was lost may have been nothing. */
	other.acts = false;
	fake_other(fake, &other);
	replay_expect_verified(test, fake);
	expect_lines(test, "2 foreign", 1);
}

static void test_before_the_first_look(struct kunit *test)
{
	struct fake *fake = test->priv;

	fake_unregister(fake);
	fake->nr_taken = fake->nr_others;
	fake_other_extend(fake, FAKE_RTMR0, ALL, 1);
	extending = fake;
	fake->on_refresh = extend_by_others;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	fake->on_refresh = NULL;
	replay_expect_verified(test, fake);
	expect_no_line(test, "foreign");
}

/*
 * The value of a register that is looked at later is what the log begins with, unless
 * somebody may have changed it since.
 */
static void test_after_the_first_record(struct kunit *test)
{
	struct fake *fake = test->priv;

	fake_unregister(fake);
	fake->nr_taken = fake->nr_others;
	fake->unreadable = FAKE_RTMR0;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	fake_other_extend(fake, FAKE_RTMR0, ALL, 1);
	fake_other_extend(fake, FAKE_RTMR1, ALL, 2);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	expect_lines(test, "0 unsure rtmr0", 1);

	fake->unreadable = -1;
	replay_expect_verified(test, fake);
	expect_lines(test, "0 register rtmr0 sha384:", 1);
	expect_no_line(test, "unsure");

	fake_unregister(fake);
	fake->unreadable = FAKE_RTMR0;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	fake_other_extend(fake, FAKE_RTMR1, ALL, 1);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	fake_other_extend(fake, FAKE_RTMR0, ALL, 2);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);

	fake->unreadable = -1;
	replay_expect_verified(test, fake);
	expect_lines(test, "0 unsure rtmr0", 1);
	expect_lines(test, "1 register rtmr0 sha384:", 1);
}

/* A live register that cannot be extended here is in the log, a static one is not. */
static void test_registers(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct seen_record seen;
	const u8 *cel;
	size_t size;

	fake_unregister(fake);
	fake->index[FAKE_CLOCK] = 9;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&fake->tm), 0);
	fake_other_extend(fake, FAKE_CLOCK, ALL, 1);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	expect_lines(test, "0 register clock sha256:", 1);
	expect_lines(test, "0 register launch", 0);
	cel = file_bytes(test, fake, "log/cel", &size);
	KUNIT_EXPECT_PTR_EQ(test, replay_parse(cel, cel + size, &seen),
			    cel + size);
	KUNIT_EXPECT_EQ(test, seen.alg[0], 0x0b);
	KUNIT_EXPECT_EQ(test, seen.digest_size[0], 32);
	KUNIT_EXPECT_LT(test, file_write(fake, "clock/append_event", "x", 1), 0);
	KUNIT_EXPECT_TRUE(test, IS_ERR(tsm_measurement_get("told", "clock")));

	fake_unregister(fake);
	fake->mrs[FAKE_CLOCK].mr_hash = HASH_ALGO_SHA3_256;
	KUNIT_EXPECT_EQ(test, tsm_register_measurement(&fake->tm), -EINVAL);
}

/* Others fill their part, and ours is left alone; then they are foreign. */
static void test_budgets(struct kunit *test)
{
	struct fake *fake = test->priv;
	u64 size;

	set_number(test, "log/others_limit", 4000);
	for (int i = 0; i < 40; i++) {
		fake_other_extend(fake, FAKE_RTMR0, ALL, i);
		replay_expect_verified(test, fake);
	}
	expect_lines(test, "31 foreign rtmr0", 1);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 31);
	size = file_number(test, fake, "log/others_size");
	KUNIT_EXPECT_GT(test, size, 3000);
	KUNIT_EXPECT_LE(test, size, 4000);

	/* Ours go on, and count for themselves. */
	set_number(test, "log/limit", 500);
	for (int i = 0; i < 3; i++)
		write_event(test, "rtmr0/append_event");
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/others_size"), size);
	for (int i = 0; i < 5; i++)
		file_write(fake, "rtmr0/append_event", "ours", 4);
	KUNIT_EXPECT_LE(test, file_number(test, fake, "log/size") - size, 500);
	replay_expect_verified(test, fake);

	/* What is dropped makes room for the one that it was of. */
	set_number(test, "log/trim", 30);
	KUNIT_EXPECT_LT(test, file_number(test, fake, "log/others_size"), 400);
	fake_other_extend(fake, FAKE_RTMR0, ALL, 1);
	replay_expect_verified(test, fake);
	set_number(test, "log/trim", file_number(test, fake, "log/next_record"));
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/others_size"), 0);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/size"), 0);
}

/* What waits belongs to the part of who is the cause of it. */
static void test_budget_of_what_waits(struct kunit *test)
{
	struct fake *fake = test->priv;

	set_number(test, "log/limit", 400);
	fake->confirm_error = -EIO;
	for (int i = 0; i < 4; i++)
		other_unclear(fake, true, i);
	write_event(test, "rtmr0/append_event");
	fake->confirm_error = 0;
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 5);
	replay_expect_verified(test, fake);
	write_event(test, "rtmr0/append_event");
}

/* More that may be than a look tries. */
static void test_too_many_unclear(struct kunit *test)
{
	struct fake *fake = test->priv;

	for (int i = 0; i < 20; i++)
		other_unclear(fake, i & 1, i);
	replay_expect_verified(test, fake);
	expect_lines(test, "0 foreign agile", 1);
	other_unclear(fake, true, 1);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 1);
	replay_expect_verified(test, fake);
}

#define NR_EXTENDS	2000

struct other_task {
	struct fake *fake;
	struct completion done;
};

static int extend_from_another_task(void *arg)
{
	struct other_task *task = arg;

	for (int i = 0; i < NR_EXTENDS; i++) {
		/* A queue that is full is another test. */
		while (READ_ONCE(task->fake->nr_others) -
		       READ_ONCE(task->fake->nr_taken) > FAKE_MAX_OTHERS / 2)
			schedule_timeout_uninterruptible(1);
		fake_other_extend(task->fake, FAKE_AGILE_SHA1, 1 + i % 7, i);
	}
	complete(&task->done);

	return 0;
}

/* Their order among ours is that in which the hardware was extended. */
static void test_order(struct kunit *test)
{
	struct other_task task = { .fake = test->priv };
	struct task_struct *thread;
	struct fake *fake = test->priv;
	char value[128];

	init_completion(&task.done);
	thread = kthread_run(extend_from_another_task, &task, "tsm-told-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	for (int i = 0; i < NR_EXTENDS; i++) {
		write_event(test, "agile/append_event");
		KUNIT_EXPECT_GT(test, file_read_at(fake, "agile/digest", value,
						   sizeof(value), 0), 0);
		cond_resched();
	}
	while (!wait_for_completion_timeout(&task.done, 1))
		tsm_take_told(&fake->tm);
	replay_expect_verified(test, fake);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 2 * NR_EXTENDS);
	expect_no_line(test, "foreign");
}

static void test_kicked(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct tsm_provider *provider = fake_provider(fake);

	fake_other_extend(fake, FAKE_RTMR0, ALL, 1);
	KUNIT_EXPECT_EQ(test, provider->log.next_record, 0);
	tsm_take_told(&fake->tm);
	KUNIT_EXPECT_EQ(test, provider->log.next_record, 1);
	fake_unregister(fake);
	/* Who was told a moment too late. */
	fake_other_extend(fake, FAKE_RTMR0, ALL, 1);
	tsm_take_told(&fake->tm);
	KUNIT_EXPECT_EQ(test, fake->nr_taken, 1);
}

static struct kunit_case told_test_cases[] = {
	KUNIT_CASE(test_records_in_their_place),
	KUNIT_CASE(test_some_banks),
	KUNIT_CASE(test_event),
	KUNIT_CASE(test_content),
	KUNIT_CASE(test_just_before_ours),
	KUNIT_CASE(test_during_refresh),
	KUNIT_CASE(test_unclear),
	KUNIT_CASE(test_unclear_among_others),
	KUNIT_CASE(test_unreadable_after_unclear),
	KUNIT_CASE(test_unclear_during_refresh),
	KUNIT_CASE(test_unclear_just_before_ours),
	KUNIT_CASE(test_reset),
	KUNIT_CASE(test_lost),
	KUNIT_CASE(test_before_the_first_look),
	KUNIT_CASE(test_after_the_first_record),
	KUNIT_CASE(test_registers),
	KUNIT_CASE(test_budgets),
	KUNIT_CASE(test_budget_of_what_waits),
	KUNIT_CASE(test_too_many_unclear),
	KUNIT_CASE(test_order),
	KUNIT_CASE(test_kicked),
	{}
};

static struct kunit_suite told_test_suite = {
	.name = "tsm-told",
	.init = told_test_init,
	.exit = told_test_exit,
	.test_cases = told_test_cases,
};

kunit_test_suite(told_test_suite);
