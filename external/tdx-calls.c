// SPDX-License-Identifier: GPL-2.0-only
/*
 * For external builds only: the registers of a TDX guest on a kernel whose TDX
 * guest driver does not know of us.
 *
 * There is no owner of TDG.MR.REPORT and TDG.MR.RTMR.EXTEND then: that driver and
 * this module call them as they like, and one of them may find the TDX module
 * busy. What is written to that driver's files is foreign to the log.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tdx-guest.h>

#include <asm/cpu_device_id.h>
#include <asm/tdx.h>

#include "../drivers/virt/coco/tsm/tdx.h"

/* Offset of MRTD in TDREPORT_STRUCT (Intel TDX Module ABI Reference Specification). */
#define TDREPORT_MRTD	528

/*
 * The TDX module gets physical addresses, so each of these is an allocation of its
 * own: kmalloc() aligns sizes that are powers of two to themselves, which is what
 * the TDX module asks for. A digest has 48 bytes, the alignment must be 64.
 */
#define DIGEST_ROOM	64

static u8 *report;
static u8 *reportdata;
static u8 *digest;
static struct tsm_tdx *provider;

static int read_mrs(void *mrs)
{
	int rc = tdx_mcall_get_report0(reportdata, report);

	if (!rc)
		memcpy(mrs, report + TDREPORT_MRTD, TSM_TDX_MRS_SIZE);

	return rc;
}

static int extend(unsigned int rtmr, const u8 *value)
{
	memcpy(digest, value, SHA384_DIGEST_SIZE);

	return tdx_mcall_extend_rtmr(rtmr, digest);
}

static const struct tsm_tdx_ops ops = {
	.read = read_mrs,
	.extend = extend,
};

static const struct x86_cpu_id tdx_ids[] = {
	X86_MATCH_FEATURE(X86_FEATURE_TDX_GUEST, NULL),
	{}
};
MODULE_DEVICE_TABLE(x86cpu, tdx_ids);

static void free_buffers(void)
{
	kfree(digest);
	kfree(reportdata);
	kfree(report);
}

static int __init tsm_tdx_init(void)
{
	if (!x86_match_cpu(tdx_ids))
		return -ENODEV;

	report = kzalloc(TDX_REPORT_LEN, GFP_KERNEL);
	reportdata = kzalloc(TDX_REPORTDATA_LEN, GFP_KERNEL);
	digest = kzalloc(DIGEST_ROOM, GFP_KERNEL);
	if (report && reportdata && digest)
		provider = tsm_tdx_register("tdx", &ops);
	else
		provider = ERR_PTR(-ENOMEM);
	if (!IS_ERR(provider))
		return 0;

	pr_err("cannot read the registers: %pe\n", provider);
	free_buffers();

	return PTR_ERR(provider);
}
module_init(tsm_tdx_init);

static void __exit tsm_tdx_exit(void)
{
	tsm_tdx_unregister(provider);
	free_buffers();
}
module_exit(tsm_tdx_exit);
