// SPDX-License-Identifier: GPL-2.0
/*
 * Many tasks extend at once, while others read: nothing is lost, doubled or out
 * of order, and what is seen of the log only ever grows.
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "tsm.h"

#define NR_WRITERS	4

struct storm {
	const char *provider;
	const char *const *regs;
	int events;
	atomic_bool stop;
	atomic_int failures;
};

struct writer {
	struct storm *storm;
	int id;
	pthread_t thread;
};

static void *write_events(void *arg)
{
	struct writer *writer = arg;
	struct storm *storm = writer->storm;

	for (int i = 0; i < storm->events; i++) {
		char event[64];
		int len = snprintf(event, sizeof(event), "writer %d event %06d",
				   writer->id, i);

		if (tsm_write(event, len, "%s/%s/append_event", storm->provider,
			      storm->regs[(writer->id + i) % 3]) != len)
			storm->failures++;
	}

	return NULL;
}

/* The log grows, and what has been read does not change. */
static void *read_log(void *arg)
{
	struct storm *storm = arg;
	size_t seen_size = 0;
	char *seen = NULL;

	while (!storm->stop) {
		long long before = tsm_number("%s/log/size", storm->provider);
		size_t size;
		char *log = tsm_slurp(&size, "%s/log/cel", storm->provider);

		if (!log || (long long)size < before || size < seen_size ||
		    memcmp(log, seen, seen_size))
			storm->failures++;
		free(seen);
		seen = log;
		seen_size = log ? size : 0;
	}
	free(seen);

	return NULL;
}

/* How often, and in which order, do the events of one writer stand there? */
static int count_events(const char *log, size_t size, int id)
{
	const char *p = log;
	char pattern[32];
	int next = 0;
	int len;

	len = snprintf(pattern, sizeof(pattern), "writer %d event ", id);
	while ((p = memmem(p, size - (p - log), pattern, len))) {
		p += len;
		if (atoi(p) != next)
			return -1;
		next++;
	}

	return next;
}

static void run_storm(struct __test_metadata *_metadata, const char *provider,
		      const char *const *regs, int events)
{
	struct storm storm = {
		.provider = provider, .regs = regs, .events = events,
	};
	struct writer writers[NR_WRITERS];
	long long first_size, records;
	pthread_t reader;
	size_t size;
	char *log;

	records = tsm_number("%s/log/next_record", provider);
	first_size = tsm_number("%s/log/size", provider);

	ASSERT_EQ(0, pthread_create(&reader, NULL, read_log, &storm));
	for (int i = 0; i < NR_WRITERS; i++) {
		writers[i].storm = &storm;
		writers[i].id = i;
		ASSERT_EQ(0, pthread_create(&writers[i].thread, NULL,
					    write_events, &writers[i]));
	}
	for (int i = 0; i < NR_WRITERS; i++)
		pthread_join(writers[i].thread, NULL);
	storm.stop = true;
	pthread_join(reader, NULL);

	EXPECT_EQ(0, storm.failures);
	EXPECT_EQ(records + NR_WRITERS * events, tsm_replay(provider));

	log = tsm_slurp(&size, "%s/log/cel", provider);
	ASSERT_NE(NULL, log);
	for (int i = 0; i < NR_WRITERS; i++)
		EXPECT_EQ(events, count_events(log + first_size,
					       size - first_size, i));
	free(log);
}

TEST(sample)
{
	static const char *const regs[] = { "rtmr0", "rtmr1", "rtmr2" };

	run_storm(_metadata, "sample", regs, 2000);
}

TEST(tpm)
{
	static const char *const regs[] = { "pcr16", "pcr23", "pcr16" };

	run_storm(_metadata, "tpm0", regs, 50);
}

TEST_HARNESS_MAIN
