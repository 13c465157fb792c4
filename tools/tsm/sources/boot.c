// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an archive keeps with the log of a provider: of which boot it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "formats/register.h"
#include "sources/boot.h"
#include "sources/systemd-log.h"

static const char boot_name[] = "boot";

/* A file that is being written. */
static const char unfinished[] = ".file";

bool boot_is_file(const char *name)
{
	return !strcmp(name, boot_name) || !strcmp(name, BOOT_FIRMWARE) ||
	       !strcmp(name, BOOT_SYSTEMD);
}

static bool is_there(const struct archive_dir *instance, const char *name)
{
	return !faccessat(instance->fd, name, F_OK, 0);
}

/* Digits where the date has them, and nothing that a terminal would obey. */
static bool date_valid(const char *text)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' :
				     text[i] != form[i])
			return false;
	return !text[i];
}

/* The line "@key VALUE" at @text; returns what comes after it, or NULL. */
static char *take_line(char *text, const char *key, char **value)
{
	size_t len = strlen(key);
	char *end = text ? strchr(text, '\n') : NULL;

	if (!end || strncmp(text, key, len) || text[len] != ' ')
		return NULL;
	*end = '\0';
	*value = text + len + 1;
	return end + 1;
}

static bool boot_parse(struct boot *boot, char *text)
{
	char *number, *date;

	text = take_line(text, "number", &number);
	text = take_line(text, "booted", &date);
	if (!text || *text || !date_valid(date) ||
	    !number_parse(number, strlen(number), &boot->number) ||
	    !boot->number)
		return false;
	memcpy(boot->date, date, sizeof(boot->date));
	return true;
}

int boot_read(struct boot *boot, const struct archive_dir *instance,
	      struct error *err)
{
	struct buffer text = { 0 };
	int ret = 0;

	*boot = (struct boot){ 0 };
	if (!is_there(instance, boot_name))
		return 0;
	if (buffer_read_at(&text, instance->fd, boot_name, err) ||
	    buffer_add(&text, "", 1, err))
		ret = error_prefix(err, instance->path);
	else if (!boot_parse(boot, (char *)text.data))
		ret = error_set(
			err,
			"%s/%s does not say which boot this is; move it away",
			instance->path, boot_name);
	buffer_free(&text);
	return ret;
}

/* Give the file @name this content: at once and whole, and then on disk. */
static int replace(const struct archive_dir *instance, const char *name,
		   const struct buffer *content, struct error *err)
{
	/* Of somebody who was killed. */
	if (is_there(instance, unfinished))
		unlinkat(instance->fd, unfinished, 0);
	if (!buffer_write_at(content, instance->fd, unfinished, err) &&
	    !renameat(instance->fd, unfinished, instance->fd, name))
		return archive_dir_sync(instance, err);
	error_set(err, "cannot write %s/%s: %s", instance->path, name,
		  strerror(errno));
	unlinkat(instance->fd, unfinished, 0);
	return -1;
}

/* The number after the last one that @parent has. */
static int next_number(const struct archive_dir *parent, uint64_t *number,
		       struct error *err)
{
	struct archive_dir dir;
	struct boot boot;
	char **names;
	int i, ret = 0;
	int nr = archive_instances(parent, &names, err);

	*number = 1;
	for (i = 0; i < nr && !ret; i++) {
		boot.number = 0;
		ret = archive_dir_open(&dir, parent, names[i], err);
		if (ret > 0)
			ret = boot_read(&boot, &dir, err);
		if (!ret && boot.number >= *number)
			*number = boot.number + 1;
		archive_dir_close(&dir);
	}
	if (nr > 0)
		names_free(names, nr);
	return nr < 0 ? -1 : ret;
}

/* When this machine was booted, as far as its clock knows by now. */
static bool boot_date(char date[BOOT_DATE_SIZE])
{
	struct timespec now, up;
	struct tm tm;

	if (clock_gettime(CLOCK_REALTIME, &now) ||
	    clock_gettime(CLOCK_BOOTTIME, &up))
		return false;
	now.tv_sec -= up.tv_sec;
	return gmtime_r(&now.tv_sec, &tm) &&
	       strftime(date, BOOT_DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static int keep_boot(const struct archive_dir *instance,
		     const struct archive_dir *parent, struct error *err)
{
	struct buffer text = { 0 };
	struct boot boot;
	char line[80];
	int ret;

	if (is_there(instance, boot_name))
		return 0;
	if (next_number(parent, &boot.number, err))
		return -1;
	if (!boot_date(boot.date))
		return error_set(err, "the clock does not tell a date");
	snprintf(line, sizeof(line), "number %" PRIu64 "\nbooted %s\n",
		 boot.number, boot.date);
	ret = buffer_add(&text, line, strlen(line), err) ||
	      replace(instance, boot_name, &text, err);
	buffer_free(&text);
	return ret ? -1 : 0;
}

static int keep_firmware(const struct archive_dir *instance,
			 const struct provider *provider, struct error *err)
{
	struct buffer log = { 0 };
	int ret = 0;

	if (is_there(instance, BOOT_FIRMWARE) ||
	    faccessat(provider->logfd, "firmware", F_OK, 0))
		return 0;
	if (buffer_read_at(&log, provider->logfd, "firmware", err) ||
	    replace(instance, BOOT_FIRMWARE, &log, err))
		ret = -1;
	buffer_free(&log);
	return ret;
}

/* systemd's log is of the PCRs of a TPM. */
static int keep_systemd(const struct archive_dir *instance,
			const struct provider *provider, const char *root,
			struct error *err)
{
	const char *path = systemd_log_of(root);
	struct buffer log = { 0 };
	int ret = 0;

	if (!path || strncmp(provider->name, "tpm", 3))
		return 0;
	if (buffer_read_locked(&log, path, err) ||
	    replace(instance, BOOT_SYSTEMD, &log, err))
		ret = -1;
	buffer_free(&log);
	return ret;
}

int boot_keep(const struct archive_dir *instance,
	      const struct archive_dir *parent, const struct provider *provider,
	      const char *root, struct error *err)
{
	return keep_boot(instance, parent, err) ||
			       keep_firmware(instance, provider, err) ||
			       keep_systemd(instance, provider, root, err) ?
		       -1 :
		       0;
}
