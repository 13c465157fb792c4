// SPDX-License-Identifier: GPL-2.0
/*
 * FUZZ_WRITES random writes to every file of every provider, with reads and
 * seeks in between: bad ones must change nothing, and good ones must have exactly
 * their effect, by a model that is kept beside.
 *
 * FUZZ_SEED, which a run prints, makes the next run do the same again.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <linux/tsm-event-log.h>

#include "../kselftest_harness.h"
#include "fuzz_model.h"
#include "providers.h"
#include "tsm.h"

#define DEFAULT_WRITES	20000
/* A TPM takes milliseconds for what software does in microseconds. */
#define HARDWARE_SHARE	50
#define MAX_FILES	256
#define MAX_WRITE	20000
/* Bytes of a log that is big enough. */
#define BIG_LOG		(4 << 20)
/* How often the values of all registers and the replay are compared. */
#define CHECK_REGISTERS	64
#define CHECK_REPLAY	5000

enum kind {
	APPEND_EVENT,
	APPEND_RECORD,
	DIGEST,
	LIMIT,
	TRIM,
	CEL,
	INDEX,
	READ_ONLY,
	NR_KINDS
};

struct file {
	/* Below TSM_ROOT. */
	char path[512];
	enum kind kind;
	mode_t mode;
	struct model_reg *reg;
};

struct fuzz {
	struct model model;
	struct file files[MAX_FILES];
	int nr_files;
	uint64_t state;
	/* An open file of log/cel, and what had been dropped when it was opened. */
	int cel;
	uint64_t cel_dropped;
	/* What has been tried. */
	unsigned long good[NR_KINDS];
	unsigned long bad[NR_KINDS];
	uint8_t data[MAX_WRITE];
	size_t len;
};

/* Xorshift: a seed gives the same run everywhere. */
static uint32_t random_number(struct fuzz *fuzz)
{
	fuzz->state ^= fuzz->state << 13;
	fuzz->state ^= fuzz->state >> 7;
	fuzz->state ^= fuzz->state << 17;

	return fuzz->state >> 16;
}

static uint32_t below(struct fuzz *fuzz, uint32_t n)
{
	return random_number(fuzz) % n;
}

static bool one_in(struct fuzz *fuzz, uint32_t n)
{
	return !below(fuzz, n);
}

/* The files of the provider, by a walk through a directory of that name. */
static struct fuzz *walking;
static const char *walking_as;
static size_t walking_prefix;

static enum kind kind_of(const char *name)
{
	if (!strcmp(name, "append_event"))
		return APPEND_EVENT;
	if (!strcmp(name, "append_record"))
		return APPEND_RECORD;
	if (!strcmp(name, "limit"))
		return LIMIT;
	if (!strcmp(name, "trim"))
		return TRIM;
	if (!strcmp(name, "cel"))
		return CEL;
	if (!strcmp(name, "index"))
		return INDEX;

	return READ_ONLY;
}

static int add_file(const char *path, const struct stat *st, int type,
		    struct FTW *ftw)
{
	struct file *file = &walking->files[walking->nr_files];
	struct model *model = &walking->model;

	/* One is the driver core's, the other has no model. */
	if (!S_ISREG(st->st_mode) || !strcmp(path + ftw->base, "uevent") ||
	    !strcmp(path + ftw->base, "others_limit"))
		return 0;
	if (walking->nr_files++ == MAX_FILES)
		return -1;
	snprintf(file->path, sizeof(file->path), "%s/%s", walking_as,
		 path + walking_prefix);
	file->mode = st->st_mode;
	file->kind = kind_of(path + ftw->base);
	for (int i = 0; i < model->nr_regs; i++) {
		char dir[512];
		int len = snprintf(dir, sizeof(dir), "%s/%s/", model->provider,
				   model->regs[i].name);

		if (strncmp(file->path, dir, len))
			continue;
		file->reg = &model->regs[i];
		if (file->reg->digest && !strcmp(file->path + len, "digest"))
			file->kind = DIGEST;
	}

	return 0;
}

/* Payloads: what is right, or nearly, or any bytes. */

static void random_bytes(struct fuzz *fuzz, size_t len)
{
	fuzz->len = len;
	for (size_t i = 0; i < len; i++)
		fuzz->data[i] = random_number(fuzz);
}

static void random_event(struct fuzz *fuzz)
{
	static const size_t edges[] = { 0,    1,    2,    4094, 4095,
					4096, 4097, 8192, MAX_WRITE };

	if (one_in(fuzz, 8))
		random_bytes(fuzz, edges[below(fuzz, 9)]);
	else
		random_bytes(fuzz, 1 + below(fuzz, 100));
}

static size_t open_tlv(struct fuzz *fuzz)
{
	fuzz->len += 5;

	return fuzz->len - 5;
}

/* Let all that was put since open_tlv() has returned @at be the value of a TLV. */
static void close_tlv(struct fuzz *fuzz, size_t at, uint8_t type)
{
	size_t len = fuzz->len - at - 5;

	fuzz->data[at] = type;
	for (int i = 4; i > 0; i--, len >>= 8)
		fuzz->data[at + i] = len;
}

static void put_random(struct fuzz *fuzz, uint8_t type, size_t len)
{
	size_t at = open_tlv(fuzz);

	while (len--)
		fuzz->data[fuzz->len++] = random_number(fuzz);
	close_tlv(fuzz, at, type);
}

/* One for each bank, beginning with any of them; seldom one more or less. */
static void put_digests(struct fuzz *fuzz, const struct model_reg *reg)
{
	int nr = reg->nr_banks + (one_in(fuzz, 8) ? (int)below(fuzz, 3) - 1 : 0);
	int first = below(fuzz, reg->nr_banks);
	size_t at = open_tlv(fuzz);

	for (int i = 0; i < nr; i++) {
		const struct model_bank *bank =
			&reg->banks[(first + i) % reg->nr_banks];

		put_random(fuzz, bank->alg, bank->size);
	}
	close_tlv(fuzz, at, TSM_CEL_DIGESTS);
}

/* Mostly well-formed content, of a type that there is or not. */
static void put_content(struct fuzz *fuzz)
{
	static const uint8_t event_types[] = { 0, 3, 5, 6, 12, 13, 0x80 };
	size_t len = one_in(fuzz, 16) ? 3700 + below(fuzz, 500) :
					below(fuzz, 100);
	size_t at = open_tlv(fuzz), number;
	uint8_t type = one_in(fuzz, 2) ? 4 + below(fuzz, 7) :
					 random_number(fuzz);

	switch (type) {
	case TSM_CEL_CONTENT_PCCLIENT_STD:
		number = open_tlv(fuzz);
		for (int i = 0; i < 3; i++)
			fuzz->data[fuzz->len++] =
				one_in(fuzz, 8) ? random_number(fuzz) : 0;
		fuzz->data[fuzz->len++] = event_types[below(fuzz, 7)];
		close_tlv(fuzz, number, TSM_CEL_PCCLIENT_EVENT_TYPE);
		put_random(fuzz, TSM_CEL_PCCLIENT_EVENT_DATA, len);
		break;
	case TSM_CEL_CONTENT_IMA_TEMPLATE:
		put_random(fuzz, TSM_CEL_IMA_TEMPLATE_NAME, below(fuzz, 9));
		put_random(fuzz, TSM_CEL_IMA_TEMPLATE_DATA, len);
		break;
	default:
		while (len--)
			fuzz->data[fuzz->len++] = random_number(fuzz);
		break;
	}
	close_tlv(fuzz, at, type);
}

static void random_record(struct fuzz *fuzz, const struct model_reg *reg)
{
	fuzz->len = 0;
	if (one_in(fuzz, 2))
		put_digests(fuzz, reg);
	put_content(fuzz);
	if (one_in(fuzz, 20))
		put_content(fuzz);
}

/* Change a byte, add one, or take one away. */
static void mutate(struct fuzz *fuzz)
{
	static const char interesting[] = "\n +-0x9gG,.\r\t";
	size_t at = fuzz->len ? below(fuzz, fuzz->len) : 0;
	uint8_t byte = one_in(fuzz, 2) ?
			       random_number(fuzz) :
			       interesting[below(fuzz, sizeof(interesting))];

	switch (below(fuzz, 4)) {
	case 0:
		if (fuzz->len)
			fuzz->data[at] = byte;
		break;
	case 1:
		if (fuzz->len < MAX_WRITE) {
			memmove(fuzz->data + at + 1, fuzz->data + at,
				fuzz->len++ - at);
			fuzz->data[at] = byte;
		}
		break;
	case 2:
		if (fuzz->len)
			fuzz->len--;
		break;
	default:
		if (fuzz->len < MAX_WRITE)
			fuzz->data[fuzz->len++] = byte;
		break;
	}
}

static void random_digest(struct fuzz *fuzz, size_t size)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	random_bytes(fuzz, size);
	if (one_in(fuzz, 3))
		return;
	fuzz->len = 2 * size;
	for (size_t i = 0; i < 2 * size; i++)
		fuzz->data[i] = digits[below(fuzz, sizeof(digits) - 1)];
	if (one_in(fuzz, 2))
		fuzz->data[fuzz->len++] = '\n';
}

static void print_number(struct fuzz *fuzz, uint64_t number)
{
	fuzz->len = sprintf((char *)fuzz->data, "%s%" PRIu64 "%s",
			    one_in(fuzz, 8) ? "+" : "", number,
			    one_in(fuzz, 2) ? "\n" : "");
}

static void random_limit(struct fuzz *fuzz)
{
	switch (below(fuzz, 8)) {
	case 0:
		print_number(fuzz, fuzz->model.size + below(fuzz, 5000));
		break;
	case 1:
		print_number(fuzz, random_number(fuzz) *
					   (uint64_t)random_number(fuzz));
		break;
	case 2:
		print_number(fuzz, UINT64_MAX);
		break;
	default:
		print_number(fuzz, one_in(fuzz, 2) ? 0 : 2 * BIG_LOG);
		break;
	}
}

static void random_trim(struct fuzz *fuzz)
{
	const struct model *model = &fuzz->model;

	switch (below(fuzz, 8)) {
	case 0:
		print_number(fuzz, model->next + below(fuzz, 3));
		break;
	case 1:
		print_number(fuzz, random_number(fuzz) *
					   (uint64_t)random_number(fuzz));
		break;
	case 2:
		print_number(fuzz, below(fuzz, model->first + 1));
		break;
	default:
		print_number(fuzz, model->first +
					   below(fuzz, model->next -
							       model->first + 1));
		break;
	}
}

static void random_payload(struct fuzz *fuzz, const struct file *file)
{
	switch (file->kind) {
	case APPEND_EVENT:
		random_event(fuzz);
		break;
	case APPEND_RECORD:
		random_record(fuzz, file->reg);
		break;
	case DIGEST:
		random_digest(fuzz, file->reg->banks[0].size);
		break;
	case LIMIT:
		random_limit(fuzz);
		break;
	default:
		random_trim(fuzz);
		break;
	}
	while (one_in(fuzz, 3))
		mutate(fuzz);
	if (one_in(fuzz, 40))
		random_bytes(fuzz, below(fuzz, 300));
}

/* What the model says of the payload at offset 0. */
static ssize_t expect(struct fuzz *fuzz, const struct file *file)
{
	struct model *model = &fuzz->model;

	switch (file->kind) {
	case APPEND_EVENT:
		return model_append_event(model, file->reg, fuzz->data,
					  fuzz->len);
	case APPEND_RECORD:
		return model_append_record(model, file->reg, fuzz->data,
					   fuzz->len);
	case DIGEST:
		return model_digest(model, file->reg, fuzz->data, fuzz->len);
	case LIMIT:
		return model_limit(model, fuzz->data, fuzz->len);
	default:
		return model_trim(model, fuzz->data, fuzz->len);
	}
}

static bool is_expected(ssize_t rc, ssize_t expected)
{
	if (expected == MODEL_NO_NUMBER)
		return rc == -EINVAL || rc == -ERANGE;

	return rc == expected;
}

static bool wrong(const struct fuzz *fuzz, const struct file *file,
		  const char *what, off_t off, ssize_t rc, ssize_t expected)
{
	printf("# %s of %s at %lld gives %zd, not %zd; %zu bytes:", what,
	       file->path, (long long)off, rc, expected, fuzz->len);
	for (size_t i = 0; i < fuzz->len && i < 150; i++)
		printf(" %02x", fuzz->data[i]);
	printf("\n");

	return false;
}

/* Numbers are written from the beginning. */
static off_t random_offset(struct fuzz *fuzz, const struct file *file)
{
	static const off_t edges[] = { 1, 2, 4095, 4096, 4097, 1ll << 32 };

	if (file->kind == LIMIT || file->kind == TRIM || !one_in(fuzz, 10))
		return 0;

	return one_in(fuzz, 2) ? edges[below(fuzz, 6)] : 1 + below(fuzz, 10000);
}

static ssize_t write_at(struct fuzz *fuzz, int fd, off_t off)
{
	ssize_t rc;

	if (one_in(fuzz, 2)) {
		rc = pwrite(fd, fuzz->data, fuzz->len, off);
	} else {
		if (lseek(fd, off, SEEK_SET) != off)
			return -EBADF;
		rc = write(fd, fuzz->data, fuzz->len);
	}

	return rc < 0 ? -errno : rc;
}

static bool try_write(struct fuzz *fuzz, const struct file *file)
{
	off_t off = random_offset(fuzz, file);
	int fd = tsm_open(O_WRONLY, "%s", file->path);
	ssize_t rc, expected;

	if (fd < 0)
		return wrong(fuzz, file, "an open for writing", 0, fd, 0);
	random_payload(fuzz, file);
	rc = write_at(fuzz, fd, off);
	close(fd);
	expected = off && fuzz->len ? -EINVAL : expect(fuzz, file);
	if (!is_expected(rc, expected))
		return wrong(fuzz, file, "a write", off, rc, expected);
	if (rc >= 0)
		fuzz->good[file->kind]++;
	else
		fuzz->bad[file->kind]++;

	return true;
}

/* Root may open any file, but only for what it can do. */
static bool try_open(struct fuzz *fuzz, const struct file *file)
{
	static const int flags[] = { O_RDONLY, O_WRONLY, O_RDWR,
				     O_WRONLY | O_TRUNC, O_WRONLY | O_APPEND };
	int flag = flags[below(fuzz, 5)];
	bool reads = (flag & O_ACCMODE) != O_WRONLY;
	bool writes = (flag & O_ACCMODE) != O_RDONLY;
	bool allowed = (!reads || file->mode & 0444) &&
		       (!writes || file->mode & 0222);
	int fd = tsm_open(flag, "%s", file->path);

	fuzz->len = 0;
	if (fd >= 0)
		close(fd);
	if (allowed ? fd < 0 : fd != -EACCES)
		return wrong(fuzz, file, "an open", flag, fd,
			     allowed ? 0 : -EACCES);
	fuzz->bad[file->kind] += !allowed;

	return true;
}

/*
 * Compare a read with what the model has: @size bytes, after @dropped bytes that
 * were there when the file was opened.
 */
static bool compare_read(struct fuzz *fuzz, const struct file *file, int fd,
			 off_t off, const void *bytes, size_t size,
			 size_t dropped)
{
	size_t want = 1 + below(fuzz, 6000);
	size_t end = dropped + size;
	size_t there = (size_t)off < end ? end - off : 0;
	ssize_t expected, rc;

	fuzz->len = 0;
	rc = pread(fd, fuzz->data, want, off);
	if (rc < 0)
		rc = -errno;
	expected = there < want ? there : want;
	if ((size_t)off < dropped)
		expected = -ESTALE;
	if (rc != expected)
		return wrong(fuzz, file, "a read", off, rc, expected);
	if (rc > 0 && memcmp(fuzz->data, (const char *)bytes + off - dropped, rc))
		return wrong(fuzz, file, "a read with other bytes", off, rc,
			     expected);

	return true;
}

static bool try_read_cel(struct fuzz *fuzz, const struct file *file)
{
	const struct model *model = &fuzz->model;
	size_t dropped = model->dropped - fuzz->cel_dropped;
	off_t off = one_in(fuzz, 4) ? 0 : below(fuzz, model->size + 500);
	bool good;
	int fd;

	/* The file that was opened at first, or another one. */
	if (one_in(fuzz, 2))
		return compare_read(fuzz, file, fuzz->cel,
				    one_in(fuzz, 2) ? off : dropped + off,
				    model->cel, model->size, dropped);
	fd = tsm_open(O_RDONLY, "%s", file->path);
	if (fd < 0)
		return wrong(fuzz, file, "an open for reading", 0, fd, 0);
	good = compare_read(fuzz, file, fd, off, model->cel, model->size, 0);
	if (one_in(fuzz, 20)) {
		close(fuzz->cel);
		fuzz->cel = fd;
		fuzz->cel_dropped = model->dropped;
		return good;
	}
	close(fd);

	return good;
}

static bool try_read_index(struct fuzz *fuzz, const struct file *file)
{
	size_t size;
	char *text = model_index(&fuzz->model, &size);
	off_t off = one_in(fuzz, 4) ? 0 : below(fuzz, size + 50);
	int fd = tsm_open(O_RDONLY, "%s", file->path);
	bool good;

	if (fd < 0)
		return wrong(fuzz, file, "an open for reading", 0, fd, 0);
	good = compare_read(fuzz, file, fd, off, text, size, 0);
	close(fd);
	free(text);

	return good;
}

/* Any read, anywhere, which at least changes nothing. */
static bool try_read(struct fuzz *fuzz, const struct file *file)
{
	int fd;

	if (file->kind == CEL)
		return try_read_cel(fuzz, file);
	if (file->kind == INDEX)
		return try_read_index(fuzz, file);
	if (!(file->mode & 0444))
		return true;
	fd = tsm_open(O_RDONLY, "%s", file->path);
	if (fd < 0)
		return wrong(fuzz, file, "an open for reading", 0, fd, 0);
	if (lseek(fd, below(fuzz, 9000), SEEK_SET) < 0)
		return wrong(fuzz, file, "a seek", 0, -errno, 0);
	if (read(fd, fuzz->data, below(fuzz, 6000)) < 0 && errno != ESTALE)
		return wrong(fuzz, file, "a read", 0, -errno, 0);
	close(fd);

	return true;
}

static bool try_something(struct fuzz *fuzz, unsigned long *writes)
{
	const struct file *file;

	/* Most files can only be read, but most of what is tried is a write. */
	do {
		file = &fuzz->files[below(fuzz, fuzz->nr_files)];
	} while (!(file->mode & 0222) && !one_in(fuzz, 8));

	if (file->mode & 0222 && !one_in(fuzz, 8)) {
		/* Neither too often full, nor too often empty. */
		if (file->kind == TRIM && fuzz->model.size < BIG_LOG &&
		    !one_in(fuzz, 8))
			return true;
		++*writes;
		return try_write(fuzz, file);
	}
	if (one_in(fuzz, 8))
		return try_open(fuzz, file);

	return try_read(fuzz, file);
}

static bool run(struct fuzz *fuzz, unsigned long count)
{
	unsigned long writes = 0, tries = 0;

	while (writes < count) {
		if (!try_something(fuzz, &writes))
			return false;
		if (!model_numbers_agree(&fuzz->model))
			return wrong(fuzz, fuzz->files, "something", tries, 0, 0);
		if (++tries % CHECK_REGISTERS == 0 &&
		    !model_registers_agree(&fuzz->model))
			return false;
		if (tries % CHECK_REPLAY == 0 &&
		    tsm_replay(fuzz->model.provider) !=
			    (long)fuzz->model.next)
			return false;
	}

	return model_registers_agree(&fuzz->model) &&
	       tsm_replay(fuzz->model.provider) == (long)fuzz->model.next;
}

static void report(const struct fuzz *fuzz)
{
	static const char *const names[] = { "append_event", "append_record",
					     "digest", "limit", "trim" };

	for (int i = 0; i < 5; i++)
		printf("# %s: %s: %lu good, %lu bad\n", fuzz->model.provider,
		       names[i], fuzz->good[i], fuzz->bad[i]);
}

/* Add the files in @path, which @name stands for in the paths of files here. */
static bool walk(struct fuzz *fuzz, const char *path, const char *name)
{
	char dir[PATH_MAX];

	/* That of the registers is a link. */
	if (!realpath(path, dir))
		return false;
	walking = fuzz;
	walking_as = name;
	walking_prefix = strlen(dir) + 1;

	return !nftw(dir, add_file, 16, FTW_PHYS);
}

/* Others want to find events that are what was measured. */
static void drop_records(const struct provider *provider)
{
	char number[32];
	int len = snprintf(number, sizeof(number), "%lld",
			   tsm_number("%s/log/next_record", provider->name));

	tsm_write(number, len, "%s/log/trim", provider->name);
}

static bool fuzz_provider(const struct provider *provider, uint64_t seed,
			  unsigned long count)
{
	struct fuzz *fuzz = calloc(1, sizeof(*fuzz));
	char path[512], log[512];
	bool good;

	if (!fuzz || !model_init(&fuzz->model, provider))
		return false;
	fuzz->state = seed;
	snprintf(path, sizeof(path), TSM_ROOT "/%s", provider->name);
	snprintf(log, sizeof(log), "%s/log", provider->name);
	if (!walk(fuzz, path, provider->name))
		return false;
	snprintf(path, sizeof(path), TSM_LOG_ROOT "/%s", provider->name);
	if (!walk(fuzz, path, log))
		return false;
	fuzz->cel = tsm_open(O_RDONLY, "%s/log/cel", provider->name);
	fuzz->cel_dropped = fuzz->model.dropped;
	good = run(fuzz, count);
	report(fuzz);
	tsm_write("33554432", 8, "%s/log/limit", provider->name);
	drop_records(provider);
	close(fuzz->cel);
	model_free(&fuzz->model);
	free(fuzz);

	return good;
}

FIXTURE(fuzz)
{
	struct provider providers[MAX_PROVIDERS];
	int count;
	unsigned long writes;
	uint64_t seed;
};

FIXTURE_SETUP(fuzz)
{
	const char *writes = getenv("FUZZ_WRITES");
	const char *seed = getenv("FUZZ_SEED");

	self->count = providers_find(self->providers);
	ASSERT_LT(0, self->count);
	self->writes = writes ? strtoul(writes, NULL, 10) : DEFAULT_WRITES;
	self->seed = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
	printf("# FUZZ_SEED=%" PRIu64 "\n", self->seed);
}

FIXTURE_TEARDOWN(fuzz)
{
}

TEST_F(fuzz, every_file)
{
	for (int i = 0; i < self->count; i++) {
		const struct provider *provider = &self->providers[i];
		bool soft = !strcmp(provider->name, "sample");

		EXPECT_TRUE(fuzz_provider(provider, self->seed,
					  soft ? self->writes :
						 self->writes / HARDWARE_SHARE));
	}
}

TEST_HARNESS_MAIN
