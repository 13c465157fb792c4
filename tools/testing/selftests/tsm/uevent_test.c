// SPDX-License-Identifier: GPL-2.0
/*
 * Providers announce themselves, so that udev can open them to a group.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "tsm.h"

#define TIMEOUT_MS	10000

FIXTURE(uevent)
{
	int fd;
	char message[8192];
	ssize_t len;
};

FIXTURE_SETUP(uevent)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1,
	};

	ASSERT_EQ(0, system("rmmod measurement_example"));
	self->fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
			  NETLINK_KOBJECT_UEVENT);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, bind(self->fd, (struct sockaddr *)&address,
			  sizeof(address)));
}

FIXTURE_TEARDOWN(uevent)
{
	close(self->fd);
	EXPECT_EQ(0, system("modprobe measurement_example"));
}

/* Wait for the message that begins with @head. */
static bool receive(FIXTURE_DATA(uevent) *self, const char *head)
{
	struct pollfd pfd = { .fd = self->fd, .events = POLLIN };

	while (poll(&pfd, 1, TIMEOUT_MS) == 1) {
		self->len = recv(self->fd, self->message,
				 sizeof(self->message) - 1, 0);
		if (self->len <= 0)
			return false;
		self->message[self->len] = '\0';
		if (!strcmp(self->message, head))
			return true;
	}

	return false;
}

static bool has(const FIXTURE_DATA(uevent) *self, const char *variable)
{
	const char *p = self->message;

	for (; p < self->message + self->len; p += strlen(p) + 1) {
		if (!strcmp(p, variable))
			return true;
	}

	return false;
}

TEST_F(uevent, add_and_remove)
{
	char digest[256];

	ASSERT_EQ(0, system("modprobe measurement_example"));
	ASSERT_TRUE(receive(self, "add@/kernel/tsm/sample"));
	EXPECT_TRUE(has(self, "SUBSYSTEM=tsm"));
	EXPECT_TRUE(has(self, "DEVPATH=/kernel/tsm/sample"));
	/* All files are there when it is announced. */
	EXPECT_LT(0, tsm_read(digest, sizeof(digest), "sample/report/digest"));

	ASSERT_EQ(0, system("rmmod measurement_example"));
	EXPECT_TRUE(receive(self, "remove@/kernel/tsm/sample"));
}

TEST_HARNESS_MAIN
