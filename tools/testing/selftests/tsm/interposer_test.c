// SPDX-License-Identifier: GPL-2.0
/*
 * Somebody between the kernel and a TPM who drops an extend and forges answers. With
 * CONFIG_TCG_TPM2_HMAC the kernel notices, and then must not believe the next answer
 * without an HMAC: no record, the register is unsure, and it is so until an answer
 * is the TPM's own.
 */

#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "interposer.h"
#include "tsm.h"

#define EVENT		"an event"
#define NR_LOOKS	5

FIXTURE(interposer)
{
	struct interposer interposer;
	char provider[16];
};

static bool wait_for(const char *path)
{
	for (int ms = 0; ms < TSM_LONG_ENOUGH_MS; ms += 100) {
		if (!access(path, F_OK))
			return true;
		usleep(100 * 1000);
	}

	return false;
}

FIXTURE_SETUP(interposer)
{
	char path[64];

	ASSERT_EQ(0, system("modprobe tpm_vtpm_proxy"));
	ASSERT_EQ(0, interposer_start(&self->interposer));
	snprintf(self->provider, sizeof(self->provider), "tpm%u",
		 self->interposer.number);
	snprintf(path, sizeof(path), "%s/%s", TSM_ROOT, self->provider);
	ASSERT_TRUE(wait_for(path));
	/* What only a kernel with sessions has. */
	snprintf(path, sizeof(path), "/sys/class/tpm/%s/null_name",
		 self->provider);
	ASSERT_EQ(0, access(path, F_OK));
}

FIXTURE_TEARDOWN(interposer)
{
	EXPECT_FALSE(self->interposer.failed);
	interposer_stop(&self->interposer);
}

static ssize_t append(const char *provider)
{
	return tsm_write(EVENT, strlen(EVENT), "%s/pcr%d/append_event", provider,
			 INTERPOSER_PCR);
}

/* To read them is to look. */
static long count_records(const char *provider)
{
	size_t size;
	char *text = tsm_log_slurp(&size, provider, "next_record");
	long count = text ? atol(text) : -1;

	free(text);

	return count;
}

/* The reason of the PCR's last line in checkpoints. */
static const char *last_reason(const char *provider)
{
	static char last[32];
	char *text, *line, *state;
	size_t size;

	last[0] = '\0';
	text = tsm_log_slurp(&size, provider, "checkpoints");
	if (!text)
		return last;
	for (line = strtok_r(text, "\n", &state); line;
	     line = strtok_r(NULL, "\n", &state)) {
		char reason[32], reg[32];

		if (sscanf(line, "%*s %31s %31s", reason, reg) == 2 &&
		    !strcmp(reg, "pcr16"))
			strcpy(last, reason);
	}
	free(text);

	return last;
}

TEST_F(interposer, honest)
{
	const char *provider = self->provider;

	EXPECT_EQ((ssize_t)strlen(EVENT), append(provider));
	EXPECT_EQ(1, count_records(provider));
	EXPECT_EQ(1, self->interposer.nr_extends);
	EXPECT_EQ(1, tsm_replay(provider));
}

/*
 * The extend is lost, and whoever looks then sees what he would see if it were not:
 * that has no HMAC.
 */
TEST_F(interposer, dropped_and_forged)
{
	struct interposer *interposer = &self->interposer;
	const char *provider = self->provider;

	ASSERT_EQ((ssize_t)strlen(EVENT), append(provider));
	interposer->mode = INTERPOSER_DROP;
	interposer->forge_reads = true;
	EXPECT_GT(0, append(provider));
	EXPECT_EQ(2, interposer->nr_extends);
	for (int i = 0; i < NR_LOOKS; i++) {
		EXPECT_EQ(1, count_records(provider));
		EXPECT_STREQ("unsure", last_reason(provider));
	}
	/* It was asked, and did forge. */
	EXPECT_LT(0, interposer->nr_reads);

	/* What cannot be told is not extended any further. */
	EXPECT_GT(0, append(provider));
	EXPECT_EQ(2, interposer->nr_extends);

	interposer->mode = INTERPOSER_HONEST;
	interposer->forge_reads = false;
	EXPECT_EQ(1, count_records(provider));
	EXPECT_STREQ("settled", last_reason(provider));
	EXPECT_EQ((ssize_t)strlen(EVENT), append(provider));
	EXPECT_EQ(2, tsm_replay(provider));
}

/*
 * The TPM did it, and who says so is not the TPM. The writer is not told that all is
 * well, but the record is there when the TPM itself has been asked.
 */
TEST_F(interposer, answer_replaced)
{
	const char *provider = self->provider;

	self->interposer.mode = INTERPOSER_REPLACE;
	EXPECT_GT(0, append(provider));
	self->interposer.mode = INTERPOSER_HONEST;
	EXPECT_EQ(1, count_records(provider));
	EXPECT_STREQ("settled", last_reason(provider));
	EXPECT_EQ(1, tsm_replay(provider));
}

/* A refusal has no HMAC either. That it is a lie is found at once. */
TEST_F(interposer, refusal_forged)
{
	const char *provider = self->provider;

	self->interposer.mode = INTERPOSER_REFUSE;
	append(provider);
	self->interposer.mode = INTERPOSER_HONEST;
	EXPECT_EQ(1, count_records(provider));
	EXPECT_EQ(1, tsm_replay(provider));
	EXPECT_STRNE("foreign", last_reason(provider));
}

TEST_HARNESS_MAIN
