// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every way in which a provider can fail an extend, and what must come of it.
 *
 * What the hardware did before extend() returned an error is one question, and
 * whether the register can be read afterwards is another. Here every answer to
 * the one meets every answer to the other: extend() fails before, after and in
 * the middle of its effect, in each set of banks, and refresh() fails at each of
 * its calls, by count, until the core needs no more of them.
 */

#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/string.h>

#include "files.h"
#include "replay.h"
#include "tsm.h"

/* Which register, and what the hardware did to it. */
struct scenario {
	const char *name;
	const char *reg;
	enum fake_fault fault;
	unsigned long acting_banks;
};

static const struct scenario scenarios[] = {
	{ "one bank, before the effect", "rtmr0", FAKE_FAILS_BEFORE },
	{ "one bank, after the effect", "rtmr0", FAKE_FAILS_AFTER },
	{ "one bank, another effect", "rtmr0", FAKE_FAILS_BADLY },
	{ "software, before the effect", "soft", FAKE_FAILS_BEFORE },
	{ "software, after the effect", "soft", FAKE_FAILS_AFTER },
	{ "software, another effect", "soft", FAKE_FAILS_BADLY },
	{ "three banks, before the effect", "agile", FAKE_FAILS_BEFORE },
	{ "three banks, after the effect", "agile", FAKE_FAILS_AFTER },
	{ "three banks, another effect", "agile", FAKE_FAILS_BADLY },
	{ "only bank 1", "agile", FAKE_FAILS_PARTLY, BIT(0) },
	{ "only bank 2", "agile", FAKE_FAILS_PARTLY, BIT(1) },
	{ "only bank 3", "agile", FAKE_FAILS_PARTLY, BIT(2) },
	{ "not bank 1", "agile", FAKE_FAILS_PARTLY, BIT(1) | BIT(2) },
	{ "not bank 2", "agile", FAKE_FAILS_PARTLY, BIT(0) | BIT(2) },
	{ "not bank 3", "agile", FAKE_FAILS_PARTLY, BIT(0) | BIT(1) },
};

KUNIT_ARRAY_PARAM_DESC(scenario, scenarios, name);

/**
 * struct failure - one failing extend in a scenario
 * @error: what extend() returns
 * @works: calls of refresh() that work before they fail
 * @late: refresh() has its effect when it fails
 * @by_extend: what works again first is an extend, not a read
 */
struct failure {
	int error;
	unsigned int works;
	bool late;
	bool by_extend;
};

static int outcome_test_init(struct kunit *test)
{
	test->priv = fake_register(test, "fake");

	return 0;
}

static ssize_t append(struct fake *fake, const struct scenario *scenario)
{
	char path[32];

	snprintf(path, sizeof(path), "%s/append_event", scenario->reg);

	return file_write(fake, path, "event", 5);
}

static void read_digest(struct kunit *test, const struct scenario *scenario)
{
	char path[32];

	snprintf(path, sizeof(path), "%s/digest", scenario->reg);
	file_text(test, test->priv, path);
}

/* What the writer must get if the register could, or could not, be read. */
static int expected_result(const struct scenario *scenario,
			   const struct failure *failure, bool unread)
{
	bool signal = failure->error == -EINTR || failure->error == -ERESTARTSYS;

	if (!unread && scenario->fault == FAKE_FAILS_AFTER)
		return 5;
	if (!signal)
		return failure->error;

	/* The write may be made again only if it surely did nothing. */
	return !unread && scenario->fault == FAKE_FAILS_BEFORE ? -ERESTARTSYS :
								 -EIO;
}

/* Must the log explain the register's value by a checkpoint? */
static bool expect_foreign(const struct scenario *scenario)
{
	return scenario->fault != FAKE_FAILS_AFTER &&
	       scenario->fault != FAKE_FAILS_BEFORE;
}

/* Returns whether it came to a refresh() that failed. */
static bool fail_and_recover(struct kunit *test, const struct scenario *scenario,
			     const struct failure *failure)
{
	struct fake *fake = test->priv;
	unsigned int errors = fake->nr_refresh_errors;
	struct tsm_register *reg = tsm_register_find(fake_provider(fake),
						     scenario->reg);
	u64 foreign = reg->nr_foreign;
	unsigned int records = replay_count(test, fake);
	char what[96];
	bool unread;
	ssize_t rc;

	snprintf(what, sizeof(what),
		 "%s: error %d, refresh fails after %u calls%s, then %s",
		 scenario->name, failure->error, failure->works,
		 failure->late ? " and late" : "",
		 failure->by_extend ? "extend" : "read");

	fake->fault = scenario->fault;
	fake->acting_banks = scenario->acting_banks;
	fake->error = failure->error;
	fake->refresh_error = -EIO;
	fake->refresh_error_after = failure->works;
	fake->refresh_fails_late = failure->late;

	rc = append(fake, scenario);

	unread = fake->nr_refresh_errors != errors;
	fake->fault = FAKE_WORKS;
	fake->refresh_error = 0;
	fake->refresh_error_after = 0;

	KUNIT_EXPECT_EQ_MSG(test, rc, expected_result(scenario, failure, unread),
			    "%s", what);
	/* The record is there, or it comes when the register is looked at. */
	records += scenario->fault == FAKE_FAILS_AFTER;

	if (failure->by_extend) {
		KUNIT_EXPECT_EQ_MSG(test, append(fake, scenario), 5,
				    "%s", what);
		records++;
	} else {
		read_digest(test, scenario);
	}

	KUNIT_EXPECT_EQ_MSG(test, replay_count(test, fake), records,
			    "%s", what);
	/* Lines fold, the count goes on. */
	KUNIT_EXPECT_EQ_MSG(test, reg->nr_foreign,
			    foreign + expect_foreign(scenario), "%s", what);
	replay_expect_verified(test, fake);

	return unread;
}

static void test_outcome(struct kunit *test)
{
	static const int errors[] = { -EIO, -ENOMEM, -EINTR, -ERESTARTSYS };
	const struct scenario *scenario = test->param_value;

	for (unsigned int i = 0; i < 4 * ARRAY_SIZE(errors); i++) {
		struct failure failure = {
			.error = errors[i / 4],
			.late = i & BIT(0),
			.by_extend = i & BIT(1),
		};

		while (fail_and_recover(test, scenario, &failure))
			failure.works++;

		/* A software register is never read, any other one is. */
		KUNIT_EXPECT_EQ(test, failure.works > 0,
				strcmp(scenario->reg, "soft") != 0);
	}
}

static struct kunit_case outcome_test_cases[] = {
	KUNIT_CASE_PARAM(test_outcome, scenario_gen_params),
	{}
};

static struct kunit_suite outcome_test_suite = {
	.name = "tsm-outcome",
	.init = outcome_test_init,
	.test_cases = outcome_test_cases,
};

kunit_test_suite(outcome_test_suite);
