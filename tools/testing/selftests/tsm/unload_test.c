// SPDX-License-Identifier: GPL-2.0
/*
 * Providers that go while they are used.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "lifetime.h"
#include "tsm.h"

#define NR_WRITERS	4
#define ROUNDS		10

FIXTURE(unload)
{
	/* What the provider is called now. */
	const char *provider;
};

FIXTURE_VARIANT(unload)
{
	const char *provider;
	const char *reg;
};

FIXTURE_VARIANT_ADD(unload, sample)
{
	.provider = "sample",
	.reg = "rtmr2",
};

FIXTURE_VARIANT_ADD(unload, tpm)
{
	.provider = "tpm0",
	.reg = "pcr16",
};

static const char *begin(const char *provider)
{
	return lifetime_begin(provider) ? NULL : lifetime_name(provider);
}

FIXTURE_SETUP(unload)
{
	self->provider = begin(variant->provider);
	ASSERT_NE(NULL, self->provider);
}

FIXTURE_TEARDOWN(unload)
{
	EXPECT_NE(NULL, begin(variant->provider));
}

TEST_F(unload, open_files_say_that_it_is_gone)
{
	static const char *const files[] = {
		"%s/%s/digest", "%s/%s/hash_algo", "%s/%s/sha256/digest",
		"%s/log/cel", "%s/log/checkpoints", "%s/log/next_record",
		"%s/log/size", "%s/log/limit",
	};
	const size_t nr_files = sizeof(files) / sizeof(*files);
	int fds[16], writer;
	char buf[4096];

	for (size_t i = 0; i < nr_files; i++) {
		snprintf(buf, sizeof(buf), files[i], self->provider,
			 variant->reg);
		fds[i] = tsm_open(O_RDONLY, "%s", buf);
		ASSERT_LE(0, fds[i]);
		ASSERT_LE(0, pread(fds[i], buf, sizeof(buf), 0));
	}
	writer = tsm_open(O_WRONLY, "%s/%s/append_event", self->provider,
			  variant->reg);
	ASSERT_LE(0, writer);

	ASSERT_EQ(0, lifetime_end(self->provider));

	for (size_t i = 0; i < nr_files; i++) {
		EXPECT_EQ(-1, pread(fds[i], buf, sizeof(buf), 0));
		EXPECT_EQ(ENODEV, errno);
		close(fds[i]);
	}
	EXPECT_EQ(-1, pwrite(writer, "event", 5, 0));
	EXPECT_EQ(ENODEV, errno);
	close(writer);
	EXPECT_EQ(-ENOENT, tsm_open(O_RDONLY, "%s/log/cel", self->provider));
}

TEST_F(unload, who_polls_wakes_up)
{
	struct pollfd pfd = { .events = POLLPRI };
	char buf[32];
	pid_t child;

	pfd.fd = tsm_open(O_RDONLY, "%s/log/next_record", self->provider);
	ASSERT_LE(0, pfd.fd);
	ASSERT_LT(0, read(pfd.fd, buf, sizeof(buf)));

	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		usleep(200 * 1000);
		_exit(lifetime_end(self->provider) ? 1 : 0);
	}
	EXPECT_EQ(1, poll(&pfd, 1, TSM_LONG_ENOUGH_MS));
	waitpid(child, NULL, 0);
	EXPECT_EQ(-1, pread(pfd.fd, buf, sizeof(buf), 0));
	EXPECT_EQ(ENODEV, errno);
	close(pfd.fd);
}

/* Each write has to be taken whole, or be refused because nobody is there. */
static void *write_until_gone(void *arg)
{
	const char *path = arg;
	long errors = 0;
	ssize_t rc;

	do {
		rc = tsm_write("event", 5, "%s", path);
		if (rc != 5 && rc != -ENODEV && rc != -ENOENT)
			errors++;
	} while (rc == 5);

	return (void *)errors;
}

TEST_F(unload, under_fire)
{
	char path[128];

	for (int round = 0; round < ROUNDS; round++) {
		pthread_t writers[NR_WRITERS];

		self->provider = begin(self->provider);
		ASSERT_NE(NULL, self->provider);
		snprintf(path, sizeof(path), "%s/%s/append_event",
			 self->provider, variant->reg);
		for (int i = 0; i < NR_WRITERS; i++)
			ASSERT_EQ(0, pthread_create(&writers[i], NULL,
						    write_until_gone, path));
		usleep(50 * 1000);
		ASSERT_EQ(0, lifetime_end(self->provider));
		for (int i = 0; i < NR_WRITERS; i++) {
			void *errors;

			pthread_join(writers[i], &errors);
			EXPECT_EQ(NULL, errors);
		}
	}
}

/* A log begins where the registers are: those of a TPM keep their values. */
TEST_F(unload, a_new_log_verifies)
{
	ASSERT_EQ(5, tsm_write("event", 5, "%s/%s/append_event",
			       self->provider, variant->reg));
	ASSERT_EQ(0, lifetime_end(self->provider));
	self->provider = begin(self->provider);
	ASSERT_NE(NULL, self->provider);
	EXPECT_EQ(0, tsm_replay(self->provider));
	ASSERT_EQ(5, tsm_write("event", 5, "%s/%s/append_event",
			       self->provider, variant->reg));
	EXPECT_EQ(1, tsm_replay(self->provider));
}

TEST_HARNESS_MAIN
