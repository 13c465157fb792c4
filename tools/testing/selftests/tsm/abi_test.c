// SPDX-License-Identifier: GPL-2.0
/*
 * The tree: which files there are, their modes and owners, and what they say.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "tsm.h"

FIXTURE(abi)
{
};

FIXTURE_VARIANT(abi)
{
	const char *provider;
	/* A register with one bank, if there is one. */
	const char *single;
	/* A register with several banks. */
	const char *agile;
	/* A register that cannot be extended. */
	const char *fixed;
	bool has_device;
};

FIXTURE_VARIANT_ADD(abi, sample)
{
	.provider = "sample",
	.single = "rtmr0",
	.agile = "rtmr2",
	.fixed = "launch",
	.has_device = false,
};

FIXTURE_VARIANT_ADD(abi, tpm)
{
	.provider = "tpm0",
	.single = NULL,
	.agile = "pcr16",
	.fixed = "pcr0",
	.has_device = true,
};

FIXTURE_SETUP(abi)
{
}

FIXTURE_TEARDOWN(abi)
{
}

/* The first pattern that fits a path tells the mode that it must have. */
static const struct {
	const char *pattern;
	mode_t mode;
} modes[] = {
	{ "device", 0777 | S_IFLNK },
	{ "config", 0444 | S_IFREG },
	{ "subsystem", 0777 | S_IFLNK },
	{ "uevent", 0644 | S_IFREG },
	{ "cel", 0440 | S_IFREG },
	{ "checkpoints", 0440 | S_IFREG },
	{ "index", 0440 | S_IFREG },
	{ "firmware", 0440 | S_IFREG },
	{ "next_record", 0440 | S_IFREG },
	{ "first_record", 0440 | S_IFREG },
	{ "size", 0440 | S_IFREG },
	{ "others_size", 0440 | S_IFREG },
	{ "limit", 0644 | S_IFREG },
	{ "others_limit", 0644 | S_IFREG },
	{ "trim", 0200 | S_IFREG },
	{ "rtmr[01]/digest", 0644 | S_IFREG },
	{ "*/append_event", 0200 | S_IFREG },
	{ "*/append_record", 0200 | S_IFREG },
	{ "*/hash_algo", 0444 | S_IFREG },
	{ "rtmr[012]/pcrs", 0444 | S_IFREG },
	{ "*/digest", 0444 | S_IFREG },
	{ "*/*", 0755 | S_IFDIR },
	{ "*", 0755 | S_IFDIR },
};

static char walk_error[512];
static size_t walk_prefix;
static int walk_count;

static int check_mode(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	const char *name = path + walk_prefix;
	size_t i = 0;

	(void)type;
	if (ftw->level < 1)
		return 0;

	while (fnmatch(modes[i].pattern, name, FNM_PATHNAME) &&
	       fnmatch(modes[i].pattern, name, 0))
		i++;
	walk_count++;
	if (st->st_mode != modes[i].mode || st->st_uid || st->st_gid)
		snprintf(walk_error, sizeof(walk_error),
			 "%s has mode %o and owner %u:%u, not %o and 0:0", path,
			 st->st_mode, st->st_uid, st->st_gid, modes[i].mode);

	return walk_error[0] != '\0';
}

TEST_F(abi, modes)
{
	static const char *const roots[] = { TSM_ROOT, TSM_LOG_ROOT };
	char link[256], dir[PATH_MAX];

	for (int i = 0; i < 2; i++) {
		/* The first is a link to the provider's device. */
		snprintf(link, sizeof(link), "%s/%s", roots[i],
			 variant->provider);
		ASSERT_NE(NULL, realpath(link, dir));
		walk_prefix = strlen(dir) + 1;
		walk_count = 0;
		walk_error[0] = '\0';
		EXPECT_EQ(0, nftw(dir, check_mode, 16, FTW_PHYS));
		EXPECT_STREQ("", walk_error);
		EXPECT_LT(9, walk_count);
	}
}

/* Root may open any file, but not for what it cannot do. */
TEST_F(abi, what_cannot_be_done_cannot_be_opened)
{
	EXPECT_EQ(-EACCES, tsm_open(O_WRONLY, "%s/%s/digest", variant->provider,
				    variant->agile));
	EXPECT_EQ(-EACCES, tsm_open(O_WRONLY, "%s/%s/digest", variant->provider,
				    variant->fixed));
	EXPECT_EQ(-EACCES, tsm_open(O_RDONLY, "%s/%s/append_event",
				    variant->provider, variant->agile));
	EXPECT_EQ(-ENOENT, tsm_open(O_WRONLY, "%s/%s/append_event",
				    variant->provider, variant->fixed));
	EXPECT_EQ(-EACCES, tsm_open(O_RDONLY, "%s/%s/append_record",
				    variant->provider, variant->agile));
	EXPECT_EQ(-ENOENT, tsm_open(O_WRONLY, "%s/%s/append_record",
				    variant->provider, variant->fixed));
	EXPECT_EQ(-EACCES, tsm_open(O_WRONLY, "%s/log/cel", variant->provider));
	EXPECT_EQ(-EACCES, tsm_open(O_WRONLY, "%s/log/next_record",
				    variant->provider));
}

/* An administrator may change a file's mode, but not what it can do. */
TEST_F(abi, modes_give_no_abilities)
{
	const char *const regs[] = { variant->agile, variant->fixed };

	for (size_t i = 0; i < 2; i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s/%s/digest", TSM_ROOT,
			 variant->provider, regs[i]);
		ASSERT_EQ(0, chmod(path, 0666));
		EXPECT_EQ(-EACCES, tsm_open(O_WRONLY, "%s/%s/digest",
					    variant->provider, regs[i]));
		EXPECT_EQ(0, chmod(path, 0444));
	}
}

/* A user without privileges reads registers and nothing else. */
TEST_F(abi, what_others_may_do)
{
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));

	EXPECT_LE(0, tsm_open(O_RDONLY, "%s/%s/digest", variant->provider,
			      variant->agile));
	EXPECT_EQ(-EACCES, tsm_open(O_WRONLY, "%s/%s/append_event",
				    variant->provider, variant->agile));
	EXPECT_EQ(-EACCES, tsm_open(O_WRONLY, "%s/%s/append_record",
				    variant->provider, variant->agile));
	if (variant->single) {
		EXPECT_EQ(-EACCES, tsm_open(O_WRONLY, "%s/%s/digest",
					    variant->provider,
					    variant->single));
	}
}

static size_t size_of_algo(const char *algo)
{
	if (!strcmp(algo, "sha1\n"))
		return 20;
	if (!strcmp(algo, "sha256\n"))
		return 32;
	if (!strcmp(algo, "sha384\n"))
		return 48;
	if (!strcmp(algo, "sha512\n"))
		return 64;
	return 0;
}

TEST_F(abi, digest_is_hex_of_the_strongest_bank)
{
	char algo[64], digest[256], bank[256];
	size_t size;

	ASSERT_LT(0, tsm_read(algo, sizeof(algo), "%s/%s/hash_algo",
			      variant->provider, variant->agile));
	size = size_of_algo(algo);
	EXPECT_EQ(64, size);
	ASSERT_EQ((ssize_t)(2 * size + 1),
		  tsm_read(digest, sizeof(digest), "%s/%s/digest",
			   variant->provider, variant->agile));
	EXPECT_EQ(2 * size, strspn(digest, "0123456789abcdef"));
	EXPECT_EQ('\n', digest[2 * size]);

	ASSERT_LT(0, tsm_read(bank, sizeof(bank), "%s/%s/%.*s/digest",
			      variant->provider, variant->agile,
			      (int)strlen(algo) - 1, algo));
	EXPECT_STREQ(bank, digest);
}

TEST_F(abi, device_link)
{
	char path[128], target[256] = "";
	ssize_t len;

	snprintf(path, sizeof(path), "%s/%s/device", TSM_ROOT,
		 variant->provider);
	len = readlink(path, target, sizeof(target) - 1);
	if (!variant->has_device) {
		EXPECT_EQ(-1, len);
		EXPECT_EQ(ENOENT, errno);
		return;
	}
	ASSERT_LT(0, len);
	EXPECT_STREQ("tpm0", strrchr(target, '/') + 1);
}

TEST_F(abi, log_files_agree)
{
	long long first, next = tsm_number("%s/log/next_record", variant->provider);
	uint64_t number;
	size_t size;
	char *log = tsm_slurp(&size, "%s/log/cel", variant->provider);

	ASSERT_NE(NULL, log);
	EXPECT_EQ((long long)size, tsm_number("%s/log/size", variant->provider));
	/* A record begins with its number: a type, a length, and 8 bytes. */
	first = tsm_number("%s/log/first_record", variant->provider);
	if (size) {
		memcpy(&number, log + 5, sizeof(number));
		EXPECT_EQ((long long)be64toh(number), first);
	} else {
		EXPECT_EQ(next, first);
	}
	free(log);
	EXPECT_EQ(next, tsm_replay(variant->provider));
}

static int nr_wrong;

static int read_nothing(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	char byte;
	int fd;

	(void)ftw;
	if (type != FTW_F || !(st->st_mode & 0444))
		return 0;
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, &byte, 0) || pread(fd, &byte, 1, 1LL << 40)) {
		printf("# %s: %s\n", path, strerror(errno));
		nr_wrong++;
	}
	close(fd);

	return 0;
}

/* No bytes asked for, or none there: no error. */
TEST_F(abi, nothing_to_read)
{
	char path[256], dir[PATH_MAX];

	snprintf(path, sizeof(path), TSM_ROOT "/%s", variant->provider);
	ASSERT_NE(NULL, realpath(path, dir));
	nr_wrong = 0;
	ASSERT_EQ(0, nftw(dir, read_nothing, 16, FTW_PHYS));
	snprintf(path, sizeof(path), TSM_LOG_ROOT "/%s", variant->provider);
	ASSERT_EQ(0, nftw(path, read_nothing, 16, FTW_PHYS));
	EXPECT_EQ(0, nr_wrong);
}

/* The log can be read from any offset, in pieces of any size. */
TEST_F(abi, log_is_seekable)
{
	size_t size;
	char *log;

	for (int i = 0; i < 30; i++) {
		ASSERT_EQ(17, tsm_write("seventeen letters", 17,
					"%s/%s/append_event", variant->provider,
					variant->agile));
	}
	log = tsm_slurp(&size, "%s/log/cel", variant->provider);
	ASSERT_NE(NULL, log);
	ASSERT_LT(4096, size);

	for (size_t off = 0; off <= size + 1; off += 61) {
		char piece[500];
		int fd = tsm_open(O_RDONLY, "%s/log/cel", variant->provider);
		size_t want = size - off < sizeof(piece) ? size - off :
							   sizeof(piece);

		ASSERT_LE(0, fd);
		if (off > size)
			want = 0;
		ASSERT_EQ((off_t)off, lseek(fd, off, SEEK_SET));
		ASSERT_EQ((ssize_t)want, read(fd, piece, sizeof(piece)));
		ASSERT_EQ(0, memcmp(piece, log + off, want));
		close(fd);
	}
	free(log);
}

static int check_file_system(const char *path, const struct stat *st, int type,
			     struct FTW *ftw)
{
	struct statfs fs;

	(void)st;
	(void)ftw;
	walk_count++;
	if (type != FTW_D)
		return 0;
	if (statfs(path, &fs) || fs.f_type != SECURITYFS_MAGIC) {
		printf("# %s is not in securityfs\n", path);
		nr_wrong++;
	}

	return 0;
}

/* A stream that grows is not for sysfs. */
TEST(all_logs_are_in_securityfs)
{
	walk_count = 0;
	nr_wrong = 0;
	ASSERT_EQ(0, nftw(TSM_LOG_ROOT, check_file_system, 16, FTW_PHYS));
	EXPECT_EQ(0, nr_wrong);
	EXPECT_LT(9, walk_count);
}

/*
 * One word and a newline, or nothing. Below the provider's directory nothing is
 * a blob, which is one value whatever is in it.
 */
static int check_one_value(const char *path, const struct stat *st, int type,
			   struct FTW *ftw)
{
	char text[4096];
	ssize_t len;
	int fd;

	if (type != FTW_F || !(st->st_mode & 0444) ||
	    (ftw->level < 2 && strcmp(path + ftw->base, "uevent")))
		return 0;
	fd = open(path, O_RDONLY);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	close(fd);
	/* Of power management some files cannot be read. */
	if (len <= 0)
		return 0;
	text[len] = '\0';
	walk_count++;
	if (strcspn(text, " \t\n") != (size_t)len - 1 || text[len - 1] != '\n') {
		printf("# %s has more than one value: %s\n", path, text);
		nr_wrong++;
	}

	return 0;
}

/* As everywhere in sysfs. */
TEST(registers_have_one_value_in_a_file)
{
	DIR *root = opendir(TSM_ROOT);
	struct dirent *entry;
	char dir[PATH_MAX];

	ASSERT_NE(NULL, root);
	walk_count = 0;
	nr_wrong = 0;
	while ((entry = readdir(root))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(dir, sizeof(dir), "%s/%s/.", TSM_ROOT, entry->d_name);
		ASSERT_EQ(0, nftw(dir, check_one_value, 16, FTW_PHYS));
	}
	closedir(root);
	EXPECT_EQ(0, nr_wrong);
	EXPECT_LT(9, walk_count);
}

TEST(blob)
{
	static const char start[] = "An example of data that has no hash";
	char buf[256];

	ASSERT_EQ(64, tsm_read(buf, sizeof(buf), "sample/config"));
	EXPECT_STREQ(start, buf);
}

TEST_HARNESS_MAIN
