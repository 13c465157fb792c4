/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An archive of event logs: a directory with
 *
 *	PROVIDER/INSTANCE/FIRST-LAST/	a segment, see segment.h
 *	PROVIDER/INSTANCE/boot		and more of which boot that is, see boot.h
 *	PROVIDER/INSTANCE/.untrimmed	there until what was last written is trimmed
 *	.lock				held by the one who writes
 *
 * A log lives as long as its provider. When the provider comes anew, after a
 * reboot or because its module was loaded again, that is another log, whose
 * records count from 0. INSTANCE tells them apart: BOOT_ID.NUMBER, where
 * BOOT_ID is the kernel's random number of the boot, and NUMBER the inode number
 * of the provider's directory in sysfs, which is another one whenever the
 * directory is made anew.
 */
#ifndef TSM_LOG_ARCHIVE_H
#define TSM_LOG_ARCHIVE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "sources/provider.h"
#include "sources/segment.h"

/* BOOT_ID is a UUID of 36 characters, NUMBER has at most 20. */
#define INSTANCE_SIZE 58

/* The instance that @provider is of. Returns 0, or -1 with @err set. */
int instance_of(const struct provider *provider, char out[INSTANCE_SIZE],
		struct error *err);

/* A directory of the archive; the path is for messages. */
struct archive_dir {
	int fd; /* -1: not open */
	char path[PATH_MAX];
};

/*
 * Open @name in @parent or, if that is NULL, from where we are. Returns 1, or 0
 * if there is no such directory, or -1 with @err set.
 */
int archive_dir_open(struct archive_dir *dir, const struct archive_dir *parent,
		     const char *name, struct error *err);

/* Like that, but create it. Returns 0, or -1 with @err set. */
int archive_dir_create(struct archive_dir *dir,
		       const struct archive_dir *parent, const char *name,
		       struct error *err);

/* Bring to disk which names there are. Returns 0, or -1 with @err set. */
int archive_dir_sync(const struct archive_dir *dir, struct error *err);

void archive_dir_close(struct archive_dir *dir);

/*
 * Become the one who writes, until the file descriptor that this returns is
 * closed. Returns -1 with @err set if somebody else is, or on failure.
 */
int archive_lock(const struct archive_dir *top, struct error *err);

/*
 * Whether the kernel may still have what was last written into @instance. Who
 * writes says so before, and that it has been trimmed after. This need not outlive
 * a crash of the machine, which ends the instance.
 */
bool archive_is_untrimmed(const struct archive_dir *instance);
int archive_set_untrimmed(const struct archive_dir *instance,
			  struct error *err);
void archive_set_trimmed(const struct archive_dir *instance);

/*
 * What there is: the names of providers in an archive, those of instances of a
 * provider (for names_free()), the segments of an instance (for free()), each
 * sorted. All return how many, or -1 with @err set; it is an error if something
 * else is there, too.
 */
int archive_providers(const struct archive_dir *top, char ***names,
		      struct error *err);
int archive_instances(const struct archive_dir *provider, char ***names,
		      struct error *err);
int archive_segments(const struct archive_dir *instance,
		     struct segment **segments, struct error *err);

struct boot;

/* What to do with an archive; both are called with @data. */
struct archive_visitor {
	/* With each instance, whose directory is @dir, in the order of boots. */
	void (*instance)(void *data, const char *provider, const char *name,
			 const struct archive_dir *dir,
			 const struct boot *boot);
	/* With what keeps a part of it from being visited. */
	void (*trouble)(void *data, const struct error *err);
};

/* Visit all instances of all providers in the archive @path. */
void archive_visit(const char *path, const struct archive_visitor *visitor,
		   void *data);

#endif
