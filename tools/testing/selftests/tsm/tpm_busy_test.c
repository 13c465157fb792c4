// SPDX-License-Identifier: GPL-2.0
/*
 * Members of the TPM's group who extend PCRs in a loop, one that we extend too and
 * others. They cost who uses the others nothing but time, and the kernel a bounded
 * amount of memory.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "tsm.h"

#define NR_HOGS		3
#define GROUP		59
#define NOBODY		65534
#define NR_EVENTS	50
#define NR_READS	100

/* One that we extend too, and one that GRUB has. */
static const uint8_t hog_pcrs[NR_HOGS] = { 16, 8, 8 };

FIXTURE(busy)
{
	/* Where the driver is, and what it calls the chip. */
	char driver[PATH_MAX];
	char chip[64];
	pid_t hogs[NR_HOGS];
	/* How many extends each of them has made. */
	atomic_long *extends;
};

/* The only match of a pattern. */
static bool find(char path[PATH_MAX], const char *pattern)
{
	glob_t found;
	bool ok;

	ok = !glob(pattern, 0, NULL, &found) && found.gl_pathc == 1;
	if (ok)
		snprintf(path, PATH_MAX, "%s", found.gl_pathv[0]);
	globfree(&found);

	return ok;
}

static bool find_provider(char name[64])
{
	char path[PATH_MAX];

	if (!find(path, TSM_ROOT "/tpm*"))
		return false;
	snprintf(name, 64, "%s", basename(path));

	return true;
}

/* By the name that the chip has now, once the group may. */
static int open_tpm(void)
{
	char path[PATH_MAX];
	int fd;

	while (!find(path, "/dev/tpmrm*") ||
	       (fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
		usleep(1000);

	return fd;
}

/* TPM2_PCR_Extend with a sha256 digest, as tpm2_pcrextend sends it. */
static bool extend(int fd, uint8_t pcr)
{
	uint8_t command[65] = {
		0x80, 0x02, 0, 0, 0, sizeof(command), 0, 0, 0x01, 0x82,
		0, 0, 0, pcr, 0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, 0, 0, 0,
		0, 0, 0, 1, 0, 0x0b, 0x55,
	};
	uint8_t answer[256];

	return write(fd, command, sizeof(command)) == sizeof(command) &&
	       read(fd, answer, sizeof(answer)) >= 10 && !answer[9];
}

static void hog(uint8_t pcr, atomic_long *extends)
{
	gid_t group = GROUP;
	int fd;

	if (setgroups(1, &group) || setgid(NOBODY) || setuid(NOBODY))
		_exit(1);
	for (;;) {
		fd = open_tpm();
		while (extend(fd, pcr))
			(*extends)++;
		close(fd);
	}
}

static bool allow_group(void)
{
	char path[PATH_MAX];

	return find(path, "/dev/tpmrm*") && !chown(path, 0, GROUP) &&
	       !chmod(path, 0660);
}

FIXTURE_SETUP(busy)
{
	char path[PATH_MAX];

	ASSERT_TRUE(find(path, "/sys/class/tpm/tpm*"));
	strcat(path, "/device");
	ASSERT_NE(NULL, realpath(path, self->driver));
	snprintf(self->chip, sizeof(self->chip), "%s", basename(self->driver));
	strcat(path, "/driver");
	ASSERT_NE(NULL, realpath(path, self->driver));
	ASSERT_TRUE(allow_group());

	self->extends = mmap(NULL, NR_HOGS * sizeof(*self->extends),
			     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			     -1, 0);
	ASSERT_NE(MAP_FAILED, self->extends);
	for (int i = 0; i < NR_HOGS; i++) {
		self->hogs[i] = fork();
		ASSERT_LE(0, self->hogs[i]);
		if (!self->hogs[i])
			hog(hog_pcrs[i], &self->extends[i]);
	}
}

static void stop_hogs(pid_t hogs[NR_HOGS])
{
	for (int i = 0; i < NR_HOGS; i++) {
		if (hogs[i] > 0) {
			kill(hogs[i], SIGKILL);
			waitpid(hogs[i], NULL, 0);
		}
		hogs[i] = 0;
	}
}

FIXTURE_TEARDOWN(busy)
{
	stop_hogs(self->hogs);
}

/* All of them are at it. */
static bool hogs_extend(const atomic_long *extends)
{
	long before[NR_HOGS];

	for (int i = 0; i < NR_HOGS; i++)
		before[i] = extends[i];
	for (int i = 0; i < NR_HOGS; i++) {
		for (int tries = 0; extends[i] < before[i] + 5; tries++) {
			if (tries == 1000)
				return false;
			usleep(10 * 1000);
		}
	}

	return true;
}

static bool tell_driver(const char *driver, const char *file, const char *chip)
{
	char path[PATH_MAX + 16];
	bool ok;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", driver, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ok = write(fd, chip, strlen(chip)) == (ssize_t)strlen(chip);
	close(fd);

	return ok;
}

static long count_extends(const atomic_long *extends)
{
	long count = 0;

	for (int i = 0; i < NR_HOGS; i++)
		count += extends[i];

	return count;
}

static int count_appended(const char *provider, const char *reg, int events)
{
	int taken = 0;

	for (int i = 0; i < events; i++)
		taken += tsm_write("event", 5, "%s/%s/append_event", provider,
				   reg) == 5;

	return taken;
}

static bool has_register(const char *provider, int pcr)
{
	char path[128];

	snprintf(path, sizeof(path), TSM_ROOT "/%s/pcr%d", provider, pcr);

	return !access(path, F_OK);
}

static int count_lines(const char *text)
{
	int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';

	return lines;
}

TEST_F(busy, others_go_on)
{
	char provider[64], digest[256], *checkpoints;
	long before, records, extends;
	size_t size;

	ASSERT_TRUE(find_provider(provider));
	ASSERT_TRUE(hogs_extend(self->extends));

	/* It goes away when they have had their turn a few times. */
	before = count_extends(self->extends);
	ASSERT_TRUE(tell_driver(self->driver, "unbind", self->chip));
	extends = count_extends(self->extends) - before;
	TH_LOG("unbound after %ld extends", extends);
	EXPECT_GT(NR_HOGS * 100, extends);
	EXPECT_FALSE(find_provider(provider));

	/* And comes up as it always does. */
	ASSERT_TRUE(tell_driver(self->driver, "bind", self->chip));
	ASSERT_TRUE(allow_group());
	ASSERT_TRUE(find_provider(provider));
	ASSERT_TRUE(hogs_extend(self->extends));

	/* Whatever the others do, each event is taken and each register read. */
	EXPECT_EQ(NR_EVENTS, count_appended(provider, "pcr23", NR_EVENTS));
	EXPECT_EQ(10, count_appended(provider, "pcr16", 10));
	for (int pcr = 0; pcr < 24; pcr++) {
		/* Some PCR may be in no bank. */
		if (has_register(provider, pcr))
			EXPECT_LT(0, tsm_read(digest, sizeof(digest),
					      "%s/pcr%d/digest", provider, pcr));
	}

	/* However often they are read, the registers have what the log says. */
	for (int i = 0; i < NR_READS; i++) {
		EXPECT_LT(0, tsm_read(digest, sizeof(digest), "%s/pcr16/digest",
				      provider));
		EXPECT_LT(0, tsm_read(digest, sizeof(digest), "%s/pcr8/digest",
				      provider));
	}
	records = NR_EVENTS + 10;
	checkpoints = tsm_log_slurp(&size, provider, "checkpoints");
	ASSERT_NE(NULL, checkpoints);
	EXPECT_EQ(NULL, strstr(checkpoints, " foreign "));
	/* The opening, and a line at each record. */
	TH_LOG("%d lines of checkpoints", count_lines(checkpoints));
	EXPECT_GE(24 + records + 1, count_lines(checkpoints));
	free(checkpoints);
	EXPECT_TRUE(hogs_extend(self->extends));

	stop_hogs(self->hogs);
	EXPECT_LT(0, tsm_read(digest, sizeof(digest), "%s/pcr16/digest",
			      provider));
	/* What they extended by has records as well. */
	EXPECT_LT(records, tsm_replay(provider));
}

TEST_HARNESS_MAIN
