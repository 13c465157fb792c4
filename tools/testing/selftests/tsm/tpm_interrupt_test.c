// SPDX-License-Identifier: GPL-2.0
/*
 * Writers under a signal each millisecond, and a TPM whose driver waits for
 * interrupts, which a signal ends: each event that was taken is in the log once,
 * each that was refused is there once or has had no effect, and nothing is taken for
 * an extend by somebody else.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "replay.h"
#include "tsm.h"

#define PROVIDER	"tpm0"
#define PCR		"pcr16"
#define NR_EVENTS	1000

struct events {
	/* 0 for one that was taken, else the errno. */
	int error[NR_EVENTS];
	int records[NR_EVENTS];
};

/* How often the chip has interrupted, or -1 if it has no interrupt. */
static long count_interrupts(void)
{
	char line[256];
	long count = -1;
	FILE *file = fopen("/proc/interrupts", "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (strstr(line, "tpm"))
			sscanf(line, "%*s %ld", &count);
	}
	if (file)
		fclose(file);

	return count;
}

static bool look(void *arg, const struct replay_record *record)
{
	struct events *events = arg;
	char text[64];
	int number;

	snprintf(text, sizeof(text), "%.*s", (int)record->event_size,
		 (const char *)record->event);
	if (sscanf(text, "interrupt %d", &number) == 1 && number >= 0 &&
	    number < NR_EVENTS)
		events->records[number]++;

	return true;
}

static int count_lines(const char *text, const char *word)
{
	int count = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		count++;

	return count;
}

static atomic_int nr_alarms;

static void on_alarm(int signal)
{
	nr_alarms++;
}

/* Without SA_RESTART: a wait that can end ends. */
static void write_events(struct events *events)
{
	struct itimerval often = {
		.it_interval.tv_usec = 1000,
		.it_value.tv_usec = 1000,
	};
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval never = {};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int number = 0; number < NR_EVENTS; number++) {
		char event[32];
		int len = snprintf(event, sizeof(event), "interrupt %d", number);
		ssize_t rc = tsm_write(event, len, PROVIDER "/" PCR
				       "/append_event");

		events->error[number] = rc < 0 ? -rc : 0;
	}
	setitimer(ITIMER_REAL, &never, NULL);
}

TEST(each_event_is_taken_or_had_no_effect)
{
	struct events *events = calloc(1, sizeof(*events));
	struct replay replay = { .look = look, .arg = events };
	int taken = 0, refused_with_record = 0;
	size_t size, checkpoints_size;
	char *cel, *checkpoints;
	long interrupts;

	ASSERT_NE(NULL, events);
	interrupts = count_interrupts();
	ASSERT_LE(0, interrupts);
	write_events(events);
	/* Otherwise this proves nothing. */
	EXPECT_LT(interrupts + NR_EVENTS, count_interrupts());
	EXPECT_LT(NR_EVENTS / 10, nr_alarms);

	cel = tsm_log_slurp(&size, PROVIDER, "cel");
	checkpoints = tsm_log_slurp(&checkpoints_size, PROVIDER, "checkpoints");
	ASSERT_NE(NULL, cel);
	ASSERT_NE(NULL, checkpoints);
	EXPECT_EQ(0, count_lines(checkpoints, " foreign " PCR " "));
	ASSERT_TRUE(replay_last_piece(&replay, cel, size, checkpoints));
	EXPECT_TRUE(replay_equals_registers(&replay, PROVIDER));

	for (int i = 0; i < NR_EVENTS; i++) {
		if (!events->error[i]) {
			taken++;
			EXPECT_EQ(1, events->records[i]);
		} else {
			EXPECT_GE(1, events->records[i]);
			refused_with_record += events->records[i];
		}
	}
	TH_LOG("%d of %d events were taken, %d refused with a record, %d alarms, %ld interrupts",
	       taken, NR_EVENTS, refused_with_record, nr_alarms,
	       count_interrupts() - interrupts);
	EXPECT_LT(0, taken);
	free(cel);
	free(checkpoints);
	free(events);
}

TEST_HARNESS_MAIN
