// SPDX-License-Identifier: GPL-2.0
/*
 * Writers that are killed, or interrupted, at any moment: what they were told
 * was taken is in the log once, what was refused is not, and what they were
 * never told about is there once or not at all.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "follow.h"
#include "providers.h"
#include "tsm.h"

#define NR_WRITERS	6
#define ROUNDS		10
/* In a kernel that is too slow for any writer to have got anywhere. */
#define MOST_ROUNDS	1000
#define EVENTS		100

/* One writer, in memory that it shares with its parent. */
struct writer {
	/* Events that were begun, and that were taken. */
	atomic_int begun;
	atomic_int taken;
	atomic_int interrupted;
	/* Another errno than EINTR. */
	atomic_int error;
};

struct log {
	struct provider provider;
	struct follow follow;
	struct writer *writers;
	/* Another number for each round of any run. */
	int round;
	/* Events of this round seen in the log. */
	int seen[NR_WRITERS];
	int failures;
};

static bool write_event(struct log *log, int id, int number)
{
	const struct provider *provider = &log->provider;
	const char *reg = provider->regs[number % provider->nr_regs].name;
	struct writer *writer = &log->writers[id];
	char event[64];
	ssize_t rc;
	int len;

	len = snprintf(event, sizeof(event), "signal %d %d %d", log->round, id,
		       number);
	writer->begun = number + 1;
	while ((rc = tsm_write(event, len, "%s/%s/append_event", provider->name,
			       reg)) == -EINTR)
		writer->interrupted++;
	if (rc != len) {
		writer->error = -rc;
		return false;
	}
	writer->taken = number + 1;

	return true;
}

/* The child that writes until it is told to stop, or killed. */
static void run_writer(struct log *log, int id)
{
	for (int number = 0; write_event(log, id, number); number++)
		;
	_exit(0);
}

static bool look(void *arg, const struct replay_record *record)
{
	struct log *log = arg;
	int round, id, number;
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)record->event_size,
		 (const char *)record->event);
	if (sscanf(text, "signal %d %d %d", &round, &id, &number) != 3 ||
	    round != log->round)
		return true;
	if (number != log->seen[id]) {
		printf("# %s: writer %d wrote %d after %d\n",
		       log->provider.name, id, number, log->seen[id] - 1);
		log->failures++;
	}
	log->seen[id] = number + 1;

	return true;
}

/*
 * Replay what is new in the log, drop it, and compare it with what each writer
 * knows.
 */
static void check_log(struct log *log)
{
	const char *name = log->provider.name;

	if (follow_step(&log->follow, true) ||
	    !replay_equals_registers(&log->follow.replay, name) ||
	    follow_trim(&log->follow, log->follow.replay.next))
		log->failures++;

	for (int i = 0; i < NR_WRITERS; i++) {
		struct writer *writer = &log->writers[i];

		if (!writer->error && log->seen[i] >= writer->taken &&
		    log->seen[i] <= writer->begun)
			continue;
		printf("# %s: writer %d began %d and got %d, the log has %d (error %d)\n",
		       name, i, writer->begun, writer->taken, log->seen[i],
		       writer->error);
		log->failures++;
	}
}

FIXTURE(signals)
{
	struct provider providers[MAX_PROVIDERS];
	struct log logs[MAX_PROVIDERS];
	int count;
	int rounds;
};

FIXTURE_SETUP(signals)
{
	const char *seconds = getenv("STRESS_SECONDS");

	self->rounds = seconds ? atoi(seconds) : ROUNDS;
	self->count = providers_find(self->providers);
	ASSERT_LT(0, self->count);
	for (int i = 0; i < self->count; i++) {
		struct log *log = &self->logs[i];

		log->provider = self->providers[i];
		log->writers = mmap(NULL, NR_WRITERS * sizeof(*log->writers),
				    PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		ASSERT_NE(MAP_FAILED, log->writers);
		ASSERT_EQ(0, follow_open(&log->follow, log->provider.name));
		log->follow.replay.look = look;
		log->follow.replay.arg = log;
		log->round = getpid() << 14;
	}
	srand(getpid());
}

FIXTURE_TEARDOWN(signals)
{
	for (int i = 0; i < self->count; i++)
		follow_close(&self->logs[i].follow);
}

static void start_round(struct log *log)
{
	log->round++;
	memset(log->seen, 0, sizeof(log->seen));
	memset(log->writers, 0, NR_WRITERS * sizeof(*log->writers));
}

static int events_taken(const struct log *log)
{
	int taken = 0;

	for (int i = 0; i < NR_WRITERS; i++)
		taken += log->writers[i].taken;

	return taken;
}

/* All writers die by @deadly, each at a moment of its own. */
static void kill_writers(struct __test_metadata *_metadata, struct log *log,
			 int deadly)
{
	pid_t pids[NR_WRITERS];

	/* What a shell runs in the background ignores SIGINT. */
	if (deadly != SIGKILL)
		signal(deadly, SIG_DFL);
	for (int i = 0; i < NR_WRITERS; i++) {
		pids[i] = fork();
		ASSERT_LE(0, pids[i]);
		if (!pids[i])
			run_writer(log, i);
	}
	for (int i = 0; i < NR_WRITERS; i++) {
		int status;

		usleep(rand() % 20000);
		ASSERT_EQ(0, kill(pids[i], deadly));
		ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
		EXPECT_EQ(deadly, WTERMSIG(status));
	}
}

TEST_F(signals, killed)
{
	for (int i = 0; i < self->count; i++) {
		struct log *log = &self->logs[i];
		int taken = 0;

		for (int round = 0;
		     round < (taken ? self->rounds : MOST_ROUNDS); round++) {
			start_round(log);
			kill_writers(_metadata, log,
				     round % 2 ? SIGKILL : SIGINT);
			check_log(log);
			taken += events_taken(log);
		}
		printf("# %s: %d events were taken of killed writers\n",
		       log->provider.name, taken);
		EXPECT_LT(0, taken);
		EXPECT_EQ(0, log->failures);
	}
}

static void on_alarm(int signal)
{
}

/*
 * Alarms at a short interval. Without SA_RESTART a wait ends with EINTR, and
 * then nothing was taken, so the writer may write the same again; with it nobody
 * sees anything of them.
 */
static void run_interrupted(struct log *log, int id, int flags)
{
	/* Not in step with each other. */
	struct itimerval often = {
		.it_interval.tv_usec = 1000 + 100 * id,
		.it_value.tv_usec = 1000,
	};
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = flags };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int number = 0; number < EVENTS; number++) {
		if (!write_event(log, id, number))
			break;
	}
	_exit(0);
}

static int interrupt_writers(struct __test_metadata *_metadata, struct log *log,
			     int flags)
{
	int interrupted = 0;
	pid_t pid;

	for (int i = 0; i < NR_WRITERS; i++) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid)
			run_interrupted(log, i, flags);
	}
	for (int i = 0; i < NR_WRITERS; i++)
		ASSERT_LT(0, wait(NULL));
	for (int i = 0; i < NR_WRITERS; i++) {
		EXPECT_EQ(EVENTS, log->writers[i].taken);
		interrupted += log->writers[i].interrupted;
	}
	check_log(log);
	printf("# %s: %d events were taken and %d writes interrupted\n",
	       log->provider.name, events_taken(log), interrupted);
	EXPECT_EQ(0, log->failures);

	return interrupted;
}

TEST_F(signals, interrupted)
{
	for (int i = 0; i < self->count; i++) {
		start_round(&self->logs[i]);
		interrupt_writers(_metadata, &self->logs[i], 0);
	}
}

TEST_F(signals, restarted)
{
	for (int i = 0; i < self->count; i++) {
		start_round(&self->logs[i]);
		EXPECT_EQ(0, interrupt_writers(_metadata, &self->logs[i],
					       SA_RESTART));
	}
}

/* What trims drop is written first. Returns the number of interrupted trims. */
static int interrupt_trim(struct __test_metadata *_metadata, struct log *log)
{
	const char *name = log->provider.name;
	long long first = tsm_number("%s/log/first_record", name);
	int interrupted = 0;
	uint64_t end;
	int rc;

	for (int number = 0; number < EVENTS; number++)
		ASSERT_TRUE(write_event(log, 0, number));
	ASSERT_EQ(0, follow_step(&log->follow, true));
	end = log->follow.replay.next;
	do {
		/* Later and later, or it might never get done. */
		long us = 1 + rand() % 5000 + 1000 * interrupted;
		struct itimerval soon = {
			.it_value.tv_sec = us / 1000000,
			.it_value.tv_usec = us % 1000000,
		};
		struct itimerval never = {};

		setitimer(ITIMER_REAL, &soon, NULL);
		rc = follow_trim(&log->follow, end);
		setitimer(ITIMER_REAL, &never, NULL);
		if (rc) {
			EXPECT_EQ(-EINTR, rc);
			EXPECT_EQ(first, tsm_number("%s/log/first_record",
						    name));
			interrupted++;
		}
	} while (rc == -EINTR);
	EXPECT_EQ((long long)end, tsm_number("%s/log/first_record", name));

	return interrupted;
}

/* A trim that was interrupted has dropped nothing. */
TEST_F(signals, trims)
{
	/* Without SA_RESTART. */
	struct sigaction action = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &action, NULL);
	for (int i = 0; i < self->count; i++) {
		struct log *log = &self->logs[i];
		int interrupted = 0;

		for (int round = 0; round < self->rounds; round++) {
			start_round(log);
			interrupted += interrupt_trim(_metadata, log);
			check_log(log);
		}
		printf("# %s: %d trims, interrupted %d times\n",
		       log->provider.name, self->rounds, interrupted);
		EXPECT_EQ(0, log->failures);
	}
}

TEST_HARNESS_MAIN
