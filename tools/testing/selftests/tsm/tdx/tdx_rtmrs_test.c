// SPDX-License-Identifier: GPL-2.0
/*
 * RTMRs in configfs with a TDX module that is busy and fails, which it does on
 * demand under the emulator in tools/testing/tee-emu: who waits meanwhile, who is
 * interrupted, and what the log says.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../kselftest_harness.h"
#include "guest.h"
#include "lifetime.h"
#include "rtmrs.h"
#include "tsm.h"

#define RTMR		3
#define FOR_EVER	"1000000"
/* For about 0.3 s. */
#define A_WHILE		"30"
#define PART_OF_IT_US	100000

static ssize_t extend(void)
{
	uint8_t digest[REGISTER_SIZE];

	memset(digest, 0xa5, sizeof(digest));

	return rtmrs_write("item", "digest", digest, sizeof(digest));
}

/* Does the file have what a fresh report has? The file is read first. */
static bool is_as_reported(void)
{
	uint8_t report[TDX_REPORT_LEN], ours[REGISTER_SIZE + 1];

	return rtmrs_read("item", "digest", ours, sizeof(ours)) ==
		       REGISTER_SIZE &&
	       !guest_report(report) &&
	       !memcmp(ours, report + TDREPORT_RTMR(RTMR), REGISTER_SIZE);
}

/* A child that ends with status 0 if its extend has worked. */
static pid_t start_extend(void)
{
	pid_t child = fork();

	if (!child)
		_exit(extend() == REGISTER_SIZE ? 0 : 1);

	return child;
}

static int status_of(pid_t child)
{
	int status;

	return waitpid(child, &status, 0) == child ? status : -1;
}

FIXTURE(tdx_rtmrs)
{
	long long records;
	int foreign;
	int complaints;
};

FIXTURE_SETUP(tdx_rtmrs)
{
	if (access(TSM_ROOT "/tdx", F_OK) || access("/dev/tdx_guest", F_OK))
		SKIP(return, "no TDX guest with tdx_guest loaded");

	if (rtmrs_load("tdx") == -ENOENT)
		SKIP(return, "no module " RTMRS_MODULE);

	ASSERT_TRUE(guest_disarm());
	ASSERT_EQ(0, rtmrs_claim("item", RTMR));
	self->records = tsm_number("tdx/log/next_record");
	ASSERT_LE(0, self->records);
	self->foreign = guest_foreign();
	self->complaints = guest_complaints();
	ASSERT_LE(0, self->complaints);
}

FIXTURE_TEARDOWN(tdx_rtmrs)
{
	EXPECT_TRUE(guest_disarm());
	EXPECT_EQ(0, rtmrs_unload());
	EXPECT_LE(0, tsm_replay("tdx"));
	EXPECT_EQ(self->complaints, guest_complaints());
}

#define EXPECT_RECORDS(n) \
	EXPECT_EQ(self->records + (n), tsm_number("tdx/log/next_record"))

TEST_F(tdx_rtmrs, as_reported)
{
	EXPECT_TRUE(is_as_reported());
	EXPECT_EQ(REGISTER_SIZE, extend());
	EXPECT_TRUE(is_as_reported());
	EXPECT_RECORDS(1);
	EXPECT_EQ(self->foreign, guest_foreign());
}

TEST_F(tdx_rtmrs, busy_for_a_while)
{
	ASSERT_TRUE(guest_arm("extend-busy=5"));
	EXPECT_EQ(REGISTER_SIZE, extend());
	EXPECT_RECORDS(1);
	ASSERT_TRUE(guest_arm("report-busy=5"));
	EXPECT_TRUE(is_as_reported());
}

TEST_F(tdx_rtmrs, busy_for_ever)
{
	uint8_t buf[REGISTER_SIZE];

	ASSERT_TRUE(guest_arm("extend-busy=" FOR_EVER));
	EXPECT_EQ(-EBUSY, extend());
	EXPECT_RECORDS(0);
	ASSERT_TRUE(guest_disarm());
	EXPECT_EQ(REGISTER_SIZE, extend());
	ASSERT_TRUE(guest_arm("report-busy=" FOR_EVER));
	EXPECT_EQ(-EBUSY, rtmrs_read("item", "digest", buf, sizeof(buf)));
	ASSERT_TRUE(guest_disarm());
	EXPECT_TRUE(is_as_reported());
	EXPECT_RECORDS(1);
}

/* What the TDX module refuses has not happened. */
TEST_F(tdx_rtmrs, invalid_operand)
{
	uint8_t buf[REGISTER_SIZE];

	ASSERT_TRUE(guest_arm("extend-invalid"));
	EXPECT_EQ(-ENXIO, extend());
	EXPECT_RECORDS(0);
	EXPECT_EQ(REGISTER_SIZE, extend());
	ASSERT_TRUE(guest_arm("report-invalid"));
	EXPECT_EQ(-ENXIO, rtmrs_read("item", "digest", buf, sizeof(buf)));
	EXPECT_TRUE(is_as_reported());
	EXPECT_RECORDS(1);
	EXPECT_EQ(self->foreign, guest_foreign());
}

/* It fails and has extended all the same: that is found out. */
TEST_F(tdx_rtmrs, failure_after_the_effect)
{
	ASSERT_TRUE(guest_arm("extend-unclear"));
	EXPECT_EQ(REGISTER_SIZE, extend());
	EXPECT_RECORDS(1);
	EXPECT_TRUE(is_as_reported());
	EXPECT_EQ(self->foreign, guest_foreign());
}

/* Nor can the register be read then. A read of the file settles it. */
TEST_F(tdx_rtmrs, failure_that_stays_unclear)
{
	ASSERT_TRUE(guest_arm("extend-unclear,report-invalid"));
	EXPECT_EQ(-EIO, extend());
	EXPECT_TRUE(is_as_reported());
	EXPECT_RECORDS(1);
	EXPECT_EQ(REGISTER_SIZE, extend());
	EXPECT_RECORDS(2);
	EXPECT_EQ(self->foreign, guest_foreign());
}

/* Who reads what somebody else has done finds it in the log. */
TEST_F(tdx_rtmrs, extend_by_somebody_else)
{
	uint8_t report[TDX_REPORT_LEN];

	EXPECT_EQ(REGISTER_SIZE, extend());
	ASSERT_TRUE(guest_arm("extend-foreign"));
	/* Nobody in this guest can have done that, so only a new report tells. */
	ASSERT_EQ(0, guest_report(report));
	EXPECT_TRUE(is_as_reported());
	EXPECT_EQ(self->foreign + 1, guest_foreign());
	EXPECT_EQ(REGISTER_SIZE, extend());
	EXPECT_RECORDS(2);
}

static void on_alarm(int sig)
{
}

static void set_alarm(int flags)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = flags };
	struct itimerval timer = { .it_value.tv_usec = PART_OF_IT_US };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* No signal ends what the hardware has begun ... */
TEST_F(tdx_rtmrs, a_signal_while_the_hardware_is_busy)
{
	ASSERT_TRUE(guest_arm("extend-busy=" A_WHILE));
	set_alarm(0);
	EXPECT_EQ(REGISTER_SIZE, extend());
	EXPECT_RECORDS(1);
}

/* ... and any signal the wait for another one, who has it. */
TEST_F(tdx_rtmrs, a_signal_while_others_wait_for_the_hardware)
{
	uint8_t buf[REGISTER_SIZE];
	pid_t holder, waiter;

	ASSERT_TRUE(guest_arm("extend-busy=" FOR_EVER));
	holder = start_extend();
	ASSERT_LE(0, holder);
	usleep(PART_OF_IT_US);
	set_alarm(0);
	EXPECT_EQ(-EINTR, extend());
	set_alarm(0);
	EXPECT_EQ(-EINTR, rtmrs_read("item", "digest", buf, sizeof(buf)));
	waiter = start_extend();
	ASSERT_LE(0, waiter);
	usleep(PART_OF_IT_US);
	ASSERT_EQ(0, kill(waiter, SIGKILL));
	EXPECT_EQ(SIGKILL, status_of(waiter));
	/* All of that before the first one gives up, which takes a second. */
	EXPECT_EQ(0, waitpid(holder, NULL, WNOHANG));
	EXPECT_EQ(1, WEXITSTATUS(status_of(holder)));
	ASSERT_TRUE(guest_disarm());
	EXPECT_RECORDS(0);
	EXPECT_EQ(REGISTER_SIZE, extend());
	EXPECT_RECORDS(1);
	EXPECT_EQ(self->foreign, guest_foreign());
}

/* Nobody sees anything of a wait that goes on. */
TEST_F(tdx_rtmrs, a_wait_for_others_that_is_restarted)
{
	uint8_t buf[REGISTER_SIZE];
	pid_t holder;

	ASSERT_TRUE(guest_arm("extend-busy=" A_WHILE));
	holder = start_extend();
	ASSERT_LE(0, holder);
	usleep(PART_OF_IT_US / 2);
	set_alarm(SA_RESTART);
	EXPECT_EQ(REGISTER_SIZE, extend());
	EXPECT_EQ(0, status_of(holder));
	EXPECT_RECORDS(2);

	ASSERT_TRUE(guest_arm("extend-busy=" A_WHILE));
	holder = start_extend();
	ASSERT_LE(0, holder);
	usleep(PART_OF_IT_US / 2);
	set_alarm(SA_RESTART);
	EXPECT_EQ(REGISTER_SIZE, rtmrs_read("item", "digest", buf, sizeof(buf)));
	EXPECT_EQ(0, status_of(holder));
	EXPECT_RECORDS(3);
}

/* The directory goes when the extend is done. */
TEST_F(tdx_rtmrs, removed_while_the_hardware_is_busy)
{
	pid_t child;

	ASSERT_TRUE(guest_arm("extend-busy=" A_WHILE));
	child = start_extend();
	ASSERT_LE(0, child);
	usleep(PART_OF_IT_US);
	EXPECT_EQ(0, waitpid(child, NULL, WNOHANG));
	ASSERT_EQ(0, rtmrs_remove("item"));
	EXPECT_RECORDS(1);
	EXPECT_EQ(0, status_of(child));
	EXPECT_EQ(0, rtmrs_claim("other", RTMR));
}

/* Who is killed as he waits for that has removed nothing. */
TEST_F(tdx_rtmrs, killed_while_removing)
{
	pid_t child, remover;

	ASSERT_TRUE(guest_arm("extend-busy=" A_WHILE));
	child = start_extend();
	ASSERT_LE(0, child);
	usleep(PART_OF_IT_US);
	remover = fork();
	ASSERT_LE(0, remover);
	if (!remover)
		_exit(rtmrs_remove("item") ? 1 : 0);
	usleep(PART_OF_IT_US);
	ASSERT_EQ(0, kill(remover, SIGKILL));
	EXPECT_EQ(SIGKILL, status_of(remover));
	EXPECT_EQ(0, status_of(child));
	EXPECT_EQ(REGISTER_SIZE, extend());
	EXPECT_EQ(-EBUSY, rtmrs_claim("thief", RTMR));
	EXPECT_RECORDS(2);
}

/* The provider goes when the extend is done, and its driver is called no more. */
TEST_F(tdx_rtmrs, unloaded_while_the_hardware_is_busy)
{
	pid_t child, waiter;

	/* A driver that is built in stays. */
	if (!lifetime_is_mortal("tdx"))
		return;
	ASSERT_TRUE(guest_arm("extend-busy=" A_WHILE));
	child = start_extend();
	ASSERT_LE(0, child);
	usleep(PART_OF_IT_US / 2);
	waiter = start_extend();
	ASSERT_LE(0, waiter);
	usleep(PART_OF_IT_US / 2);
	EXPECT_EQ(0, waitpid(child, NULL, WNOHANG));
	ASSERT_EQ(0, lifetime_end("tdx"));
	EXPECT_EQ(-ENXIO, extend());
	EXPECT_EQ(0, status_of(child));
	EXPECT_EQ(1, WEXITSTATUS(status_of(waiter)));
	ASSERT_EQ(0, lifetime_begin("tdx"));
	EXPECT_EQ(REGISTER_SIZE, extend());
	EXPECT_EQ(1, tsm_number("tdx/log/next_record"));
	EXPECT_TRUE(is_as_reported());
}

TEST_HARNESS_MAIN
