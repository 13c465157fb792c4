// SPDX-License-Identifier: GPL-2.0
/*
 * Writes that extend, and writes that must change nothing.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "tsm.h"

#define HEX96								\
	"00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"	\
	"0123456789abcdef0123456789abcdef"

FIXTURE(extend)
{
	long long records;
	long long size;
	long claims;
	char digest[256];
};

FIXTURE_VARIANT(extend)
{
	const char *provider;
	const char *reg;
};

FIXTURE_VARIANT_ADD(extend, single)
{
	.provider = "sample",
	.reg = "rtmr0",
};

FIXTURE_VARIANT_ADD(extend, agile)
{
	.provider = "sample",
	.reg = "rtmr2",
};

FIXTURE_VARIANT_ADD(extend, tpm)
{
	.provider = "tpm0",
	.reg = "pcr16",
};

FIXTURE_SETUP(extend)
{
	ASSERT_LT(0, tsm_read(self->digest, sizeof(self->digest), "%s/%s/digest",
			      variant->provider, variant->reg));
	self->records = tsm_number("%s/log/next_record", variant->provider);
	self->size = tsm_number("%s/log/size", variant->provider);
	ASSERT_LE(0, self->records);
	ASSERT_LE(0, tsm_replay_claims(variant->provider, &self->claims));
}

/* Each event is what was measured. */
FIXTURE_TEARDOWN(extend)
{
	long claims;

	EXPECT_LE(0, tsm_replay_claims(variant->provider, &claims));
	EXPECT_EQ(self->claims, claims);
}

#define EXPECT_UNCHANGED()						\
	do {								\
		char now[256];						\
									\
		tsm_read(now, sizeof(now), "%s/%s/digest",		\
			 variant->provider, variant->reg);		\
		EXPECT_STREQ(self->digest, now);			\
		EXPECT_EQ(self->records, tsm_number("%s/log/next_record", \
						    variant->provider));	\
		EXPECT_EQ(self->size, tsm_number("%s/log/size",		\
						 variant->provider));	\
	} while (0)

#define APPEND(data, len)						\
	tsm_write(data, len, "%s/%s/append_event", variant->provider,	\
		  variant->reg)

TEST_F(extend, event)
{
	char now[256];

	EXPECT_EQ(6, APPEND("event\n", 6));
	tsm_read(now, sizeof(now), "%s/%s/digest", variant->provider,
		 variant->reg);
	EXPECT_STRNE(self->digest, now);
	EXPECT_EQ(self->records + 1,
		  tsm_number("%s/log/next_record", variant->provider));
}

/* The event stands in the log as it was written, with its newline. */
TEST_F(extend, event_is_verbatim)
{
	static const char event[] = "{\"a\": \"b\0c\"}\xff\n";
	size_t size;
	char *log;

	ASSERT_EQ(sizeof(event), APPEND(event, sizeof(event)));
	log = tsm_slurp(&size, "%s/log/cel", variant->provider);
	ASSERT_NE(NULL, log);
	EXPECT_EQ(0, memcmp(log + size - sizeof(event), event, sizeof(event)));
	free(log);
}

TEST_F(extend, longest_event)
{
	char event[4095];

	memset(event, 'x', sizeof(event));
	EXPECT_EQ(sizeof(event), APPEND(event, sizeof(event)));
	EXPECT_EQ(self->records + 1,
		  tsm_number("%s/log/next_record", variant->provider));
}

TEST_F(extend, too_long_events)
{
	static const size_t sizes[] = { 4096, 4097, 8192, 10000, 1 << 20 };
	char *event = calloc(1, 1 << 20);

	ASSERT_NE(NULL, event);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		EXPECT_EQ(-E2BIG, APPEND(event, sizes[i]));
	free(event);
	EXPECT_UNCHANGED();
}

/* sysfs answers an empty write itself. */
TEST_F(extend, empty_write)
{
	EXPECT_EQ(0, APPEND("", 0));
	EXPECT_UNCHANGED();
}

TEST_F(extend, offsets)
{
	int fd = tsm_open(O_WRONLY, "%s/%s/append_event", variant->provider,
			  variant->reg);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, pwrite(fd, "event", 5, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, pwrite(fd, "event", 5, 4096));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_UNCHANGED();

	/* The second write() of an open file has an offset. */
	EXPECT_EQ(5, write(fd, "first", 5));
	EXPECT_EQ(-1, write(fd, "second", 6));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(6, pwrite(fd, "second", 6, 0));
	close(fd);
	EXPECT_EQ(self->records + 2,
		  tsm_number("%s/log/next_record", variant->provider));
}

TEST_F(extend, full_log)
{
	long long limit = tsm_number("%s/log/limit", variant->provider);
	long long ours;
	char text[32];

	ASSERT_LT(0, limit);
	/* What others are the cause of has a limit of its own. */
	ours = self->size - tsm_number("%s/log/others_size", variant->provider);
	snprintf(text, sizeof(text), "%lld\n", ours + 10);
	ASSERT_LT(0, tsm_write(text, strlen(text), "%s/log/limit",
			       variant->provider));
	EXPECT_EQ(-ENOSPC, APPEND("event", 5));
	EXPECT_UNCHANGED();

	/* No limit at all. */
	ASSERT_EQ(2, tsm_write("0\n", 2, "%s/log/limit", variant->provider));
	EXPECT_EQ(5, APPEND("event", 5));

	snprintf(text, sizeof(text), "%lld\n", limit);
	ASSERT_LT(0, tsm_write(text, strlen(text), "%s/log/limit",
			       variant->provider));
}

TEST_F(extend, bad_limits)
{
	static const char *const bad[] = { "-1", "x", "1x", "\n", " 5",
					   "99999999999999999999" };
	long long limit = tsm_number("%s/log/limit", variant->provider);

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT_GT(0, tsm_write(bad[i], strlen(bad[i]), "%s/log/limit",
				       variant->provider));
	EXPECT_EQ(limit, tsm_number("%s/log/limit", variant->provider));
}

TEST(digest_as_hex_and_raw)
{
	long long records = tsm_number("sample/log/next_record");
	char raw[48];

	memset(raw, '1', sizeof(raw));
	EXPECT_EQ(96, tsm_write(HEX96, 96, "sample/rtmr0/digest"));
	EXPECT_EQ(97, tsm_write(HEX96 "\n", 97, "sample/rtmr0/digest"));
	EXPECT_EQ(48, tsm_write(raw, 48, "sample/rtmr0/digest"));
	EXPECT_EQ(records + 3, tsm_replay("sample"));
}

TEST(bad_digests)
{
	static const struct {
		const char *data;
		size_t len;
	} bad[] = {
		{ HEX96, 1 },	      { HEX96, 47 },	    { HEX96, 49 },
		{ HEX96, 64 },	      { HEX96, 95 },	    { HEX96 "0", 97 },
		{ HEX96 "\n\n", 98 }, { "\n" HEX96, 97 },   { "0x" HEX96, 98 },
		{ HEX96 HEX96, 192 }, { HEX96 "\0", 97 },   { "\n", 1 },
	};
	long long records = tsm_number("sample/log/next_record");
	char before[256], after[256], hex[97] = HEX96;
	int fd;

	tsm_read(before, sizeof(before), "sample/rtmr0/digest");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		EXPECT_EQ(-EINVAL, tsm_write(bad[i].data, bad[i].len,
					     "sample/rtmr0/digest"));
	}
	hex[95] = 'g';
	EXPECT_EQ(-EINVAL, tsm_write(hex, 96, "sample/rtmr0/digest"));

	fd = tsm_open(O_RDWR, "sample/rtmr0/digest");
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, pwrite(fd, HEX96, 96, 1));
	EXPECT_EQ(EINVAL, errno);
	close(fd);

	tsm_read(after, sizeof(after), "sample/rtmr0/digest");
	EXPECT_STREQ(before, after);
	EXPECT_EQ(records, tsm_number("sample/log/next_record"));
}

TEST_HARNESS_MAIN
