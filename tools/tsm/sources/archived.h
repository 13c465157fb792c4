/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log with its beginning, which was archived and trimmed, in front of it.
 */
#ifndef TSM_LOG_ARCHIVED_H
#define TSM_LOG_ARCHIVED_H

#include <stdint.h>

#include "base/error.h"
#include "sources/archive.h"
#include "sources/log.h"
#include "sources/provider.h"

/*
 * Read all that is archived of an instance, whose directory is @dir. Returns 0, or
 * -1 with @err set; after both, the caller calls log_free().
 */
int archived_read(struct log *log, const struct archive_dir *dir,
		  struct error *err);

/*
 * Put what the archive @path has of the log of @provider before @log, which was
 * read from its first record on. @first becomes the number of the first record
 * that there is then. log_read_more() may go on. Returns 0, or -1 with @err
 * set, also if records between the two are missing.
 */
int archived_prepend(struct log *log, const char *path,
		     const struct provider *provider, uint64_t *first,
		     struct error *err);

#endif
