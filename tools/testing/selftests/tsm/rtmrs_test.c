// SPDX-License-Identifier: GPL-2.0
/*
 * RTMRs in configfs: what their users do, call by call; each errno; and what
 * happens to items at once, under signals, and when their provider goes.
 *
 * In a TDX guest the registers are the TD's, of which the last two are extended
 * here; elsewhere they are the sample's.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "lifetime.h"
#include "replay.h"
#include "rtmrs.h"
#include "tsm.h"

#define NR_THREADS	4
#define NR_EXTENDS	100
#define ROUNDS		20
/* In a kernel that is too slow for any of them to have got anywhere. */
#define MOST_ROUNDS	1000
#define MAX_DIGEST	64

/* A register, and what the file tcg_map says of it. */
struct reg {
	unsigned int index;
	size_t size;
	const char *tcg_map;
};

static const struct reg tdx_regs[] = { { 3, 48, "\n" }, { 2, 48, "8-15\n" } };
static const struct reg sample_regs[] = { { 0, 48, "1,7\n" }, { 1, 32, "2-6\n" } };

FIXTURE(rtmrs)
{
	const char *provider;
	const struct reg *regs;
	/* The first index that is too great. */
	unsigned int nr_regs;
	long long records;
};

#define CHOOSE(tdx)							\
	do {								\
		self->provider = (tdx) ? "tdx" : "sample";		\
		self->regs = (tdx) ? tdx_regs : sample_regs;		\
		self->nr_regs = (tdx) ? 4 : 3;				\
	} while (0)

/* A provider that can go. */
#define CHOOSE_MORTAL()							\
	do {								\
		if (!lifetime_is_mortal(self->provider)) {		\
			CHOOSE(false);					\
			ASSERT_EQ(0, lifetime_begin(self->provider));	\
			ASSERT_EQ(0, rtmrs_load(self->provider));	\
		}							\
	} while (0)

FIXTURE_SETUP(rtmrs)
{
	bool tdx = !access(TSM_ROOT "/tdx", F_OK);

	CHOOSE(tdx);
	ASSERT_EQ(0, lifetime_begin(self->provider));
	if (rtmrs_load(self->provider) == -ENOENT)
		SKIP(return, "no module " RTMRS_MODULE);
	ASSERT_EQ(0, access(RTMRS_ROOT, F_OK));
	self->records = tsm_number("%s/log/next_record", self->provider);
	ASSERT_LE(0, self->records);
}

FIXTURE_TEARDOWN(rtmrs)
{
	EXPECT_LE(0, tsm_replay(self->provider));
	EXPECT_EQ(0, rtmrs_unload());
}

#define EXPECT_RECORDS(n)						\
	EXPECT_EQ(self->records + (n),					\
		  tsm_number("%s/log/next_record", self->provider))

static const char *hash_name(size_t size)
{
	return size == 32 ? "SHA256" : "SHA384";
}

/* What extending @value by @digest gives. */
static void extend(uint8_t *value, const uint8_t *digest, size_t size)
{
	uint8_t both[2 * MAX_DIGEST];

	memcpy(both, value, size);
	memcpy(both + size, digest, size);
	EVP_Digest(both, 2 * size, value, NULL,
		   EVP_get_digestbyname(hash_name(size)), NULL);
}

/* What the register's file in sysfs has, as raw bytes; their number. */
static size_t sysfs_value(const char *provider, unsigned int index,
			  uint8_t *value)
{
	char text[2 * MAX_DIGEST + 2];
	size_t size = 0;

	tsm_read(text, sizeof(text), "%s/rtmr%u/digest", provider, index);
	while (sscanf(text + 2 * size, "%2hhx", &value[size]) == 1)
		size++;

	return size;
}

/* The last record, if its number is @number. */
struct wanted {
	uint64_t number;
	bool found;
	bool bare;
	char reg[16];
	uint8_t digest[MAX_DIGEST];
	size_t size;
};

static bool look(void *arg, const struct replay_record *record)
{
	struct wanted *wanted = arg;

	if (record->number != wanted->number)
		return true;
	wanted->found = true;
	wanted->bare = record->bare;
	snprintf(wanted->reg, sizeof(wanted->reg), "%s", record->reg);
	memcpy(wanted->digest, record->digest, wanted->size);

	return true;
}

static bool find_record(const char *provider, struct wanted *wanted)
{
	struct replay replay = { .look = look, .arg = wanted };
	char *log, *text;
	size_t size;

	log = tsm_log_slurp(&size, provider, "cel");
	text = tsm_log_slurp(&(size_t){ 0 }, provider, "checkpoints");
	if (log && text)
		replay_last_piece(&replay, log, size, text);
	replay_free(&replay);
	free(log);
	free(text);

	return wanted->found;
}

/* Is the record @number nothing but this extend by @digest? */
static bool is_recorded(const char *provider, uint64_t number,
			const struct reg *reg, const uint8_t *digest)
{
	struct wanted wanted = { .number = number, .size = reg->size };
	char name[16];

	snprintf(name, sizeof(name), "rtmr%u", reg->index);

	return find_record(provider, &wanted) && wanted.bare &&
	       !strcmp(wanted.reg, name) &&
	       !memcmp(wanted.digest, digest, reg->size);
}

/*
 * The client that people have is written in Go. These are the system calls that
 * its library makes, in their order.
 */

/* Whatever is opened, the runtime asks whether it can be waited for. */
static int client_open(const char *path, int flags)
{
	static int epoll = -1;
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	int fd = openat(AT_FDCWD, path, flags | O_CLOEXEC, 0220);

	if (epoll < 0)
		epoll = epoll_create1(EPOLL_CLOEXEC);
	if (fd >= 0 && (!epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ||
			errno != EPERM)) {
		close(fd);
		errno = EPROTO;
		return -1;
	}

	return fd;
}

static ssize_t client_read_file(const char *path, uint8_t *buf, size_t size)
{
	int fd = client_open(path, O_RDONLY);
	ssize_t len, total = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st)) {
		close(fd);
		return -errno;
	}
	while ((len = read(fd, buf + total, size - total)) > 0)
		total += len;
	len = len < 0 ? -errno : total;
	close(fd);

	return len;
}

static int client_write_file(const char *path, const void *data, size_t len)
{
	int fd = client_open(path, O_WRONLY | O_CREAT | O_TRUNC);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, data, len) != (ssize_t)len)
		rc = -errno;
	if (close(fd) && !rc)
		rc = -errno;

	return rc;
}

/* Does the item at @path have the register @index? */
static bool client_fits(const char *path, unsigned int index)
{
	char name[PATH_MAX + 16];
	uint8_t text[512];
	ssize_t len;

	snprintf(name, sizeof(name), "%s/index", path);
	len = client_read_file(name, text, sizeof(text) - 1);
	if (len <= 0 || text[len - 1] != '\n')
		return false;
	text[len] = '\0';

	return strtoul((char *)text, NULL, 10) == index;
}

/* Walk all of it, and ask for the index again for each file of each item. */
static bool client_search(const char *path, unsigned int index, char *found,
			  int depth)
{
	struct dirent **names;
	struct stat st;
	int count;

	if (lstat(path, &st))
		return false;
	if (!S_ISDIR(st.st_mode))
		return true;
	count = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		char name[PATH_MAX + 256];

		snprintf(name, sizeof(name), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] == '.')
			continue;
		if (depth == 1 && client_fits(path, index))
			snprintf(found, PATH_MAX, "%s", path);
		client_search(name, index, found, depth + 1);
	}
	for (int i = 0; i < count; i++)
		free(names[i]);
	if (count >= 0)
		free(names);

	return count >= 0;
}

static int client_create(unsigned int index, char *path)
{
	char name[PATH_MAX + 16], text[16];
	int rc;

	do {
		snprintf(path, PATH_MAX, RTMRS_ROOT "/rtmr%u-%u", index,
			 (unsigned int)random());
		rc = mkdirat(AT_FDCWD, path, 0700);
	} while (rc && errno == EEXIST);
	if (rc)
		return -errno;

	snprintf(name, sizeof(name), "%s/index", path);
	snprintf(text, sizeof(text), "%u", index);

	return client_write_file(name, text, strlen(text));
}

static int client_get(unsigned int index, char *path)
{
	struct stat st;

	if (stat("/sys/kernel/config/tsm/report", &st) || !S_ISDIR(st.st_mode))
		return -ENOENT;
	path[0] = '\0';
	if (!client_search(RTMRS_ROOT, index, path, 0))
		return -ENOENT;

	return path[0] ? 0 : client_create(index, path);
}

static int client_extend(unsigned int index, const uint8_t *digest, size_t size)
{
	char path[PATH_MAX + 16];
	int rc = client_get(index, path);

	if (rc)
		return rc;
	strcat(path, "/digest");

	return client_write_file(path, digest, size);
}

static ssize_t client_get_file(unsigned int index, const char *file,
			       uint8_t *buf, size_t size)
{
	char path[PATH_MAX + 16];
	int rc = client_get(index, path);

	if (rc)
		return rc;
	strcat(path, "/");
	strcat(path, file);

	return client_read_file(path, buf, size);
}

static int count_items(void)
{
	struct dirent **names;
	int count = scandir(RTMRS_ROOT, &names, NULL, NULL);

	for (int i = 0; i < count; i++)
		free(names[i]);
	if (count >= 0)
		free(names);

	return count - 2;
}

TEST_F(rtmrs, as_the_client_does)
{
	const char *provider = self->provider;

	for (int i = 0; i < 4; i++) {
		const struct reg *reg = &self->regs[i % 2];
		uint8_t digest[MAX_DIGEST], expected[MAX_DIGEST];
		uint8_t buf[512];

		ASSERT_EQ(reg->size, sysfs_value(provider, reg->index, expected));
		memset(digest, 'A' + i, reg->size);
		extend(expected, digest, reg->size);

		ASSERT_EQ(0, client_extend(reg->index, digest, reg->size));
		EXPECT_RECORDS(i + 1);
		EXPECT_TRUE(is_recorded(provider, self->records + i, reg,
					digest));
		EXPECT_EQ((ssize_t)reg->size,
			  client_get_file(reg->index, "digest", buf,
					  sizeof(buf)));
		EXPECT_EQ(0, memcmp(expected, buf, reg->size));
		EXPECT_EQ((ssize_t)strlen(reg->tcg_map),
			  client_get_file(reg->index, "tcg_map", buf,
					  sizeof(buf)));
		EXPECT_EQ(0, memcmp(reg->tcg_map, buf, strlen(reg->tcg_map)));
		EXPECT_EQ(reg->size, sysfs_value(provider, reg->index, buf));
		EXPECT_EQ(0, memcmp(expected, buf, reg->size));
	}

	/* It found what it had made. */
	EXPECT_EQ(2, count_items());
}

TEST_F(rtmrs, modes)
{
	static const struct {
		const char *path;
		mode_t mode;
	} files[] = {
		{ RTMRS_ROOT, 0755 | S_IFDIR },
		{ RTMRS_ROOT "/item", 0755 | S_IFDIR },
		{ RTMRS_ROOT "/item/index", 0644 | S_IFREG },
		{ RTMRS_ROOT "/item/digest", 0644 | S_IFREG },
		{ RTMRS_ROOT "/item/tcg_map", 0444 | S_IFREG },
	};

	ASSERT_EQ(0, rtmrs_claim("item", self->regs[0].index));
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct stat st;

		ASSERT_EQ(0, stat(files[i].path, &st));
		EXPECT_EQ(files[i].mode, st.st_mode);
		EXPECT_EQ(0u, st.st_uid);
		EXPECT_EQ(0u, st.st_gid);
	}
	EXPECT_EQ(-EACCES, rtmrs_open(O_WRONLY, "item", "tcg_map"));
}

/* A user without privileges reads registers and nothing else. */
TEST_F(rtmrs, what_others_may_do)
{
	uint8_t buf[MAX_DIGEST];
	pid_t child;
	int status;

	ASSERT_EQ(0, rtmrs_claim("item", self->regs[0].index));
	child = fork();
	ASSERT_LE(0, child);
	if (!child) {
		_exit(setresuid(65534, 65534, 65534) ||
		      rtmrs_make("other") != -EACCES ||
		      rtmrs_remove("item") != -EACCES ||
		      rtmrs_open(O_WRONLY, "item", "digest") != -EACCES ||
		      rtmrs_open(O_WRONLY, "item", "index") != -EACCES ||
		      rtmrs_read("item", "digest", buf, sizeof(buf)) <= 0);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(rtmrs, an_item_without_an_index)
{
	uint8_t buf[MAX_DIGEST] = {};

	ASSERT_EQ(0, rtmrs_make("item"));
	EXPECT_EQ(-ENXIO, rtmrs_read("item", "index", buf, sizeof(buf)));
	EXPECT_EQ(-ENXIO, rtmrs_read("item", "tcg_map", buf, sizeof(buf)));
	EXPECT_EQ(-ENXIO, rtmrs_read("item", "digest", buf, sizeof(buf)));
	EXPECT_EQ(-ENXIO, rtmrs_write("item", "digest", buf, 48));
	EXPECT_EQ(-ENXIO, rtmrs_write("item", "digest", buf, 1));
	EXPECT_RECORDS(0);
}

TEST_F(rtmrs, what_is_no_index)
{
	static const char *const bad[] = {
		"-1", "x", "0x", "1 2", " ", "\n", "1\n\n", "0.5", "30", "31",
		"32", "254", "255", "256", "257", "2147483648", "4294967294",
		"4294967295", "4294967296", "18446744073709551615",
		"18446744073709551616", "99999999999999999999999999",
	};
	uint8_t buf[MAX_DIGEST];
	char too_great[16];
	char page[5000];
	int len;

	ASSERT_EQ(0, rtmrs_make("item"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		EXPECT_EQ(-EINVAL, rtmrs_write("item", "index", bad[i],
					       strlen(bad[i])))
			TH_LOG("index %s", bad[i]);
	}
	len = snprintf(too_great, sizeof(too_great), "%u\n", self->nr_regs);
	EXPECT_EQ(-EINVAL, rtmrs_write("item", "index", too_great, len));
	memset(page, '1', sizeof(page));
	EXPECT_EQ(-EINVAL, rtmrs_write("item", "index", page, sizeof(page)));
	EXPECT_EQ(-ENXIO, rtmrs_read("item", "index", buf, sizeof(buf)));
	/* None of them has taken anything. */
	for (unsigned int i = 0; i < self->nr_regs; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", i);
		EXPECT_EQ(0, rtmrs_claim(name, i));
	}
}

TEST_F(rtmrs, forms_of_an_index)
{
	unsigned int index = self->regs[0].index;
	static const char *const forms[] = {
		"%u", "%u\n", "0x%x", "0%o", "+%u", "00%o\n",
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		char text[16], expected[16], got[16] = "";
		int len;

		snprintf(expected, sizeof(expected), "%u\n", index);
		len = snprintf(text, sizeof(text), forms[i], index);
		ASSERT_EQ(0, rtmrs_make("item"));
		EXPECT_EQ(len, rtmrs_write("item", "index", text, len));
		EXPECT_EQ((ssize_t)strlen(expected),
			  rtmrs_read("item", "index", got, sizeof(got) - 1));
		EXPECT_STREQ(expected, got);
		ASSERT_EQ(0, rtmrs_remove("item"));
	}
}

TEST_F(rtmrs, an_index_is_written_once)
{
	unsigned int first = self->regs[0].index;
	char text[16], other[16], got[16] = "";

	snprintf(text, sizeof(text), "%u\n", first);
	snprintf(other, sizeof(other), "%u\n", self->regs[1].index);
	ASSERT_EQ(0, rtmrs_claim("item", first));
	EXPECT_EQ(-EBUSY, rtmrs_write("item", "index", text, strlen(text)));
	EXPECT_EQ(-EBUSY, rtmrs_write("item", "index", other, strlen(other)));
	EXPECT_EQ(2, rtmrs_read("item", "index", got, sizeof(got)));
	EXPECT_STREQ(text, got);
	/* Nobody has the other one. */
	EXPECT_EQ(0, rtmrs_claim("other", self->regs[1].index));
}

TEST_F(rtmrs, an_index_belongs_to_one_item)
{
	unsigned int index = self->regs[0].index;
	uint8_t buf[MAX_DIGEST];
	char text[16];
	int fd, len;

	len = snprintf(text, sizeof(text), "%u", index);
	ASSERT_EQ(0, rtmrs_claim("first", index));
	EXPECT_EQ(-EBUSY, rtmrs_claim("second", index));
	EXPECT_EQ(-ENXIO, rtmrs_read("second", "index", buf, sizeof(buf)));
	EXPECT_EQ(-ENXIO, rtmrs_write("second", "digest", buf, 48));

	/* Who still has a file of it open does not keep it. */
	fd = rtmrs_open(O_RDWR, "first", "digest");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, rtmrs_remove("first"));
	EXPECT_EQ(-1, read(fd, buf, sizeof(buf)));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(-1, write(fd, buf, self->regs[0].size));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(len, rtmrs_write("second", "index", text, len));
	EXPECT_LT(0, rtmrs_read("second", "digest", buf, sizeof(buf)));
	close(fd);
	EXPECT_RECORDS(0);
}

TEST_F(rtmrs, what_is_no_digest)
{
	static const size_t sizes[] = {
		1, 2, 20, 31, 32, 33, 47, 48, 49, 64, 65, 66, 96, 97, 128,
		4094, 4095, 4096, 4097, 8192,
	};
	uint8_t before[MAX_DIGEST], after[MAX_DIGEST];
	static uint8_t data[8192];

	memset(data, 'a', sizeof(data));
	for (int i = 0; i < 2; i++) {
		const struct reg *reg = &self->regs[i];

		sysfs_value(self->provider, reg->index, before);
		ASSERT_EQ(0, rtmrs_claim(i ? "1" : "0", reg->index));
		for (size_t j = 0; j < sizeof(sizes) / sizeof(*sizes); j++) {
			if (sizes[j] == reg->size)
				continue;
			EXPECT_EQ(-EINVAL, rtmrs_write(i ? "1" : "0", "digest",
						       data, sizes[j]))
				TH_LOG("%zu bytes", sizes[j]);
		}
		/* That one never gets here. */
		EXPECT_GE(0, rtmrs_write(i ? "1" : "0", "digest", data, 0));
		sysfs_value(self->provider, reg->index, after);
		EXPECT_EQ(0, memcmp(before, after, reg->size));
	}
	EXPECT_RECORDS(0);
}

/* One digest cannot extend several banks, but the strongest one can be read. */
TEST_F(rtmrs, several_banks)
{
	uint8_t ours[MAX_DIGEST], theirs[MAX_DIGEST];

	if (strcmp(self->provider, "sample"))
		return;

	ASSERT_EQ(0, rtmrs_claim("agile", 2));
	ASSERT_EQ(5, tsm_write("event", 5, "sample/rtmr2/append_event"));
	EXPECT_EQ(64u, sysfs_value("sample", 2, ours));
	EXPECT_EQ(64, rtmrs_read("agile", "digest", theirs, sizeof(theirs)));
	EXPECT_EQ(0, memcmp(ours, theirs, 64));
	EXPECT_EQ(-EINVAL, rtmrs_write("agile", "digest", ours, 64));
	EXPECT_EQ(-EINVAL, rtmrs_write("agile", "digest", ours, 48));
	EXPECT_EQ(-EINVAL, rtmrs_write("agile", "digest", ours, 32));
	EXPECT_RECORDS(1);
}

/* Each write to one open file is one extend, and each open one read. */
TEST_F(rtmrs, a_file_that_stays_open)
{
	const struct reg *reg = &self->regs[0];
	uint8_t digest[MAX_DIGEST] = { 1 }, expected[MAX_DIGEST];
	uint8_t buf[MAX_DIGEST];
	int fd;

	ASSERT_EQ(0, rtmrs_claim("item", reg->index));
	sysfs_value(self->provider, reg->index, expected);
	fd = rtmrs_open(O_RDWR, "item", "digest");
	ASSERT_LE(0, fd);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ((ssize_t)reg->size, write(fd, digest, reg->size));
		extend(expected, digest, reg->size);
		EXPECT_EQ((ssize_t)reg->size, pread(fd, buf, sizeof(buf), 0));
		EXPECT_EQ(0, memcmp(expected, buf, reg->size));
	}
	close(fd);
	EXPECT_RECORDS(3);
}

/* A full log refuses what is to be in it, and nothing has happened. */
TEST_F(rtmrs, full_log)
{
	const struct reg *reg = &self->regs[0];
	uint8_t digest[MAX_DIGEST] = {}, before[MAX_DIGEST], after[MAX_DIGEST];
	char limit[32];
	int len = snprintf(limit, sizeof(limit), "%lld\n",
			   tsm_number("%s/log/limit", self->provider));

	ASSERT_EQ(0, rtmrs_claim("item", reg->index));
	sysfs_value(self->provider, reg->index, before);
	ASSERT_EQ(2, tsm_write("1\n", 2, "%s/log/limit", self->provider));
	EXPECT_EQ(-ENOSPC, rtmrs_write("item", "digest", digest, reg->size));
	EXPECT_EQ((ssize_t)reg->size,
		  rtmrs_read("item", "digest", after, sizeof(after)));
	EXPECT_EQ(0, memcmp(before, after, reg->size));
	ASSERT_EQ(len, tsm_write(limit, len, "%s/log/limit", self->provider));
	EXPECT_RECORDS(0);
	EXPECT_EQ((ssize_t)reg->size,
		  rtmrs_write("item", "digest", digest, reg->size));
	EXPECT_RECORDS(1);
}

struct claimant {
	pthread_t thread;
	pthread_barrier_t *start;
	char item[16];
	char index[16];
	ssize_t result;
};

static void *claim(void *arg)
{
	struct claimant *claimant = arg;

	pthread_barrier_wait(claimant->start);
	claimant->result = rtmrs_write(claimant->item, "index", claimant->index,
				       strlen(claimant->index));

	return NULL;
}

/* Of those who claim one index at the same moment, one gets it. */
TEST_F(rtmrs, claims_at_once)
{
	struct claimant claimants[NR_THREADS];
	pthread_barrier_t start;

	pthread_barrier_init(&start, NULL, NR_THREADS);
	for (int round = 0; round < ROUNDS; round++) {
		int winners = 0;

		for (int i = 0; i < NR_THREADS; i++) {
			struct claimant *claimant = &claimants[i];

			claimant->start = &start;
			snprintf(claimant->item, sizeof(claimant->item),
				 "item%d", i);
			snprintf(claimant->index, sizeof(claimant->index), "%u",
				 self->regs[0].index);
			ASSERT_EQ(0, rtmrs_make(claimant->item));
			ASSERT_EQ(0, pthread_create(&claimant->thread, NULL,
						    claim, claimant));
		}
		for (int i = 0; i < NR_THREADS; i++)
			pthread_join(claimants[i].thread, NULL);
		for (int i = 0; i < NR_THREADS; i++) {
			if (claimants[i].result > 0)
				winners++;
			else
				EXPECT_EQ(-EBUSY, claimants[i].result);
			ASSERT_EQ(0, rtmrs_remove(claimants[i].item));
		}
		EXPECT_EQ(1, winners);
	}
	pthread_barrier_destroy(&start);
}

/* Those who claim two indexes for one item: it has the one that was taken. */
TEST_F(rtmrs, claims_for_one_item)
{
	struct claimant claimants[2];
	pthread_barrier_t start;

	pthread_barrier_init(&start, NULL, 2);
	for (int round = 0; round < ROUNDS; round++) {
		char got[16] = "";
		ssize_t len;
		int winner;

		ASSERT_EQ(0, rtmrs_make("item"));
		for (int i = 0; i < 2; i++) {
			struct claimant *claimant = &claimants[i];

			claimant->start = &start;
			strcpy(claimant->item, "item");
			snprintf(claimant->index, sizeof(claimant->index),
				 "%u\n", self->regs[i].index);
			ASSERT_EQ(0, pthread_create(&claimant->thread, NULL,
						    claim, claimant));
		}
		for (int i = 0; i < 2; i++)
			pthread_join(claimants[i].thread, NULL);
		winner = claimants[1].result > 0;
		EXPECT_LT(0, claimants[winner].result);
		EXPECT_EQ(-EBUSY, claimants[!winner].result);
		len = rtmrs_read("item", "index", got, sizeof(got) - 1);
		EXPECT_LT(0, len);
		EXPECT_STREQ(claimants[winner].index, got);
		ASSERT_EQ(0, rtmrs_remove("item"));
		/* The other one has not been lost. */
		ASSERT_EQ(0, rtmrs_claim("item", self->regs[!winner].index));
		ASSERT_EQ(0, rtmrs_remove("item"));
	}
	pthread_barrier_destroy(&start);
}

/* Who writes to an item until he cannot. */
struct writer {
	pthread_t thread;
	const struct reg *reg;
	/* Open anew for each write? */
	bool open;
	atomic_int taken;
	int end;
};

static void *write_until_refused(void *arg)
{
	struct writer *writer = arg;
	uint8_t digest[MAX_DIGEST] = {};
	ssize_t rc;
	int fd;

	fd = rtmrs_open(O_WRONLY, "item", "digest");
	do {
		if (writer->open) {
			rc = rtmrs_write("item", "digest", digest,
					 writer->reg->size);
		} else {
			rc = write(fd, digest, writer->reg->size);
			rc = rc < 0 ? -errno : rc;
		}
		if (rc > 0)
			writer->taken++;
	} while (rc > 0);
	writer->end = rc;
	close(fd);

	return NULL;
}

static void start_writers(struct __test_metadata *_metadata,
			  struct writer writers[NR_THREADS],
			  const struct reg *reg)
{
	for (int i = 0; i < NR_THREADS; i++) {
		writers[i] = (struct writer){ .reg = reg, .open = i % 2 };
		ASSERT_EQ(0, pthread_create(&writers[i].thread, NULL,
					    write_until_refused, &writers[i]));
	}
	for (int i = 0; i < NR_THREADS; i++) {
		while (!writers[i].taken)
			usleep(1000);
	}
}

/* How many extends were taken; each has ended with @end. */
static int join_writers(struct __test_metadata *_metadata,
			struct writer writers[NR_THREADS], int end)
{
	int taken = 0;

	for (int i = 0; i < NR_THREADS; i++) {
		pthread_join(writers[i].thread, NULL);
		EXPECT_EQ(end, writers[i].end);
		taken += writers[i].taken;
	}

	return taken;
}

/* rmdir() waits for an extend that runs, and there is none after it. */
TEST_F(rtmrs, removed_while_written_to)
{
	const struct reg *reg = &self->regs[0];
	struct writer writers[NR_THREADS];
	int taken = 0;

	for (int round = 0; round < ROUNDS; round++) {
		ASSERT_EQ(0, rtmrs_claim("item", reg->index));
		start_writers(_metadata, writers, reg);
		ASSERT_EQ(0, rtmrs_remove("item"));
		/* Free at once, for another one. */
		ASSERT_EQ(0, rtmrs_claim("other", reg->index));
		taken += join_writers(_metadata, writers, -ENOENT);
		ASSERT_EQ(0, rtmrs_remove("other"));
		EXPECT_RECORDS(taken);
	}
}

static bool is_module_loaded(void)
{
	return !access("/sys/module/" RTMRS_MODULE, F_OK);
}

TEST_F(rtmrs, the_module_stays_while_there_are_items)
{
	int fd;

	ASSERT_EQ(0, rtmrs_make("item"));
	EXPECT_EQ(-1, syscall(SYS_delete_module, RTMRS_MODULE, O_NONBLOCK));
	EXPECT_EQ(EWOULDBLOCK, errno);
	fd = rtmrs_open(O_RDONLY, "item", "digest");
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, rtmrs_remove("item"));
	EXPECT_EQ(-1, syscall(SYS_delete_module, RTMRS_MODULE, O_NONBLOCK));
	close(fd);
	EXPECT_EQ(0, syscall(SYS_delete_module, RTMRS_MODULE, O_NONBLOCK));
	EXPECT_FALSE(is_module_loaded());
	EXPECT_EQ(-1, access(RTMRS_ROOT, F_OK));
	/* The other directory does not mind. */
	EXPECT_EQ(0, access("/sys/kernel/config/tsm/report", F_OK));
}

/* Items stay, and have their registers again when the provider comes back. */
TEST_F(rtmrs, a_provider_that_goes_and_comes_back)
{
	uint8_t digest[MAX_DIGEST] = { 2 }, expected[MAX_DIGEST];
	uint8_t buf[MAX_DIGEST];
	const struct reg *reg;
	int fd;

	CHOOSE_MORTAL();
	reg = &self->regs[0];
	ASSERT_EQ(0, rtmrs_claim("item", reg->index));
	ASSERT_EQ(0, rtmrs_make("unset"));
	fd = rtmrs_open(O_RDWR, "item", "digest");
	ASSERT_LE(0, fd);
	ASSERT_EQ((ssize_t)reg->size, write(fd, digest, reg->size));

	ASSERT_EQ(0, lifetime_end(self->provider));
	EXPECT_EQ(-1, pread(fd, buf, sizeof(buf), 0));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(-1, write(fd, digest, reg->size));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(-ENXIO, rtmrs_read("item", "digest", buf, sizeof(buf)));
	EXPECT_EQ(-ENXIO, rtmrs_read("item", "tcg_map", buf, sizeof(buf)));
	EXPECT_EQ(-ENXIO, rtmrs_write("item", "digest", digest, reg->size));
	EXPECT_EQ(2, rtmrs_read("item", "index", buf, sizeof(buf)));
	EXPECT_EQ(-ENXIO, rtmrs_write("unset", "index", "1", 1));
	EXPECT_EQ(-ENXIO, rtmrs_make("new"));

	ASSERT_EQ(0, lifetime_begin(self->provider));
	/* Its log begins anew, and its registers are as they are now. */
	self->records = 0;
	EXPECT_RECORDS(0);
	sysfs_value(self->provider, reg->index, expected);
	EXPECT_EQ((ssize_t)reg->size, write(fd, digest, reg->size));
	extend(expected, digest, reg->size);
	EXPECT_EQ((ssize_t)reg->size, pread(fd, buf, sizeof(buf), 0));
	EXPECT_EQ(0, memcmp(expected, buf, reg->size));
	close(fd);
	EXPECT_EQ((ssize_t)reg->size,
		  rtmrs_write("item", "digest", digest, reg->size));
	EXPECT_RECORDS(2);
	EXPECT_EQ(-EBUSY, rtmrs_claim("thief", reg->index));
}

TEST_F(rtmrs, a_provider_that_goes_while_it_is_used)
{
	struct writer writers[NR_THREADS];
	const struct reg *reg;

	CHOOSE_MORTAL();
	reg = &self->regs[0];
	ASSERT_EQ(0, rtmrs_claim("item", reg->index));
	for (int round = 0; round < ROUNDS / 4; round++) {
		start_writers(_metadata, writers, reg);
		ASSERT_EQ(0, lifetime_end(self->provider));
		join_writers(_metadata, writers, -ENXIO);
		ASSERT_EQ(0, lifetime_begin(self->provider));
		self->records = 0;
		EXPECT_RECORDS(0);
	}
}

/* An item of a provider that is not there, or that is none of these. */
TEST_F(rtmrs, no_provider)
{
	static const char *const names[] = { "none", "tpm0", "snp" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		ASSERT_EQ(0, rtmrs_load(names[i]));
		EXPECT_EQ(-ENXIO, rtmrs_make("item"));
	}
}

/* Without being told, it takes the one that was there first. */
TEST_F(rtmrs, the_first_provider)
{
	const struct reg *reg = &self->regs[0];
	uint8_t digest[MAX_DIGEST] = { 3 };

	/* The sample is now the last one. */
	if (strcmp(self->provider, "sample")) {
		ASSERT_EQ(0, lifetime_end("sample"));
		ASSERT_EQ(0, lifetime_begin("sample"));
	}
	ASSERT_EQ(0, rtmrs_load(NULL));
	ASSERT_EQ(0, rtmrs_claim("item", reg->index));
	EXPECT_EQ((ssize_t)reg->size,
		  rtmrs_write("item", "digest", digest, reg->size));
	EXPECT_RECORDS(1);
}

/* Where two providers have a register, an item does not go over to the other. */
TEST_F(rtmrs, an_item_stays_with_its_provider)
{
	uint8_t buf[MAX_DIGEST];

	if (!strcmp(self->provider, "sample") ||
	    !lifetime_is_mortal(self->provider))
		return;

	ASSERT_EQ(0, lifetime_begin("sample"));
	ASSERT_EQ(0, rtmrs_load(NULL));
	ASSERT_EQ(0, lifetime_end(self->provider));
	ASSERT_EQ(0, rtmrs_claim("sample", 0));
	ASSERT_EQ(0, lifetime_end("sample"));
	ASSERT_EQ(0, lifetime_begin(self->provider));
	EXPECT_EQ(-ENXIO, rtmrs_read("sample", "digest", buf, sizeof(buf)));
	EXPECT_EQ(-EBUSY, rtmrs_claim("thief", 0));
	EXPECT_EQ(0, rtmrs_claim("item", 2));
	ASSERT_EQ(0, lifetime_begin("sample"));
	EXPECT_EQ(48, rtmrs_read("sample", "digest", buf, sizeof(buf)));
}

struct reader {
	pthread_t thread;
	const struct reg *reg;
	uint8_t (*chain)[MAX_DIGEST];
	atomic_bool stop;
	atomic_int reads;
	int failures;
};

/* Each value is one that the register had, and none comes after a later one. */
static void *read_values(void *arg)
{
	struct reader *reader = arg;
	size_t size = reader->reg->size;
	int step = 0;

	while (!reader->stop) {
		uint8_t value[MAX_DIGEST];

		if (rtmrs_read("item", "digest", value, sizeof(value)) !=
		    (ssize_t)size)
			reader->failures++;
		while (step <= NR_EXTENDS &&
		       memcmp(value, reader->chain[step], size))
			step++;
		if (step > NR_EXTENDS) {
			reader->failures++;
			break;
		}
		reader->reads++;
	}

	return NULL;
}

TEST_F(rtmrs, reads_while_extended)
{
	uint8_t chain[NR_EXTENDS + 1][MAX_DIGEST];
	const struct reg *reg = &self->regs[0];
	struct reader reader = { .reg = reg, .chain = chain };
	uint8_t digest[MAX_DIGEST] = { 4 };

	ASSERT_EQ(0, rtmrs_claim("item", reg->index));
	sysfs_value(self->provider, reg->index, chain[0]);
	for (int i = 0; i < NR_EXTENDS; i++) {
		memcpy(chain[i + 1], chain[i], reg->size);
		extend(chain[i + 1], digest, reg->size);
	}
	ASSERT_EQ(0, pthread_create(&reader.thread, NULL, read_values, &reader));
	for (int i = 0; i < NR_EXTENDS; i++) {
		EXPECT_EQ((ssize_t)reg->size,
			  rtmrs_write("item", "digest", digest, reg->size));
		/* Let the reader see some of them. */
		if (i % 10 == 0)
			usleep(1000);
	}
	while (reader.reads < 10 && !reader.failures)
		usleep(1000);
	reader.stop = true;
	pthread_join(reader.thread, NULL);
	EXPECT_EQ(0, reader.failures);
	EXPECT_RECORDS(NR_EXTENDS);
}

static void on_alarm(int signal)
{
}

/* One who extends, in memory that is shared with the parent. */
struct count {
	atomic_int begun;
	atomic_int taken;
	atomic_int interrupted;
};

static void extend_often(struct count *count, const struct reg *reg, int extends)
{
	uint8_t digest[MAX_DIGEST] = { 5 };

	for (int i = 0; i < extends; i++) {
		ssize_t rc;

		count->begun++;
		while ((rc = rtmrs_write("item", "digest", digest, reg->size)) ==
		       -EINTR)
			count->interrupted++;
		if (rc != (ssize_t)reg->size)
			_exit(1);
		count->taken++;
	}
	_exit(0);
}

static struct count *new_counts(void)
{
	struct count *counts = mmap(NULL, NR_THREADS * sizeof(*counts),
				    PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return counts == MAP_FAILED ? NULL : counts;
}

/* Alarms at a short interval, and others who hold the lock for some time. */
static void run_interrupted(struct count *count, const struct reg *reg, int id)
{
	struct sigaction action = {
		.sa_handler = on_alarm,
		.sa_flags = id % 2 ? SA_RESTART : 0,
	};
	struct itimerval often = {
		.it_interval.tv_usec = 1000 + 100 * id,
		.it_value.tv_usec = 1000,
	};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	extend_often(count, reg, NR_EXTENDS);
}

TEST_F(rtmrs, interrupted)
{
	const struct reg *reg = &self->regs[0];
	struct count *counts = new_counts();
	int interrupted = 0;

	ASSERT_NE(NULL, counts);
	ASSERT_EQ(0, rtmrs_claim("item", reg->index));
	for (int i = 0; i < NR_THREADS; i++) {
		pid_t child = fork();

		ASSERT_LE(0, child);
		if (!child)
			run_interrupted(&counts[i], reg, i);
	}
	for (int i = 0; i < NR_THREADS; i++) {
		int status;

		ASSERT_LT(0, wait(&status));
		EXPECT_EQ(0, status);
	}
	for (int i = 0; i < NR_THREADS; i++) {
		interrupted += counts[i].interrupted;
		/* Nobody sees anything of a call that is restarted. */
		if (i % 2)
			EXPECT_EQ(0, counts[i].interrupted);
	}
	printf("# %d writes interrupted\n", interrupted);
	EXPECT_RECORDS(NR_THREADS * NR_EXTENDS);
}

static int counts_taken(const struct count *counts)
{
	int taken = 0;

	for (int i = 0; i < NR_THREADS; i++)
		taken += counts[i].taken;

	return taken;
}

/* What who was killed was told is in the log, and at most one extend more. */
TEST_F(rtmrs, killed)
{
	const struct reg *reg = &self->regs[0];
	struct count *counts = new_counts();
	long long most = 0;
	pid_t children[NR_THREADS];

	ASSERT_NE(NULL, counts);
	ASSERT_EQ(0, rtmrs_claim("item", reg->index));
	for (int round = 0;
	     round < (counts_taken(counts) ? ROUNDS : MOST_ROUNDS); round++) {
		for (int i = 0; i < NR_THREADS; i++) {
			children[i] = fork();
			ASSERT_LE(0, children[i]);
			if (!children[i])
				extend_often(&counts[i], reg, INT_MAX);
		}
		for (int i = 0; i < NR_THREADS; i++) {
			usleep(random() % 10000);
			ASSERT_EQ(0, kill(children[i], SIGKILL));
			ASSERT_EQ(children[i], waitpid(children[i], NULL, 0));
		}
	}
	for (int i = 0; i < NR_THREADS; i++)
		most += counts[i].begun;
	EXPECT_LT(0, counts_taken(counts));
	EXPECT_LE(self->records + counts_taken(counts),
		  tsm_number("%s/log/next_record", self->provider));
	EXPECT_GE(self->records + most,
		  tsm_number("%s/log/next_record", self->provider));
}

TEST_HARNESS_MAIN
