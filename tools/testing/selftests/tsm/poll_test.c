// SPDX-License-Identifier: GPL-2.0
/*
 * poll() on next_record.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "tsm.h"

#define NOTHING_MS	200

static long read_number(int fd)
{
	char buf[32] = "";

	if (pread(fd, buf, sizeof(buf) - 1, 0) <= 0)
		return -errno;

	return atol(buf);
}

static int wait_for_record(int fd, int timeout)
{
	struct pollfd pfd = { .fd = fd, .events = POLLPRI };

	return poll(&pfd, 1, timeout);
}

static void append(struct __test_metadata *_metadata)
{
	ASSERT_EQ(4, tsm_write("poll", 4, "sample/rtmr1/append_event"));
}

FIXTURE(next_record)
{
	int fd;
	long start;
};

FIXTURE_SETUP(next_record)
{
	self->fd = tsm_open(O_RDONLY, "sample/log/next_record");
	ASSERT_LE(0, self->fd);
	self->start = read_number(self->fd);
	ASSERT_LE(0, self->start);
}

FIXTURE_TEARDOWN(next_record)
{
	close(self->fd);
}

TEST_F(next_record, does_not_wake_without_a_record)
{
	char digest[256];

	EXPECT_EQ(0, wait_for_record(self->fd, NOTHING_MS));

	/* Neither reads nor refused writes are records. */
	tsm_read(digest, sizeof(digest), "sample/rtmr1/digest");
	EXPECT_EQ(-EINVAL, tsm_write("bad", 3, "sample/rtmr1/digest"));
	EXPECT_EQ(0, wait_for_record(self->fd, NOTHING_MS));
}

TEST_F(next_record, wakes_for_a_record)
{
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child) {
		usleep(NOTHING_MS * 1000);
		append(_metadata);
		_exit(0);
	}
	EXPECT_EQ(1, wait_for_record(self->fd, TSM_LONG_ENOUGH_MS));
	EXPECT_EQ(self->start + 1, read_number(self->fd));
	EXPECT_EQ(0, wait_for_record(self->fd, NOTHING_MS));
	waitpid(child, NULL, 0);
}

/* What came between the read and the poll is not missed. */
TEST_F(next_record, wakes_for_an_earlier_record)
{
	append(_metadata);
	append(_metadata);
	EXPECT_EQ(1, wait_for_record(self->fd, TSM_LONG_ENOUGH_MS));
	/* Until it is read, it stays. */
	EXPECT_EQ(1, wait_for_record(self->fd, 0));
	EXPECT_EQ(self->start + 2, read_number(self->fd));
	EXPECT_EQ(0, wait_for_record(self->fd, NOTHING_MS));
}

/* To read to the end, as many programs do, is not to read the next number. */
TEST_F(next_record, wakes_for_a_record_before_the_end_was_read)
{
	long start = self->start;
	char end[32];

	for (int size = 0; size < 2; size++) {
		append(_metadata);
		ASSERT_EQ(++start, read_number(self->fd));
		append(_metadata);
		start++;
		EXPECT_EQ(0, pread(self->fd, end, size ? sizeof(end) : 0,
				   size ? sizeof(end) : 0));
		EXPECT_EQ(1, wait_for_record(self->fd, 0));
	}
	EXPECT_EQ(start, read_number(self->fd));
	EXPECT_EQ(0, wait_for_record(self->fd, NOTHING_MS));
}

/* One who reads does not take the news away from others. */
TEST_F(next_record, wakes_everyone)
{
	int other = tsm_open(O_RDONLY, "sample/log/next_record");

	ASSERT_LE(0, other);
	ASSERT_EQ(self->start, read_number(other));
	append(_metadata);
	EXPECT_EQ(1, wait_for_record(other, TSM_LONG_ENOUGH_MS));
	EXPECT_EQ(self->start + 1, read_number(other));
	append(_metadata);
	EXPECT_EQ(1, wait_for_record(other, TSM_LONG_ENOUGH_MS));
	EXPECT_EQ(1, wait_for_record(self->fd, TSM_LONG_ENOUGH_MS));
	EXPECT_EQ(self->start + 2, read_number(self->fd));
	close(other);
}

TEST_HARNESS_MAIN
