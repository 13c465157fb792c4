// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of the event log: /sys/kernel/security/tsm/PROVIDER/...
 *
 * Each read takes the log's lock, and so waits for an extend that may have
 * reached the hardware already (tsm-log.c tells why). Bytes go to the reader
 * through a buffer, because a reader's memory may be of a kind that keeps the
 * kernel waiting, and extends must not wait for readers.
 *
 * An open file holds the provider's device, and so outlives the provider. Whether
 * there is still one is asked with the lock held.
 *
 * Documentation/ABI/testing/securityfs-tsm describes the files.
 */

#include <linux/array_size.h>
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "log-files.h"
#include "tsm.h"
#include "view.h"

/* Bytes that are read while the lock is held once. */
#define READ_SIZE	SZ_256K

/* Room for a decimal number, a newline and a NUL byte. */
#define NUMBER_SIZE	22

/**
 * struct kind - a kind of file
 * @name: its name
 * @mode: its mode
 * @fops: its operations
 * @read: for the parts of the log, and the firmware's: reads them
 * @looks: whether reading it is a look at registers that are unsure
 * @number: for numbers: the offset in &struct tsm_log, a u64
 * @get: for a number that is computed
 * @exists: whether a provider has such a file; %NULL if each has one
 */
struct kind {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
	tsm_view_read_fn read;
	bool looks;
	size_t number;
	u64 (*get)(const struct tsm_log *log);
	bool (*exists)(const struct tsm_provider *provider);
};

/**
 * struct log_file - a file
 * @kind: its kind
 * @provider: whose file it is
 */
struct log_file {
	const struct kind *kind;
	struct tsm_provider *provider;
};

/**
 * struct open_file - an open file
 * @file: the file; of its provider this holds a reference
 * @view: what it shows
 * @text: the number that was last read from its beginning, and a newline
 * @lock: protects @view and @text
 * @events: &tsm_log.nr_events when it was last read
 * @unread: it has not been read yet
 */
struct open_file {
	const struct log_file *file;
	struct tsm_view view;
	char text[NUMBER_SIZE];
	/* Several tasks may read one open file. */
	struct mutex lock;
	unsigned int events;
	bool unread;
};

static struct dentry *tsm_dir;

static struct tsm_log *to_log(const struct open_file *open)
{
	return &open->file->provider->log;
}

static void free_open_file(struct open_file *open)
{
	put_device(&open->file->provider->dev);
	mutex_destroy(&open->lock);
	kfree(open);
}

/* The file of an inode, with a reference to its provider. */
static const struct log_file *get_file_of(struct inode *inode)
{
	const struct log_file *file;

	inode_lock(inode);
	/* Removing the file clears this, with the same lock held. */
	if (!inode->i_nlink) {
		inode_unlock(inode);
		return NULL;
	}
	file = inode->i_private;
	get_device(&file->provider->dev);
	inode_unlock(inode);

	return file;
}

static int start_view(struct open_file *open)
{
	struct tsm_provider *provider = open->file->provider;
	int rc;

	ACQUIRE(mutex_intr, lock)(&provider->log.lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;
	if (tsm_provider_is_gone(provider))
		return -ENODEV;

	if (open->file->kind->looks) {
		rc = tsm_look_at_unsure(provider);
		if (rc)
			return rc;
	}
	rc = tsm_checkpoint_make_opening(provider);
	if (rc)
		return rc;

	tsm_view_init(&open->view, &provider->log);

	return 0;
}

static int log_open(struct inode *inode, struct file *file)
{
	const struct log_file *log_file;
	struct open_file *open;
	int rc = 0;

	/* Root may open any file, but not for what it cannot do. */
	if ((file->f_mode & FMODE_READ && !file->f_op->read_iter) ||
	    (file->f_mode & FMODE_WRITE && !file->f_op->write_iter))
		return -EACCES;
	/* Who may record need not be able to forget. */
	if (file->f_mode & FMODE_WRITE && !capable(CAP_SYS_ADMIN))
		return -EPERM;

	open = kzalloc_obj(*open);
	if (!open)
		return -ENOMEM;

	log_file = get_file_of(inode);
	if (!log_file) {
		kfree(open);
		return -ENODEV;
	}

	mutex_init(&open->lock);
	open->file = log_file;
	open->unread = true;
	file->private_data = open;
	if (log_file->kind->read)
		rc = start_view(open);
	if (rc)
		free_open_file(open);

	return rc;
}

static int log_release(struct inode *inode, struct file *file)
{
	free_open_file(file->private_data);

	return 0;
}

/* Begin a read of the log: everything up to here must be explained. */
static int start_read_locked(struct open_file *open)
{
	struct tsm_provider *provider = open->file->provider;
	int rc = 0;

	lockdep_assert_held(&provider->log.lock);

	if (tsm_provider_is_gone(provider))
		return -ENODEV;

	if (open->file->kind->looks)
		rc = tsm_look_at_unsure(provider);
	open->view.end = provider->log.records.end;
	WRITE_ONCE(open->events, provider->log.nr_events);
	WRITE_ONCE(open->unread, false);

	return rc;
}

static int start_read(struct open_file *open)
{
	ACQUIRE(mutex_intr, lock)(&to_log(open)->lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;

	return start_read_locked(open);
}

static ssize_t read_part(struct open_file *open, char *buf, u64 off,
			 size_t count)
{
	struct tsm_provider *provider = open->file->provider;
	int rc;

	ACQUIRE(mutex_intr, lock)(&provider->log.lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;
	if (tsm_provider_is_gone(provider))
		return -ENODEV;

	rc = tsm_checkpoint_make_opening(provider);
	if (rc)
		return rc;

	return open->file->kind->read(&provider->log, &open->view, buf, off,
				      count);
}

static ssize_t log_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct open_file *open = iocb->ki_filp->private_data;
	size_t room = min_t(size_t, iov_iter_count(to), READ_SIZE);
	ssize_t done = 0;
	ssize_t len;
	int rc;

	/* This reads no news. */
	if (!room)
		return 0;

	char *buf __free(kvfree) = kvmalloc(room, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;

	ACQUIRE(mutex_intr, lock)(&open->lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;

	rc = start_read(open);
	if (rc)
		return rc;

	while (iov_iter_count(to)) {
		size_t copied;

		len = read_part(open, buf, iocb->ki_pos,
				min(iov_iter_count(to), room));
		if (len <= 0)
			return done ?: len;

		copied = copy_to_iter(buf, len, to);
		done += copied;
		iocb->ki_pos += copied;
		if (copied != len)
			return done ?: -EFAULT;
	}

	return done;
}

static __poll_t log_poll(struct file *file, struct poll_table_struct *wait)
{
	struct open_file *open = file->private_data;
	struct tsm_provider *provider = open->file->provider;
	struct tsm_log *log = &provider->log;
	__poll_t mask = 0;

	poll_wait(file, &log->wait, wait);

	if (READ_ONCE(open->unread) ||
	    READ_ONCE(open->events) != READ_ONCE(log->nr_events))
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLPRI;
	if (READ_ONCE(provider->leaving))
		mask |= EPOLLERR | EPOLLHUP;

	return mask;
}

/* Where the log has the number of this file, unless it is computed. */
static u64 *to_number(const struct open_file *open)
{
	return (void *)to_log(open) + open->file->kind->number;
}

static u64 get_number(const struct open_file *open)
{
	const struct kind *kind = open->file->kind;

	return kind->get ? kind->get(to_log(open)) : *to_number(open);
}

static int read_number(struct open_file *open)
{
	int rc;

	ACQUIRE(mutex_intr, lock)(&to_log(open)->lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;

	rc = start_read_locked(open);
	if (rc)
		return rc;
	scnprintf(open->text, sizeof(open->text), "%llu\n", get_number(open));

	return 0;
}

static ssize_t number_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct open_file *open = iocb->ki_filp->private_data;
	size_t len, copied;
	int rc;

	if (!iov_iter_count(to))
		return 0;

	ACQUIRE(mutex_intr, lock)(&open->lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;

	/*
	 * Who reads on has not seen a newer number, and must not sleep in poll()
	 * as if it were so.
	 */
	if (!iocb->ki_pos || !*open->text) {
		rc = read_number(open);
		if (rc)
			return rc;
	}
	len = strlen(open->text);
	if (iocb->ki_pos >= len)
		return 0;

	copied = copy_to_iter(open->text + iocb->ki_pos, len - iocb->ki_pos, to);
	iocb->ki_pos += copied;

	return copied ?: -EFAULT;
}

static bool has_firmware(const struct tsm_provider *provider)
{
	return provider->firmware_size;
}

/* It never changes. But it is the driver's, and goes with that. */
static ssize_t read_firmware(struct tsm_log *log, struct tsm_view *view,
			     char *buf, u64 off, size_t count)
{
	const struct tsm_provider *provider =
		container_of(log, struct tsm_provider, log);

	lockdep_assert_held(&log->lock);

	if (off >= provider->firmware_size)
		return 0;

	count = min_t(u64, count, provider->firmware_size - off);
	memcpy(buf, provider->tm->firmware + off, count);

	return count;
}

static int parse_number(struct kiocb *iocb, struct iov_iter *from, u64 *number)
{
	size_t count = iov_iter_count(from);
	char text[NUMBER_SIZE];

	if (iocb->ki_pos || count >= sizeof(text))
		return -EINVAL;
	if (copy_from_iter(text, count, from) != count)
		return -EFAULT;
	text[count] = '\0';

	return kstrtou64(text, 10, number);
}

static ssize_t limit_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct open_file *open = iocb->ki_filp->private_data;
	struct tsm_provider *provider = open->file->provider;
	size_t count = iov_iter_count(from);
	u64 limit;
	int rc;

	rc = parse_number(iocb, from, &limit);
	if (rc)
		return rc;

	ACQUIRE(mutex_intr, lock)(&provider->log.lock);
	if (ACQUIRE_ERR(mutex_intr, &lock))
		return -ERESTARTSYS;
	if (tsm_provider_is_gone(provider))
		return -ENODEV;

	*to_number(open) = limit;

	return count;
}

static ssize_t trim_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct open_file *open = iocb->ki_filp->private_data;
	size_t count = iov_iter_count(from);
	u64 recnum;
	int rc;

	rc = parse_number(iocb, from, &recnum);
	if (rc)
		return rc;

	rc = tsm_trim(open->file->provider, recnum);

	return tsm_restart_syscall(rc) ?: count;
}

static const struct file_operations log_fops = {
	.owner = THIS_MODULE,
	.open = log_open,
	.release = log_release,
	.read_iter = log_read_iter,
	.splice_read = copy_splice_read,
	.poll = log_poll,
	.llseek = no_seek_end_llseek,
};

static const struct file_operations number_fops = {
	.owner = THIS_MODULE,
	.open = log_open,
	.release = log_release,
	.read_iter = number_read_iter,
	.poll = log_poll,
	.llseek = no_seek_end_llseek,
};

/* No news ever comes, so there is nothing to wait for. */
static const struct file_operations firmware_fops = {
	.owner = THIS_MODULE,
	.open = log_open,
	.release = log_release,
	.read_iter = log_read_iter,
	.splice_read = copy_splice_read,
	.llseek = no_seek_end_llseek,
};

static const struct file_operations limit_fops = {
	.owner = THIS_MODULE,
	.open = log_open,
	.release = log_release,
	.read_iter = number_read_iter,
	.write_iter = limit_write_iter,
	.llseek = noop_llseek,
};

static const struct file_operations trim_fops = {
	.owner = THIS_MODULE,
	.open = log_open,
	.release = log_release,
	.write_iter = trim_write_iter,
	.llseek = noop_llseek,
};

#define LOG(part, has_looks, func) {					\
	.name = #part,							\
	.mode = 0440,							\
	.fops = &log_fops,						\
	.read = func,							\
	.looks = has_looks,						\
}

#define NUMBER(member, has_looks) {					\
	.name = #member,						\
	.mode = 0440,							\
	.fops = &number_fops,						\
	.looks = has_looks,						\
	.number = offsetof(struct tsm_log, member),			\
}

#define LIMIT(member) {							\
	.name = #member,						\
	.mode = 0644,							\
	.fops = &limit_fops,						\
	.number = offsetof(struct tsm_log, member),			\
}

static const struct kind kinds[] = {
	LOG(cel, true, tsm_view_read_records),
	LOG(checkpoints, true, tsm_view_read_checkpoints),
	LOG(index, false, tsm_view_read_index),
	{
		.name = "firmware",
		.mode = 0440,
		.fops = &firmware_fops,
		.read = read_firmware,
		.exists = has_firmware,
	},
	NUMBER(next_record, true),
	NUMBER(first_record, false),
	{
		.name = "size",
		.mode = 0440,
		.fops = &number_fops,
		.get = tsm_log_size,
	},
	NUMBER(others_size, false),
	LIMIT(limit),
	LIMIT(others_limit),
	{
		.name = "trim",
		.mode = 0200,
		.fops = &trim_fops,
	},
};

/**
 * struct tsm_log_files - the files of one provider
 * @dir: their directory
 * @files: the files, one of each kind that the provider has
 */
struct tsm_log_files {
	struct dentry *dir;
	struct log_file files[ARRAY_SIZE(kinds)];
};

/**
 * tsm_log_files_add() - make the files of a provider's log
 * @provider: the provider, whose device has been added
 *
 * Context: Process context, may sleep.
 *
 * Return: 0, or a negative errno and there are no files.
 */
int tsm_log_files_add(struct tsm_provider *provider)
{
	struct tsm_log_files *files = kzalloc_obj(*files);
	struct dentry *dentry;

	if (!files)
		return -ENOMEM;

	dentry = securityfs_create_dir(dev_name(&provider->dev), tsm_dir);
	if (IS_ERR(dentry)) {
		kfree(files);
		return PTR_ERR(dentry);
	}

	files->dir = dentry;
	provider->files = files;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct log_file *file = &files->files[i];

		if (kinds[i].exists && !kinds[i].exists(provider))
			continue;

		file->kind = &kinds[i];
		file->provider = provider;
		dentry = securityfs_create_file(kinds[i].name, kinds[i].mode,
						files->dir, file,
						kinds[i].fops);
		if (IS_ERR(dentry)) {
			tsm_log_files_remove(provider);
			return PTR_ERR(dentry);
		}
	}

	return 0;
}

/**
 * tsm_log_files_remove() - remove the files of a provider's log
 * @provider: the provider; nothing happens if it has none
 *
 * Files that are open stay open, and find the provider gone. So
 * tsm_log_files_free() is for later.
 *
 * Context: Process context, may sleep.
 */
void tsm_log_files_remove(struct tsm_provider *provider)
{
	if (!provider->files)
		return;

	securityfs_remove(provider->files->dir);
	provider->files->dir = NULL;
}

/**
 * tsm_log_files_free() - free what tsm_log_files_add() has made
 * @provider: the provider, of which nobody has an open file
 *
 * Context: Process context.
 */
void tsm_log_files_free(struct tsm_provider *provider)
{
	kfree(provider->files);
}

/**
 * tsm_log_files_init() - make the directory of all providers' logs
 *
 * Context: Process context, may sleep.
 *
 * Return: 0, or a negative errno.
 */
int __init tsm_log_files_init(void)
{
	tsm_dir = securityfs_create_dir("tsm", NULL);

	return PTR_ERR_OR_ZERO(tsm_dir);
}

/**
 * tsm_log_files_exit() - remove the directory of all providers' logs
 *
 * Context: Process context, may sleep. There are no providers.
 */
void tsm_log_files_exit(void)
{
	securityfs_remove(tsm_dir);
}
