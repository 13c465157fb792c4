// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of an SEV-SNP guest: fields of its attestation report.
 *
 * They all describe the launch, so one report, taken when somebody first reads a
 * register, is good for as long as the guest runs. SNP has no registers that
 * software can extend; an SVSM offers the PCRs of a virtual TPM instead.
 *
 * A report costs a request to the firmware, encrypted with a message key (VMPCK)
 * that all users in the guest share: sev-guest, and with it configfs-tsm, use the
 * same one. After a request that fails on its way, the kernel has to give up that
 * key, for everybody and until the guest is launched again. So there is one
 * request, only where somebody wants to know, and after everything that could go
 * wrong without the firmware has gone well. It is never repeated here: if it
 * fails, all later reads fail as the first one did.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <asm/sev.h>
#include <asm/svm.h>
#include <crypto/sha2.h>
#include <linux/cc_platform.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/platform_device.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/tsm-measurement.h>
#include <uapi/linux/sev-guest.h>

#include "snp.h"

/* Of the message MSG_REPORT_REQ. */
#define REPORT_REQ_VERSION	1

/*
 * An attestation report: ATTESTATION_REPORT of the SEV-SNP Firmware ABI
 * Specification (AMD publication 56860). Later versions of it have given meaning
 * to reserved bytes and have left these fields where they are.
 */
struct snp_report {
	u8 version[4];
	u8 guest_svn[4];
	u8 policy[8];
	u8 family_id[16];
	u8 image_id[16];
	u8 vmpl[4];
	u8 signature_algo_to_reserved[28];
	u8 report_data[SNP_REPORT_USER_DATA_SIZE];
	u8 measurement[SHA384_DIGEST_SIZE];
	u8 host_data[32];
	u8 id_key_digest[SHA384_DIGEST_SIZE];
	u8 author_key_digest[SHA384_DIGEST_SIZE];
	u8 report_id[32];
	u8 report_id_ma[32];
	u8 reported_tcb_to_signature[800];
};

static_assert(offsetof(struct snp_report, measurement) == 0x90);
static_assert(sizeof(struct snp_report) == 0x4a0);

/**
 * struct report_response - what the firmware answers, MSG_REPORT_RSP
 * @status: 0, or why there is no report
 * @report_size: size of @report
 * @reserved: zeros
 * @report: the report
 */
struct report_response {
	__le32 status;
	__le32 report_size;
	u8 reserved[24];
	struct snp_report report;
};

/*
 * Room for any response, and for the authentication tag that is behind it while
 * it is decrypted: one that does not fit costs the key.
 */
#define RESPONSE_SIZE	(sizeof(struct snp_report_resp) + AUTHTAG_LEN)

static_assert(sizeof(struct report_response) <= sizeof(struct snp_report_resp));

static struct snp_report report;

/* Which message key to ask with, see tsm_snp_register(). */
static int report_key;

/* Whether asking again would be of no use or do harm, and what came of it. */
static bool report_final;
static int report_error;

#define DIGEST(field)							\
	{								\
		TSM_MR_(field, SHA384) | TSM_MR_F_LIVE,			\
		.mr_value = report.field,				\
	}
#define BLOB(field)							\
	{								\
		.mr_name = #field,					\
		.mr_value = report.field,				\
		.mr_size = sizeof(report.field),			\
		.mr_flags = TSM_MR_F_READABLE | TSM_MR_F_LIVE |		\
			    TSM_MR_F_NOHASH,				\
	}

static const struct tsm_measurement_register snp_mrs[] = {
	DIGEST(measurement),
	DIGEST(id_key_digest),
	DIGEST(author_key_digest),
	BLOB(host_data),
	BLOB(family_id),
	BLOB(image_id),
	BLOB(report_id),
	BLOB(report_id_ma),
	BLOB(vmpl),
	BLOB(policy),
	BLOB(guest_svn),
};

/*
 * The firmware gives reports on the privilege level that a key belongs to and on
 * the less privileged ones. The kernel's own level is the one of interest, unless
 * the administrator has chosen a key with which that cannot be asked for.
 */
static u32 vmpl_to_report(const struct snp_msg_desc *mdesc)
{
	return max_t(u32, snp_vmpl, mdesc->vmpck_id);
}

static int request_report(struct snp_msg_desc *mdesc,
			  struct report_response *response)
{
	struct snp_report_req payload = {};
	struct snp_guest_req req = {};
	int rc;

	rc = snp_msg_init(mdesc, report_key);
	if (rc == -ENOMEM)
		return rc;

	/* A key that is not there never comes, and no request is repeated. */
	report_final = true;
	if (rc) {
		pr_err("no message key to ask for a report with: %d; vmpck_id= chooses another one\n",
		       rc);
		return rc;
	}

	payload.vmpl = vmpl_to_report(mdesc);
	req.msg_version = REPORT_REQ_VERSION;
	req.msg_type = SNP_MSG_REPORT_REQ;
	req.vmpck_id = mdesc->vmpck_id;
	req.req_buf = &payload;
	req.req_sz = sizeof(payload);
	req.resp_buf = response;
	req.resp_sz = RESPONSE_SIZE;
	req.exit_code = SVM_VMGEXIT_GUEST_REQUEST;

	rc = snp_send_guest_request(mdesc, &req);
	if (rc) {
		pr_err("the request for a report failed: %d (exitinfo2 %#llx)\n",
		       rc, req.exitinfo2);
		/* For a key that was given up meanwhile. */
		return rc == -ENOTTY ? -EIO : rc;
	}

	return 0;
}

static int check_response(const struct report_response *response)
{
	u32 status = le32_to_cpu(response->status);
	u32 size = le32_to_cpu(response->report_size);

	if (status) {
		pr_err("the firmware refuses a report: status %#x\n", status);
		return -EIO;
	}
	if (size < sizeof(response->report)) {
		pr_err("the firmware's report has %u bytes instead of %zu\n",
		       size, sizeof(response->report));
		return -EBADMSG;
	}

	return 0;
}

static int take_report(void)
{
	struct snp_msg_desc *mdesc;
	int rc;

	struct report_response *response __free(kfree) =
		kzalloc(RESPONSE_SIZE, GFP_KERNEL);
	if (!response)
		return -ENOMEM;

	mdesc = snp_msg_alloc();
	if (IS_ERR(mdesc))
		return PTR_ERR(mdesc);

	rc = request_report(mdesc, response);
	snp_msg_free(mdesc);
	if (rc)
		return rc;

	rc = check_response(response);
	if (rc)
		return rc;

	report = response->report;

	return 0;
}

static int refresh(const struct tsm_measurement *tm,
		   const struct tsm_measurement_register *mr)
{
	int rc;

	if (report_final)
		return report_error;

	rc = take_report();
	if (report_final)
		report_error = rc;

	return rc;
}

static struct tsm_measurement snp_tm = {
	.name = "snp",
	.mrs = snp_mrs,
	.nr_mrs = ARRAY_SIZE(snp_mrs),
	.refresh_all = true,
	.refresh = refresh,
};

/**
 * tsm_snp_register() - register the fields of a report
 * @vmpck_id: which message key to use, or -1 for that of the privilege level
 *	that the kernel runs at
 *
 * The first read of a register takes the report, with one guest request. If that
 * fails with -ENOMEM before the request, the next read tries again. For good, all
 * reads fail with -EINVAL if there is no such key (any more), -ETIMEDOUT or -EIO
 * if the host did not carry out the request, -EIO if the firmware refuses,
 * -EBADMSG if its answer is not sound.
 *
 * Context: Process context, may sleep.
 *
 * Return: 0, -ENODEV if this is not an SNP guest, or what
 * tsm_register_measurement() returned.
 */
int tsm_snp_register(int vmpck_id)
{
	int rc;

	if (!cc_platform_has(CC_ATTR_GUEST_SEV_SNP))
		return -ENODEV;

	struct device *device __free(put_device) =
		bus_find_device_by_name(&platform_bus_type, NULL, "sev-guest");
	if (!device)
		return -ENODEV;

	report_key = vmpck_id;
	report_final = false;
	snp_tm.parent = device;
	rc = tsm_register_measurement(&snp_tm);
	if (rc)
		return rc;

	/* Until tsm_snp_unregister(). */
	retain_and_null_ptr(device);

	return 0;
}

/**
 * tsm_snp_unregister() - undo tsm_snp_register()
 *
 * Context: Process context, may sleep.
 */
void tsm_snp_unregister(void)
{
	tsm_unregister_measurement(&snp_tm);
	put_device(snp_tm.parent);
}
