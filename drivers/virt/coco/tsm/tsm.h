/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A provider, its registers and their banks, as the core keeps them.
 */
#ifndef __TSM_H
#define __TSM_H

#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/sysfs.h>
#include <linux/tsm-measurement.h>

#include "hash.h"
#include "log.h"

/* Longest name of a provider or of a register, in characters. */
#define TSM_NAME_MAX	64

/**
 * struct tsm_bank - one bank of a register
 * @reg: the register
 * @mr: the provider's definition, valid while &tsm_provider.tm is set
 * @algo: the bank's hash
 * @size: size of the bank's digests in bytes
 * @replay: the value that the log gives, if @reg is extensible; protected by
 *	the log's lock
 * @opening: the value at the log's first record, likewise; protected by
 *	&tsm_log.trim_lock
 * @next_opening: what @opening is going to be; protected by &tsm_log.trim_lock
 * @digest_attr: the file HASH/digest, if @reg has several banks
 * @bin_attrs: @digest_attr in the form that @group wants
 * @group: the directory HASH
 */
struct tsm_bank {
	struct tsm_register *reg;
	const struct tsm_measurement_register *mr;
	enum hash_algo algo;
	u32 size;
	u8 replay[TSM_DIGEST_MAX_SIZE];
	u8 opening[TSM_DIGEST_MAX_SIZE];
	u8 next_opening[TSM_DIGEST_MAX_SIZE];
	struct bin_attribute digest_attr;
	const struct bin_attribute *bin_attrs[2];
	struct attribute_group group;
};

/**
 * struct tsm_register - a register that has a hash
 * @kobj: its directory, a child of the provider's. @provider waits for its
 *	release.
 * @provider: whose register it is
 * @node: in &tsm_provider.registers
 * @name: its name
 * @extensible: it can be extended, and so is in the log
 * @unsure: an extend failed and the register could not be read afterwards, so
 *	its value must be looked at before the next extend; protected by the
 *	log's lock
 * @index: its number, which the log calls it by, or %TSM_INDEX_NONE
 * @strongest: the bank that the register's own digest file shows
 * @nr_banks: number of elements of @banks
 * @banks: the banks, in the order of the definition
 */
struct tsm_register {
	struct kobject kobj;
	struct tsm_provider *provider;
	struct list_head node;
	char *name;
	bool extensible;
	bool unsure;
	u8 index;
	struct tsm_bank *strongest;
	unsigned int nr_banks;
	struct tsm_bank banks[] __counted_by(nr_banks);
};

/**
 * struct tsm_provider - a registered &struct tsm_measurement
 * @kobj: its directory
 * @nr_kobjs: @kobj and those of the registers, until they are released
 * @kobjs_released: that has happened to all of them
 * @ref: counts the registration and handles from tsm_measurement_get()
 * @node: in the list of providers
 * @live: tsm_measurement_get() finds it; protected by the list's lock
 * @tm: what the driver registered, %NULL before and after; protected by the
 *	log's lock, and stable while a file of the provider is in use
 * @hibernating: the machine may be another one, so a register must be looked
 *	at before each use; protected by the log's lock
 * @index_type: %TSM_CEL_PCR or %TSM_CEL_CCMR
 * @registers: the registers that have a hash
 * @blobs: the files of the registers that have none
 * @nr_blobs: number of elements of @blobs
 * @log: the event log
 */
struct tsm_provider {
	struct kobject kobj;
	refcount_t nr_kobjs;
	struct completion kobjs_released;
	struct kref ref;
	struct list_head node;
	bool live;
	struct tsm_measurement *tm;
	bool hibernating;
	u8 index_type;
	struct list_head registers;
	struct bin_attribute *blobs;
	size_t nr_blobs;
	struct tsm_log log;
};

/**
 * tsm_mr_index() - the number that a definition gives to a register
 * @tm: the definition
 * @mr: an element of @tm->mrs
 *
 * Context: Any context.
 *
 * Return: the number, or %TSM_INDEX_NONE.
 */
static inline u8 tsm_mr_index(const struct tsm_measurement *tm,
			      const struct tsm_measurement_register *mr)
{
	return tm->mr_index ? tm->mr_index[mr - tm->mrs] : TSM_INDEX_NONE;
}

/* tsm-definition.c */
int tsm_check_definition(const struct tsm_measurement *tm);

/* tsm-core.c */
void tsm_provider_kobj_released(struct tsm_provider *provider);

/* tsm-mr.c */
int tsm_mr_create_all(struct tsm_provider *provider,
		      const struct tsm_measurement *tm);
void tsm_mr_free_all(struct tsm_provider *provider);
struct tsm_register *tsm_mr_find(struct tsm_provider *provider,
				 const char *name);
int __must_check tsm_mr_open_log(struct tsm_provider *provider);
void tsm_mr_hibernate(struct tsm_provider *provider);
int __must_check tsm_mr_resume(struct tsm_provider *provider);
int __must_check tsm_mr_read(struct tsm_bank *bank, u8 *value);
int __must_check tsm_mr_read_blob(struct tsm_provider *provider,
				  const struct tsm_measurement_register *mr,
				  void *buf, loff_t off, size_t count);
int __must_check tsm_mr_extend_digests(struct tsm_register *reg,
				       const u8 *const digests[]);
int __must_check tsm_mr_extend_event(struct tsm_register *reg,
				     const void *event, size_t len);

/* tsm-checkpoint.c */
int __must_check tsm_checkpoint_restart(struct tsm_register *reg,
					const char *reason);
char *tsm_checkpoint_opening(struct tsm_provider *provider, u64 recnum,
			     const char *reason, size_t *size);

/* tsm-trim.c */
int __must_check tsm_trim(struct tsm_provider *provider, u64 recnum);

/* tsm-sysfs.c */
int tsm_restart_syscall(int rc);
extern const struct kobj_type tsm_register_ktype;
int tsm_sysfs_add_registers(struct tsm_provider *provider);
void tsm_sysfs_remove_registers(struct tsm_provider *provider);

/* tsm-log-sysfs.c */
extern const struct attribute_group tsm_log_group;
void tsm_log_notify(struct tsm_provider *provider);

#endif /* __TSM_H */
