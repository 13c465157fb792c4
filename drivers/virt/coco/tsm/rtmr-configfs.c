// SPDX-License-Identifier: GPL-2.0-only
/*
 * RTMRs in configfs: /sys/kernel/config/tsm/rtmrs/ITEM/{index,digest,tcg_map}.
 *
 * These files were proposed before there was a log, and agents for confidential
 * VMs use them where they exist. Here they are another view of the registers in
 * /sys/kernel/tsm: what extends one by a digest there does it here.
 *
 * User space makes an item and gives it the number of a register, which no other
 * item has then. The item keeps this number and the name of the provider, not
 * the register: so it does not hold a provider that goes, and has its register
 * again when the provider comes back.
 *
 * configfs waits for a running operation before it drops an item, and calls none
 * after that.
 *
 * Documentation/ABI/testing/configfs-tsm-rtmrs describes the files.
 */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/tsm.h>

#include "tsm.h"

/* RTMR n is CC MR n + 1. */
#define MAX_RTMRS	TSM_INDEX_MAX

static char *provider = "";
module_param(provider, charp, 0444);
MODULE_PARM_DESC(provider,
		 "Whose registers new items stand for (default: the provider that was there first)");

/**
 * struct rtmr - an item
 * @item: its directory
 * @provider: name of the provider whose register it stands for, or %NULL as long
 *	as it has no index
 * @index: which RTMR of it
 *
 * @claims_lock protects @provider and @index.
 */
struct rtmr {
	struct config_item item;
	char *provider;
	unsigned int index;
};

/* The indexes that items have. */
static DECLARE_BITMAP(claims, MAX_RTMRS);
static DEFINE_MUTEX(claims_lock);

static struct config_group *rtmrs_group;

static struct rtmr *to_rtmr(struct config_item *item)
{
	return container_of(item, struct rtmr, item);
}

/* For an item that is new. */
static struct tsm_register *get_unclaimed(unsigned int index)
{
	return tsm_measurement_get_ccmr(*provider ? provider : NULL, index + 1);
}

/* For an item that has an index; without one, or without the provider: -ENXIO. */
static struct tsm_register *get_claimed(struct config_item *item)
{
	struct rtmr *rtmr = to_rtmr(item);
	struct tsm_register *reg;

	guard(mutex)(&claims_lock);

	if (!rtmr->provider)
		return ERR_PTR(-ENXIO);

	reg = tsm_measurement_get_ccmr(rtmr->provider, rtmr->index + 1);

	return IS_ERR(reg) ? ERR_PTR(-ENXIO) : reg;
}

/* The provider may go between get_claimed() and the use of the register. */
static int errno_of(int rc)
{
	return rc == -ENODEV ? -ENXIO : tsm_restart_syscall(rc);
}

static int claim(struct rtmr *rtmr, const struct tsm_register *reg,
		 unsigned int index)
{
	lockdep_assert_held(&claims_lock);

	if (test_bit(index, claims))
		return -EBUSY;

	rtmr->provider = kstrdup(dev_name(&reg->provider->dev), GFP_KERNEL);
	if (!rtmr->provider)
		return -ENOMEM;

	rtmr->index = index;
	__set_bit(index, claims);

	return 0;
}

static ssize_t rtmr_index_show(struct config_item *item, char *buf)
{
	struct rtmr *rtmr = to_rtmr(item);

	guard(mutex)(&claims_lock);

	if (!rtmr->provider)
		return -ENXIO;

	return sysfs_emit(buf, "%u\n", rtmr->index);
}

static ssize_t rtmr_index_store(struct config_item *item, const char *buf,
				size_t count)
{
	struct rtmr *rtmr = to_rtmr(item);
	unsigned int index;

	if (kstrtouint(buf, 0, &index) || index >= MAX_RTMRS)
		return -EINVAL;

	guard(mutex)(&claims_lock);

	if (rtmr->provider)
		return -EBUSY;

	struct tsm_register *reg __free(tsm_measurement_put) =
		get_unclaimed(index);
	if (IS_ERR(reg))
		return PTR_ERR(reg) == -ENOENT ? -EINVAL : -ENXIO;

	return claim(rtmr, reg, index) ?: count;
}

static ssize_t rtmr_digest_show(struct config_item *item, char *buf)
{
	struct tsm_register *reg __free(tsm_measurement_put) = get_claimed(item);
	int rc;

	if (IS_ERR(reg))
		return PTR_ERR(reg);

	rc = tsm_mr_read(reg->strongest, buf);
	if (rc)
		return errno_of(rc);

	return reg->strongest->size;
}

/* One digest cannot extend several banks: there are not enough digests then. */
static ssize_t rtmr_digest_store(struct config_item *item, const char *buf,
				 size_t count)
{
	struct tsm_register *reg __free(tsm_measurement_put) = get_claimed(item);
	struct tsm_digest digest = { .value = buf };
	int rc;

	if (IS_ERR(reg))
		return PTR_ERR(reg);
	if (count != reg->strongest->size)
		return -EINVAL;

	digest.algo = reg->strongest->algo;
	rc = tsm_mr_extend_digests(reg, &digest, 1, TSM_EXTEND_INTERRUPTIBLE);

	return errno_of(rc) ?: count;
}

static ssize_t rtmr_tcg_map_show(struct config_item *item, char *buf)
{
	struct tsm_register *reg __free(tsm_measurement_put) = get_claimed(item);

	if (IS_ERR(reg))
		return PTR_ERR(reg);

	return sysfs_emit(buf, "%s\n", tsm_register_pcrs(reg) ?: "");
}

/*
 * digest has raw bytes and is no binary attribute: of those configfs collects what
 * is written until the file is closed, and nobody is told of an error then.
 */
CONFIGFS_ATTR(rtmr_, index);
CONFIGFS_ATTR(rtmr_, digest);
CONFIGFS_ATTR_RO(rtmr_, tcg_map);

static struct configfs_attribute *rtmr_attrs[] = {
	&rtmr_attr_index,
	&rtmr_attr_digest,
	&rtmr_attr_tcg_map,
	NULL,
};

static void rtmr_release(struct config_item *item)
{
	struct rtmr *rtmr = to_rtmr(item);

	kfree(rtmr->provider);
	kfree(rtmr);
}

static const struct configfs_item_operations rtmr_ops = {
	.release = rtmr_release,
};

static const struct config_item_type rtmr_type = {
	.ct_owner = THIS_MODULE,
	.ct_item_ops = &rtmr_ops,
	.ct_attrs = rtmr_attrs,
};

static struct config_item *rtmrs_make_item(struct config_group *group,
					   const char *name)
{
	struct tsm_register *reg __free(tsm_measurement_put) = get_unclaimed(0);
	struct rtmr *rtmr;

	/* That it has no RTMR 0 does not matter. */
	if (reg == ERR_PTR(-ENODEV))
		return ERR_PTR(-ENXIO);

	rtmr = kzalloc_obj(*rtmr);
	if (!rtmr)
		return ERR_PTR(-ENOMEM);

	config_item_init_type_name(&rtmr->item, name, &rtmr_type);

	return &rtmr->item;
}

static void rtmrs_drop_item(struct config_group *group, struct config_item *item)
{
	struct rtmr *rtmr = to_rtmr(item);

	/* Somebody may hold the item for longer than the directory is there. */
	scoped_guard(mutex, &claims_lock) {
		if (rtmr->provider)
			__clear_bit(rtmr->index, claims);
	}
	config_item_put(item);
}

static const struct configfs_group_operations rtmrs_group_ops = {
	.make_item = rtmrs_make_item,
	.drop_item = rtmrs_drop_item,
};

static const struct config_item_type rtmrs_type = {
	.ct_owner = THIS_MODULE,
	.ct_group_ops = &rtmrs_group_ops,
};

static int __init rtmr_configfs_init(void)
{
	rtmrs_group = tsm_configfs_register_group("rtmrs", &rtmrs_type);

	return PTR_ERR_OR_ZERO(rtmrs_group);
}
module_init(rtmr_configfs_init);

static void __exit rtmr_configfs_exit(void)
{
	tsm_configfs_unregister_group(rtmrs_group);
}
module_exit(rtmr_configfs_exit);

MODULE_DESCRIPTION("RTMRs of confidential VMs in configfs");
MODULE_LICENSE("GPL");
