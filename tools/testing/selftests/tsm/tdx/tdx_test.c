// SPDX-License-Identifier: GPL-2.0
/*
 * A TDX guest: three ways to extend an RTMR and one log, registers as the TDX
 * module has them, and a TDX module that is busy and fails.
 *
 * Faults, and what the static registers must be, are of the emulator in
 * tools/testing/tee-emu. Only the last two RTMRs are extended here.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../kselftest_harness.h"
#include "guest.h"
#include "lifetime.h"
#include "tsm.h"

#define MAINLINE "/sys/devices/virtual/misc/tdx_guest/measurements"
#define FOR_EVER "1000000"

static void to_hex(char *text, const uint8_t value[REGISTER_SIZE])
{
	for (int i = 0; i < REGISTER_SIZE; i++)
		sprintf(text + 2 * i, "%02x", value[i]);
	strcat(text, "\n");
}

static ssize_t mainline_read(const char *name, uint8_t value[REGISTER_SIZE])
{
	char path[256];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", MAINLINE, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, value, REGISTER_SIZE);
	len = len < 0 ? -errno : len;
	close(fd);

	return len;
}

/* 0 or -errno */
static int mainline_extend(size_t len)
{
	uint8_t digest[REGISTER_SIZE];
	int fd = open(MAINLINE "/rtmr2:sha384", O_WRONLY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return -errno;
	memset(digest, 0x5a, sizeof(digest));
	if (write(fd, digest, len) != (ssize_t)len)
		rc = -errno;
	close(fd);

	return rc;
}

static ssize_t append(void)
{
	return tsm_write("event", 5, "tdx/rtmr3/append_event");
}

/*
 * Do mainline's file, our file and a fresh report show the same RTMR? In this
 * order: a report also brings the others up to date.
 */
static bool files_are_as_reported(int rtmr)
{
	uint8_t report[TDX_REPORT_LEN], theirs[REGISTER_SIZE];
	char ours[256], expected[2 * REGISTER_SIZE + 2], name[32];

	snprintf(name, sizeof(name), "rtmr%d:sha384", rtmr);
	if (mainline_read(name, theirs) != REGISTER_SIZE)
		return false;
	tsm_read(ours, sizeof(ours), "tdx/rtmr%d/digest", rtmr);
	if (guest_report(report))
		return false;

	to_hex(expected, report + TDREPORT_RTMR(rtmr));

	return !strcmp(expected, ours) &&
	       !memcmp(theirs, report + TDREPORT_RTMR(rtmr), REGISTER_SIZE);
}

FIXTURE(tdx)
{
	long long records;
	int foreign;
	int complaints;
};

FIXTURE_SETUP(tdx)
{
	if (access(TSM_ROOT "/tdx", F_OK) || access("/dev/tdx_guest", F_OK))
		SKIP(return, "no TDX guest with tdx_guest loaded");

	ASSERT_TRUE(guest_disarm());
	self->records = tsm_number("tdx/log/next_record");
	ASSERT_LE(0, self->records);
	self->foreign = guest_foreign();
	self->complaints = guest_complaints();
	ASSERT_LE(0, self->complaints);
}

FIXTURE_TEARDOWN(tdx)
{
	EXPECT_TRUE(guest_disarm());
	EXPECT_LE(0, tsm_replay("tdx"));
	EXPECT_EQ(self->complaints, guest_complaints());
}

#define EXPECT_RECORDS(n) \
	EXPECT_EQ(self->records + (n), tsm_number("tdx/log/next_record"))

TEST_F(tdx, static_registers)
{
	static const struct {
		const char *name;
		size_t offset;
	} blobs[] = {
		{ "mrconfigid", TDREPORT_MRCONFIGID },
		{ "mrowner", TDREPORT_MROWNER },
		{ "mrownerconfig", TDREPORT_MROWNERCONFIG },
	};
	uint8_t report[TDX_REPORT_LEN], told[REGISTER_SIZE],
		theirs[REGISTER_SIZE];
	char ours[256], expected[2 * REGISTER_SIZE + 2];

	ASSERT_EQ(0, guest_report(report));
	for (size_t i = 0; i < sizeof(blobs) / sizeof(*blobs); i++) {
		guest_told_value(blobs[i].name, told);
		EXPECT_EQ(REGISTER_SIZE, tsm_read(ours, sizeof(ours), "tdx/%s",
						  blobs[i].name));
		EXPECT_EQ(0, memcmp(told, ours, REGISTER_SIZE));
		EXPECT_EQ(0, memcmp(told, report + blobs[i].offset,
				    REGISTER_SIZE));
		EXPECT_EQ(REGISTER_SIZE, mainline_read(blobs[i].name, theirs));
		EXPECT_EQ(0, memcmp(told, theirs, REGISTER_SIZE));
	}

	guest_told_value("mrtd", told);
	to_hex(expected, told);
	tsm_read(ours, sizeof(ours), "tdx/mrtd/digest");
	EXPECT_STREQ(expected, ours);
	EXPECT_EQ(0, memcmp(told, report + TDREPORT_MRTD, REGISTER_SIZE));
	EXPECT_EQ(-EACCES, tsm_open(O_WRONLY, "tdx/mrtd/digest"));
}

/* Nobody extends the first two RTMRs here, so they are as firmware left them. */
TEST_F(tdx, values_of_firmware)
{
	for (int i = 0; i < 2; i++) {
		char name[8], ours[256], expected[2 * REGISTER_SIZE + 2];
		char line[256];
		uint8_t told[REGISTER_SIZE];
		size_t size;
		char *text;

		snprintf(name, sizeof(name), "rtmr%d", i);
		guest_told_value(name, told);
		to_hex(expected, told);
		tsm_read(ours, sizeof(ours), "tdx/%s/digest", name);
		EXPECT_STREQ(expected, ours);

		/* Of the reason "register", or "trim" if somebody has trimmed. */
		snprintf(line, sizeof(line), " %s sha384:%s", name, expected);
		text = tsm_slurp(&size, "tdx/log/checkpoints");
		ASSERT_NE(NULL, text);
		EXPECT_NE(NULL, strstr(text, line));
		free(text);
	}
}

TEST_F(tdx, loads_by_itself)
{
	/* It is there without that where it is built in. */
	if (!lifetime_is_mortal("tdx"))
		return;
	EXPECT_TRUE(guest_loads("tdx_guest"));
}

/* A digest, an event, and mainline's file: three records, one replay. */
TEST_F(tdx, three_ways_to_extend)
{
	/* As echo writes it, with a newline. */
	char hex[2 * REGISTER_SIZE + 1];

	memset(hex, 'a', sizeof(hex) - 1);
	hex[sizeof(hex) - 1] = '\n';
	EXPECT_EQ(sizeof(hex), tsm_write(hex, sizeof(hex), "tdx/rtmr2/digest"));
	EXPECT_RECORDS(1);
	EXPECT_TRUE(files_are_as_reported(2));
	EXPECT_EQ(5, tsm_write("event", 5, "tdx/rtmr2/append_event"));
	EXPECT_RECORDS(2);
	EXPECT_TRUE(files_are_as_reported(2));
	EXPECT_EQ(0, mainline_extend(REGISTER_SIZE));
	EXPECT_RECORDS(3);
	EXPECT_TRUE(files_are_as_reported(2));
	EXPECT_EQ(self->records + 3, tsm_replay("tdx"));
	EXPECT_EQ(self->foreign, guest_foreign());
}

TEST_F(tdx, short_writes_to_mainlines_file)
{
	EXPECT_EQ(-EINVAL, mainline_extend(REGISTER_SIZE - 1));
	EXPECT_EQ(-EINVAL, mainline_extend(1));
	EXPECT_RECORDS(0);
}

/*
 * A full log refuses what is to be in it. Mainline's file never promised a record,
 * and must not fail for want of one.
 */
TEST_F(tdx, full_log)
{
	char limit[32];
	int len = snprintf(limit, sizeof(limit), "%lld\n",
			   tsm_number("tdx/log/limit"));

	ASSERT_EQ(2, tsm_write("1\n", 2, "tdx/log/limit"));
	EXPECT_EQ(-ENOSPC, append());
	EXPECT_EQ(0, mainline_extend(REGISTER_SIZE));
	EXPECT_EQ(len, tsm_write(limit, len, "tdx/log/limit"));
	EXPECT_RECORDS(0);
	EXPECT_EQ(self->foreign + 1, guest_foreign());
	EXPECT_TRUE(files_are_as_reported(2));
}

#define EXTENDS 300

/* Run extends of both kinds in a process of its own. */
static pid_t start_extending(void)
{
	pid_t child = fork();

	if (child)
		return child;

	for (int i = 0; i < EXTENDS / 2; i++) {
		if (append() != 5 || mainline_extend(REGISTER_SIZE))
			_exit(1);
	}
	_exit(0);
}

TEST_F(tdx, reports_while_extending)
{
	uint8_t report[TDX_REPORT_LEN];
	pid_t child = start_extending();
	int status, reports = 0;

	do {
		EXPECT_EQ(0, guest_report(report));
		reports++;
	} while (!waitpid(child, &status, WNOHANG));
	EXPECT_EQ(0, status);
	EXPECT_LT(10, reports);
	EXPECT_RECORDS(EXTENDS);
	EXPECT_EQ(self->foreign, guest_foreign());
}

TEST_F(tdx, quotes_while_extending)
{
	static uint8_t quote[1 << 17];
	pid_t child = start_extending();
	int status, quotes = 0;

	do {
		EXPECT_LT(0, guest_quote(quote, sizeof(quote)));
		quotes++;
	} while (!waitpid(child, &status, WNOHANG));
	EXPECT_EQ(0, status);
	EXPECT_LT(5, quotes);
	EXPECT_RECORDS(EXTENDS);
}

/* Until somebody extends an RTMR, one report serves all readers of all files. */
TEST_F(tdx, one_report_for_all)
{
	uint8_t theirs[REGISTER_SIZE];
	char ours[256];

	EXPECT_EQ(5, append());
	EXPECT_LT(0, tsm_read(ours, sizeof(ours), "tdx/rtmr3/digest"));
	ASSERT_TRUE(guest_arm("report-invalid"));
	EXPECT_LT(0, tsm_read(ours, sizeof(ours), "tdx/rtmr2/digest"));
	EXPECT_EQ(REGISTER_SIZE, mainline_read("rtmr2:sha384", theirs));
	EXPECT_LT(0, tsm_read(ours, sizeof(ours), "tdx/rtmr3/digest"));
	EXPECT_EQ(REGISTER_SIZE, mainline_read("rtmr3:sha384", theirs));
	/* After an extend it does not serve any more. */
	EXPECT_EQ(5, append());
	EXPECT_EQ(-ENXIO, mainline_read("rtmr3:sha384", theirs));
	EXPECT_TRUE(files_are_as_reported(3));
}

TEST_F(tdx, busy_for_a_while)
{
	char digest[256];

	ASSERT_TRUE(guest_arm("extend-busy=5"));
	EXPECT_EQ(5, append());
	EXPECT_RECORDS(1);

	ASSERT_TRUE(guest_arm("extend-busy=5"));
	EXPECT_EQ(0, mainline_extend(REGISTER_SIZE));
	EXPECT_RECORDS(2);

	ASSERT_TRUE(guest_arm("report-busy=5"));
	EXPECT_LT(0, tsm_read(digest, sizeof(digest), "tdx/rtmr3/digest"));
	EXPECT_TRUE(files_are_as_reported(2));
	EXPECT_TRUE(files_are_as_reported(3));
}

TEST_F(tdx, busy_for_ever)
{
	char digest[256];
	double start = guest_seconds();

	ASSERT_TRUE(guest_arm("extend-busy=" FOR_EVER));
	EXPECT_EQ(-EBUSY, append());
	EXPECT_LT(0.9, guest_seconds() - start);
	EXPECT_EQ(-EBUSY, mainline_extend(REGISTER_SIZE));
	EXPECT_RECORDS(0);

	ASSERT_TRUE(guest_disarm());
	EXPECT_EQ(5, append());
	ASSERT_TRUE(guest_arm("report-busy=" FOR_EVER));
	EXPECT_EQ(-EBUSY, tsm_read(digest, sizeof(digest), "tdx/rtmr3/digest"));

	ASSERT_TRUE(guest_disarm());
	EXPECT_EQ(5, append());
	EXPECT_RECORDS(2);
}

static void on_alarm(int sig)
{
}

/* No signal ends what has begun. */
TEST_F(tdx, busy_and_a_signal)
{
	/* Without SA_RESTART. */
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = { .it_value.tv_usec = 100000 };

	ASSERT_EQ(0, sigaction(SIGALRM, &action, NULL));
	ASSERT_TRUE(guest_arm("extend-busy=20"));
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &timer, NULL));
	EXPECT_EQ(5, append());

	ASSERT_TRUE(guest_arm("extend-busy=20"));
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &timer, NULL));
	EXPECT_EQ(0, mainline_extend(REGISTER_SIZE));
	EXPECT_RECORDS(2);
	EXPECT_EQ(self->foreign, guest_foreign());
}

TEST_F(tdx, invalid_operand)
{
	char digest[256];

	ASSERT_TRUE(guest_arm("extend-invalid"));
	EXPECT_EQ(-ENXIO, append());
	ASSERT_TRUE(guest_arm("extend-invalid"));
	EXPECT_EQ(-ENXIO, mainline_extend(REGISTER_SIZE));
	EXPECT_RECORDS(0);
	EXPECT_EQ(5, append());
	ASSERT_TRUE(guest_arm("report-invalid"));
	EXPECT_EQ(-ENXIO, tsm_read(digest, sizeof(digest), "tdx/rtmr3/digest"));
	EXPECT_EQ(self->foreign, guest_foreign());
	EXPECT_TRUE(files_are_as_reported(3));
}

/* It fails and has extended all the same: that is found out. */
TEST_F(tdx, failure_after_the_effect)
{
	ASSERT_TRUE(guest_arm("extend-unclear"));
	EXPECT_EQ(5, append());
	ASSERT_TRUE(guest_arm("extend-unclear"));
	EXPECT_EQ(0, mainline_extend(REGISTER_SIZE));
	EXPECT_RECORDS(2);
	EXPECT_EQ(self->foreign, guest_foreign());
	EXPECT_TRUE(files_are_as_reported(2));
	EXPECT_TRUE(files_are_as_reported(3));
}

/* Nor can the register be read then. The next look at the log finds it out. */
TEST_F(tdx, failure_that_stays_unclear)
{
	ASSERT_TRUE(guest_arm("extend-unclear,report-invalid"));
	EXPECT_EQ(-EIO, append());
	EXPECT_RECORDS(1);
	EXPECT_TRUE(files_are_as_reported(3));
	EXPECT_EQ(5, append());
	EXPECT_RECORDS(2);
	EXPECT_EQ(self->foreign, guest_foreign());
}

/* What the emulator's extend-foreign makes of RTMR3. */
static void foreign_value(char *text, const uint8_t *report)
{
	uint8_t both[2 * REGISTER_SIZE] = {}, value[REGISTER_SIZE];

	memcpy(both, report + TDREPORT_RTMR(3), REGISTER_SIZE);
	EVP_Digest(both, sizeof(both), value, NULL, EVP_sha384(), NULL);
	to_hex(text, value);
}

/* Somebody else extends an RTMR. Who reads it sees that, and so does the log. */
TEST_F(tdx, extend_by_somebody_else)
{
	char expected[2 * REGISTER_SIZE + 2], line[512], ours[256];
	uint8_t report[TDX_REPORT_LEN];
	size_t size;
	char *text;

	EXPECT_EQ(5, append());
	ASSERT_EQ(0, guest_report(report));
	foreign_value(expected, report);
	ASSERT_TRUE(guest_arm("extend-foreign"));
	/* Nobody in this guest can have done that, so only a new report tells. */
	ASSERT_EQ(0, guest_report(report));
	tsm_read(ours, sizeof(ours), "tdx/rtmr3/digest");
	EXPECT_STREQ(expected, ours);

	/* A line for that register alone, before the next record. */
	EXPECT_EQ(self->foreign + 1, guest_foreign());
	snprintf(line, sizeof(line), "%lld foreign rtmr3 sha384:%s",
		 self->records + 1, expected);
	text = tsm_slurp(&size, "tdx/log/checkpoints");
	ASSERT_NE(NULL, text);
	EXPECT_NE(NULL, strstr(text, line));
	free(text);

	EXPECT_EQ(5, append());
	EXPECT_RECORDS(2);
	EXPECT_EQ(self->records + 2, tsm_replay("tdx"));
	EXPECT_EQ(self->foreign + 1, guest_foreign());
}

/* It is found as well when it happened between two extends of ours. */
TEST_F(tdx, extend_by_somebody_else_between_ours)
{
	uint8_t report[TDX_REPORT_LEN];

	EXPECT_EQ(5, append());
	ASSERT_TRUE(guest_arm("extend-foreign"));
	/* Not through this interface: nobody here has seen it. */
	ASSERT_EQ(0, guest_report(report));
	EXPECT_EQ(self->foreign, guest_foreign());
	EXPECT_EQ(5, append());
	EXPECT_RECORDS(2);
	EXPECT_TRUE(files_are_as_reported(3));
	EXPECT_EQ(self->foreign + 1, guest_foreign());
	EXPECT_EQ(self->records + 2, tsm_replay("tdx"));
}

TEST_HARNESS_MAIN
