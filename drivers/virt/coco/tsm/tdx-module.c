// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module tsm-tdx: the measurement registers of a TDX guest, as provider
 * "tdx". It is loaded by itself in a TDX guest.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/printk.h>

#include <asm/cpu_device_id.h>

#include "tdx.h"

static const struct x86_cpu_id tdx_ids[] = {
	X86_MATCH_FEATURE(X86_FEATURE_TDX_GUEST, NULL),
	{}
};
MODULE_DEVICE_TABLE(x86cpu, tdx_ids);

static struct tsm_tdx *tsm_tdx;

static int __init tsm_tdx_init(void)
{
	int rc;

	if (!x86_match_cpu(tdx_ids))
		return -ENODEV;

	tsm_tdx = tsm_tdx_create("tdx");
	if (IS_ERR(tsm_tdx)) {
		pr_err("cannot read the registers: %pe\n", tsm_tdx);
		return PTR_ERR(tsm_tdx);
	}

	rc = tsm_register_measurement(&tsm_tdx->tm);
	if (rc)
		tsm_tdx_destroy(tsm_tdx);

	return rc;
}
module_init(tsm_tdx_init);

static void __exit tsm_tdx_exit(void)
{
	tsm_unregister_measurement(&tsm_tdx->tm);
	tsm_tdx_destroy(tsm_tdx);
}
module_exit(tsm_tdx_exit);

MODULE_DESCRIPTION("Measurement registers of a TDX guest");
MODULE_LICENSE("GPL");
