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

/* A socket and the last message from it: strings with a NUL byte each. */
struct uevents {
	int fd;
	char message[8192];
	ssize_t len;
};

FIXTURE(uevent)
{
	struct uevents events;
};

FIXTURE_SETUP(uevent)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1,
	};

	ASSERT_EQ(0, system("rmmod measurement_example"));
	self->events.fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
				 NETLINK_KOBJECT_UEVENT);
	ASSERT_LE(0, self->events.fd);
	ASSERT_EQ(0, bind(self->events.fd, (struct sockaddr *)&address,
			  sizeof(address)));
}

FIXTURE_TEARDOWN(uevent)
{
	close(self->events.fd);
	EXPECT_EQ(0, system("modprobe measurement_example"));
}

/* Wait for the message that begins with @head. */
static bool receive(struct uevents *events, const char *head)
{
	struct pollfd pfd = { .fd = events->fd, .events = POLLIN };

	while (poll(&pfd, 1, TSM_LONG_ENOUGH_MS) == 1) {
		events->len = recv(events->fd, events->message,
				   sizeof(events->message) - 1, 0);
		if (events->len <= 0)
			return false;
		events->message[events->len] = '\0';
		if (!strcmp(events->message, head))
			return true;
	}

	return false;
}

static bool has(const struct uevents *events, const char *variable)
{
	const char *p = events->message;

	for (; p < events->message + events->len; p += strlen(p) + 1) {
		if (!strcmp(p, variable))
			return true;
	}

	return false;
}

TEST_F(uevent, add_and_remove)
{
	char digest[256];

	ASSERT_EQ(0, system("modprobe measurement_example"));
	ASSERT_TRUE(receive(&self->events,
			    "add@/devices/virtual/tsm_mr/sample"));
	EXPECT_TRUE(has(&self->events, "SUBSYSTEM=tsm_mr"));
	EXPECT_TRUE(has(&self->events,
			"DEVPATH=/devices/virtual/tsm_mr/sample"));
	/* All files are there when it is announced. */
	EXPECT_LT(0, tsm_read(digest, sizeof(digest), "sample/report/digest"));

	ASSERT_EQ(0, system("rmmod measurement_example"));
	EXPECT_TRUE(receive(&self->events,
			    "remove@/devices/virtual/tsm_mr/sample"));
}

TEST_HARNESS_MAIN
