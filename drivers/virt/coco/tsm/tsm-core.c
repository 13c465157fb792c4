// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measurement registers of trusted security modules, with an event log.
 *
 * Who calls whom:
 *
 *	/sys/kernel/tsm               kernel users
 *	tsm-sysfs.c, tsm-log-sysfs.c  tsm-core.c
 *	            |                     |
 *	            +---- tsm-mr.c -------+     registers, their replay
 *	            |        |
 *	     tsm-trim.c      |
 *	            |  +-----+---------------------+
 *	   tsm-checkpoint.c                        |
 *	       tsm-log.c                 provider's refresh(), extend()
 *	 (stream.c, cel.c, ...)                    |
 *	                                       hardware
 *
 * This file has the providers: their registration, their names, how long they
 * live, and what other parts of the kernel call.
 *
 * When a driver unregisters, its operations must never be called again, while
 * others may still hold the provider: files may be open, and kernel users have
 * handles. So a provider outlives its registration, as a shell: &tsm_provider.tm
 * becomes %NULL under the log's lock, and whoever finds that gets -ENODEV. The
 * files are removed, which waits for running operations; sysfs answers -ENODEV
 * on what is still open.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include <uapi/linux/tsm-event-log.h>

#include "tsm.h"

static struct kset *tsm_kset;

/* Protects the list of providers and &tsm_provider.live. */
static DEFINE_MUTEX(providers_lock);
static LIST_HEAD(providers);

static struct tsm_provider *find_provider(const char *name)
{
	struct tsm_provider *provider;

	lockdep_assert_held(&providers_lock);

	list_for_each_entry(provider, &providers, node) {
		if (!strcmp(kobject_name(&provider->kobj), name))
			return provider;
	}

	return NULL;
}

static void free_provider(struct kref *ref)
{
	struct tsm_provider *provider =
		container_of(ref, struct tsm_provider, ref);

	tsm_mr_free_all(provider);
	tsm_log_destroy(&provider->log);
	kfree(provider);
}

/**
 * tsm_provider_kobj_released() - a kobject is not used any more
 * @provider: the provider whose kobject it was, or whose register's
 *
 * Context: Process context. After the last one @provider may be gone.
 */
void tsm_provider_kobj_released(struct tsm_provider *provider)
{
	if (refcount_dec_and_test(&provider->nr_kobjs))
		complete(&provider->kobjs_released);
}

static void provider_release(struct kobject *kobj)
{
	tsm_provider_kobj_released(container_of(kobj, struct tsm_provider,
						kobj));
}

static const struct attribute_group *provider_groups[] = {
	&tsm_log_group,
	NULL,
};

static const struct kobj_type provider_ktype = {
	.release = provider_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = provider_groups,
};

/*
 * Give up the registration's reference to a provider without files.
 *
 * The code that releases kobjects is in this module: wait for it, so that the
 * module can be unloaded as soon as nobody is registered. It runs later, if
 * someone else holds a kobject, or if CONFIG_DEBUG_KOBJECT_RELEASE pretends so.
 */
static void drop_provider(struct tsm_provider *provider)
{
	kobject_put(&provider->kobj);
	wait_for_completion(&provider->kobjs_released);
	kref_put(&provider->ref, free_provider);
}

static struct tsm_provider *create_provider(struct tsm_measurement *tm)
{
	struct tsm_provider *provider = kzalloc_obj(*provider);
	int rc;

	if (!provider)
		return ERR_PTR(-ENOMEM);

	refcount_set(&provider->nr_kobjs, 1);
	init_completion(&provider->kobjs_released);
	kref_init(&provider->ref);
	INIT_LIST_HEAD(&provider->node);
	INIT_LIST_HEAD(&provider->registers);
	tsm_log_init(&provider->log);
	provider->index_type = tm->index_space == TSM_INDEX_PCR ?
			       TSM_CEL_PCR : TSM_CEL_CCMR;
	provider->tm = tm;

	provider->kobj.kset = tsm_kset;
	kobject_init(&provider->kobj, &provider_ktype);
	rc = kobject_set_name(&provider->kobj, "%s", tm->name);
	if (!rc)
		rc = tsm_mr_create_all(provider, tm);
	if (rc) {
		drop_provider(provider);
		return ERR_PTR(rc);
	}

	return provider;
}

/*
 * Take a provider away, however far its registration had come. When this
 * returns the driver is not called any more, and only handles are left.
 */
static void remove_provider(struct tsm_provider *provider)
{
	scoped_guard(mutex, &providers_lock)
		provider->live = false;

	scoped_guard(mutex, &provider->log.lock) {
		provider->tm = NULL;
		/* Who polls wakes up, reads, and finds the provider gone. */
		provider->log.watched = true;
		tsm_log_notify(provider);
	}

	tsm_sysfs_remove_registers(provider);
	if (provider->kobj.state_in_sysfs)
		kobject_del(&provider->kobj);

	/* The name is free when its directory is gone. */
	scoped_guard(mutex, &providers_lock)
		list_del_init(&provider->node);

	drop_provider(provider);
}

static int reserve_name(struct tsm_provider *provider)
{
	guard(mutex)(&providers_lock);

	if (find_provider(kobject_name(&provider->kobj)))
		return -EEXIST;

	list_add_tail(&provider->node, &providers);

	return 0;
}

static int add_files(struct tsm_provider *provider)
{
	struct device *parent = provider->tm->parent;
	int rc;

	rc = kobject_add(&provider->kobj, NULL, NULL);
	if (rc)
		return rc;

	if (parent) {
		rc = sysfs_create_link(&provider->kobj, &parent->kobj,
				       "device");
		if (rc)
			return rc;
	}

	return tsm_sysfs_add_registers(provider);
}

/**
 * tsm_register_measurement() - make a provider's registers available
 * @tm: the provider; it and all it points to must stay as they are until
 *	tsm_unregister_measurement() returns
 *
 * Reads the extensible registers and records their values as checkpoints, so
 * that the log starts from what firmware left, and then makes the files under
 * /sys/kernel/tsm and announces them with a uevent.
 *
 * Context: Process context, may sleep. Calls @tm->refresh. Files of the provider
 * may be used, and so @tm->extend be called, before this returns.
 *
 * Return: 0, -EINVAL if the definition is bad (the kernel log says why),
 * -EEXIST if there is a provider of that name, -ENOMEM, or what @tm->refresh
 * returned.
 */
int tsm_register_measurement(struct tsm_measurement *tm)
{
	struct tsm_provider *provider;
	int rc;

	rc = tsm_check_definition(tm);
	if (rc)
		return rc;

	provider = create_provider(tm);
	if (IS_ERR(provider))
		return PTR_ERR(provider);

	rc = reserve_name(provider);
	if (rc) {
		pr_err("%s: there is a provider of that name\n", tm->name);
		goto err_remove;
	}

	rc = tsm_mr_open_log(provider);
	if (rc) {
		pr_err("%s: cannot read the registers: %d\n", tm->name, rc);
		goto err_remove;
	}

	rc = add_files(provider);
	if (rc) {
		pr_err("%s: cannot make the files: %d\n", tm->name, rc);
		goto err_remove;
	}

	tm->provider = provider;
	scoped_guard(mutex, &providers_lock)
		provider->live = true;
	kobject_uevent(&provider->kobj, KOBJ_ADD);

	return 0;

err_remove:
	remove_provider(provider);
	return rc;
}
EXPORT_SYMBOL_GPL(tsm_register_measurement);

/**
 * tsm_unregister_measurement() - take a provider's registers away
 * @tm: the provider, which tsm_register_measurement() has accepted
 *
 * The log goes with the registers. When this returns, no operation of @tm is
 * running or will ever be called: files that are still open and handles that
 * are still held give -ENODEV.
 *
 * Context: Process context, may sleep. Waits for running operations of @tm, so
 * it must not be called from one.
 */
void tsm_unregister_measurement(struct tsm_measurement *tm)
{
	remove_provider(tm->provider);
	tm->provider = NULL;
}
EXPORT_SYMBOL_GPL(tsm_unregister_measurement);

/**
 * tsm_measurement_get() - get a handle to a provider
 * @name: name of the provider, for instance "tpm0"
 *
 * A handle does not keep the provider: after it was unregistered, the functions
 * that take the handle return -ENODEV. A provider of the same name that comes
 * later needs a new handle.
 *
 * Context: Process context, may sleep.
 *
 * Return: the handle, to be given back by tsm_measurement_put(), or %NULL if
 * there is no provider of that name now.
 */
struct tsm_provider *tsm_measurement_get(const char *name)
{
	struct tsm_provider *provider;

	guard(mutex)(&providers_lock);

	provider = find_provider(name);
	if (!provider || !provider->live)
		return NULL;

	kref_get(&provider->ref);

	return provider;
}
EXPORT_SYMBOL_GPL(tsm_measurement_get);

/**
 * tsm_measurement_put() - give back a handle to a provider
 * @provider: the handle, may be %NULL
 *
 * Context: Process context, may sleep.
 */
void tsm_measurement_put(struct tsm_provider *provider)
{
	if (provider)
		kref_put(&provider->ref, free_provider);
}
EXPORT_SYMBOL_GPL(tsm_measurement_put);

static struct tsm_register *find_extensible(struct tsm_provider *provider,
					    const char *mr_name)
{
	struct tsm_register *reg = tsm_mr_find(provider, mr_name);

	if (!reg)
		return ERR_PTR(-ENOENT);
	if (!reg->extensible)
		return ERR_PTR(-EPERM);

	return reg;
}

/**
 * tsm_measurement_banks() - which digests an extend of a register needs
 * @provider: handle from tsm_measurement_get()
 * @mr_name: name of the register
 * @algos: where the hashes of the register's banks go
 *
 * The banks of a register do not change while the handle is held.
 *
 * Context: Any context.
 *
 * Return: the number of banks, -ENOENT if there is no such register, or -EPERM
 * if it is not extensible.
 */
int tsm_measurement_banks(struct tsm_provider *provider, const char *mr_name,
			  enum hash_algo algos[TSM_MAX_BANKS])
{
	struct tsm_register *reg = find_extensible(provider, mr_name);

	if (IS_ERR(reg))
		return PTR_ERR(reg);

	for (unsigned int i = 0; i < reg->nr_banks; i++)
		algos[i] = reg->banks[i].algo;

	return reg->nr_banks;
}
EXPORT_SYMBOL_GPL(tsm_measurement_banks);

/**
 * tsm_extend_event() - measure an event into a register
 * @provider: handle from tsm_measurement_get()
 * @mr_name: name of the register, for instance "pcr14"
 * @event: the event, any bytes
 * @len: its size in bytes, 1 to %TSM_EVENT_MAX_SIZE
 *
 * Each bank of the register is extended by its hash of @event, and the event
 * log gets one record with @event as its content (EV_ACTION). Both happen, or
 * neither.
 *
 * Context: Process context, may sleep, for as long as the hardware takes.
 *
 * Return: 0 when the register is extended and the record is in the log. On an
 * error there is no record: -EINVAL or -E2BIG for the size of the event,
 * -ENOENT if there is no such register, -EPERM if it is not extensible, -ENODEV
 * if the provider is gone, -ENOSPC if the log is full, -EINTR if a signal came
 * while waiting, -ENOMEM, or what the provider's extend() returned.
 */
int tsm_extend_event(struct tsm_provider *provider, const char *mr_name,
		     const void *event, size_t len)
{
	struct tsm_register *reg = find_extensible(provider, mr_name);

	if (IS_ERR(reg))
		return PTR_ERR(reg);

	return tsm_mr_extend_event(reg, event, len);
}
EXPORT_SYMBOL_GPL(tsm_extend_event);

static const u8 *find_digest(const struct tsm_digest *digests,
			     size_t nr_digests, enum hash_algo algo)
{
	for (size_t i = 0; i < nr_digests; i++) {
		if (digests[i].algo == algo)
			return digests[i].value;
	}

	return NULL;
}

/**
 * tsm_extend_digests() - extend a register by digests of the caller's
 * @provider: handle from tsm_measurement_get()
 * @mr_name: name of the register, for instance "pcr10"
 * @digests: one digest for each bank of the register, in any order
 * @nr_digests: number of elements of @digests
 *
 * For callers that keep their own log of what they measure. The event log gets
 * one record without content (EV_COMPACT_HASH).
 *
 * Context: Process context, may sleep, for as long as the hardware takes.
 *
 * Return: as tsm_extend_event(), but -EINVAL if @digests does not have exactly
 * one digest for each bank.
 */
int tsm_extend_digests(struct tsm_provider *provider, const char *mr_name,
		       const struct tsm_digest *digests, size_t nr_digests)
{
	struct tsm_register *reg = find_extensible(provider, mr_name);
	const u8 *in_order[TSM_MAX_BANKS];

	if (IS_ERR(reg))
		return PTR_ERR(reg);
	if (nr_digests != reg->nr_banks)
		return -EINVAL;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		in_order[i] = find_digest(digests, nr_digests,
					  reg->banks[i].algo);
		if (!in_order[i])
			return -EINVAL;
	}

	return tsm_mr_extend_digests(reg, in_order);
}
EXPORT_SYMBOL_GPL(tsm_extend_digests);

/*
 * The memory of before meets the hardware of after: let each log say what the
 * registers have now.
 */
static int hibernation_notify(struct notifier_block *nb, unsigned long event,
			      void *unused)
{
	struct tsm_provider *provider;
	int rc;

	if (event != PM_HIBERNATION_PREPARE && event != PM_POST_HIBERNATION)
		return NOTIFY_DONE;

	guard(mutex)(&providers_lock);

	list_for_each_entry(provider, &providers, node) {
		if (!provider->live)
			continue;
		if (event == PM_HIBERNATION_PREPARE) {
			tsm_mr_hibernate(provider);
			continue;
		}
		rc = tsm_mr_resume(provider);
		if (rc)
			pr_err("%s: cannot read the registers: %d\n",
			       kobject_name(&provider->kobj), rc);
	}

	return NOTIFY_OK;
}

static struct notifier_block hibernation_nb = {
	.notifier_call = hibernation_notify,
};

static int __init tsm_init(void)
{
	int rc;

	tsm_kset = kset_create_and_add("tsm", NULL, kernel_kobj);
	if (!tsm_kset)
		return -ENOMEM;

	rc = register_pm_notifier(&hibernation_nb);
	if (rc)
		kset_unregister(tsm_kset);

	return rc;
}
subsys_initcall(tsm_init);

static void __exit tsm_exit(void)
{
	unregister_pm_notifier(&hibernation_nb);
	kset_unregister(tsm_kset);
}
module_exit(tsm_exit);

MODULE_DESCRIPTION("Measurement registers with an event log");
MODULE_LICENSE("GPL");
