// SPDX-License-Identifier: GPL-2.0-only
/*
 * For make bench only: /sys/module/watch_off/parameters/off lets nobody watch the
 * TPM, so that commands with and without the watch can be compared in one guest.
 */

#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/tpm.h>

static struct tpm_chip *chip;
static struct tpm_watch *watch;

static int set_off(const char *val, const struct kernel_param *kp)
{
	bool off;
	int rc;

	rc = kstrtobool(val, &off);
	if (rc)
		return rc;
	if (!chip)
		return -ENODEV;

	guard(mutex)(&chip->tpm_mutex);

	chip->watch = off ? NULL : watch;

	return 0;
}

static const struct kernel_param_ops off_ops = {
	.set = set_off,
};

module_param_cb(off, &off_ops, NULL, 0200);

static int __init watch_off_init(void)
{
	struct tpm_chip *found = tpm_default_chip();

	if (!found)
		return -ENODEV;

	watch = found->watch;
	chip = found;

	return 0;
}
module_init(watch_off_init);

static void __exit watch_off_exit(void)
{
	put_device(&chip->dev);
}
module_exit(watch_off_exit);

MODULE_DESCRIPTION("Switches the watch of a TPM off, for make bench");
MODULE_LICENSE("GPL");
