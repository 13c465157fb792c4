// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SEV-SNP provider, with fakes of what it calls. This has a copy of snp.c of
 * its own, and needs no SNP guest.
 */

/* As in snp.c, which comes too late to define it. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <asm/sev.h>
#include <asm/svm.h>
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/cc_platform.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/string.h>
#include <linux/tsm-measurement.h>
#include <linux/unaligned.h>
#include <uapi/linux/sev-guest.h>

/* What the firmware answers; offsets are those of the specification. */
#define HEADER_SIZE	0x20
#define STATUS		0x00
#define REPORT_SIZE	0x04
#define SIZE_OF_REPORT	0x4a0

/**
 * struct calls - what the provider called, and what that is to return
 * @snp_guest: whether this is an SNP guest
 * @kernel_vmpl: the privilege level that the kernel runs at
 * @device: the sev-guest device, or %NULL
 * @alloc_error: what snp_msg_alloc() returns
 * @init_error: what snp_msg_init() returns
 * @send_error: what snp_send_guest_request() returns
 * @register_error: what tsm_register_measurement() returns
 * @status: status in the response
 * @report_size: report_size in the response
 * @mdesc: what snp_msg_alloc() gives out
 * @vmpck_id: what snp_msg_init() was called with
 * @nr_allocated: message descriptors that were allocated and not freed
 * @nr_requests: calls of snp_send_guest_request()
 * @request: what the last one had
 * @payload: the request's payload
 * @registered: the provider that is registered
 */
static struct calls {
	bool snp_guest;
	u8 kernel_vmpl;
	struct device *device;
	int alloc_error;
	int init_error;
	int send_error;
	int register_error;
	u32 status;
	u32 report_size;
	struct snp_msg_desc *mdesc;
	int vmpck_id;
	int nr_allocated;
	unsigned int nr_requests;
	struct snp_guest_req request;
	struct snp_report_req payload;
	const struct tsm_measurement *registered;
} calls;

/* No two fields of the report have the same bytes. */
static u8 report_byte(size_t offset)
{
	return offset ^ (offset >> 8) * 0x55;
}

static bool fake_cc_platform_has(enum cc_attr attr)
{
	return attr == CC_ATTR_GUEST_SEV_SNP && calls.snp_guest;
}

static struct device *fake_find_device(const struct bus_type *bus,
				       struct device *start, const char *name)
{
	if (bus != &platform_bus_type || start || strcmp(name, "sev-guest"))
		return NULL;

	return get_device(calls.device);
}

static struct snp_msg_desc *fake_msg_alloc(void)
{
	if (calls.alloc_error)
		return ERR_PTR(calls.alloc_error);

	calls.nr_allocated++;

	return calls.mdesc;
}

static int fake_msg_init(struct snp_msg_desc *mdesc, int vmpck_id)
{
	calls.vmpck_id = vmpck_id;
	mdesc->vmpck_id = vmpck_id == -1 ? calls.kernel_vmpl : vmpck_id;

	return calls.init_error;
}

static void fake_msg_free(struct snp_msg_desc *mdesc)
{
	if (mdesc)
		calls.nr_allocated--;
}

static int fake_send_request(struct snp_msg_desc *mdesc,
			     struct snp_guest_req *req)
{
	u8 *response = req->resp_buf;

	calls.nr_requests++;
	calls.request = *req;
	if (req->req_sz == sizeof(calls.payload))
		memcpy(&calls.payload, req->req_buf, sizeof(calls.payload));
	if (calls.send_error)
		return calls.send_error;

	put_unaligned_le32(calls.status, response + STATUS);
	put_unaligned_le32(calls.report_size, response + REPORT_SIZE);
	for (size_t i = 0; i < calls.report_size; i++)
		response[HEADER_SIZE + i] = report_byte(i);

	return 0;
}

static int fake_register(const struct tsm_measurement *tm)
{
	if (calls.register_error)
		return calls.register_error;

	calls.registered = tm;

	return 0;
}

static void fake_unregister(const struct tsm_measurement *tm)
{
	if (calls.registered == tm)
		calls.registered = NULL;
}

#define bus_find_device_by_name	fake_find_device
#define cc_platform_has		fake_cc_platform_has
#define snp_msg_alloc		fake_msg_alloc
#define snp_msg_free		fake_msg_free
#define snp_msg_init		fake_msg_init
#define snp_send_guest_request	fake_send_request
#define snp_vmpl		calls.kernel_vmpl
#define tsm_register_measurement	fake_register
#define tsm_unregister_measurement	fake_unregister
/* One kernel may have both this copy of them and the provider's. */
#define tsm_snp_register	test_snp_register
#define tsm_snp_unregister	test_snp_unregister
#include "../snp.c"

static int snp_test_init(struct kunit *test)
{
	static unsigned int nr_devices;
	char name[32];

	calls = (struct calls) {
		.snp_guest = true,
		.kernel_vmpl = 2,
		.report_size = SIZE_OF_REPORT,
	};
	calls.mdesc = kunit_kzalloc(test, sizeof(*calls.mdesc), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, calls.mdesc);
	/* KUnit's driver of that name may be released later than it is gone. */
	snprintf(name, sizeof(name), "sev-guest-%u", nr_devices++);
	calls.device = kunit_device_register(test, name);
	KUNIT_ASSERT_FALSE(test, IS_ERR(calls.device));

	return 0;
}

static unsigned int device_references(void)
{
	return kref_read(&calls.device->kobj.kref);
}

/* The registration must fail with @error and leave nothing behind. */
static void expect_no_registration(struct kunit *test, int error)
{
	unsigned int references = device_references();

	KUNIT_EXPECT_EQ(test, tsm_snp_register(-1), error);
	KUNIT_EXPECT_NULL(test, calls.registered);
	KUNIT_EXPECT_EQ(test, calls.nr_requests, 0);
	KUNIT_EXPECT_EQ(test, device_references(), references);
}

/* What the core does before it reads register @i. */
static int refresh_mr(size_t i)
{
	const struct tsm_measurement *tm = calls.registered;

	return tm->refresh(tm, &tm->mrs[i]);
}

/*
 * A read must fail with @error, after @nr_requests in all. When everything works,
 * all reads must return @later: 0, or an error without another request.
 */
static void expect_failure(struct kunit *test, int error, int later,
			   unsigned int nr_requests)
{
	KUNIT_ASSERT_EQ(test, tsm_snp_register(-1), 0);
	KUNIT_EXPECT_EQ(test, refresh_mr(0), error);
	KUNIT_EXPECT_EQ(test, calls.nr_requests, nr_requests);

	calls.alloc_error = 0;
	calls.init_error = 0;
	calls.send_error = 0;
	calls.status = 0;
	calls.report_size = SIZE_OF_REPORT;
	for (size_t i = 0; i < calls.registered->nr_mrs; i++)
		KUNIT_EXPECT_EQ(test, refresh_mr(i), later);
	KUNIT_EXPECT_EQ(test, calls.nr_requests, nr_requests + !later);
	KUNIT_EXPECT_EQ(test, calls.nr_allocated, 0);
	tsm_snp_unregister();
}

static const struct field {
	const char *name;
	size_t offset;
	size_t size;
	bool digest;
} fields[] = {
	{ "guest_svn", 0x04, 4 },
	{ "policy", 0x08, 8 },
	{ "family_id", 0x10, 16 },
	{ "image_id", 0x20, 16 },
	{ "vmpl", 0x30, 4 },
	{ "measurement", 0x90, 48, true },
	{ "host_data", 0xc0, 32 },
	{ "id_key_digest", 0xe0, 48, true },
	{ "author_key_digest", 0x110, 48, true },
	{ "report_id", 0x140, 32 },
	{ "report_id_ma", 0x160, 32 },
};

static const struct tsm_measurement_register *find_mr(const char *name)
{
	for (size_t i = 0; i < calls.registered->nr_mrs; i++) {
		if (!strcmp(calls.registered->mrs[i].mr_name, name))
			return &calls.registered->mrs[i];
	}

	return NULL;
}

static void expect_field(struct kunit *test, const struct field *field)
{
	const struct tsm_measurement_register *mr = find_mr(field->name);
	u8 expected[48];

	KUNIT_ASSERT_NOT_NULL_MSG(test, mr, "no register %s", field->name);
	KUNIT_ASSERT_EQ_MSG(test, mr->mr_size, field->size, "%s", field->name);
	for (size_t i = 0; i < field->size; i++)
		expected[i] = report_byte(field->offset + i);
	KUNIT_EXPECT_MEMEQ_MSG(test, (u8 *)mr->mr_value, expected, field->size,
			       "%s", field->name);

	if (field->digest) {
		KUNIT_EXPECT_EQ(test, mr->mr_flags,
				TSM_MR_F_READABLE | TSM_MR_F_LIVE);
		KUNIT_EXPECT_EQ(test, mr->mr_hash, HASH_ALGO_SHA384);
	} else {
		KUNIT_EXPECT_EQ(test, mr->mr_flags,
				TSM_MR_F_READABLE | TSM_MR_F_LIVE |
				TSM_MR_F_NOHASH);
	}
}

static void test_registers_are_fields_of_the_report(struct kunit *test)
{
	unsigned int references = device_references();

	KUNIT_ASSERT_EQ(test, tsm_snp_register(-1), 0);
	KUNIT_ASSERT_NOT_NULL(test, calls.registered);
	KUNIT_EXPECT_STREQ(test, calls.registered->name, "snp");
	KUNIT_EXPECT_EQ(test, calls.registered->nr_mrs, ARRAY_SIZE(fields));
	KUNIT_EXPECT_EQ(test, calls.nr_requests, 0);

	/* Whichever register is read, the report is for all of them. */
	KUNIT_ASSERT_EQ(test, refresh_mr(calls.registered->nr_mrs - 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		expect_field(test, &fields[i]);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		KUNIT_EXPECT_EQ(test, refresh_mr(i), 0);

	/* The message descriptor was for one request, the device is kept. */
	KUNIT_EXPECT_EQ(test, calls.nr_requests, 1);
	KUNIT_EXPECT_EQ(test, calls.nr_allocated, 0);
	KUNIT_EXPECT_PTR_EQ(test, calls.registered->parent, calls.device);
	KUNIT_EXPECT_EQ(test, device_references(), references + 1);

	tsm_snp_unregister();
	KUNIT_EXPECT_NULL(test, calls.registered);
	KUNIT_EXPECT_EQ(test, device_references(), references);
}

/* A malformed request costs everybody the key. */
static void test_request(struct kunit *test)
{
	struct snp_report_req payload = { .vmpl = 2 };

	KUNIT_ASSERT_EQ(test, tsm_snp_register(-1), 0);
	KUNIT_EXPECT_EQ(test, refresh_mr(0), 0);
	tsm_snp_unregister();

	KUNIT_EXPECT_EQ(test, calls.vmpck_id, -1);
	KUNIT_EXPECT_EQ(test, calls.request.vmpck_id, 2);
	KUNIT_EXPECT_EQ(test, calls.request.msg_version, 1);
	KUNIT_EXPECT_EQ(test, calls.request.msg_type, SNP_MSG_REPORT_REQ);
	KUNIT_EXPECT_EQ(test, calls.request.exit_code,
			SVM_VMGEXIT_GUEST_REQUEST);
	KUNIT_EXPECT_EQ(test, calls.request.req_sz, 96);
	KUNIT_EXPECT_MEMEQ(test, &calls.payload, &payload, sizeof(payload));
	/* Room for what sev-guest takes as well. */
	KUNIT_EXPECT_EQ(test, calls.request.resp_sz,
			sizeof(struct snp_report_resp) + AUTHTAG_LEN);
	KUNIT_EXPECT_NULL(test, calls.request.certs_data);
	KUNIT_EXPECT_EQ(test, calls.request.input.data_npages, 0);
}

/* The level reported is the kernel's, if the key can ask for it. */
static void test_key_of_another_level(struct kunit *test)
{
	static const struct {
		u8 kernel_vmpl;
		int vmpck_id;
		u32 vmpl;
	} cases[] = {
		{ 0, -1, 0 }, { 0, 0, 0 }, { 0, 1, 1 }, { 0, 3, 3 },
		{ 2, -1, 2 }, { 2, 0, 2 }, { 2, 2, 2 }, { 2, 3, 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		calls.kernel_vmpl = cases[i].kernel_vmpl;
		KUNIT_ASSERT_EQ(test, tsm_snp_register(cases[i].vmpck_id), 0);
		KUNIT_EXPECT_EQ(test, refresh_mr(0), 0);
		tsm_snp_unregister();
		KUNIT_EXPECT_EQ(test, calls.vmpck_id, cases[i].vmpck_id);
		KUNIT_EXPECT_EQ_MSG(test, calls.payload.vmpl, cases[i].vmpl,
				    "case %zu", i);
	}
}

static void test_no_snp_guest(struct kunit *test)
{
	calls.snp_guest = false;
	expect_no_registration(test, -ENODEV);
}

static void test_no_device(struct kunit *test)
{
	struct device *device = calls.device;

	calls.device = NULL;
	KUNIT_EXPECT_EQ(test, tsm_snp_register(-1), -ENODEV);
	KUNIT_EXPECT_EQ(test, calls.nr_requests, 0);
	calls.device = device;
}

/* Memory may come, and so far there was no request. */
static void test_no_message_descriptor(struct kunit *test)
{
	calls.alloc_error = -ENOMEM;
	expect_failure(test, -ENOMEM, 0, 0);
}

static void test_no_key(struct kunit *test)
{
	calls.init_error = -EINVAL;
	expect_failure(test, -EINVAL, -EINVAL, 0);
}

static void test_no_cipher(struct kunit *test)
{
	calls.init_error = -ENOMEM;
	expect_failure(test, -ENOMEM, 0, 0);
}

static void test_request_fails(struct kunit *test)
{
	calls.send_error = -EIO;
	expect_failure(test, -EIO, -EIO, 1);
	calls.send_error = -ETIMEDOUT;
	expect_failure(test, -ETIMEDOUT, -ETIMEDOUT, 2);
	/* The key was given up after snp_msg_init() had seen it. */
	calls.send_error = -ENOTTY;
	expect_failure(test, -EIO, -EIO, 3);
	/* Memory that the request ran out of does not make it repeatable. */
	calls.send_error = -ENOMEM;
	expect_failure(test, -ENOMEM, -ENOMEM, 4);
}

static void test_firmware_refuses(struct kunit *test)
{
	calls.status = 0x16;
	expect_failure(test, -EIO, -EIO, 1);
}

static void test_short_report(struct kunit *test)
{
	calls.report_size = SIZE_OF_REPORT - 1;
	expect_failure(test, -EBADMSG, -EBADMSG, 1);
	calls.report_size = 0;
	expect_failure(test, -EBADMSG, -EBADMSG, 2);
}

/* A later version of the report may have more at its end. */
static void test_long_report(struct kunit *test)
{
	calls.report_size = sizeof(struct snp_report_resp) - HEADER_SIZE;
	KUNIT_ASSERT_EQ(test, tsm_snp_register(-1), 0);
	KUNIT_ASSERT_EQ(test, refresh_mr(0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		expect_field(test, &fields[i]);
	tsm_snp_unregister();
}

static void test_registration_fails(struct kunit *test)
{
	calls.register_error = -EEXIST;
	expect_no_registration(test, -EEXIST);
}

static struct kunit_case snp_test_cases[] = {
	KUNIT_CASE(test_registers_are_fields_of_the_report),
	KUNIT_CASE(test_request),
	KUNIT_CASE(test_key_of_another_level),
	KUNIT_CASE(test_no_snp_guest),
	KUNIT_CASE(test_no_device),
	KUNIT_CASE(test_no_message_descriptor),
	KUNIT_CASE(test_no_key),
	KUNIT_CASE(test_no_cipher),
	KUNIT_CASE(test_request_fails),
	KUNIT_CASE(test_firmware_refuses),
	KUNIT_CASE(test_short_report),
	KUNIT_CASE(test_long_report),
	KUNIT_CASE(test_registration_fails),
	{}
};

static struct kunit_suite snp_test_suite = {
	.name = "tsm-snp",
	.init = snp_test_init,
	.test_cases = snp_test_cases,
};

kunit_test_suite(snp_test_suite);

MODULE_DESCRIPTION("KUnit tests of the SEV-SNP provider");
MODULE_LICENSE("GPL");
