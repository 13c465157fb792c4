// SPDX-License-Identifier: GPL-2.0-only
/*
 * For external builds only: TPM 2.0 chips as providers on a kernel whose TPM core
 * does not know of us.
 *
 * There the driver core tells of chips, by a class interface: it adds a chip when
 * its device has been added, and removes it before the device goes, while the chip
 * still works. Unlike the TPM core it does so with the class's mutex held, so a chip
 * that hangs keeps others waiting.
 */

#include <linux/device.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/tpm.h>

#include "../drivers/char/tpm/tpm-measurement.h"
#include "tpm.h"

struct follower {
	struct list_head node;
	struct device *dev;
	struct tpm_measurement *measurement;
};

/* The driver core adds and removes chips one at a time. */
static LIST_HEAD(followers);

static int add_chip(struct device *dev)
{
	struct follower *follower = kzalloc_obj(*follower);

	if (!follower)
		return -ENOMEM;

	follower->dev = dev;
	follower->measurement = tpm_measurement_add(to_tpm_chip(dev));
	list_add(&follower->node, &followers);

	return 0;
}

static void remove_chip(struct device *dev)
{
	struct follower *follower;

	list_for_each_entry(follower, &followers, node) {
		if (follower->dev != dev)
			continue;
		list_del(&follower->node);
		tpm_measurement_remove(follower->measurement);
		kfree(follower);
		return;
	}
}

static struct class_interface chip_interface = {
	.add_dev = add_chip,
	.remove_dev = remove_chip,
};

/*
 * The class is not exported. A chip knows it, so there must be one when this is
 * loaded.
 */
static int __init tpm_class_init(void)
{
	struct tpm_chip *chip = tpm_default_chip();
	int rc;

	if (!chip)
		return -ENODEV;

	chip_interface.class = chip->dev.class;
	put_device(&chip->dev);

	tpm_probe_init();
	rc = class_interface_register(&chip_interface);
	if (rc)
		tpm_probe_exit();

	return rc;
}
module_init(tpm_class_init);

static void __exit tpm_class_exit(void)
{
	class_interface_unregister(&chip_interface);
	tpm_probe_exit();
}
module_exit(tpm_class_exit);

MODULE_DESCRIPTION("PCRs of TPM 2.0 chips as measurement registers");
MODULE_LICENSE("GPL");
