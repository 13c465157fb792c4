// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of a provider, used through their attributes.
 *
 * sysfs need not be mounted for KUnit, so this finds a file in the tables that
 * sysfs makes it from, honours its mode as sysfs does, and calls it with buffers
 * of a page as sysfs does.
 */

#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "files.h"
#include "tsm.h"

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

/* Forms of @path: "BLOB", "log/FILE", "REGISTER/FILE", "REGISTER/HASH/FILE". */
static bool find_file(struct fake *fake, const char *path, struct file_ref *ref)
{
	struct tsm_provider *provider = fake->tm.provider;
	char copy[64];
	char *rest = copy;
	char *part[3];
	struct tsm_register *reg;
	int n = 0;

	strscpy(copy, path);
	while (rest && n < ARRAY_SIZE(part))
		part[n++] = strsep(&rest, "/");

	*ref = (struct file_ref) { .kobj = &provider->kobj };
	if (n == 1)
		return find_blob(ref, provider, part[0]);

	reg = tsm_mr_find(provider, part[0]);
	if (!reg)
		return find_in_groups(ref, part[0], part[1]);

	ref->kobj = &reg->kobj;
	if (n == 2)
		return find_in_groups(ref, "", part[1]);

	return find_in_banks(ref, reg, part[1], part[2]);
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
	struct file_ref ref;

	return find_file(fake, path, &ref) ? ref.mode : -ENOENT;
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

/**
 * file_read_as() - pread() through one of several open files
 * @fake: the provider
 * @file: which open file; only its address matters
 * @path: path of the file below the provider's directory
 * @buf: where the bytes go
 * @count: how many at most
 * @off: offset of the first one
 *
 * Return: the number of bytes, or a negative errno.
 */
ssize_t file_read_as(struct fake *fake, struct file *file, const char *path,
		     void *buf, size_t count, loff_t off)
{
	struct file_ref ref;
	ssize_t len;

	if (!find_file(fake, path, &ref))
		return -ENOENT;
	if (!(ref.mode & 0444))
		return -EACCES;

	char *page __free(free_page) = (char *)get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;

	count = min(count, PAGE_SIZE);
	if (ref.bin) {
		len = ref.bin->read(file, ref.kobj, ref.bin, page, off, count);
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

/**
 * file_read_at() - pread()
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
	return file_read_as(fake, NULL, path, buf, count, off);
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
	struct file_ref ref;

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
	size_t room = PAGE_SIZE;
	u8 *buf = NULL;
	ssize_t len = 0;

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
		len = file_read_at(fake, path, buf + *size, PAGE_SIZE, *size);
		KUNIT_ASSERT_GE_MSG(test, len, 0, "reading %s", path);
	} while (len);

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
	const char *p = file_text(test, fake, "log/checkpoints");
	unsigned int n = 0;

	while ((p = strstr(p, words))) {
		p++;
		n++;
	}

	return n;
}
