// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of the registers: PROVIDER/REGISTER/... and PROVIDER/BLOB.
 *
 * digest, append_event and append_record are binary attributes although people
 * read and write text: only those get to see the offset and all bytes of a write,
 * and so can refuse what they would otherwise misunderstand.
 *
 * Documentation/ABI/testing/sysfs-kernel-tsm describes the files.
 */

#include <linux/array_size.h>
#include <linux/export.h>
#include <linux/hex.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "content.h"
#include "hex.h"
#include "tsm.h"

static struct tsm_register *to_register(struct kobject *kobj)
{
	return container_of(kobj, struct tsm_register, kobj);
}

/**
 * tsm_restart_syscall() - what a system call returns
 * @rc: 0 or the error of an operation that a signal ends without effect
 *
 * Such an operation may simply be done again.
 *
 * Context: Any context.
 *
 * Return: @rc, but -ERESTARTSYS for -EINTR.
 */
int tsm_restart_syscall(int rc)
{
	return rc == -EINTR ? -ERESTARTSYS : rc;
}
EXPORT_SYMBOL_FOR_MODULES(tsm_restart_syscall, "tsm-rtmr-configfs");

static ssize_t show_digest(struct tsm_bank *bank, char *buf, loff_t off,
			   size_t count)
{
	char text[2 * TSM_DIGEST_MAX_SIZE + 1];
	u8 value[TSM_DIGEST_MAX_SIZE];
	size_t len = 2 * bank->size + 1;
	int rc;

	/* The read that finds the end of the file needs no hardware. */
	if (off >= len)
		return 0;

	rc = tsm_mr_read(bank, value);
	if (rc)
		return tsm_restart_syscall(rc);

	*bin2hex(text, value, bank->size) = '\n';

	return memory_read_from_buffer(buf, count, &off, text, len);
}

static ssize_t digest_read(struct file *file, struct kobject *kobj,
			   const struct bin_attribute *attr, char *buf,
			   loff_t off, size_t count)
{
	return show_digest(to_register(kobj)->strongest, buf, off, count);
}

static ssize_t bank_digest_read(struct file *file, struct kobject *kobj,
				const struct bin_attribute *attr, char *buf,
				loff_t off, size_t count)
{
	struct tsm_bank *bank = container_of(attr, struct tsm_bank, digest_attr);

	return show_digest(bank, buf, off, count);
}

/*
 * A digest is given as raw bytes, or as hex with or without a newline. Twice a
 * digest's size is never a digest's size, so the length tells which. Returns
 * where it is, @buf or @digest, or %NULL if it is none.
 */
static const u8 *parse_digest(const struct tsm_bank *bank, const char *buf,
			      size_t count, u8 *digest)
{
	if (count == bank->size)
		return buf;
	if (count == 2 * bank->size + 1 && buf[count - 1] == '\n')
		count--;
	if (count != 2 * bank->size || !tsm_hex_parse(digest, buf, bank->size))
		return NULL;

	return digest;
}

static ssize_t digest_write(struct file *file, struct kobject *kobj,
			    const struct bin_attribute *attr, char *buf,
			    loff_t off, size_t count)
{
	struct tsm_register *reg = to_register(kobj);
	u8 value[TSM_DIGEST_MAX_SIZE] __uninitialized;
	struct tsm_digest digest = { .algo = reg->banks[0].algo };
	int rc;

	if (off)
		return -EINVAL;

	digest.value = parse_digest(&reg->banks[0], buf, count, value);
	if (!digest.value)
		return -EINVAL;

	rc = tsm_mr_extend_digests(reg, &digest, 1, TSM_EXTEND_INTERRUPTIBLE);

	return tsm_restart_syscall(rc) ?: count;
}

static ssize_t append_event_write(struct file *file, struct kobject *kobj,
				  const struct bin_attribute *attr, char *buf,
				  loff_t off, size_t count)
{
	int rc;

	if (off)
		return -EINVAL;
	/*
	 * sysfs cuts a longer write into pages. The first of them must not pass
	 * for an event, and a full page cannot be told from it.
	 */
	if (count > TSM_EVENT_MAX_SIZE)
		return -E2BIG;

	rc = tsm_mr_extend_event(to_register(kobj), buf, count,
				 TSM_EXTEND_INTERRUPTIBLE);

	return tsm_restart_syscall(rc) ?: count;
}

static ssize_t append_record_write(struct file *file, struct kobject *kobj,
				   const struct bin_attribute *attr, char *buf,
				   loff_t off, size_t count)
{
	struct tsm_typed_record record;
	int rc;

	if (off)
		return -EINVAL;
	/* As for an event. */
	if (count > TSM_RECORD_MAX_SIZE)
		return -E2BIG;

	rc = tsm_typed_record_parse(buf, count, &record);
	if (rc)
		return rc;

	rc = tsm_mr_extend_record(to_register(kobj), &record.content,
				  record.digests, record.nr_digests,
				  TSM_EXTEND_INTERRUPTIBLE);

	return tsm_restart_syscall(rc) ?: count;
}

static ssize_t hash_algo_show(struct kobject *kobj, struct kobj_attribute *attr,
			      char *buf)
{
	enum hash_algo algo = to_register(kobj)->strongest->algo;

	return sysfs_emit(buf, "%s\n", hash_algo_name[algo]);
}

/*
 * The TCG PCRs that the UEFI specification maps to each CC measurement register,
 * for software that thinks in PCRs (UEFI 2.10, 38.4.1). What firmware or a boot
 * loader would measure into such a PCR of a TPM goes into the register.
 */
static const char *const pcrs_of_ccmr[] = { "0", "1,7", "2-6", "8-15" };

/**
 * tsm_register_pcrs() - the PCRs that a register stands for
 * @reg: the register
 *
 * Context: Any context.
 *
 * Return: a list such as "1,7", or %NULL if the register stands for none.
 */
const char *tsm_register_pcrs(const struct tsm_register *reg)
{
	if (reg->provider->index_type != TSM_CEL_CCMR ||
	    reg->index >= ARRAY_SIZE(pcrs_of_ccmr))
		return NULL;

	return pcrs_of_ccmr[reg->index];
}
EXPORT_SYMBOL_FOR_MODULES(tsm_register_pcrs, "tsm-rtmr-configfs");

static ssize_t pcrs_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", tsm_register_pcrs(to_register(kobj)));
}

static struct kobj_attribute hash_algo_attr = __ATTR_RO(hash_algo);
static struct kobj_attribute pcrs_attr = __ATTR_RO(pcrs);
/*
 * A digest that cannot be written is another attribute, not another mode of the
 * same, for an administrator can change modes. The attributes have no size,
 * because sysfs would cut longer writes to it instead of refusing them.
 */
static const struct bin_attribute digest_ro_attr = __BIN_ATTR_RO(digest, 0);
static const struct bin_attribute digest_rw_attr = __BIN_ATTR_RW(digest, 0);
static const struct bin_attribute append_event_attr =
	__BIN_ATTR_WO(append_event, 0);
static const struct bin_attribute append_record_attr =
	__BIN_ATTR_WO(append_record, 0);

static struct attribute *register_attrs[] = {
	&hash_algo_attr.attr,
	&pcrs_attr.attr,
	NULL,
};

static const struct bin_attribute *const register_bin_attrs[] = {
	&digest_ro_attr,
	&digest_rw_attr,
	&append_event_attr,
	&append_record_attr,
	NULL,
};

static umode_t register_mode(struct kobject *kobj, struct attribute *attr, int n)
{
	const struct tsm_register *reg = to_register(kobj);

	if (attr == &pcrs_attr.attr && !tsm_register_pcrs(reg))
		return 0;

	return attr->mode;
}

static umode_t register_bin_mode(struct kobject *kobj,
				 const struct bin_attribute *attr, int n)
{
	const struct tsm_register *reg = to_register(kobj);

	/* One digest cannot extend several banks. */
	bool writable = reg->extensible && reg->nr_banks == 1;
	bool visible;

	if (attr == &append_event_attr || attr == &append_record_attr)
		visible = reg->extensible;
	else
		visible = (attr == &digest_rw_attr) == writable;

	return visible ? attr->attr.mode : 0;
}

static const struct attribute_group register_group = {
	.attrs = register_attrs,
	.bin_attrs = register_bin_attrs,
	.is_visible = register_mode,
	.is_bin_visible = register_bin_mode,
};

const struct attribute_group *tsm_register_groups[] = {
	&register_group,
	NULL,
};

static int add_bank(struct tsm_bank *bank)
{
	struct bin_attribute *attr = &bank->digest_attr;

	sysfs_bin_attr_init(attr);
	attr->attr.name = "digest";
	attr->attr.mode = 0444;
	attr->read = bank_digest_read;

	bank->bin_attrs[0] = attr;
	bank->group.name = hash_algo_name[bank->algo];
	bank->group.bin_attrs = bank->bin_attrs;

	return sysfs_create_group(&bank->reg->kobj, &bank->group);
}

static int add_register(struct tsm_register *reg)
{
	int rc;

	rc = kobject_add(&reg->kobj, &reg->provider->dev.kobj, "%s", reg->name);
	if (rc)
		return rc;

	if (reg->nr_banks == 1)
		return 0;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		rc = add_bank(&reg->banks[i]);
		if (rc)
			return rc;
	}

	return 0;
}

static ssize_t blob_read(struct file *file, struct kobject *kobj,
			 const struct bin_attribute *attr, char *buf, loff_t off,
			 size_t count)
{
	struct tsm_provider *provider = to_tsm_provider(kobj_to_dev(kobj));

	return tsm_restart_syscall(tsm_mr_read_blob(provider, attr->private,
						    buf, off, count));
}

static int add_blob(struct tsm_provider *provider,
		    const struct tsm_measurement_register *mr)
{
	struct bin_attribute *attr = &provider->blobs[provider->nr_blobs];
	int rc;

	sysfs_bin_attr_init(attr);
	attr->attr.name = mr->mr_name;
	attr->attr.mode = 0444;
	attr->size = mr->mr_size;
	attr->read = blob_read;
	attr->private = (void *)mr;

	rc = sysfs_create_bin_file(&provider->dev.kobj, attr);
	if (!rc)
		provider->nr_blobs++;

	return rc;
}

static int add_blobs(struct tsm_provider *provider)
{
	const struct tsm_measurement *tm = provider->tm;
	int rc;

	provider->blobs = kzalloc_objs(*provider->blobs, tm->nr_mrs);
	if (!provider->blobs)
		return -ENOMEM;

	for (size_t i = 0; i < tm->nr_mrs; i++) {
		if (!(tm->mrs[i].mr_flags & TSM_MR_F_NOHASH))
			continue;
		rc = add_blob(provider, &tm->mrs[i]);
		if (rc)
			return rc;
	}

	return 0;
}

/**
 * tsm_sysfs_add_registers() - make the files of a provider's registers
 * @provider: the provider, whose device has been added and whose
 *	&tsm_provider.tm is set
 *
 * Context: Process context, may sleep.
 *
 * Return: 0, or a negative errno and tsm_sysfs_remove_registers() must follow.
 */
int tsm_sysfs_add_registers(struct tsm_provider *provider)
{
	struct tsm_register *reg;
	int rc;

	list_for_each_entry(reg, &provider->registers, node) {
		rc = add_register(reg);
		if (rc)
			return rc;
	}

	return add_blobs(provider);
}

/**
 * tsm_sysfs_remove_registers() - remove the files of a provider's registers
 * @provider: the provider
 *
 * When it returns, no operation on such a file is running or will run.
 *
 * Context: Process context, may sleep. Waits for running operations, so the
 * log's lock must not be held.
 */
void tsm_sysfs_remove_registers(struct tsm_provider *provider)
{
	struct tsm_register *reg;

	for (size_t i = 0; i < provider->nr_blobs; i++)
		sysfs_remove_bin_file(&provider->dev.kobj, &provider->blobs[i]);
	kfree(provider->blobs);
	provider->blobs = NULL;
	provider->nr_blobs = 0;

	list_for_each_entry(reg, &provider->registers, node) {
		/* A registration that failed did not add them all. */
		if (!reg->kobj.state_in_sysfs)
			continue;
		kobject_del(&reg->kobj);
	}
}
