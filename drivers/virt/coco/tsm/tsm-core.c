// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measurement registers of trusted security modules, with an event log.
 *
 * Who calls whom:
 *
 *	/sys/kernel/tsm    kernel users    /sys/kernel/security/tsm
 *	  tsm-sysfs.c      tsm-core.c        tsm-log-files.c
 *	       |               |                |        |
 *	       +-------+-------+                |     tsm-trim.c
 *	               |                        |        |
 *	tsm-read.c, tsm-extend.c                |        |
 *	               |                        |        |
 *	               +------- tsm-look.c -----+--------+
 *	               |            |                    |
 *	        tsm-hardware.c  tsm-checkpoint.c     tsm-view.c
 *	               |            |                    |
 *	       provider's      tsm-log.c (stream.c, tsm-log-index.c, cel.c)
 *	  refresh(), extend()
 *
 * This file has the providers: their registration, their names, how long they
 * live, and what other parts of the kernel call.
 *
 * When a driver unregisters, its operations must never be called again, while
 * others may still hold the provider: files may be open, and kernel users have
 * handles. So a provider is a device, which outlives its registration as a
 * shell: &tsm_provider.tm becomes %NULL under the log's lock, and whoever finds
 * that gets -ENODEV. The files of the registers are removed, which waits for
 * running operations; those of the log stay usable for who has them open, and
 * say the same.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include <linux/workqueue.h>
#include <uapi/linux/tsm-event-log.h>

#include "content.h"
#include "log-files.h"
#include "tsm.h"

#define CREATE_TRACE_POINTS
#include <trace/events/tsm_measurement.h>

/* /sys/kernel/tsm */
static struct kobject *tsm_kobj;

/* Protects the list of providers, &tsm_provider.live, and @hibernating. */
static DEFINE_MUTEX(providers_lock);
static LIST_HEAD(providers);
static bool hibernating;

/* The code that frees a provider is in this module. */
static refcount_t nr_providers = REFCOUNT_INIT(1);
static DECLARE_COMPLETION(all_freed);

static void put_nr_providers(void)
{
	if (refcount_dec_and_test(&nr_providers))
		complete(&all_freed);
}

static struct tsm_provider *find_provider(const char *name)
{
	struct tsm_provider *provider;

	lockdep_assert_held(&providers_lock);

	list_for_each_entry(provider, &providers, node) {
		if (!strcmp(dev_name(&provider->dev), name))
			return provider;
	}

	return NULL;
}

static struct tsm_provider *find_live(const struct tsm_measurement *tm)
{
	struct tsm_provider *provider;

	lockdep_assert_held(&providers_lock);

	list_for_each_entry(provider, &providers, node) {
		if (provider->live && provider->tm == tm)
			return provider;
	}

	return NULL;
}

/**
 * tsm_provider_of() - what the core has made of a definition
 * @tm: the definition
 *
 * Context: Process context, may sleep.
 *
 * Return: the provider, for as long as @tm is registered, or %NULL if it is not.
 */
struct tsm_provider *tsm_provider_of(const struct tsm_measurement *tm)
{
	guard(mutex)(&providers_lock);

	return find_live(tm);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_provider_of);

static void provider_release(struct device *dev)
{
	struct tsm_provider *provider = to_tsm_provider(dev);

	tsm_log_destroy(&provider->log);
	tsm_log_files_free(provider);
	tsm_register_put_all(provider);
	kvfree(provider->spare);
	kfree(provider->line);
	kfree(provider);
	put_nr_providers();
}

static const struct class tsm_mr_class = {
	.name = "tsm_mr",
	.dev_release = provider_release,
};

/*
 * Look at each register once. None of them is anybody's reason to wait: who
 * comes first looks by himself.
 */
static void look_first(struct tsm_provider *provider)
{
	struct tsm_register *reg;

	list_for_each_entry(reg, &provider->registers, node) {
		guard(mutex)(&provider->log.lock);

		if (tsm_provider_is_gone(provider))
			return;
		if (reg->logged && !reg->known && tsm_look_at(reg))
			dev_warn(&provider->dev,
				 "%s cannot be read, its value is not known\n",
				 reg->name);
	}
}

static void first_look_work(struct work_struct *work)
{
	look_first(container_of(work, struct tsm_provider, first_look));
}

static struct tsm_provider *create_provider(const struct tsm_measurement *tm)
{
	struct tsm_provider *provider = kzalloc_obj(*provider);
	int rc;

	if (!provider)
		return ERR_PTR(-ENOMEM);

	refcount_inc(&nr_providers);
	device_initialize(&provider->dev);
	device_set_pm_not_required(&provider->dev);
	provider->dev.class = &tsm_mr_class;
	provider->dev.parent = tm->parent;
	INIT_LIST_HEAD(&provider->node);
	INIT_LIST_HEAD(&provider->registers);
	INIT_WORK(&provider->first_look, first_look_work);
	tsm_log_init(&provider->log);
	provider->log.told = tm->take;
	provider->index_type = tm->index_space == TSM_INDEX_PCR ?
			       TSM_CEL_PCR : TSM_CEL_CCMR;
	provider->firmware_size = tsm_firmware_log_size(tm->firmware,
							tm->firmware_size);
	provider->tm = tm;

	rc = dev_set_name(&provider->dev, "%s", tm->name);
	if (!rc)
		rc = tsm_register_create_all(provider, tm);
	if (rc) {
		put_device(&provider->dev);
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

	/* Who waits for the lock already must not make us wait for all of them. */
	WRITE_ONCE(provider->leaving, true);
	scoped_guard(mutex, &provider->log.lock) {
		provider->tm = NULL;
		tsm_log_notify(&provider->log);
	}
	cancel_work_sync(&provider->first_look);

	tsm_log_files_remove(provider);
	if (device_is_registered(&provider->dev)) {
		sysfs_remove_link(tsm_kobj, dev_name(&provider->dev));
		tsm_sysfs_remove_registers(provider);
		device_del(&provider->dev);
	}

	/* The name is free when its directories are gone. */
	scoped_guard(mutex, &providers_lock)
		list_del_init(&provider->node);

	put_device(&provider->dev);
}

static int reserve_name(struct tsm_provider *provider)
{
	guard(mutex)(&providers_lock);

	if (find_provider(dev_name(&provider->dev)))
		return -EEXIST;

	provider->hibernating = hibernating;
	list_add_tail(&provider->node, &providers);

	return 0;
}

static int add_files(struct tsm_provider *provider)
{
	int rc;

	/* Who is told of the device shall find all of its files. */
	dev_set_uevent_suppress(&provider->dev, true);
	rc = device_add(&provider->dev);
	if (rc)
		return rc;

	rc = tsm_sysfs_add_registers(provider);
	if (rc)
		return rc;

	rc = tsm_log_files_add(provider);
	if (rc)
		return rc;

	return sysfs_create_link(tsm_kobj, &provider->dev.kobj,
				 dev_name(&provider->dev));
}

/**
 * tsm_register_measurement() - make a provider's registers available
 * @tm: the provider; it and all it points to must stay as they are until
 *	tsm_unregister_measurement() returns
 *
 * Makes a device of the class tsm_mr, the files under /sys/kernel/tsm and
 * /sys/kernel/security/tsm, and announces them with a uevent. The extensible
 * registers are read, so that the log starts from what firmware left: before
 * this returns, unless @tm->slow is set. One that cannot be read is no reason to
 * fail; its value is not known until it can be.
 *
 * Context: Process context, may sleep. Calls @tm->refresh. Files of the provider
 * may be used, and so @tm->extend be called, before this returns.
 *
 * Return: 0, -EINVAL if the definition is bad (the kernel log says why),
 * -EEXIST if there is a provider of that name, or -ENOMEM.
 */
int tsm_register_measurement(const struct tsm_measurement *tm)
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

	if (!tm->slow)
		look_first(provider);

	rc = add_files(provider);
	if (rc) {
		pr_err("%s: cannot make the files: %d\n", tm->name, rc);
		goto err_remove;
	}

	if (tm->slow)
		queue_work(system_dfl_wq, &provider->first_look);

	scoped_guard(mutex, &providers_lock)
		provider->live = true;
	dev_set_uevent_suppress(&provider->dev, false);
	kobject_uevent(&provider->dev.kobj, KOBJ_ADD);

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
 * Context: Process context, may sleep. Waits for a running operation of @tm, so
 * it must not be called from one.
 */
void tsm_unregister_measurement(const struct tsm_measurement *tm)
{
	struct tsm_provider *provider = tsm_provider_of(tm);

	if (!WARN_ON_ONCE(!provider))
		remove_provider(provider);
}
EXPORT_SYMBOL_GPL(tsm_unregister_measurement);

/**
 * tsm_take_told() - let the log say what others have done
 * @tm: a provider that has @tm->take; nothing happens if it is not registered now
 *
 * Whoever looks at registers or at the log does that anyway. A provider calls it
 * when it is told of something, so that its queue is not longer than it must be, and
 * who waits for records is woken.
 *
 * Context: Process context, may sleep. Takes the log's lock, and may call
 * @tm->refresh and @tm->confirm.
 */
void tsm_take_told(const struct tsm_measurement *tm)
{
	struct tsm_provider *provider;

	scoped_guard(mutex, &providers_lock) {
		provider = find_live(tm);
		if (!provider)
			return;
		get_device(&provider->dev);
	}

	scoped_guard(mutex, &provider->log.lock) {
		/* What cannot be said now is said when somebody looks. */
		if (!tsm_provider_is_gone(provider) &&
		    tsm_look_at_unsure(provider))
			break;
	}
	put_device(&provider->dev);
}
EXPORT_SYMBOL_GPL(tsm_take_told);

/**
 * tsm_measurement_get() - get a handle to a register that can be extended
 * @name: name of the provider, for instance "tpm0"
 * @mr_name: name of the register, for instance "pcr10"
 *
 * A handle does not keep the provider: after it was unregistered, the functions
 * that take the handle return -ENODEV. A provider of the same name that comes
 * later needs a new handle.
 *
 * Context: Process context, may sleep.
 *
 * Return: the handle, to be given back by tsm_measurement_put(), or an
 * ERR_PTR(): -ENODEV if there is no provider of that name now, -ENOENT if it has
 * no such register, -EPERM if that is not extensible.
 */
struct tsm_register *tsm_measurement_get(const char *name, const char *mr_name)
{
	struct tsm_provider *provider;
	struct tsm_register *reg;

	guard(mutex)(&providers_lock);

	provider = find_provider(name);
	if (!provider || !provider->live)
		return ERR_PTR(-ENODEV);

	reg = tsm_register_find(provider, mr_name);
	if (!reg)
		return ERR_PTR(-ENOENT);
	if (!reg->extensible)
		return ERR_PTR(-EPERM);

	get_device(&provider->dev);

	return reg;
}
EXPORT_SYMBOL_GPL(tsm_measurement_get);

/* Does it have registers of a confidential VM that can be extended? */
static bool has_ccmrs(const struct tsm_provider *provider)
{
	const struct tsm_register *reg;

	if (provider->index_type != TSM_CEL_CCMR)
		return false;

	list_for_each_entry(reg, &provider->registers, node) {
		if (reg->extensible)
			return true;
	}

	return false;
}

static struct tsm_provider *find_cc_provider(const char *name)
{
	struct tsm_provider *provider;

	lockdep_assert_held(&providers_lock);

	list_for_each_entry(provider, &providers, node) {
		if (provider->live && has_ccmrs(provider) &&
		    (!name || !strcmp(dev_name(&provider->dev), name)))
			return provider;
	}

	return NULL;
}

/**
 * tsm_measurement_get_ccmr() - get a handle to a register of a confidential VM
 * @name: name of the provider, for instance "tdx", or %NULL for the one that was
 *	registered first
 * @index: CC MR index of the register, as UEFI has it: that of RTMR n is n + 1
 *
 * Only providers count that number their registers in this way, and have some
 * that can be extended. The handle is as one from tsm_measurement_get().
 *
 * Context: Process context, may sleep.
 *
 * Return: the handle, to be given back by tsm_measurement_put(), or an
 * ERR_PTR(): -ENODEV if there is no such provider now, -ENOENT if it has no
 * register of that number that can be extended.
 */
struct tsm_register *tsm_measurement_get_ccmr(const char *name, u8 index)
{
	struct tsm_provider *provider;
	struct tsm_register *reg;

	guard(mutex)(&providers_lock);

	provider = find_cc_provider(name);
	if (!provider)
		return ERR_PTR(-ENODEV);

	list_for_each_entry(reg, &provider->registers, node) {
		if (!reg->extensible || reg->index != index)
			continue;
		get_device(&provider->dev);
		return reg;
	}

	return ERR_PTR(-ENOENT);
}
EXPORT_SYMBOL_GPL(tsm_measurement_get_ccmr);

/**
 * tsm_measurement_put() - give back a handle
 * @reg: the handle; nothing happens if it is %NULL or an ERR_PTR()
 *
 * Context: Process context, may sleep.
 */
void tsm_measurement_put(struct tsm_register *reg)
{
	if (!IS_ERR_OR_NULL(reg))
		put_device(&reg->provider->dev);
}
EXPORT_SYMBOL_GPL(tsm_measurement_put);

/**
 * tsm_measurement_banks() - which digests an extend of a register needs
 * @reg: handle from tsm_measurement_get()
 * @algos: where the hashes of the register's banks go
 *
 * The banks of a register do not change while the handle is held.
 *
 * Context: Any context.
 *
 * Return: the number of banks.
 */
int tsm_measurement_banks(const struct tsm_register *reg,
			  enum hash_algo algos[TSM_MAX_BANKS])
{
	for (unsigned int i = 0; i < reg->nr_banks; i++)
		algos[i] = reg->banks[i].algo;

	return reg->nr_banks;
}
EXPORT_SYMBOL_GPL(tsm_measurement_banks);

static struct tsm_bank *find_bank(const struct tsm_provider *provider, u8 index,
				  enum hash_algo algo)
{
	struct tsm_register *reg;

	list_for_each_entry(reg, &provider->registers, node) {
		if (reg->index == TSM_INDEX_NONE || reg->index != index)
			continue;
		for (unsigned int i = 0; i < reg->nr_banks; i++) {
			if (reg->banks[i].algo == algo)
				return &reg->banks[i];
		}
	}

	return NULL;
}

/**
 * tsm_measurement_provider_name() - what the provider of a register is called
 * @reg: handle from tsm_measurement_get()
 *
 * Context: Any context.
 *
 * Return: the name, valid as long as the handle is held.
 */
const char *tsm_measurement_provider_name(const struct tsm_register *reg)
{
	return dev_name(&reg->provider->dev);
}
EXPORT_SYMBOL_GPL(tsm_measurement_provider_name);

/**
 * tsm_measurement_name() - what a register is called
 * @reg: handle from tsm_measurement_get()
 *
 * Context: Any context.
 *
 * Return: the name, valid as long as the handle is held.
 */
const char *tsm_measurement_name(const struct tsm_register *reg)
{
	return reg->name;
}
EXPORT_SYMBOL_GPL(tsm_measurement_name);

/**
 * tsm_measurement_read() - read a register, also one that cannot be extended
 * @reg: handle from tsm_measurement_get() to any register of the same provider
 * @index: number of the register that is read, in the numbering of the provider
 * @algo: which of its banks
 * @value: where its value goes, hash_digest_size[@algo] bytes; not touched if there
 *	is an error
 *
 * Context: Process context, may sleep, for as long as the hardware takes. No
 * signal ends the wait.
 *
 * Return: 0, -ENOENT if there is no such register or bank, -ENODEV if the provider
 * is gone, -ENOMEM, -ENOSPC if others have no room left in the log, or what the
 * provider's refresh() returned.
 */
int tsm_measurement_read(const struct tsm_register *reg, u8 index,
			 enum hash_algo algo, u8 *value)
{
	struct tsm_bank *bank = find_bank(reg->provider, index, algo);

	if (!bank)
		return -ENOENT;

	return tsm_mr_read_uninterruptible(bank, value);
}
EXPORT_SYMBOL_GPL(tsm_measurement_read);

/**
 * tsm_extend_event() - measure an event into a register
 * @reg: handle from tsm_measurement_get()
 * @event: the event, any bytes
 * @len: its size in bytes, 1 to %TSM_EVENT_MAX_SIZE
 *
 * Each bank of the register is extended by its hash of @event, and the event
 * log gets one record with @event as its content (EV_ACTION). Both happen, or
 * neither.
 *
 * Context: Process context, may sleep, for as long as the hardware takes. No
 * signal ends the wait.
 *
 * Return: 0 when the register is extended and the record is in the log. On an
 * error there is no record, or, if the end of the extend is not known yet, one
 * may come: -EINVAL or -E2BIG for the size of the event, -EOPNOTSUPP if this
 * kernel does not have the hash of a bank, -ENODEV if the provider is gone,
 * -ENOSPC if the log is full, -ENOMEM, or what the provider's operations
 * returned.
 */
int tsm_extend_event(struct tsm_register *reg, const void *event, size_t len)
{
	return tsm_mr_extend_event(reg, event, len, 0);
}
EXPORT_SYMBOL_GPL(tsm_extend_event);

/**
 * tsm_extend_digests() - extend a register by digests of the caller's
 * @reg: handle from tsm_measurement_get()
 * @digests: one digest for each bank of the register, in any order
 * @nr_digests: number of elements of @digests
 *
 * For callers that keep their own log of what they measure. The event log gets
 * one record without content (EV_COMPACT_HASH).
 *
 * Context: Process context, may sleep, for as long as the hardware takes. No
 * signal ends the wait.
 *
 * Return: as tsm_extend_event(), but -EINVAL if @digests does not have exactly
 * one digest for each bank.
 */
int tsm_extend_digests(struct tsm_register *reg,
		       const struct tsm_digest *digests, size_t nr_digests)
{
	return tsm_mr_extend_digests(reg, digests, nr_digests, 0);
}
EXPORT_SYMBOL_GPL(tsm_extend_digests);

/**
 * tsm_extend_record() - measure what has a type into a register
 * @reg: handle from tsm_measurement_get()
 * @content: what was measured, as the CEL-TLV that the record is going to have
 * @len: its size in bytes, as much as the limit of the log allows
 * @digests: one digest for each bank of the register, in any order; may be %NULL
 *	if @nr_digests is 0
 * @nr_digests: number of elements of @digests, or 0
 *
 * Without digests each bank is extended by its hash of the event data of
 * %TSM_CEL_CONTENT_PCCLIENT_STD, of the template data of
 * %TSM_CEL_CONTENT_IMA_TEMPLATE, or of all of @content if it is of another type.
 * With digests it is extended by these, however they come from @content, and who
 * reads the log can tell the difference. The event log gets one record with
 * @content. Both happen, or neither.
 *
 * Context: Process context, may sleep, for as long as the hardware takes. No
 * signal ends the wait.
 *
 * Return: as tsm_extend_event(), but -EINVAL if @content is malformed or of a type
 * that cannot be measured, or if there are digests and not exactly one for each
 * bank. -EOPNOTSUPP only without digests.
 */
int tsm_extend_record(struct tsm_register *reg, const void *content, size_t len,
		      const struct tsm_digest *digests, size_t nr_digests)
{
	struct tsm_content parsed;
	int rc;

	rc = tsm_content_parse(content, len, &parsed);
	if (rc)
		return rc;

	return tsm_mr_extend_record(reg, &parsed, digests, nr_digests, 0);
}
EXPORT_SYMBOL_GPL(tsm_extend_record);

/**
 * tsm_extend_in_any_case() - extend a register, with a record if that is possible
 * @reg: handle from tsm_measurement_get()
 * @digests: one digest for each bank of the register, in any order
 * @nr_digests: number of elements of @digests
 *
 * For interfaces that extended registers before there was a log, and must not
 * fail now because of it. Where there is no room for a record, the register is
 * extended all the same, and the next look at it finds it changed.
 *
 * Context: Process context, may sleep, for as long as the hardware takes. No
 * signal ends the wait.
 *
 * Return: 0 when the register is extended; -EINVAL as tsm_extend_digests(),
 * -ENODEV if the provider is gone, or what its extend() returned.
 */
int tsm_extend_in_any_case(struct tsm_register *reg,
			   const struct tsm_digest *digests, size_t nr_digests)
{
	return tsm_mr_extend_digests(reg, digests, nr_digests,
				     TSM_EXTEND_IN_ANY_CASE);
}
EXPORT_SYMBOL_GPL(tsm_extend_in_any_case);

static void hibernate_one(struct tsm_provider *provider, unsigned long event)
{
	int rc = 0;

	if (event == PM_HIBERNATION_PREPARE)
		tsm_hibernate(provider);
	else
		rc = tsm_resume(provider);
	if (rc)
		dev_err(&provider->dev,
			"cannot say in the log what hibernation did: %d\n",
			rc);
}

static struct tsm_provider *get_next_to_visit(void)
{
	struct tsm_provider *provider;

	guard(mutex)(&providers_lock);

	list_for_each_entry(provider, &providers, node) {
		if (provider->visited)
			continue;
		provider->visited = true;
		get_device(&provider->dev);
		return provider;
	}

	return NULL;
}

/*
 * The memory of before meets the hardware of after: let each log say what the
 * registers have now. The list is not locked while hardware is waited for.
 */
static int hibernation_notify(struct notifier_block *nb, unsigned long event,
			      void *unused)
{
	struct tsm_provider *provider;

	if (event != PM_HIBERNATION_PREPARE && event != PM_POST_HIBERNATION)
		return NOTIFY_DONE;

	scoped_guard(mutex, &providers_lock) {
		hibernating = event == PM_HIBERNATION_PREPARE;
		list_for_each_entry(provider, &providers, node)
			provider->visited = false;
	}

	while ((provider = get_next_to_visit())) {
		hibernate_one(provider, event);
		put_device(&provider->dev);
	}

	return NOTIFY_OK;
}

static struct notifier_block hibernation_nb = {
	.notifier_call = hibernation_notify,
};

static int __init tsm_init(void)
{
	int rc;

	tsm_kobj = kobject_create_and_add("tsm", kernel_kobj);
	if (!tsm_kobj)
		return -ENOMEM;

	rc = class_register(&tsm_mr_class);
	if (rc)
		goto err_kobj;

	rc = tsm_log_files_init();
	if (rc)
		goto err_class;

	rc = register_pm_notifier(&hibernation_nb);
	if (rc)
		goto err_files;

	return 0;

err_files:
	tsm_log_files_exit();
err_class:
	class_unregister(&tsm_mr_class);
err_kobj:
	kobject_put(tsm_kobj);
	return rc;
}
subsys_initcall(tsm_init);

static void __exit tsm_exit(void)
{
	unregister_pm_notifier(&hibernation_nb);
	tsm_log_files_exit();
	put_nr_providers();
	wait_for_completion(&all_freed);
	class_unregister(&tsm_mr_class);
	kobject_put(tsm_kobj);
}
module_exit(tsm_exit);

MODULE_DESCRIPTION("Measurement registers with an event log");
MODULE_LICENSE("GPL");
