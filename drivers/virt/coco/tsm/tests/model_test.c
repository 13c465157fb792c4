// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random sequences of everything that can happen to a provider, and after each
 * step the question whether its log tells the truth (model.c).
 *
 * Faults come in pairs that nobody thinks of: a signal and a read that fails, an
 * extend by somebody else and a trim. So this draws them. A failure says the seed
 * and the step:
 *
 *	tsm_kunit.model_seed=SEED	begin with this seed
 *	tsm_kunit.model_steps=N		so many steps; 0 to go on until it fails
 */

#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "files.h"
#include "model.h"
#include "tlv.h"
#include "tsm.h"

/* Steps with one seed; then the provider is another one. */
#define STEPS_PER_SEED	500

/* Longer than what can be written to a file. */
#define LONGEST_CONTENT	20000

static unsigned int model_seed;
module_param(model_seed, uint, 0444);
MODULE_PARM_DESC(model_seed, "seed of the model test, 0 for one by chance");

static unsigned int model_steps = IS_ENABLED(CONFIG_UML) ? 100000 : 10000;
module_param(model_steps, uint, 0444);
MODULE_PARM_DESC(model_steps, "steps of the model test, 0 for no end");

static struct model model;
static struct rnd_state rnd;

/* Others have not been given less room in the log than they need here. */
static bool has_room_for_others;

/* Others act at any moment. */
static bool others_are_busy;

/* Of each register, what others have done of late that may have failed. */
static unsigned int nr_unclear[MODEL_NR_REGS];

/* The register whose value was read in this step, or MODEL_NR_REGS. */
static enum model_reg looked_at;

static u32 below(u32 n)
{
	return prandom_u32_state(&rnd) % n;
}

static bool one_in(u32 n)
{
	return !below(n);
}

/* Let the n-th allocation from now on fail, where the kernel can do that. */
static void fail_allocation(unsigned int nth)
{
#ifdef CONFIG_FAULT_INJECTION
	current->fail_nth = nth;
#endif
}

/* What works at this step, and what does not. */
static void make_weather(struct fake *fake)
{
	static const int errors[] = { -EIO, -EINTR, -ETIMEDOUT, -ENOMEM,
				      -ERESTARTSYS };
	static const int unreadable[] = { FAKE_RTMR0, FAKE_RTMR1,
					  FAKE_AGILE_SHA1 };

	fake->fault = one_in(2) ? FAKE_WORKS : below(5);
	fake->acting_banks = below(8);
	fake->error = errors[below(ARRAY_SIZE(errors))];
	fake->failure = one_in(4) ? TSM_FAILURE_FORGED : TSM_FAILURE_UNCLEAR;
	fake->interposed = one_in(2);
	fake->foreign_during_refresh = one_in(6) ? 1 + below(2) : 0;
	if (fake->fault == FAKE_FAILS_BEFORE && one_in(2))
		fake->failure = TSM_FAILURE_BEFORE;
	fake->refresh_error = one_in(4) ? errors[below(ARRAY_SIZE(errors))] : 0;
	fake->confirm_error = one_in(4) ? -EIO : 0;
	fake->unreadable = one_in(5) ? unreadable[below(3)] : -1;
	fake->refresh_fails_late = one_in(2);
}

static void make_fair_weather(struct fake *fake)
{
	fake->lying = NULL;
	fake->foreign_during_refresh = 0;
	fake->fault = FAKE_WORKS;
	fake->refresh_error = 0;
	fake->confirm_error = 0;
	fake->unreadable = -1;
}

/* Does an extend have its whole effect? */
static bool acts(const struct fake *fake, enum model_reg reg)
{
	unsigned long banks = reg == MODEL_AGILE ? 7 : 1;

	return fake->fault == FAKE_WORKS || fake->fault == FAKE_FAILS_AFTER ||
	       (fake->fault == FAKE_FAILS_PARTLY &&
		(fake->acting_banks & banks) == banks);
}

/* Does an extend have an effect that it should not have? */
static bool is_odd(const struct fake *fake)
{
	return fake->fault == FAKE_FAILS_BADLY ||
	       fake->fault == FAKE_FAILS_PARTLY;
}

static bool was_forged(const struct fake *fake)
{
	return fake->fault != FAKE_WORKS && fake->failure == TSM_FAILURE_FORGED;
}

/* The next moment it may have another value. */
static void on_foreign(void)
{
	model_see(&model);
}

/* The number of an event, as long as the text of a digest needs. */
static void describe(char *text, unsigned int n)
{
	snprintf(text, 16, "%014u", n);
}

/* Digests that say what number an event has. */
static void fill_digests(struct fake_other *other, const char *text)
{
	for (unsigned int i = 0; i < TSM_MAX_BANKS; i++)
		strscpy(other->digests[i], text, sizeof(other->digests[i]));
}

/* What a record can say was measured. */
static u8 any_content(void)
{
	static const u8 types[] = { 5, 7, 8, 9, 80, 255 };

	return types[below(ARRAY_SIZE(types))];
}

/* What they say of it. Returns the type of content that its record has to have. */
static u8 fill_content(struct fake_other *other, const char *text)
{
	u8 type = any_content();
	u8 *end = put_content(other->content, type, text, strlen(text));

	other->content_size = end - other->content;
	if (!one_in(4))
		return type;

	/* Nobody can make sense of that. */
	other->content_size--;

	return 5;
}

/* The hashes of the text itself, of which the provider may be told. */
static void fill_event(struct fake_other *other, const char *text)
{
	unsigned int nr = other->mr == FAKE_AGILE_SHA1 ? 3 : 1;

	other->banks = BIT(nr) - 1;
	other->event_size = strlen(text);
	memcpy(other->event, text, other->event_size);
	other->hashed = other->what == TSM_TOLD_UNCLEAR;
	for (unsigned int i = 0; i < nr; i++)
		tsm_hash(model.fake->mrs[other->mr + i].mr_hash, text,
			 other->event_size, other->digests[i]);
}

/* The core's register, or %NULL where there is no provider. */
static const struct tsm_register *find(enum model_reg reg)
{
	struct tsm_provider *provider = fake_provider(model.fake);

	return provider ? tsm_register_find(provider, model_names[reg]) : NULL;
}

/* Has the core looked at it? */
static bool is_known(enum model_reg reg)
{
	const struct tsm_register *r = find(reg);

	return r && r->known;
}

/*
 * Will the core have a record of what others do now? Not before its first look, nor
 * where there may be more in doubt than it tries.
 */
static bool will_have_record(enum model_reg reg)
{
	const struct tsm_register *r = find(reg);

	if (!is_known(reg) || !has_room_for_others ||
	    IS_ENABLED(CONFIG_FAULT_INJECTION))
		return false;
	if (!r->nr_pending && model.fake->nr_taken == model.fake->nr_others)
		nr_unclear[reg] = 0;

	return nr_unclear[reg] < 4;
}

/* Somebody else does something to a register, and the provider is told of it. */
static void others_act(void)
{
	static const enum model_reg live[] = {
		MODEL_RTMR0, MODEL_RTMR1, MODEL_AGILE,
	};
	static const enum tsm_told_what whats[] = {
		TSM_TOLD_EXTENDED, TSM_TOLD_EXTENDED, TSM_TOLD_EXTENDED,
		TSM_TOLD_UNCLEAR, TSM_TOLD_UNCLEAR, TSM_TOLD_RESET,
		TSM_TOLD_LOST,
	};
	enum model_reg reg = live[below(ARRAY_SIZE(live))];
	struct model_event *event = &model.events[model.nr_events];
	struct fake_other other = {
		.what = whats[below(ARRAY_SIZE(whats))],
		.mr = model_mrs[reg],
		.banks = reg == MODEL_AGILE ? 1 + below(7) : 1,
		.fill = one_in(2) ? 0 : 0xff,
	};
	char text[16];
	u8 content = 5;
	bool given;

	/* There is at most twice ours in a step. */
	if (model.nr_events >= MODEL_MAX_EVENTS - 2 * STEPS_PER_SEED)
		return;
	describe(text, model.nr_events);
	other.acts = other.what != TSM_TOLD_UNCLEAR || one_in(2);
	given = one_in(2);
	if (given)
		fill_digests(&other, text);
	else
		fill_event(&other, text);
	if (given && one_in(2))
		content = fill_content(&other, text);

	/* What is lost is foreign, and so is what there is no room for. */
	if (other.what == TSM_TOLD_LOST || !will_have_record(reg))
		model.nr_moves[reg]++;
	*event = (struct model_event) {
		.reg = reg,
		.content = content,
		.given = given,
		.order = ++model.nr_ordered,
		.accepted = other.acts,
		.promised = other.what == TSM_TOLD_EXTENDED &&
			    will_have_record(reg),
	};
	nr_unclear[reg] += other.what == TSM_TOLD_UNCLEAR;
	model.doubtful[reg] |= other.what != TSM_TOLD_EXTENDED;
	model.nr_events++;
	/* An interposer cannot lie about this one any more. */
	if (other.what == TSM_TOLD_RESET &&
	    model.fake->lying == &model.fake->mrs[other.mr])
		model.fake->lying = NULL;
	/* What ours may have done just before is a value of its own. */
	model_see(&model);
	fake_other(model.fake, &other);
	model_see(&model);
}

/* The event that we are about to measure. */
static struct model_event *ours;

static void others_may_act(void)
{
	if (others_are_busy && one_in(3))
		others_act();
}

/* Others come before us, and then the hardware gets what is ours. */
static void on_extend(void)
{
	if (model.fake->tm.take)
		others_may_act();
	ours->order = ++model.nr_ordered;
}

static void step_others(struct kunit *test)
{
	for (u32 n = 1 + below(4); n; n--)
		others_act();
}

/* Somebody else may have come between, while a register was looked at. */
static void see(void)
{
	struct fake *fake = model.fake;

	if (fake->nr_foreign_during_refresh) {
		model.nr_moves[MODEL_AGILE] += fake->nr_foreign_during_refresh;
		/* A value that was read after that has a line. */
		model.moved[MODEL_AGILE] |= looked_at != MODEL_AGILE;
	}
	others_are_busy = false;
	fake->nr_foreign_during_refresh = 0;
	fake->foreign_during_refresh = 0;
	model_see(&model);
}

static ssize_t write_event(enum model_reg reg, const char *text)
{
	char path[32];

	snprintf(path, sizeof(path), "%s/append_event", model_names[reg]);

	return file_write(model.fake, path, text, strlen(text));
}

static ssize_t write_digest(enum model_reg reg, const char *text)
{
	u8 digest[TSM_DIGEST_MAX_SIZE] = {};
	char path[32];

	strscpy(digest, text, sizeof(digest));
	snprintf(path, sizeof(path), "%s/digest", model_names[reg]);

	return file_write(model.fake, path, digest,
			  model.fake->mrs[model_mrs[reg]].mr_size);
}

/* Ways of extending a register. */
enum way {
	EVENT,
	DIGEST,
	RECORD,
	DIGESTS_IN_KERNEL,
	RECORD_IN_KERNEL,
	IN_ANY_CASE,
	NR_WAYS,
};

/* Content that begins with the text, now and then as long as it can be. */
static size_t make_content(u8 *buf, u8 type, const char *text, size_t longest)
{
	static u8 data[LONGEST_CONTENT];
	size_t size = strlen(text) + below(one_in(8) ? longest : 64);

	memcpy(data, text, strlen(text));

	return put_content(buf, type, data, size) - buf;
}

static ssize_t write_record(enum model_reg reg, const char *text,
			    const struct model_event *event)
{
	static u8 buf[PAGE_SIZE];
	u8 value[TSM_DIGEST_MAX_SIZE] = {};
	enum fake_mr banks[TSM_MAX_BANKS];
	unsigned int n = reg == MODEL_AGILE ? 3 : 1;
	char path[32];
	u8 *p = buf;

	strscpy(value, text, sizeof(value));
	/* In any order. */
	for (unsigned int i = 0, first = below(n); i < n; i++)
		banks[i] = model_mrs[reg] + (first + i) % n;
	if (event->given)
		p = put_digests(p, banks, n, value);
	p += make_content(p, event->content, text, 3800);
	snprintf(path, sizeof(path), "%s/append_record", model_names[reg]);

	return file_write(model.fake, path, buf, p - buf);
}

static int call_extend(struct tsm_register *handle, enum way way,
		       const char *text, const struct model_event *event,
		       const struct tsm_digest *digests, int n)
{
	static u8 buf[LONGEST_CONTENT + 100];
	size_t len;

	if (way == IN_ANY_CASE)
		return tsm_extend_in_any_case(handle, digests, n);
	if (way == DIGESTS_IN_KERNEL)
		return tsm_extend_digests(handle, digests, n);

	len = make_content(buf, event->content, text, LONGEST_CONTENT - 100);

	return tsm_extend_record(handle, buf, len, digests,
				 event->given ? n : 0);
}

static ssize_t extend_in_kernel(enum model_reg reg, enum way way,
				const char *text,
				const struct model_event *event)
{
	u8 value[TSM_DIGEST_MAX_SIZE] = {};
	enum hash_algo algos[TSM_MAX_BANKS];
	struct tsm_digest digests[TSM_MAX_BANKS];
	struct tsm_register *handle;
	int n, rc;

	strscpy(value, text, sizeof(value));
	handle = tsm_measurement_get(model.fake->tm.name, model_names[reg]);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	n = tsm_measurement_banks(handle, algos);
	for (int i = 0; i < n; i++)
		digests[i] = (struct tsm_digest) { algos[i], value };
	rc = call_extend(handle, way, text, event, digests, n);
	tsm_measurement_put(handle);

	return rc ?: 1;
}

/* What the record of an extend has to be. */
static void describe_record(struct model_event *event, enum way way)
{
	bool typed = way == RECORD || way == RECORD_IN_KERNEL;

	event->content = typed ? any_content() : 5;
	event->given = typed ? one_in(2) : way != EVENT;
}

/* Returns whether the caller was told that it worked. */
static bool extend(struct kunit *test, enum model_reg reg)
{
	unsigned int extends = model.fake->nr_extends;
	struct model_event *event = &model.events[model.nr_events];
	enum way way = below(NR_WAYS);
	char text[16];
	ssize_t rc;

	describe(text, model.nr_events++);
	/* The digest of one bank can be written alone, those of several cannot. */
	if (way == DIGEST && reg == MODEL_AGILE)
		way = EVENT;
	*event = (struct model_event) { .reg = reg };
	ours = event;
	describe_record(event, way);
	if (one_in(8))
		fail_allocation(1 + below(6));
	if (way == EVENT)
		rc = write_event(reg, text);
	else if (way == DIGEST)
		rc = write_digest(reg, text);
	else if (way == RECORD)
		rc = write_record(reg, text, event);
	else
		rc = extend_in_kernel(reg, way, text, event);
	fail_allocation(0);

	/* Part of an extend is none of ours, and some have no record. */
	if ((model.fake->nr_extends != extends && is_odd(model.fake)) ||
	    way == IN_ANY_CASE)
		model.nr_moves[reg]++;
	event->accepted = model.fake->nr_extends != extends &&
			  acts(model.fake, reg);
	event->promised = rc > 0 && way != IN_ANY_CASE;
	model.doubtful[reg] |= model.fake->nr_extends != extends &&
			       model.fake->fault != FAKE_WORKS;
	if (rc > 0 && (!event->accepted || was_forged(model.fake))) {
		KUNIT_FAIL(test, "success that was none, or was forged");
		event->promised = false;
	}

	return rc > 0;
}

static void step_extend(struct kunit *test)
{
	extend(test, below(MODEL_NR_REGS));
}

static void step_extend_elsewhere(struct kunit *test)
{
	enum model_reg reg = below(MODEL_NR_REGS);

	/* A register in software has nobody else. */
	if (reg == MODEL_SOFT)
		return;
	model.moved[reg] = true;
	model.nr_moves[reg]++;
	fake_extend_elsewhere(model.fake, model_mrs[reg], below(256));
}

static void step_read(struct kunit *test)
{
	enum model_reg reg = below(MODEL_NR_REGS);
	char value[2 * TSM_DIGEST_MAX_SIZE + 2] = "";
	char expected[2 * TSM_DIGEST_MAX_SIZE + 2];
	enum fake_mr mr = model_mrs[reg];
	char path[32];
	ssize_t len;

	if (one_in(8))
		fail_allocation(1 + below(4));
	snprintf(path, sizeof(path), "%s/digest", model_names[reg]);
	len = file_read_at(model.fake, path, value, sizeof(value) - 1, 0);
	fail_allocation(0);
	if (len < 0)
		return;

	looked_at = reg;
	model.moved[reg] = false;
	mr = reg == MODEL_AGILE ? FAKE_AGILE_SHA384 : mr;
	snprintf(expected, sizeof(expected), "%*phN\n",
		 (int)model.fake->mrs[mr].mr_size, fake_value(model.fake, mr));
	KUNIT_EXPECT_STREQ(test, value, expected);
}

static void step_read_log(struct kunit *test)
{
	static const char *const names[] = {
		"log/cel", "log/checkpoints", "log/index", "log/next_record",
		"log/first_record", "log/size", "log/others_size",
	};
	u8 buf[64];

	if (one_in(4))
		fail_allocation(1 + below(4));
	file_read_at(model.fake, names[below(ARRAY_SIZE(names))], buf,
		     1 + below(sizeof(buf)), below(4096));
	fail_allocation(0);
}

static void step_trim(struct kunit *test)
{
	u64 first = file_number(test, model.fake, "log/first_record");
	u64 next = file_number(test, model.fake, "log/next_record");
	u64 recnum = first + below(next - first + 2);
	char text[32];
	ssize_t rc;

	recnum -= first && one_in(4);
	rc = file_write(model.fake, "log/trim", text,
			scnprintf(text, sizeof(text), "%llu", recnum));
	/* Reading the numbers was a look that may have added a record. */
	if (rc < 0)
		KUNIT_EXPECT_GT(test, recnum, next);
	/* What came just now, or was not seen yet, may have been dropped at once. */
	for (unsigned int n = 0; n < model.nr_events; n++)
		model.events[n].promised = false;
}

/* Returns whether the register could be read. */
static bool look(enum model_reg reg)
{
	char path[32], byte;

	snprintf(path, sizeof(path), "%s/digest", model_names[reg]);
	if (file_read_at(model.fake, path, &byte, 1, 0) != 1)
		return false;
	model.moved[reg] = false;

	return true;
}

/*
 * A trim looks. So what somebody else does after it leaves no doubt of what the log
 * begins with.
 */
static void step_trim_before_others(struct kunit *test)
{
	u64 first = file_number(test, model.fake, "log/first_record");
	bool trimmed;

	make_fair_weather(model.fake);
	others_are_busy = false;
	step_trim(test);
	/* Without room for lines of others a look can fail. */
	trimmed = !model.others_limit &&
		  file_number(test, model.fake, "log/first_record") > first;
	for (int reg = 0; reg < MODEL_NR_REGS; reg++)
		model.sure[reg] = trimmed && !model.nr_moves[reg] &&
				  !model.doubtful[reg];
	step_extend_elsewhere(test);
	/* There may be no room for the line that explains a value. */
	for (int reg = 0; reg < MODEL_NR_REGS; reg++)
		KUNIT_EXPECT_TRUE(test, look(reg) || model.others_limit);
}

static void step_limit(struct kunit *test)
{
	const char *name = one_in(2) ? "log/limit" : "log/others_limit";
	u32 limit = one_in(2) ? 0 : below(20000);
	char text[32];

	file_write(model.fake, name, text,
		   scnprintf(text, sizeof(text), "%u", limit));
	if (strstarts(name, "log/others")) {
		has_room_for_others = !limit;
		model.others_limit = limit;
	}
}

/* The image has woken up on hardware that began anew. */
static void load_image(struct fake *fake)
{
	for (size_t i = 0; i <= FAKE_AGILE_SHA384; i++) {
		if (fake->mrs[i].mr_flags & TSM_MR_F_LIVE)
			memset(fake->hardware[i], below(256),
			       sizeof(fake->hardware[i]));
	}
	for (int reg = 0; reg < MODEL_NR_REGS; reg++)
		model.moved[reg] = true;
	model_see(&model);
}

static void step_hibernate(struct kunit *test)
{
	struct tsm_provider *provider = fake_provider(model.fake);
	enum model_reg reg = below(MODEL_NR_REGS);

	memset(model.doubtful, true, sizeof(model.doubtful));
	tsm_hibernate(provider);
	if (one_in(2))
		step_extend(test);
	model_see(&model);
	/* Or there was only the attempt to make one. */
	if (one_in(2))
		load_image(model.fake);
	make_weather(model.fake);
	/* Now an extend begins with a look. */
	if (one_in(2) && extend(test, reg))
		model.moved[reg] = false;
	see();
	KUNIT_EXPECT_TRUE(test, model_check(test, &model, false));
	KUNIT_EXPECT_EQ(test, tsm_resume(provider), 0);
	memset(model.moved, 0, sizeof(model.moved));
}

/* The first look at slow hardware is nobody's step, so it is waited for. */
static void begin(struct kunit *test)
{
	others_are_busy = false;
	has_room_for_others = true;
	model.fake->nr_taken = model.fake->nr_others;
	model.fake->nr_before = model.fake->nr_others;
	KUNIT_ASSERT_EQ(test, tsm_register_measurement(&model.fake->tm), 0);
	flush_work(&fake_provider(model.fake)->first_look);
	model_forget(&model);
	/* What cannot be read yet has no value at the records that come meanwhile. */
	for (int reg = 0; reg < MODEL_NR_REGS; reg++)
		model.doubtful[reg] = !is_known(reg);
}

static void step_register_again(struct kunit *test)
{
	fake_unregister(model.fake);
	model.fake->lying = NULL;
	begin(test);
}

static void step_bad_input(struct kunit *test)
{
	unsigned int extends = model.fake->nr_extends;
	static const char zeros[8];
	u64 next;

	others_are_busy = false;
	next = file_number(test, model.fake, "log/next_record");
	KUNIT_EXPECT_LT(test, file_write(model.fake, "rtmr0/digest", zeros, 8),
			0);
	KUNIT_EXPECT_LT(test, file_write_at(model.fake, "soft/append_event",
					    zeros, 8, 1), 0);
	/* As a record it has a type that is not for writers, and another length. */
	KUNIT_EXPECT_LT(test, file_write(model.fake, "agile/append_record",
					 zeros, 8), 0);
	KUNIT_EXPECT_LT(test, file_write(model.fake, "log/trim", "x", 1), 0);
	KUNIT_EXPECT_EQ(test, model.fake->nr_extends, extends);
	KUNIT_EXPECT_EQ(test,
			file_number(test, model.fake, "log/next_record"), next);
}

static void step_others_or_extend(struct kunit *test)
{
	if (model.fake->tm.take)
		step_others(test);
	else
		step_extend(test);
}

static const struct {
	void (*step)(struct kunit *test);
	unsigned int weight;
} steps[] = {
	{ step_extend, 34 },
	{ step_others_or_extend, 10 },
	{ step_extend_elsewhere, 8 },
	{ step_read, 15 },
	{ step_read_log, 10 },
	{ step_trim, 9 },
	{ step_trim_before_others, 3 },
	{ step_limit, 3 },
	{ step_hibernate, 4 },
	{ step_bad_input, 3 },
	{ step_register_again, 1 },
};

static void make_step(struct kunit *test)
{
	u32 at = below(100);

	make_weather(model.fake);
	looked_at = MODEL_NR_REGS;
	others_are_busy = true;
	memset(model.sure, 0, sizeof(model.sure));
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		if (at < steps[i].weight) {
			steps[i].step(test);
			break;
		}
		at -= steps[i].weight;
	}
	see();
}

/*
 * Now that all works: where one call reads all registers, it explains all of them, and
 * in the end each has been read.
 */
static bool all_is_explained(struct kunit *test)
{
	make_fair_weather(model.fake);
	file_write(model.fake, "log/others_limit", "0", 1);
	model.others_limit = 0;

	if (model.fake->tm.refresh_all) {
		KUNIT_EXPECT_TRUE(test, look(MODEL_RTMR0));
		memset(model.moved, 0, sizeof(model.moved));
		if (!model_check(test, &model, false))
			return false;
	}

	for (int reg = 0; reg < MODEL_NR_REGS; reg++)
		KUNIT_EXPECT_TRUE(test, look(reg));

	return model_check(test, &model, true);
}

/* Returns whether the log told the truth after each of @nr steps. */
static bool run(struct kunit *test, unsigned int seed, unsigned int nr)
{
	prandom_seed_state(&rnd, seed);
	model.fake->tm.refresh_all = one_in(2);
	model.fake->tm.slow = one_in(2);
	model.fake->tm.take = NULL;
	model.fake->on_refresh = NULL;
	model.fake->on_extend = on_extend;
	if (one_in(2)) {
		fake_tell_of_others(model.fake);
		model.fake->on_refresh = others_may_act;
	}
	make_fair_weather(model.fake);
	begin(test);

	for (unsigned int i = 0; i < nr; i++) {
		make_step(test);
		if (!model_check(test, &model, false) ||
		    READ_ONCE(test->status) == KUNIT_FAILURE) {
			kunit_err(test, "seed %u, step %u\n", seed, i);
			fake_unregister(model.fake);
			return false;
		}
		cond_resched();
	}
	if (!all_is_explained(test)) {
		kunit_err(test, "seed %u, at the end\n", seed);
		fake_unregister(model.fake);
		return false;
	}
	fake_unregister(model.fake);

	return true;
}

static void test_log_tells_the_truth(struct kunit *test)
{
	unsigned int seed = model_seed ?: get_random_u32();

	model.fake = fake_create(test, "model");
	model.fake->on_foreign = on_foreign;
	kunit_info(test, "seed %u\n", seed);
	for (unsigned int done = 0; !model_steps || done < model_steps;
	     done += STEPS_PER_SEED) {
		if (!run(test, seed++, STEPS_PER_SEED)) {
			KUNIT_FAIL(test, "the log does not tell the truth");
			return;
		}
	}
}

static struct kunit_case model_test_cases[] = {
	KUNIT_CASE_SLOW(test_log_tells_the_truth),
	{}
};

static struct kunit_suite model_test_suite = {
	.name = "tsm-model",
	.test_cases = model_test_cases,
};

kunit_test_suite(model_test_suite);
