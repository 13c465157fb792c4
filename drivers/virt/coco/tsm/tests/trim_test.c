// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trimming: what is left verifies alone, and nobody reads what is not there.
 */

#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "files.h"
#include "replay.h"
#include "tsm.h"

#define SEED	0x7472

static int trim_test_init(struct kunit *test)
{
	test->priv = fake_register(test, "fake");

	return 0;
}

static ssize_t append(struct fake *fake, const char *reg, const char *event)
{
	char path[32];

	scnprintf(path, sizeof(path), "%s/append_event", reg);

	return file_write(fake, path, event, strlen(event));
}

/* @n extends of all registers in turn. */
static void extend(struct kunit *test, unsigned int n)
{
	static const char *const names[] = { "rtmr0", "rtmr1", "soft", "agile" };
	struct fake *fake = test->priv;

	for (unsigned int i = 0; i < n; i++) {
		char event[32];

		scnprintf(event, sizeof(event), "event %u", i);
		KUNIT_ASSERT_GT(test, append(fake, names[i % 4], event), 0);
	}
}

/* Someone else extends a register, and it is noticed. */
static void extend_elsewhere(struct kunit *test, u8 fill)
{
	struct fake *fake = test->priv;

	fake_extend_elsewhere(fake, FAKE_RTMR0, fill);
	file_text(test, fake, "rtmr0/digest");
}

static ssize_t trim_to(struct fake *fake, u64 recnum)
{
	char text[32];

	return file_write(fake, "log/trim", text,
			  scnprintf(text, sizeof(text), "%llu\n", recnum));
}

/* All that a reader can see of the log, to compare with later. */
static const char *snapshot(struct kunit *test)
{
	static const char *const files[] = {
		"log/cel", "log/checkpoints", "log/index", "log/first_record",
		"log/next_record", "log/size",
	};
	struct fake *fake = test->priv;
	char *all = kunit_kzalloc(test, 64 * 1024, GFP_KERNEL);
	size_t used = 0;

	KUNIT_ASSERT_NOT_NULL(test, all);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		size_t size;
		const u8 *bytes = file_bytes(test, fake, files[i], &size);

		KUNIT_ASSERT_LE(test, used + size, 64 * 1024);
		memcpy(all + used, bytes, size);
		used += size;
	}

	return all;
}

static void expect_unchanged(struct kunit *test, const char *before)
{
	KUNIT_EXPECT_MEMEQ(test, snapshot(test), before, 64 * 1024);
}

static void test_rest_verifies_alone(struct kunit *test)
{
	struct fake *fake = test->priv;
	u64 size;

	extend(test, 10);
	size = file_number(test, fake, "log/size");

	KUNIT_EXPECT_EQ(test, trim_to(fake, 4), 2);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/first_record"), 4);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/next_record"), 10);
	KUNIT_EXPECT_LT(test, file_number(test, fake, "log/size"), size);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 6);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "4 trim "), 4);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " register "), 0);
	replay_expect_verified(test, fake);

	extend(test, 5);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 11);
	replay_expect_verified(test, fake);
}

/* Each time another record first, with extends by someone else everywhere. */
static void test_every_record_can_be_first(struct kunit *test)
{
	struct fake *fake = test->priv;

	for (u8 i = 0; i < 12; i++) {
		if (!(i % 3))
			extend_elsewhere(test, i);
		extend(test, 1 + i % 2);
	}
	for (u64 n = 1; n <= file_number(test, fake, "log/next_record"); n++) {
		KUNIT_ASSERT_GT(test, trim_to(fake, n), 0);
		KUNIT_EXPECT_EQ(test,
				file_number(test, fake, "log/first_record"), n);
		replay_expect_verified(test, fake);
	}
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 0);
}

static void test_random_trims(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, SEED);
	for (int i = 0; i < 60; i++) {
		u64 first = file_number(test, fake, "log/first_record");
		u64 next;

		if (prandom_u32_state(&rnd) % 3 == 0)
			extend_elsewhere(test, i);
		extend(test, prandom_u32_state(&rnd) % 20);
		next = file_number(test, fake, "log/next_record");
		first += prandom_u32_state(&rnd) % (next - first + 1);
		KUNIT_ASSERT_GT(test, trim_to(fake, first), 0);
		KUNIT_EXPECT_EQ(test, replay_count(test, fake), next - first);
		replay_expect_verified(test, fake);
	}
}

static void test_all_can_be_dropped(struct kunit *test)
{
	struct fake *fake = test->priv;

	extend(test, 7);
	KUNIT_EXPECT_EQ(test, trim_to(fake, 7), 2);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/size"), 0);
	KUNIT_EXPECT_STREQ(test, file_text(test, fake, "log/index"), "");
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "7 trim "), 4);
	replay_expect_verified(test, fake);

	extend(test, 7);
	KUNIT_EXPECT_EQ(test, replay_count(test, fake), 7);
	replay_expect_verified(test, fake);
}

static void test_bad_numbers_change_nothing(struct kunit *test)
{
	static const char *const bad[] = { "", "\n", "x", "-1", "1 ", "0x2",
					   "1\n\n", "6", "100" };
	struct fake *fake = test->priv;
	const char *before;

	extend(test, 5);
	before = snapshot(test);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    file_write(fake, "log/trim", bad[i],
					       strlen(bad[i])),
				    -EINVAL, "'%s'", bad[i]);
	KUNIT_EXPECT_EQ(test,
			file_write(fake, "log/trim", "18446744073709551616", 20),
			-ERANGE);
	expect_unchanged(test, before);
}

static void test_what_is_dropped_already(struct kunit *test)
{
	struct fake *fake = test->priv;
	const char *before;

	extend(test, 5);
	KUNIT_EXPECT_EQ(test, trim_to(fake, 3), 2);
	before = snapshot(test);
	KUNIT_EXPECT_EQ(test, trim_to(fake, 3), 2);
	KUNIT_EXPECT_EQ(test, trim_to(fake, 1), 2);
	KUNIT_EXPECT_EQ(test, trim_to(fake, 0), 2);
	expect_unchanged(test, before);
}

/* The opening has what came of them, and how many there were. */
static void test_restart_at_first_record_folds(struct kunit *test)
{
	struct fake *fake = test->priv;

	extend(test, 3);
	extend_elsewhere(test, 0xaa);
	extend(test, 3);
	extend_elsewhere(test, 0xbb);

	KUNIT_EXPECT_EQ(test, trim_to(fake, 3), 2);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "3 trim "), 4);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "3 foreign "), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign=1\n"), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "6 foreign rtmr0 "), 1);
	replay_expect_verified(test, fake);

	KUNIT_EXPECT_EQ(test, trim_to(fake, 4), 2);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "6 foreign rtmr0 "), 1);
	replay_expect_verified(test, fake);

	extend_elsewhere(test, 0xcc);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "6 foreign rtmr0 "), 1);
	KUNIT_EXPECT_EQ(test, trim_to(fake, 6), 2);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign=3\n"), 1);
	replay_expect_verified(test, fake);
}

/* Lines alone can be dropped as well. */
static void test_lines_without_records(struct kunit *test)
{
	struct fake *fake = test->priv;

	extend_elsewhere(test, 0xaa);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "0 foreign rtmr0 "), 1);
	KUNIT_EXPECT_GT(test, file_number(test, fake, "log/size"), 0);
	KUNIT_EXPECT_EQ(test, trim_to(fake, 0), 2);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign "), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "0 trim "), 4);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign=1\n"), 1);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/size"), 0);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/others_size"), 0);
	replay_expect_verified(test, fake);
}

/*
 * Nobody knows the values between a foreign extend that was not noticed and the
 * look that finds it, so no line may state one.
 */
static void test_no_value_that_never_was(struct kunit *test)
{
	struct fake *fake = test->priv;

	extend(test, 4);
	fake_extend_elsewhere(fake, FAKE_RTMR0, 0x11);
	extend(test, 8);

	KUNIT_EXPECT_EQ(test, trim_to(fake, 6), 2);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "6 trim rtmr0 "), 0);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "6 unsure rtmr0\n"), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "6 trim "), 3);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "12 foreign rtmr0 "), 1);

	KUNIT_EXPECT_EQ(test, trim_to(fake, 12), 3);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "12 trim "), 4);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " foreign=1\n"), 1);
	replay_expect_verified(test, fake);
}

/* One register that cannot be read does not keep the others from being trimmed. */
static void test_unreadable_register(struct kunit *test)
{
	struct fake *fake = test->priv;

	extend(test, 4);
	fake->unreadable = FAKE_RTMR1;
	KUNIT_EXPECT_EQ(test, trim_to(fake, 4), 2);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "4 unsure rtmr1\n"), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "4 trim "), 3);

	/* What could not be proven then is proven now. */
	fake->unreadable = -1;
	file_text(test, fake, "rtmr1/digest");
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "4 trim "), 4);
	replay_expect_verified(test, fake);
}

static void close_file(void *file)
{
	log_close(file);
}

static struct file *open_file(struct kunit *test, const char *name)
{
	struct file *file = log_open(test->priv, name, O_RDONLY);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, close_file, file),
			0);

	return file;
}

static ssize_t read_byte(struct file *file, loff_t off)
{
	char byte;

	return kernel_read(file, &byte, 1, &off);
}

/* A byte of an open file is what it was, or -ESTALE, whoever has it open. */
static void test_no_reader_goes_on_elsewhere(struct kunit *test)
{
	static const char *const names[] = { "cel", "checkpoints", "index" };
	struct fake *fake = test->priv;
	struct file *used[3], *unused[3];

	extend(test, 600);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		used[i] = open_file(test, names[i]);
		unused[i] = open_file(test, names[i]);
		KUNIT_EXPECT_EQ(test, read_byte(used[i], 0), 1);
		KUNIT_EXPECT_EQ(test, read_byte(used[i], 30), 1);
	}
	KUNIT_EXPECT_GT(test, trim_to(fake, 10), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		KUNIT_EXPECT_EQ(test, read_byte(used[i], 0), -ESTALE);
		KUNIT_EXPECT_EQ(test, read_byte(used[i], 30), -ESTALE);
		KUNIT_EXPECT_EQ(test, read_byte(unused[i], 0), -ESTALE);
		KUNIT_EXPECT_EQ(test, read_byte(open_file(test, names[i]), 0),
				1);
	}
}

/* The same bytes at the same offsets, for those that are still there. */
static void test_offsets_stay_valid(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct file *file;
	u8 *before;
	size_t size;
	u8 buf[64];
	loff_t off;

	extend(test, 100);
	file = open_file(test, "cel");
	before = file_bytes(test, fake, "log/cel", &size);
	KUNIT_EXPECT_GT(test, trim_to(fake, 50), 0);
	extend(test, 10);
	off = size - sizeof(buf);
	KUNIT_EXPECT_EQ(test, kernel_read(file, buf, sizeof(buf), &off),
			sizeof(buf));
	KUNIT_EXPECT_MEMEQ(test, buf, before + size - sizeof(buf), sizeof(buf));
	KUNIT_EXPECT_EQ(test, read_byte(file, size), 1);
}

/* A line that was read is gone: who goes on reading must learn of it. */
static void test_folded_lines_are_stale(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct file *file;
	size_t size;

	extend(test, 1);
	extend_elsewhere(test, 0xaa);
	file = open_file(test, "checkpoints");
	file_bytes(test, fake, "log/checkpoints", &size);
	KUNIT_EXPECT_EQ(test, read_byte(file, size - 1), 1);
	KUNIT_EXPECT_EQ(test, read_byte(file, size), 0);

	extend_elsewhere(test, 0xbb);
	KUNIT_EXPECT_EQ(test, read_byte(file, size), -ESTALE);
	KUNIT_EXPECT_EQ(test, read_byte(file, 0), 1);

	/* What a record has come after does not change any more. */
	extend(test, 1);
	file = open_file(test, "checkpoints");
	KUNIT_EXPECT_EQ(test, read_byte(file, size), 0);
	extend_elsewhere(test, 0xcc);
	KUNIT_EXPECT_EQ(test, read_byte(file, size), 1);
}

static void test_open_files_of_a_provider_that_went(struct kunit *test)
{
	struct file *file = open_file(test, "cel");

	extend(test, 1);
	KUNIT_EXPECT_EQ(test, read_byte(file, 0), 1);
	fake_unregister(test->priv);
	KUNIT_EXPECT_EQ(test, read_byte(file, 0), -ENODEV);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(log_open(test->priv, "cel",
						       O_RDONLY)), -ENOENT);
}

/* A trim that drops nothing moves nothing. */
static void test_readers_survive_nothing(struct kunit *test)
{
	struct fake *fake = test->priv;
	char byte;

	extend(test, 3);
	KUNIT_EXPECT_EQ(test, file_read_at(fake, "log/cel", &byte, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, trim_to(fake, 0), 2);
	KUNIT_EXPECT_EQ(test, trim_to(fake, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_read_at(fake, "log/cel", &byte, 1, 5), 1);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, "0 register "), 4);
	KUNIT_EXPECT_EQ(test, count_lines(test, fake, " trim "), 0);
}

static void test_full_log_goes_on(struct kunit *test)
{
	struct fake *fake = test->priv;
	char limit[32];
	int len;

	extend(test, 8);
	len = scnprintf(limit, sizeof(limit), "%llu",
			file_number(test, fake, "log/size"));
	KUNIT_EXPECT_EQ(test, file_write(fake, "log/limit", limit, len), len);
	KUNIT_EXPECT_EQ(test, append(fake, "rtmr0", "x"), -ENOSPC);

	KUNIT_EXPECT_EQ(test, trim_to(fake, 4), 2);
	KUNIT_EXPECT_EQ(test, append(fake, "rtmr0", "x"), 1);
	replay_expect_verified(test, fake);
}

/* Invariant 9 for years: what is dropped is freed. */
static void test_memory_stays_bounded(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct tsm_log *log = &fake_provider(fake)->log;
	struct tsm_stream *streams[] = { &log->records, &log->index,
					 &log->lines };

	for (int i = 0; i < 40; i++) {
		extend_elsewhere(test, i);
		extend(test, 100);
		KUNIT_ASSERT_GT(test,
				trim_to(fake, file_number(test, fake,
							  "log/next_record")),
				0);
	}

	for (size_t i = 0; i < ARRAY_SIZE(streams); i++) {
		unsigned long index, pages = 0;
		void *page;

		xa_for_each(&streams[i]->pages, index, page)
			pages++;
		/* The page at the end, and one that a reservation left. */
		KUNIT_EXPECT_LE(test, pages, 2);
	}
	KUNIT_EXPECT_TRUE(test, list_empty(&log->checkpoints));
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/next_record"), 4000);
	replay_expect_verified(test, fake);
}

struct extender {
	struct fake *fake;
	int result;
	struct completion done;
};

static int extend_many(void *data)
{
	struct extender *extender = data;

	for (int i = 0; i < 500; i++) {
		if (append(extender->fake, i % 2 ? "rtmr0" : "agile", "x") != 1)
			extender->result = -EIO;
	}
	complete(&extender->done);

	return 0;
}

static void test_extends_go_on(struct kunit *test)
{
	struct extender extender = { .fake = test->priv };
	struct fake *fake = test->priv;
	struct task_struct *task;

	extend(test, 300);
	init_completion(&extender.done);
	task = kthread_run(extend_many, &extender, "tsm-extender");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	do {
		u64 first = file_number(test, fake, "log/first_record");
		u64 next = file_number(test, fake, "log/next_record");

		KUNIT_EXPECT_GT(test, trim_to(fake, first + (next - first) / 2), 0);
		cond_resched();
	} while (!completion_done(&extender.done));

	KUNIT_EXPECT_EQ(test, extender.result, 0);
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/next_record"), 800);
	replay_expect_verified(test, fake);
}

static struct kunit_case trim_test_cases[] = {
	KUNIT_CASE(test_rest_verifies_alone),
	KUNIT_CASE(test_every_record_can_be_first),
	KUNIT_CASE(test_random_trims),
	KUNIT_CASE(test_all_can_be_dropped),
	KUNIT_CASE(test_bad_numbers_change_nothing),
	KUNIT_CASE(test_what_is_dropped_already),
	KUNIT_CASE(test_restart_at_first_record_folds),
	KUNIT_CASE(test_lines_without_records),
	KUNIT_CASE(test_no_value_that_never_was),
	KUNIT_CASE(test_unreadable_register),
	KUNIT_CASE(test_no_reader_goes_on_elsewhere),
	KUNIT_CASE(test_offsets_stay_valid),
	KUNIT_CASE(test_folded_lines_are_stale),
	KUNIT_CASE(test_open_files_of_a_provider_that_went),
	KUNIT_CASE(test_readers_survive_nothing),
	KUNIT_CASE(test_full_log_goes_on),
	KUNIT_CASE(test_memory_stays_bounded),
	KUNIT_CASE(test_extends_go_on),
	{}
};

static struct kunit_suite trim_test_suite = {
	.name = "tsm-trim",
	.init = trim_test_init,
	.test_cases = trim_test_cases,
};

kunit_test_suite(trim_test_suite);
