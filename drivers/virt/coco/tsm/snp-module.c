// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SEV-SNP provider as a module; snp.c is what it does.
 */

#include <linux/module.h>

#include "snp.h"

static int vmpck_id = -1;
module_param(vmpck_id, int, 0444);
MODULE_PARM_DESC(vmpck_id, "The VMPCK to ask for the report with (default: that of the kernel's VMPL)");

static int __init snp_module_init(void)
{
	return tsm_snp_register(vmpck_id);
}
module_init(snp_module_init);

static void __exit snp_module_exit(void)
{
	tsm_snp_unregister();
}
module_exit(snp_module_exit);

/*
 * Every SNP guest has this platform device. sev-guest is its driver, and a
 * device has only one; this module is loaded along with it, and does not bind.
 */
MODULE_ALIAS("platform:sev-guest");
MODULE_DESCRIPTION("Fields of the SEV-SNP attestation report as measurement registers");
MODULE_LICENSE("GPL");
