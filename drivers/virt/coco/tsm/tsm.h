/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A provider, its registers and their banks, as the core keeps them.
 */
#ifndef __COCO_TSM_H
#define __COCO_TSM_H

#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/sysfs.h>
#include <linux/tsm-measurement.h>
#include <linux/workqueue.h>

#include "hash.h"
#include "log.h"

struct tsm_content;
struct cel_extend;
struct tsm_log_files;

/* Longest name of a provider or of a register, in characters. */
#define TSM_NAME_MAX	64

/* TPM 2.0 PCRs and UEFI CC MRs both have small numbers. */
#define TSM_INDEX_MAX	31

/**
 * struct tsm_bank - one bank of a register
 * @reg: the register
 * @mr: the provider's definition, valid while &tsm_provider.tm is set
 * @algo: the bank's hash
 * @alg: what the log calls it, if @reg is in the log
 * @size: size of the bank's digests in bytes
 * @replay: the value that the log gives, if @reg is extensible and
 *	&tsm_register.known; protected by the log's lock
 * @opening: the value at the log's first record, likewise; protected by both of
 *	the log's locks
 * @next_opening: what @opening is going to be; protected by &tsm_log.trim_lock
 * @digest_attr: the file HASH/digest, if @reg has several banks
 * @bin_attrs: @digest_attr in the form that @group wants
 * @group: the directory HASH
 */
struct tsm_bank {
	struct tsm_register *reg;
	const struct tsm_measurement_register *mr;
	enum hash_algo algo;
	u8 alg;
	u32 size;
	u8 replay[TSM_DIGEST_MAX_SIZE];
	u8 opening[TSM_DIGEST_MAX_SIZE];
	u8 next_opening[TSM_DIGEST_MAX_SIZE];
	struct bin_attribute digest_attr;
	const struct bin_attribute *bin_attrs[2];
	struct attribute_group group;
};

/**
 * struct tsm_pending - an extend whose end, or what came before it, is not known
 * @node: in &tsm_register.pending
 * @unclear: it may not have happened
 * @by_others: it did not come through this interface
 * @room: bytes that fit into @record
 * @size: bytes of @record
 * @record: the record that it gets if it took effect; its number is not set yet
 */
struct tsm_pending {
	struct list_head node;
	bool unclear;
	bool by_others;
	size_t room;
	size_t size;
	u8 record[] __counted_by(room);
};

/**
 * struct tsm_opening - what the log begins with, of one register
 * @known: there is a value, in &tsm_bank.opening
 * @sure: it is what the hardware had
 * @nr_foreign: foreign extends that were found before
 */
struct tsm_opening {
	bool known;
	bool sure;
	u64 nr_foreign;
};

/**
 * struct tsm_register - a register that has a hash
 * @kobj: its directory, a child of the provider's, which frees it
 * @provider: whose register it is
 * @node: in &tsm_provider.registers
 * @name: its name
 * @unsure_len: tsm_checkpoint_unsure_len() of it
 * @extensible: it can be extended here
 * @logged: it is in the log, because of that or because the provider is told of
 *	its extends
 * @live: its value has to be asked for
 * @index: its number, which the log calls it by, or %TSM_INDEX_NONE
 * @known: it has been looked at, and so has a replay
 * @moved: it may have got another value since the log's first record, before that
 * @unsure: the hardware may have another value than the replay
 * @told: the log says so
 * @resuming: its value is the first one after hibernation
 * @by_others: others are the cause of that
 * @pending: the extends that are the reason for it and those after them, see
 *	tsm-pending.c
 * @nr_pending: how many they are
 * @nr_unclear: how many of them may not have happened
 * @proven: number of the record up to which the replay is known to be what the
 *	hardware had; those after it may have had a foreign extend among them
 * @nr_foreign: foreign extends that have been found
 * @opening: what the log begins with; protected by both of the log's locks
 * @next_opening: what @opening is going to be; protected by &tsm_log.trim_lock
 * @next_proven: what @proven has to be for it; likewise
 * @strongest: the bank that the register's own digest file shows
 * @nr_banks: number of elements of @banks
 * @banks: the banks, in the order of the definition
 *
 * The log's lock protects all from @known to @nr_foreign. What is before does
 * not change.
 */
struct tsm_register {
	struct kobject kobj;
	struct tsm_provider *provider;
	struct list_head node;
	char *name;
	size_t unsure_len;
	bool extensible;
	bool logged;
	bool live;
	u8 index;
	bool known;
	bool moved;
	bool unsure;
	bool told;
	bool resuming;
	bool by_others;
	struct list_head pending;
	unsigned int nr_pending;
	unsigned int nr_unclear;
	u64 proven;
	u64 nr_foreign;
	struct tsm_opening opening;
	struct tsm_opening next_opening;
	u64 next_proven;
	struct tsm_bank *strongest;
	unsigned int nr_banks;
	struct tsm_bank banks[] __counted_by(nr_banks);
};

/**
 * struct tsm_provider - a registered &struct tsm_measurement
 * @dev: its device, which is what handles and open files hold
 * @node: in the list of providers
 * @live: tsm_measurement_get() finds it; protected by the list's lock
 * @visited: hibernation has come to it; likewise
 * @tm: what the driver registered, %NULL before and after; protected by the
 *	log's lock, and stable while a file of the registers is in use
 * @leaving: @tm is going to be %NULL
 * @hibernating: the machine may be another one, so a register must be looked
 *	at before each use; protected by the log's lock
 * @index_type: %TSM_CEL_PCR or %TSM_CEL_CCMR
 * @registers: the registers that have a hash
 * @blobs: the files of the registers that have none
 * @nr_blobs: number of elements of @blobs
 * @log: the event log
 * @spare: memory for the next extend whose end is not known, or %NULL; protected
 *	by the log's lock
 * @line: room for a line of checkpoints; protected by the log's lock
 * @line_size: bytes of @line
 * @firmware_size: bytes of the firmware's log, 0 if there is none
 * @files: its directory in securityfs
 * @first_look: looks at the registers of a slow provider
 */
struct tsm_provider {
	struct device dev;
	struct list_head node;
	bool live;
	bool visited;
	const struct tsm_measurement *tm;
	bool leaving;
	bool hibernating;
	u8 index_type;
	struct list_head registers;
	struct bin_attribute *blobs;
	size_t nr_blobs;
	struct tsm_log log;
	struct tsm_pending *spare;
	char *line;
	size_t line_size;
	size_t firmware_size;
	struct tsm_log_files *files;
	struct work_struct first_look;
};

static inline struct tsm_provider *to_tsm_provider(struct device *dev)
{
	return container_of(dev, struct tsm_provider, dev);
}

/**
 * tsm_provider_is_gone() - may a provider's operations not be called any more?
 * @provider: the provider
 *
 * Whoever waited for the lock while it was being unregistered need not go on.
 *
 * Context: Any context. The log's lock is held.
 *
 * Return: %true if so.
 */
static inline bool tsm_provider_is_gone(const struct tsm_provider *provider)
{
	lockdep_assert_held(&provider->log.lock);

	return !provider->tm || READ_ONCE(provider->leaving);
}

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

/**
 * tsm_mr_is_told() - does the log have a register because its provider is told of
 * extends that others made?
 * @tm: the definition
 * @mr: an element of @tm->mrs
 *
 * Context: Any context.
 *
 * Return: %true if so.
 */
static inline bool tsm_mr_is_told(const struct tsm_measurement *tm,
				  const struct tsm_measurement_register *mr)
{
	return tm->take && mr->mr_flags & TSM_MR_F_LIVE &&
	       tsm_mr_index(tm, mr) != TSM_INDEX_NONE;
}

/* tsm-definition.c */
int tsm_check_definition(const struct tsm_measurement *tm);

/* tsm-firmware.c */
size_t tsm_firmware_log_size(const void *area, size_t size);

/* tsm-core.c */
struct tsm_provider *tsm_provider_of(const struct tsm_measurement *tm);

/* tsm-register.c */
int __must_check tsm_register_create_all(struct tsm_provider *provider,
					 const struct tsm_measurement *tm);
void tsm_register_put_all(struct tsm_provider *provider);
struct tsm_register *tsm_register_find(struct tsm_provider *provider,
				       const char *name);
void tsm_bank_extend(const struct tsm_bank *bank,
		     const struct cel_extend *extend, u8 *value);
extern const struct kobj_type tsm_register_ktype;

/* tsm-hardware.c */
int __must_check tsm_hw_refresh(struct tsm_provider *provider,
				const struct tsm_measurement_register *mr);
int __must_check tsm_hw_confirm(struct tsm_provider *provider,
				const struct tsm_measurement_register *mr);
int __must_check tsm_hw_extend(struct tsm_register *reg,
			       const u8 *const digests[],
			       enum tsm_failure *failure);

/* tsm-look.c */
int __must_check tsm_look_at(struct tsm_register *reg);
int __must_check tsm_look_at_unsure(struct tsm_provider *provider);
void tsm_look_again(struct tsm_register *reg);
void tsm_look_is_reset(struct tsm_register *reg, u8 fill);
void tsm_look_after_extend(struct tsm_register *reg,
			   struct tsm_pending *pending);
int __must_check tsm_look_after_failure(struct tsm_register *reg,
					struct tsm_pending *pending, int error,
					enum tsm_failure failure);

/* tsm-pending.c */
bool tsm_pending_has_room(const struct tsm_register *reg);
void tsm_pending_add(struct tsm_register *reg, struct tsm_pending *pending);
unsigned long tsm_pending_choice(const struct tsm_register *reg,
				 const struct tsm_pending *pending);
bool tsm_pending_explain(const struct tsm_register *reg, unsigned long *choice);
void tsm_pending_commit(struct tsm_register *reg, unsigned long choice);
void tsm_pending_commit_one(struct tsm_register *reg,
			    struct tsm_pending *pending);
void tsm_pending_free(struct tsm_register *reg);

/* tsm-told.c */
void tsm_told_drain(struct tsm_provider *provider, bool all);

/**
 * tsm_told_take() - let the log say what others have done
 * @provider: the provider
 * @all: all that happened so far; otherwise what happened before the last call of
 *	its refresh(), confirm() or extend()
 *
 * Context: Process context, may sleep. The log's lock is held, and the provider is
 * not gone. One record of ours for which there is a reservation must be held.
 */
static inline void tsm_told_take(struct tsm_provider *provider, bool all)
{
	lockdep_assert_held(&provider->log.lock);

	if (provider->tm->take)
		tsm_told_drain(provider, all);
}

/* tsm-read.c */
int __must_check tsm_mr_read(struct tsm_bank *bank, u8 *value);
int __must_check tsm_mr_read_uninterruptible(struct tsm_bank *bank, u8 *value);
int __must_check tsm_mr_read_blob(struct tsm_provider *provider,
				  const struct tsm_measurement_register *mr,
				  void *buf, loff_t off, size_t count);

/* tsm-extend.c */
#define TSM_EXTEND_INTERRUPTIBLE	BIT(0)
#define TSM_EXTEND_IN_ANY_CASE		BIT(1)
int __must_check tsm_mr_extend_digests(struct tsm_register *reg,
				       const struct tsm_digest *digests,
				       size_t nr_digests, unsigned int how);
int __must_check tsm_mr_extend_event(struct tsm_register *reg,
				     const void *event, size_t len,
				     unsigned int how);
int __must_check tsm_mr_extend_record(struct tsm_register *reg,
				      const struct tsm_content *content,
				      const struct tsm_digest *digests,
				      size_t nr_digests, unsigned int how);

/* tsm-hibernation.c */
void tsm_hibernate(struct tsm_provider *provider);
int __must_check tsm_resume(struct tsm_provider *provider);

/* tsm-checkpoint.c */
size_t tsm_checkpoint_max_len(const struct tsm_register *reg);
size_t tsm_checkpoint_unsure_len(const struct tsm_register *reg);
struct tsm_checkpoint *tsm_checkpoint_prepare(const struct tsm_register *reg,
					      enum tsm_reason reason);
void tsm_checkpoint_add(struct tsm_register *reg,
			struct tsm_checkpoint *checkpoint,
			enum tsm_reason reason);
void tsm_checkpoint_fill(struct tsm_checkpoint *checkpoint,
			 const struct tsm_register *reg, u8 fill);
void tsm_checkpoint_add_unsure(struct tsm_register *reg);
int __must_check tsm_checkpoint_make_opening(struct tsm_provider *provider);
void tsm_checkpoint_new_opening(struct tsm_log *log);

/* tsm-trim.c */
int __must_check tsm_trim(struct tsm_provider *provider, u64 recnum);

/* tsm-sysfs.c */
int tsm_restart_syscall(int rc);
const char *tsm_register_pcrs(const struct tsm_register *reg);
extern const struct attribute_group *tsm_register_groups[];
int __must_check tsm_sysfs_add_registers(struct tsm_provider *provider);
void tsm_sysfs_remove_registers(struct tsm_provider *provider);

#endif /* __COCO_TSM_H */
