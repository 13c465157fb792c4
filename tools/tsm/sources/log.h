/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log in memory: records, and the checkpoints that belong to them.
 *
 * The log of a live provider grows while it is read, and its beginning may be
 * trimmed away. What an open file has begun with stays its beginning, but there
 * is no reading of what was trimmed since, nor of the checkpoints after one that
 * was passed and has changed (ESTALE). log_read() starts again where that happens, and gives
 * the checkpoints that belong to the records. To go on from there:
 *
 *  - log_read_more() adds what came since. Where that is not all, it fails with
 *    err->code ESTALE. This is for who has to have the log whole, with
 *    everything from its beginning.
 *  - log_free(), and log_read() from the next record on. This is for who needs
 *    each record once. If log->first is higher than that, somebody trimmed
 *    records away that were not read.
 */
#ifndef TSM_LOG_LOG_H
#define TSM_LOG_LOG_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "sources/provider.h"

struct log {
	/*
	 * Number of the first record that the provider had. If there is none
	 * yet, it is the one that comes next. Of files, it is the first one
	 * that is there, or 0.
	 */
	uint64_t first;
	/* The records from the asked one on, or from ->first if that is later. */
	struct buffer cel;
	/*
	 * All checkpoints that the provider had. There can be some of records
	 * after the last one in ->cel, which came meanwhile.
	 */
	struct buffer checkpoints;

	/* Where log_read_more() goes on; NULL for files. */
	const struct provider *provider;
	int cel_fd;
	int checkpoints_fd;
};

/*
 * Read the log of @provider, which must stay open, from record @from on. Uses
 * the index, so this does not read what comes before. It is an error if there
 * is not even a record before @from. Returns 0, or -1 with @err set; after both,
 * the caller calls log_free().
 */
int log_read(struct log *log, const struct provider *provider, uint64_t from,
	     struct error *err);

/* Append what is new; not for files. Returns 0, or -1 with @err set. */
int log_read_more(struct log *log, struct error *err);

/*
 * Read copies of cel, or a log of another program in one of the encodings of the TCG
 * Canonical Event Log Format, from record @from on; and of checkpoints, unless that is
 * NULL. Returns as log_read() does.
 */
int log_read_files(struct log *log, const char *cel, const char *checkpoints,
		   uint64_t from, struct error *err);

/*
 * Forget the records before @from. Returns 0, or -1 with @err set, also if the
 * log ends before that record could come.
 */
int log_skip_to(struct log *log, uint64_t from, struct error *err);

/* There will be no log_read_more(): the provider may be closed. */
void log_detach(struct log *log);

void log_free(struct log *log);

#endif
