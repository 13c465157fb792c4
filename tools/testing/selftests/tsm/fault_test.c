// SPDX-License-Identifier: GPL-2.0
/*
 * Every operation with each of its allocations failing: the first one, the second
 * one, and so on until there are no more.
 *
 * An operation that fails for want of memory must have changed nothing, and must
 * work when it is tried again. One that finds a way around must be complete.
 * After either, the log must give the registers' values.
 *
 * It needs CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC, CONFIG_FAULT_INJECTION_DEBUG_FS
 * and CONFIG_FAULT_INJECTION_STACKTRACE_FILTER. What leaks is for kmemleak to say.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/tsm-event-log.h>

#include "../kselftest_harness.h"
#include "tsm.h"

#define DEBUGFS		"/sys/kernel/debug"

/* Where x86 puts modules. */
#define MODULES_START	"0xffffffffa0000000"
#define MODULES_END	"0xffffffffff000000"

#define PAGE		4096
#define LONGEST_EVENT	4095
/* What one node of the xarray in a stream covers. */
#define NODE		(64 * PAGE)

/* A stop for loops that would not end: no operation allocates so often. */
#define MOST_FAULTS	2000

static char tpm[32];
static int nth_fd = -1;

static bool set(const char *dir, const char *file, const char *value)
{
	char path[128];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	len = write(fd, value, strlen(value));
	close(fd);

	return len == (ssize_t)strlen(value);
}

/* Let only the allocations on the way from @start to @end fail. */
static bool filter(const char *start, const char *end)
{
	return set("failslab", "require-start", start) &&
	       set("failslab", "require-end", end) &&
	       set("fail_page_alloc", "require-start", start) &&
	       set("fail_page_alloc", "require-end", end);
}

static bool filter_nothing(void)
{
	return filter("0", "0xffffffffffffffff");
}

static bool can_fail(void)
{
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	return nth_fd >= 0;
}

/* By default only allocations that must not sleep fail. */
static bool prepare_faults(void)
{
	return filter_nothing() &&
	       set("failslab", "ignore-gfp-wait", "N") &&
	       set("failslab", "verbose", "0") &&
	       set("fail_page_alloc", "ignore-gfp-wait", "N") &&
	       set("fail_page_alloc", "ignore-gfp-highmem", "N") &&
	       set("fail_page_alloc", "min-order", "0") &&
	       set("fail_page_alloc", "verbose", "0");
}

static void fail_allocation(int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", nth);

	if (pwrite(nth_fd, text, len, 0) != len)
		abort();
}

/* No more failures. Has there been one? */
static bool stop_failing(void)
{
	char left[16] = {};

	if (pread(nth_fd, left, sizeof(left) - 1, 0) <= 0)
		abort();
	fail_allocation(0);

	return !atoi(left);
}

static bool find_tpm(void)
{
	glob_t found;
	bool good = !glob(TSM_ROOT "/tpm*", 0, NULL, &found);

	if (good)
		snprintf(tpm, sizeof(tpm), "%s",
			 strrchr(found.gl_pathv[0], '/') + 1);
	globfree(&found);

	return good;
}

/**
 * struct operation - one system call on an open file
 * @provider: whose file it is
 * @path: the file
 * @prepare: what to do each time before it; may set @data
 * @data: what is written, %NULL to read
 * @len: its length
 * @adds: records that it adds to the log
 * @same: what is read must be the same each time
 */
struct operation {
	const char *provider;
	char path[64];
	void (*prepare)(struct operation *op);
	const char *data;
	size_t len;
	int adds;
	bool same;
};

/*
 * With the Nth allocation failing, or with none if @nth is 0. Opening the file is
 * sysfs's business, and must not fail.
 */
static ssize_t perform(const struct operation *op, char *buf, int nth, bool *hit)
{
	int flags = op->data ? O_WRONLY : O_RDONLY;
	ssize_t rc;
	int fd;

	/* An open file of the log has its memory from when it was opened. */
	fail_allocation(nth);
	fd = tsm_open(flags, "%s/%s", op->provider, op->path);
	if (fd < 0) {
		*hit = stop_failing();
		return fd;
	}
	if (op->data)
		rc = pwrite(fd, op->data, op->len, 0);
	else
		rc = pread(fd, buf, PAGE, 0);
	rc = rc < 0 ? -errno : rc;
	*hit = stop_failing();
	close(fd);

	return rc;
}

/* What an operation that fails must leave as it is. */
struct state {
	long long next_record;
	long long first_record;
	long long size;
	long long limit;
	size_t checkpoints;
};

static void look(struct state *state, const char *provider)
{
	memset(state, 0, sizeof(*state));
	state->next_record = tsm_number("%s/log/next_record", provider);
	state->first_record = tsm_number("%s/log/first_record", provider);
	state->size = tsm_number("%s/log/size", provider);
	state->limit = tsm_number("%s/log/limit", provider);
	free(tsm_slurp(&state->checkpoints, "%s/log/checkpoints", provider));
}

static void exhaust(struct __test_metadata *_metadata, struct operation *op)
{
	char first[PAGE], buf[PAGE];
	int failures = 0, nth = 0;
	struct state before, now;
	ssize_t rc, expected = 0;
	bool hit, unused;

	if (!op->data)
		expected = perform(op, first, 0, &unused);
	ASSERT_LE(0, expected);

	do {
		if (op->prepare)
			op->prepare(op);
		if (op->data)
			expected = op->len;
		look(&before, op->provider);

		rc = perform(op, buf, ++nth, &hit);

		look(&now, op->provider);
		if (rc < 0) {
			failures++;
			EXPECT_EQ(-ENOMEM, rc);
			EXPECT_EQ(0, memcmp(&before, &now, sizeof(now)));
			EXPECT_LE(0, tsm_replay(op->provider));
			rc = perform(op, buf, 0, &unused);
		}
		EXPECT_EQ(expected, rc);
		if (op->same)
			EXPECT_EQ(0, memcmp(first, buf, expected));
		EXPECT_EQ(before.next_record + op->adds,
			  tsm_number("%s/log/next_record", op->provider));
		EXPECT_LE(0, tsm_replay(op->provider));
	} while (hit && nth < MOST_FAULTS && __test_passed(_metadata));

	TH_LOG("%s/%s: failed %d times in %d", op->provider, op->path, failures,
	       nth);
	EXPECT_LT(0, failures);
	EXPECT_FALSE(hit);
}

FIXTURE(fault)
{
	const char *provider;
};

FIXTURE_VARIANT(fault)
{
	const char *provider;
	const char *reg;
};

FIXTURE_VARIANT_ADD(fault, single)
{
	.provider = "sample",
	.reg = "rtmr0",
};

FIXTURE_VARIANT_ADD(fault, agile)
{
	.provider = "sample",
	.reg = "rtmr2",
};

FIXTURE_VARIANT_ADD(fault, tpm)
{
	.provider = NULL,
	.reg = "pcr16",
};

FIXTURE_SETUP(fault)
{
	if (!can_fail())
		SKIP(return, "the kernel has no CONFIG_FAULT_INJECTION");
	ASSERT_TRUE(prepare_faults());
	ASSERT_EQ(0, system("modprobe measurement_example"));
	ASSERT_TRUE(find_tpm());
	self->provider = variant->provider ?: tpm;
}

FIXTURE_TEARDOWN(fault)
{
}

#define OPERATION(name, _provider, ...)					\
	struct operation name = { .provider = _provider, __VA_ARGS__ }

#define SET_PATH(op, ...)						\
	snprintf((op).path, sizeof((op).path), __VA_ARGS__)

TEST_F(fault, append_event)
{
	OPERATION(op, self->provider, .data = "event", .len = 5, .adds = 1);

	SET_PATH(op, "%s/append_event", variant->reg);
	exhaust(_metadata, &op);
}

/* Each of these takes a new page of the log. */
TEST_F(fault, append_long_event)
{
	static char event[LONGEST_EVENT];

	OPERATION(op, self->provider, .data = event, .len = sizeof(event),
		  .adds = 1);

	memset(event, 'x', sizeof(event));
	SET_PATH(op, "%s/append_event", variant->reg);
	exhaust(_metadata, &op);
}

/* Content of the type that systemd has, with a digest for each bank. */
static size_t make_record(char *buf, const char *reg, size_t size)
{
	static const struct {
		char alg;
		unsigned char size;
	} banks[] = {
		{ TSM_CEL_ALG_SHA1, 20 }, { TSM_CEL_ALG_SHA256, 32 },
		{ TSM_CEL_ALG_SHA384, 48 }, { TSM_CEL_ALG_SHA512, 64 },
	};
	/* Those of rtmr0, of rtmr2 and of a TPM. */
	int first = !strcmp(reg, "rtmr0") ? 2 : !strcmp(reg, "rtmr2") ? 1 : 0;
	int last = !strcmp(reg, "rtmr0") ? 2 : 3;
	char *p = buf + 5;

	for (int i = first; i <= last; i++) {
		memcpy(p, (char []) { banks[i].alg, 0, 0, 0, banks[i].size }, 5);
		memset(p + 5, i, banks[i].size);
		p += 5 + banks[i].size;
	}
	memcpy(buf, (char []) { TSM_CEL_DIGESTS, 0, 0, 0, p - buf - 5 }, 5);
	memcpy(p, (char []) { 9, 0, 0, size >> 8, size }, 5);
	memset(p + 5, 'x', size);

	return p + 5 + size - buf;
}

TEST_F(fault, append_record)
{
	char record[PAGE];

	OPERATION(op, self->provider, .data = record, .adds = 1);

	op.len = make_record(record, variant->reg, 20);
	SET_PATH(op, "%s/append_record", variant->reg);
	exhaust(_metadata, &op);
}

TEST_F(fault, append_long_record)
{
	char record[PAGE];

	OPERATION(op, self->provider, .data = record, .adds = 1);

	op.len = make_record(record, variant->reg, 3800);
	SET_PATH(op, "%s/append_record", variant->reg);
	exhaust(_metadata, &op);
}

TEST_F(fault, read_digest)
{
	OPERATION(op, self->provider, .same = true);

	SET_PATH(op, "%s/digest", variant->reg);
	exhaust(_metadata, &op);
}

TEST_F(fault, read_bank)
{
	OPERATION(op, self->provider, .same = true);

	if (!strcmp(variant->reg, "rtmr0"))
		SET_PATH(op, "report/digest");
	else
		SET_PATH(op, "%s/sha256/digest", variant->reg);
	exhaust(_metadata, &op);
}

TEST_F(fault, read_log)
{
	static const char *const files[] = {
		"cel", "checkpoints", "index", "next_record", "first_record",
		"size", "limit",
	};

	ASSERT_EQ(5, tsm_write("event", 5, "%s/%s/append_event", self->provider,
			       variant->reg));
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		OPERATION(op, self->provider, .same = true);

		SET_PATH(op, "log/%s", files[i]);
		exhaust(_metadata, &op);
	}
}

TEST_F(fault, limit)
{
	OPERATION(op, self->provider, .data = "30000000\n", .len = 9);

	SET_PATH(op, "log/limit");
	exhaust(_metadata, &op);
	EXPECT_EQ(30000000, tsm_number("%s/log/limit", self->provider));
}

/* Several pages of records, of which the last stays. */
static void fill_for_trim(struct operation *op)
{
	static char event[LONGEST_EVENT], number[32];
	const char *reg = strcmp(op->provider, "sample") ? "pcr16" : "rtmr2";

	for (int i = 0; i < 4; i++)
		tsm_write(event, sizeof(event), "%s/%s/append_event",
			  op->provider, reg);
	op->len = snprintf(number, sizeof(number), "%lld\n",
			   tsm_number("%s/log/next_record", op->provider) - 1);
	op->data = number;
}

TEST_F(fault, trim)
{
	OPERATION(op, self->provider, .data = "", .prepare = fill_for_trim);

	SET_PATH(op, "log/trim");
	exhaust(_metadata, &op);
	EXPECT_EQ(tsm_number("%s/log/next_record", self->provider) - 1,
		  tsm_number("%s/log/first_record", self->provider));
}

static int unload(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK) ? -errno : 0;
}

FIXTURE(sample)
{
};

/* A log from its beginning. */
FIXTURE_SETUP(sample)
{
	if (!can_fail())
		SKIP(return, "the kernel has no CONFIG_FAULT_INJECTION");
	ASSERT_TRUE(prepare_faults());
	unload("measurement_example");
	ASSERT_EQ(0, system("modprobe measurement_example"));
}

FIXTURE_TEARDOWN(sample)
{
}

TEST_F(sample, write_digest)
{
	char hex[97];

	OPERATION(op, "sample", .path = "rtmr0/digest", .data = hex, .len = 96,
		  .adds = 1);

	memset(hex, 'a', sizeof(hex));
	exhaust(_metadata, &op);
}

/* Until the next long event begins a new node. */
static void fill_node(struct operation *op)
{
	static char event[LONGEST_EVENT];

	while (tsm_number("%s/log/size", op->provider) % NODE <
	       NODE - LONGEST_EVENT)
		tsm_write(event, sizeof(event), "%s/rtmr1/append_event",
			  op->provider);
}

TEST_F(sample, append_at_a_new_node)
{
	static char event[LONGEST_EVENT];

	OPERATION(op, "sample", .path = "rtmr1/append_event", .data = event,
		  .len = sizeof(event), .adds = 1, .prepare = fill_node);

	exhaust(_metadata, &op);
}

/* A log without memory. */
static void begin_anew(struct operation *op)
{
	(void)op;
	unload("measurement_example");
	if (system("modprobe measurement_example"))
		abort();
}

TEST_F(sample, first_append)
{
	OPERATION(op, "sample", .path = "rtmr1/append_event", .data = "event",
		  .len = 5, .adds = 1, .prepare = begin_anew);

	exhaust(_metadata, &op);
}

FIXTURE(others)
{
};

FIXTURE_SETUP(others)
{
	if (!can_fail())
		SKIP(return, "the kernel has no CONFIG_FAULT_INJECTION");
	ASSERT_TRUE(prepare_faults());
	ASSERT_TRUE(find_tpm());
}

FIXTURE_TEARDOWN(others)
{
}

/*
 * Extend PCR 16 past our files, with the Nth allocation failing. Returns 0, or a
 * negative errno if the TPM's driver failed.
 */
static int extend_elsewhere(int nth, bool *hit)
{
	/* TPM2_PCR_Extend, by the password, which is empty, in the bank SHA-256. */
	static const unsigned char command[] = {
		0x80, 0x02, 0, 0, 0, 65, 0, 0, 0x01, 0x82, 0, 0, 0, 16,
		0, 0, 0, 9, 0x40, 0, 0, 0x09, 0, 0, 0, 0, 0,
		0, 0, 0, 1, 0, 0x0b, [64] = 1,
	};
	static const unsigned char success[4];
	unsigned char response[64];
	char path[sizeof("/dev/tpmrm") + sizeof(tpm)];
	int fd, rc;

	snprintf(path, sizeof(path), "/dev/tpmrm%s", tpm + strlen("tpm"));
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		abort();
	fail_allocation(nth);
	rc = write(fd, command, sizeof(command)) < 0 ? -errno : 0;
	*hit = stop_failing();
	if (!rc && (read(fd, response, sizeof(response)) < 10 ||
		    memcmp(response + 6, success, sizeof(success))))
		abort();
	close(fd);

	return rc;
}

/* Whatever fails for want of memory, the log gives what the PCRs have. */
TEST_F(others, extend)
{
	int nth = 0, failures = 0;
	bool hit;

	do {
		failures += extend_elsewhere(++nth, &hit) < 0;
		EXPECT_LE(0, tsm_replay(tpm));
	} while (hit && nth < MOST_FAULTS && __test_passed(_metadata));

	TH_LOG("failed %d times in %d", failures, nth);
	EXPECT_FALSE(hit);
}

FIXTURE(load)
{
	char file[256];
};

FIXTURE_SETUP(load)
{
	FILE *find;

	if (!can_fail())
		SKIP(return, "the kernel has no CONFIG_FAULT_INJECTION");
	ASSERT_TRUE(prepare_faults());
	find = popen("find /lib/modules/$(uname -r) -name measurement-example.ko",
		     "r");
	ASSERT_NE(NULL, find);
	ASSERT_NE(NULL, fgets(self->file, sizeof(self->file), find));
	pclose(find);
	self->file[strcspn(self->file, "\n")] = '\0';
}

FIXTURE_TEARDOWN(load)
{
	filter_nothing();
}

static bool exists(const char *pattern)
{
	glob_t found;
	bool good = !glob(pattern, 0, NULL, &found);

	globfree(&found);

	return good;
}

static int load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;

	close(fd);

	return rc;
}

/*
 * Only what the module does itself, not what loading any module takes, which
 * warns when it fails. And not each of the allocations, for undoing a registration
 * takes seconds in a kernel with CONFIG_DEBUG_KOBJECT_RELEASE: the KUnit suite
 * tsm-fault has them all.
 */
TEST_F(load, registration)
{
	int failures = 0, nth;
	bool hit;
	int rc;

	unload("measurement_example");
	for (nth = 1, hit = true; hit && nth < MOST_FAULTS; nth += 1 + nth / 4) {
		ASSERT_TRUE(filter(MODULES_START, MODULES_END));
		fail_allocation(nth);
		rc = load(self->file);
		hit = stop_failing();
		ASSERT_TRUE(filter_nothing());

		failures += !exists(TSM_ROOT "/sample");
		if (rc) {
			EXPECT_EQ(-ENOMEM, rc);
			EXPECT_FALSE(exists(TSM_ROOT "/sample"));
		} else {
			EXPECT_EQ(0, unload("measurement_example"));
		}
	}
	TH_LOG("failed %d times until %d", failures, nth);
	EXPECT_LT(0, failures);
	EXPECT_FALSE(hit);

	EXPECT_EQ(0, load(self->file));
	ASSERT_TRUE(exists(TSM_ROOT "/sample"));
	EXPECT_EQ(0, tsm_replay("sample"));
}

TEST_HARNESS_MAIN
