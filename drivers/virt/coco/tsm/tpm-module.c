// SPDX-License-Identifier: GPL-2.0-only
/*
 * TPM 2.0 chips as providers of measurement registers.
 *
 * Each chip is a provider of the chip's name, which comes and goes with the chip
 * (tpm_svsm, for instance, may be loaded at any time, and drivers can be
 * unbound). The driver core tells by a class interface: it adds a chip when its
 * device has been added, and removes it before the device goes, while the chip
 * still works.
 *
 * Which PCRs can be extended here is up to the administrator, because a PCR
 * should have one log: firmware measures into the first ones, IMA into 10.
 * What the default has is what the PC Client Platform leaves to the operating
 * system, as 8, 9 and 11 to 15, and 16 and 23, which can be reset, for tests and
 * applications.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/tpm.h>
#include <linux/tsm-measurement.h>

#include "tpm.h"

static char *pcrs = "8-9,11-16,23";
module_param(pcrs, charp, 0444);
MODULE_PARM_DESC(pcrs, "PCRs that can be extended, as a list (default: 8-9,11-16,23)");

/* The driver core adds and removes chips one at a time. */
static LIST_HEAD(chips);
static DECLARE_BITMAP(extensible, TPM2_PLATFORM_PCR);

/*
 * A chip that cannot be a provider is no reason for it not to be a TPM: say why,
 * and leave it alone. TPM 1.2 chips and chips that wait for new firmware have no
 * PCRs for us.
 */
static int add_chip(struct device *dev)
{
	struct tpm_chip *chip = to_tpm_chip(dev);
	int rc;

	if (tpm_is_firmware_upgrade(chip) || tpm_is_tpm2(chip) <= 0)
		return 0;

	struct tsm_tpm *tpm __free(tsm_tpm) = tsm_tpm_create(chip, extensible);
	rc = tpm ? tsm_register_measurement(&tpm->tm) : -ENOMEM;
	if (rc) {
		pr_err("%s: no registers: %d\n", dev_name(dev), rc);
		return rc;
	}

	list_add(&no_free_ptr(tpm)->node, &chips);

	return 0;
}

static void remove_chip(struct device *dev)
{
	struct tsm_tpm *tpm;

	list_for_each_entry(tpm, &chips, node) {
		if (&tpm->chip->dev != dev)
			continue;
		list_del(&tpm->node);
		tsm_unregister_measurement(&tpm->tm);
		tsm_tpm_destroy(tpm);
		return;
	}
}

static struct class_interface chip_interface = {
	.add_dev = add_chip,
	.remove_dev = remove_chip,
};

static int __init tsm_tpm_init(void)
{
	int rc;

	rc = bitmap_parselist(pcrs, extensible, TPM2_PLATFORM_PCR);
	if (rc) {
		pr_err("pcrs=%s is not a list of PCRs 0 to %d\n", pcrs,
		       TPM2_PLATFORM_PCR - 1);
		return rc;
	}

	chip_interface.class = &tpm_class;

	return class_interface_register(&chip_interface);
}
module_init(tsm_tpm_init);

static void __exit tsm_tpm_exit(void)
{
	class_interface_unregister(&chip_interface);
}
module_exit(tsm_tpm_exit);

MODULE_DESCRIPTION("PCRs of TPM 2.0 chips as measurement registers");
MODULE_LICENSE("GPL");
