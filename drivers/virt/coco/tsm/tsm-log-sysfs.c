// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of the event log: PROVIDER/log/...
 *
 * Each read takes the log's lock, and so waits for an extend that may have
 * reached the hardware already (tsm-log.c tells why).
 *
 * Documentation/ABI/testing/sysfs-kernel-tsm describes the files.
 */

#include <linux/cleanup.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/sysfs.h>

#include "tsm.h"

static struct tsm_log *to_log(struct kobject *kobj)
{
	return &container_of(kobj, struct tsm_provider, kobj)->log;
}

typedef size_t (*read_fn)(struct tsm_log *log, char *buf, u64 off,
			  size_t count);

/* Read by @read, if the offset still means what it meant to who has the file. */
static ssize_t read_log(struct kobject *kobj, read_fn read,
			const struct file *file, char *buf, loff_t off,
			size_t count)
{
	struct tsm_log *log = to_log(kobj);
	int rc;

	ACQUIRE(mutex_intr, lock)(&log->lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;

	rc = tsm_readers_admit(&log->readers, file, off);
	if (rc)
		return rc;

	return read(log, buf, off, count);
}

static ssize_t cel_read(struct file *file, struct kobject *kobj,
			const struct bin_attribute *attr, char *buf, loff_t off,
			size_t count)
{
	return read_log(kobj, tsm_log_read_records, file, buf, off, count);
}

static ssize_t checkpoints_read(struct file *file, struct kobject *kobj,
				const struct bin_attribute *attr, char *buf,
				loff_t off, size_t count)
{
	return read_log(kobj, tsm_log_read_checkpoints, file, buf, off, count);
}

static ssize_t index_read(struct file *file, struct kobject *kobj,
			  const struct bin_attribute *attr, char *buf,
			  loff_t off, size_t count)
{
	return read_log(kobj, tsm_log_index_read, file, buf, off, count);
}

static ssize_t next_record_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	struct tsm_provider *provider =
		container_of(kobj, struct tsm_provider, kobj);
	struct tsm_log *log = &provider->log;

	ACQUIRE(mutex_intr, lock)(&log->lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;

	/* Nobody would wake who polls after this: that was done when it went. */
	if (!provider->tm)
		return -ENODEV;

	log->watched = true;

	return sysfs_emit(buf, "%llu\n", log->next_record);
}

static ssize_t first_record_show(struct kobject *kobj,
				 struct kobj_attribute *attr, char *buf)
{
	struct tsm_log *log = to_log(kobj);

	ACQUIRE(mutex_intr, lock)(&log->lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;

	return sysfs_emit(buf, "%llu\n", log->first_record);
}

static ssize_t size_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	struct tsm_log *log = to_log(kobj);

	ACQUIRE(mutex_intr, lock)(&log->lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;

	return sysfs_emit(buf, "%llu\n", tsm_log_size(log));
}

static ssize_t limit_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	struct tsm_log *log = to_log(kobj);

	ACQUIRE(mutex_intr, lock)(&log->lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;

	return sysfs_emit(buf, "%llu\n", log->limit);
}

static ssize_t limit_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	struct tsm_log *log = to_log(kobj);
	u64 limit;
	int rc;

	rc = kstrtou64(buf, 10, &limit);
	if (rc)
		return rc;

	ACQUIRE(mutex_intr, lock)(&log->lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;

	log->limit = limit;

	return count;
}

static ssize_t trim_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	u64 recnum;
	int rc;

	rc = kstrtou64(buf, 10, &recnum);
	if (rc)
		return rc;

	rc = tsm_trim(container_of(kobj, struct tsm_provider, kobj), recnum);

	return tsm_restart_syscall(rc) ?: count;
}

static const BIN_ATTR(cel, 0440, cel_read, NULL, 0);
static const BIN_ATTR(checkpoints, 0440, checkpoints_read, NULL, 0);
static const BIN_ATTR(index, 0440, index_read, NULL, 0);
static struct kobj_attribute next_record_attr =
	__ATTR_RO_MODE(next_record, 0440);
static struct kobj_attribute first_record_attr =
	__ATTR_RO_MODE(first_record, 0440);
static struct kobj_attribute size_attr = __ATTR_RO_MODE(size, 0440);
static struct kobj_attribute limit_attr = __ATTR_RW_MODE(limit, 0640);
static struct kobj_attribute trim_attr = __ATTR_WO(trim);

static struct attribute *log_attrs[] = {
	&next_record_attr.attr,
	&first_record_attr.attr,
	&size_attr.attr,
	&limit_attr.attr,
	&trim_attr.attr,
	NULL,
};

static const struct bin_attribute *const log_bin_attrs[] = {
	&bin_attr_cel,
	&bin_attr_checkpoints,
	&bin_attr_index,
	NULL,
};

const struct attribute_group tsm_log_group = {
	.name = "log",
	.attrs = log_attrs,
	.bin_attrs = log_bin_attrs,
};

/**
 * tsm_log_notify() - wake whoever polls next_record
 * @provider: whose log has a new record
 *
 * Who has been notified, and has not read next_record since, does not need it
 * again: poll() returns at once until they read. So without readers this costs
 * nothing.
 *
 * Context: Process context. The log's lock is held.
 */
void tsm_log_notify(struct tsm_provider *provider)
{
	struct tsm_log *log = &provider->log;

	lockdep_assert_held(&log->lock);

	if (!log->watched)
		return;

	log->watched = false;
	sysfs_notify(&provider->kobj, tsm_log_group.name,
		     next_record_attr.attr.name);
}
