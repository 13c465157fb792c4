// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of a provider.
 *
 * No file system need be mounted for KUnit. Those of the registers are found in
 * the tables that sysfs makes them from; this honours their mode as sysfs does,
 * and calls them with buffers of a page as sysfs does. Those of the log, which
 * are called "log/FILE" here, are opened in securityfs itself.
 */

#include <linux/err.h>
#include <linux/file.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "files.h"
#include "tsm.h"

/* Mounted when it is used first; the tests run one at a time. */
static struct vfsmount *securityfs;

struct file_ref {
	struct kobject *kobj;
	const struct attribute *text;
	const struct bin_attribute *bin;
	umode_t mode;
};

static bool find_in_group(struct file_ref *ref,
			  const struct attribute_group *group, const char *name)
{
	for (int i = 0; group->bin_attrs && group->bin_attrs[i]; i++) {
		const struct bin_attribute *bin = group->bin_attrs[i];

		if (strcmp(bin->attr.name, name))
			continue;
		ref->bin = bin;
		ref->mode = group->is_bin_visible ?
			    group->is_bin_visible(ref->kobj, bin, i) :
			    bin->attr.mode;
		if (ref->mode)
			return true;
	}
	for (int i = 0; group->attrs && group->attrs[i]; i++) {
		if (strcmp(group->attrs[i]->name, name))
			continue;
		ref->text = group->attrs[i];
		ref->mode = group->is_visible ?
			    group->is_visible(ref->kobj, group->attrs[i], i) :
			    ref->text->mode;
		return ref->mode;
	}

	return false;
}

static bool find_in_groups(struct file_ref *ref, const char *dir,
			   const char *name)
{
	const struct attribute_group **group = ref->kobj->ktype->default_groups;

	for (; *group; group++) {
		const char *group_name = (*group)->name ?: "";

		if (!strcmp(group_name, dir) &&
		    find_in_group(ref, *group, name))
			return true;
	}

	return false;
}

static bool find_in_banks(struct file_ref *ref, struct tsm_register *reg,
			  const char *dir, const char *name)
{
	if (reg->nr_banks == 1)
		return false;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		const struct attribute_group *group = &reg->banks[i].group;

		if (!strcmp(group->name, dir))
			return find_in_group(ref, group, name);
	}

	return false;
}

static bool find_blob(struct file_ref *ref, struct tsm_provider *provider,
		      const char *name)
{
	for (size_t i = 0; i < provider->nr_blobs; i++) {
		ref->bin = &provider->blobs[i];
		ref->mode = ref->bin->attr.mode;
		if (!strcmp(ref->bin->attr.name, name))
			return true;
	}

	return false;
}

/* Forms of @path: "BLOB", "REGISTER/FILE", "REGISTER/HASH/FILE". */
static bool find_file(struct fake *fake, const char *path, struct file_ref *ref)
{
	struct tsm_provider *provider = fake_provider(fake);
	char copy[64];
	char *rest = copy;
	char *part[3];
	struct tsm_register *reg;
	int n = 0;

	strscpy(copy, path);
	while (rest && n < ARRAY_SIZE(part))
		part[n++] = strsep(&rest, "/");

	*ref = (struct file_ref) { .kobj = &provider->dev.kobj };
	if (n == 1)
		return find_blob(ref, provider, part[0]);

	reg = tsm_register_find(provider, part[0]);
	if (!reg)
		return false;

	ref->kobj = &reg->kobj;
	if (n == 2)
		return find_in_groups(ref, "", part[1]);

	return find_in_banks(ref, reg, part[1], part[2]);
}

/* The name of a file of the log, or %NULL if @path is that of a register's. */
static const char *name_in_log(const char *path)
{
	return strncmp(path, "log/", 4) ? NULL : path + 4;
}

/**
 * log_open() - open a file of the log
 * @fake: the provider
 * @name: name of the file
 * @flags: as of open()
 *
 * Return: the open file, which log_close() closes, or an ERR_PTR().
 */
struct file *log_open(const struct fake *fake, const char *name, int flags)
{
	struct path root;
	char path[64];

	if (!securityfs) {
		struct file_system_type *type = get_fs_type("securityfs");
		struct vfsmount *mnt = type ? kern_mount(type) :
					      ERR_PTR(-ENODEV);

		if (IS_ERR(mnt))
			return ERR_CAST(mnt);
		securityfs = mnt;
	}

	snprintf(path, sizeof(path), "tsm/%s/%s", fake->tm.name, name);
	root = (struct path) {
		.mnt = securityfs,
		.dentry = securityfs->mnt_root,
	};

	return file_open_root(&root, path, flags, 0);
}

/**
 * log_close() - close a file of the log
 * @file: the open file, or an ERR_PTR()
 */
void log_close(struct file *file)
{
	if (!IS_ERR_OR_NULL(file))
		__fput_sync(file);
}

/**
 * files_exit() - forget the file system, after the last test
 */
void files_exit(void)
{
	kern_unmount(securityfs);
}

/**
 * file_mode() - the mode of a file
 * @fake: the provider
 * @path: path of the file below the provider's directory
 *
 * Return: the mode, or -ENOENT.
 */
int file_mode(struct fake *fake, const char *path)
{
	const char *name = name_in_log(path);
	struct file_ref ref;
	struct file *file;
	int mode;

	if (!name)
		return find_file(fake, path, &ref) ? ref.mode : -ENOENT;

	file = log_open(fake, name, O_PATH);
	mode = IS_ERR(file) ? PTR_ERR(file) : file_inode(file)->i_mode & 0777;
	log_close(file);

	return mode;
}

/**
 * file_has_write() - does a binary file know what to do with a write()?
 * @fake: the provider
 * @path: path of the file below the provider's directory
 *
 * Return: %true if so, whatever the file's mode is.
 */
bool file_has_write(struct fake *fake, const char *path)
{
	struct file_ref ref;

	return find_file(fake, path, &ref) && ref.bin && ref.bin->write;
}

static ssize_t read_log_at(struct fake *fake, const char *name, void *buf,
			   size_t count, loff_t off)
{
	struct file *file = log_open(fake, name, O_RDONLY);
	ssize_t len;

	len = IS_ERR(file) ? PTR_ERR(file) :
			     kernel_read(file, buf, count, &off);
	log_close(file);

	return len;
}

/**
 * file_read_at() - pread() from a file just opened
 * @fake: the provider
 * @path: path of the file below the provider's directory
 * @buf: where the bytes go
 * @count: how many at most
 * @off: offset of the first one
 *
 * Return: the number of bytes, or a negative errno.
 */
ssize_t file_read_at(struct fake *fake, const char *path, void *buf,
		     size_t count, loff_t off)
{
	const char *name = name_in_log(path);
	struct file_ref ref;
	ssize_t len;

	if (name)
		return read_log_at(fake, name, buf, count, off);
	if (!find_file(fake, path, &ref))
		return -ENOENT;
	if (!(ref.mode & 0444))
		return -EACCES;

	char *page __free(free_page) = (char *)get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;

	count = min(count, PAGE_SIZE);
	if (ref.bin) {
		len = ref.bin->read(NULL, ref.kobj, ref.bin, page, off, count);
	} else {
		len = ref.kobj->ktype->sysfs_ops->show(ref.kobj,
				(struct attribute *)ref.text, page);
		len = len < 0 ? len : memory_read_from_buffer(page, count, &off,
							      page, len);
	}
	if (len > 0)
		memcpy(buf, page, len);

	return len;
}

static ssize_t write_log_at(struct fake *fake, const char *name,
			    const void *data, size_t count, loff_t off)
{
	struct file *file = log_open(fake, name, O_WRONLY);
	ssize_t len;

	len = IS_ERR(file) ? PTR_ERR(file) :
			     kernel_write(file, data, count, &off);
	log_close(file);

	return len;
}

/**
 * file_write_at() - pwrite()
 * @fake: the provider
 * @path: path of the file below the provider's directory
 * @data: the bytes
 * @count: how many
 * @off: offset of the first one
 *
 * Return: the number of bytes, or a negative errno.
 */
ssize_t file_write_at(struct fake *fake, const char *path, const void *data,
		      size_t count, loff_t off)
{
	const char *name = name_in_log(path);
	struct file_ref ref;

	if (name)
		return write_log_at(fake, name, data, count, off);
	if (!find_file(fake, path, &ref))
		return -ENOENT;
	if (!(ref.mode & 0222))
		return -EACCES;

	/* sysfs adds a NUL byte, which is not part of what was written. */
	char *page __free(kfree) = kzalloc(PAGE_SIZE + 1, GFP_KERNEL);
	if (!page)
		return -ENOMEM;

	count = min(count, PAGE_SIZE);
	memcpy(page, data, count);
	if (ref.bin)
		return ref.bin->write(NULL, ref.kobj, ref.bin, page, off, count);

	return ref.kobj->ktype->sysfs_ops->store(ref.kobj,
				(struct attribute *)ref.text, page, count);
}

/**
 * file_write() - write() into a file just opened
 * @fake: the provider
 * @path: path of the file below the provider's directory
 * @data: the bytes
 * @count: how many
 *
 * Return: the number of bytes, or a negative errno.
 */
ssize_t file_write(struct fake *fake, const char *path, const void *data,
		   size_t count)
{
	return file_write_at(fake, path, data, count, 0);
}

static ssize_t read_more(struct fake *fake, struct file *file, const char *path,
			 void *buf, size_t count, loff_t off)
{
	return file ? kernel_read(file, buf, count, &off) :
		      file_read_at(fake, path, buf, count, off);
}

/* Read to the end. Returns 0 or a negative errno; @bytes are freed with @test. */
static int read_all(struct kunit *test, struct fake *fake, const char *path,
		    u8 **bytes, size_t *size)
{
	const char *name = name_in_log(path);
	struct file *file = name ? log_open(fake, name, O_RDONLY) : NULL;
	size_t room = PAGE_SIZE;
	u8 *buf = NULL;
	ssize_t len = PTR_ERR_OR_ZERO(file);

	KUNIT_ASSERT_GE_MSG(test, len, 0, "opening %s", path);
	*size = 0;
	do {
		u8 *bigger;

		*size += len;
		if (!buf || *size + PAGE_SIZE >= room) {
			room *= 2;
			bigger = kunit_kzalloc(test, room, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, bigger);
			if (buf)
				memcpy(bigger, buf, *size);
			kunit_kfree(test, buf);
			buf = bigger;
		}
		len = read_more(fake, file, path, buf + *size, PAGE_SIZE, *size);
	} while (len > 0);
	log_close(file);
	*bytes = buf;

	return len;
}

/**
 * file_bytes() - all of a file
 * @test: the test, which fails if the file cannot be read
 * @fake: the provider
 * @path: path of the file below the provider's directory
 * @size: where the number of bytes goes
 *
 * Return: the bytes and a NUL byte, freed with @test.
 */
u8 *file_bytes(struct kunit *test, struct fake *fake, const char *path,
	       size_t *size)
{
	const struct tsm_provider *provider = fake_provider(fake);
	u64 nr_folds;
	u8 *buf;
	int rc;

	KUNIT_ASSERT_NOT_NULL(test, provider);
	/* One of the reads may settle what one before it has shown as unsure. */
	do {
		nr_folds = provider->log.nr_folds;
		rc = read_all(test, fake, path, &buf, size);
	} while (rc == -ESTALE && nr_folds != provider->log.nr_folds);
	KUNIT_ASSERT_EQ_MSG(test, rc, 0, "reading %s", path);

	return buf;
}

/**
 * file_text() - all of a text file
 * @test: the test, which fails if the file cannot be read
 * @fake: the provider
 * @path: path of the file below the provider's directory
 *
 * Return: the text, freed with @test.
 */
const char *file_text(struct kunit *test, struct fake *fake, const char *path)
{
	size_t size;

	return (const char *)file_bytes(test, fake, path, &size);
}

/**
 * file_number() - the number in a file
 * @test: the test, which fails if the file has no number and newline
 * @fake: the provider
 * @path: path of the file below the provider's directory
 *
 * Return: the number.
 */
u64 file_number(struct kunit *test, struct fake *fake, const char *path)
{
	const char *text = file_text(test, fake, path);
	u64 number = 0;

	KUNIT_EXPECT_NOT_NULL(test, strchr(text, '\n'));
	KUNIT_EXPECT_EQ(test, kstrtou64(text, 10, &number), 0);
	kunit_kfree(test, text);

	return number;
}

/**
 * count_lines() - how many lines of log/checkpoints say something
 * @test: the test, which fails if the file cannot be read
 * @fake: the provider
 * @words: part of such a line, as in "4 trim "
 *
 * Return: the number of times that @words are in the file.
 */
unsigned int count_lines(struct kunit *test, struct fake *fake,
			 const char *words)
{
	const char *text = file_text(test, fake, "log/checkpoints");
	const char *p = text;
	unsigned int n = 0;

	while ((p = strstr(p, words))) {
		p++;
		n++;
	}
	kunit_kfree(test, text);

	return n;
}
