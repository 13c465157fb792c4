// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once, on all providers, for STRESS_SECONDS: extends, reads,
 * seeks, polls, limits and trims; and then the same while providers come and go.
 *
 * An archiver replays each log as it is dropped. So at the end the whole history
 * must give the values of the registers, with each writer's events in its order.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "follow.h"
#include "lifetime.h"
#include "stress.h"
#include "tsm.h"

#define DEFAULT_SECONDS	20
#define COMPLAINTS	20

void complain(struct stress *stress, const char *format, ...)
{
	char text[256];
	va_list args;

	if (stress->failures++ >= COMPLAINTS)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("# %s: %s\n", stress->name, text);
}

bool is_gone(const struct stress *stress, long rc)
{
	return stress->mortal && (rc == -ENODEV || rc == -ENOENT);
}

unsigned int below(struct stress_thread *thread, unsigned int n)
{
	return rand_r(&thread->seed) % n;
}

/* Somebody who drops what is archived already, at any place. */
static void *drop_archived(void *arg)
{
	struct stress_thread *thread = arg;
	struct stress *stress = thread->stress;

	while (!stress->stop) {
		long long first = tsm_number("%s/log/first_record", stress->name);
		unsigned long long archived = stress->archived;
		char text[32];
		ssize_t rc;
		int len;

		usleep(below(thread, 20000));
		/* Where others come and go, so does what is archived. */
		if (stress->mortal || first < 0 ||
		    (unsigned long long)first > archived)
			continue;
		len = snprintf(text, sizeof(text), "%llu",
			       first + below(thread, archived - first + 1));
		rc = tsm_write(text, len, "%s/log/trim", stress->name);
		if (rc != len)
			complain(stress, "no trim to %s: %zd", text, rc);
		stress->trims++;
	}

	return NULL;
}

/* Open the log that the provider has now, whichever that is. */
static bool start(struct stress *stress, struct follow *follow)
{
	int rc;

	while ((rc = follow_open(follow, stress->name))) {
		follow_close(follow);
		if (!is_gone(stress, rc)) {
			complain(stress, "cannot open the log: %d", rc);
			return false;
		}
		usleep(1000);
	}
	stress->lives++;
	follow->replay.look = stress_look;
	follow->replay.arg = stress;

	return true;
}

static bool step(struct stress *stress, struct follow *follow, bool last)
{
	int rc;

	while ((rc = follow_step(follow, last))) {
		if (!is_gone(stress, rc)) {
			complain(stress, "what the log has is wrong: %d", rc);
			return false;
		}
		follow_close(follow);
		if (!start(stress, follow))
			return false;
	}

	return true;
}

static void *archive(void *arg)
{
	struct stress_thread *thread = arg;
	struct stress *stress = thread->stress;
	struct follow follow = {};
	bool good, last;

	good = start(stress, &follow);
	while (good) {
		last = stress->stop;
		good = step(stress, &follow, last);
		if (!good || last)
			break;
		stress->archived = follow.replay.next;
		if (below(thread, 2)) {
			int rc = follow_trim(&follow, follow.replay.next);

			stress->trims++;
			if (rc && !is_gone(stress, rc))
				complain(stress, "no trim: %d", rc);
		}
		usleep(below(thread, 20000));
	}
	if (good && !replay_equals_registers(&follow.replay, stress->name))
		complain(stress, "the log does not give the registers");
	follow_close(&follow);

	return NULL;
}

/* The archiver is the last one to end. */
static void *(*const jobs[])(void *) = {
	stress_write, stress_write, stress_write, stress_write,
	stress_limits, stress_read_log, stress_read_index, stress_seek,
	stress_read_registers, stress_poll, drop_archived, archive,
};

#define NR_JOBS (sizeof(jobs) / sizeof(*jobs))

/* A provider, and the threads that stress it. */
struct team {
	struct stress stress;
	struct stress_thread threads[NR_JOBS];
	pthread_t ids[NR_JOBS];
};

/* What earlier tests left is none of ours. */
static bool empty_log(struct stress *stress)
{
	struct follow follow = {};
	bool empty;

	empty = !follow_open(&follow, stress->name) &&
		!follow_step(&follow, true) &&
		!follow_trim(&follow, follow.replay.next);
	if (!empty)
		complain(stress, "cannot empty the log");
	follow_close(&follow);

	return empty;
}

static bool start_team(struct team *team, const struct provider *provider)
{
	struct stress *stress = &team->stress;

	stress->provider = *provider;
	stress->name = provider->name;
	if (!empty_log(stress))
		return false;
	for (size_t i = 0; i < NR_JOBS; i++) {
		team->threads[i] = (struct stress_thread){
			.stress = stress, .id = i, .seed = rand(),
		};
		if (pthread_create(&team->ids[i], NULL, jobs[i],
				   &team->threads[i]))
			return false;
	}

	return true;
}

/* Writers end first: the archiver's last look has to find everything. */
static void end_team(struct team *team)
{
	struct stress *stress = &team->stress;
	unsigned long written = 0;

	stress->stop_writers = true;
	for (int i = 0; i < NR_WRITERS; i++)
		pthread_join(team->ids[i], NULL);
	stress->stop = true;
	for (size_t i = NR_WRITERS; i < NR_JOBS; i++)
		pthread_join(team->ids[i], NULL);

	for (int i = 0; i < NR_WRITERS; i++) {
		written += stress->written[i];
		if (!stress->mortal && stress->seen[i] != stress->written[i])
			complain(stress, "writer %d wrote %lu, the log has %" PRIu64,
				 i, stress->written[i], stress->seen[i]);
	}
	printf("# %s: %lu extends, %lu refused, %lu trims, %lu stale reads, ",
	       stress->name, written, stress->refused, stress->trims,
	       stress->stale);
	printf("%lu lives, %d failures\n", stress->lives, stress->failures);
}

FIXTURE(stress)
{
	struct provider providers[MAX_PROVIDERS];
	struct team teams[MAX_PROVIDERS];
	int count;
	time_t end;
};

FIXTURE_SETUP(stress)
{
	const char *seconds = getenv("STRESS_SECONDS");

	self->count = providers_find(self->providers);
	ASSERT_LT(0, self->count);
	self->end = time(NULL) + (seconds ? atoi(seconds) : DEFAULT_SECONDS) / 2;
	srand(self->end);
}

FIXTURE_TEARDOWN(stress)
{
}

TEST_F(stress, providers_that_stay)
{
	for (int i = 0; i < self->count; i++)
		ASSERT_TRUE(start_team(&self->teams[i], &self->providers[i]));
	while (time(NULL) < self->end)
		sleep(1);
	for (int i = 0; i < self->count; i++) {
		end_team(&self->teams[i]);
		EXPECT_EQ(0, self->teams[i].stress.failures);
	}
}

static int end_a_life(struct stress *stress)
{
	const char *name;
	int rc;

	rc = lifetime_end(stress->name);
	if (!rc)
		rc = lifetime_begin(stress->name);
	name = lifetime_name(stress->name);
	if (name)
		stress->name = name;

	return rc;
}

TEST_F(stress, providers_that_come_and_go)
{
	for (int i = 0; i < self->count; i++) {
		self->teams[i].stress.mortal =
			lifetime_is_mortal(self->providers[i].name);
		ASSERT_TRUE(start_team(&self->teams[i], &self->providers[i]));
	}
	while (time(NULL) < self->end) {
		for (int i = 0; i < self->count; i++) {
			if (self->teams[i].stress.mortal)
				EXPECT_EQ(0, end_a_life(&self->teams[i].stress));
		}
		usleep(rand() % 300000);
	}
	for (int i = 0; i < self->count; i++) {
		end_team(&self->teams[i]);
		EXPECT_EQ(0, self->teams[i].stress.failures);
	}
}

TEST_HARNESS_MAIN
