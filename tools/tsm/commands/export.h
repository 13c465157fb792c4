/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What export is asked for.
 */
#ifndef TSM_LOG_COMMANDS_EXPORT_H
#define TSM_LOG_COMMANDS_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "commands/source.h"
#include "output/consumer.h"
#include "output/selection.h"
#include "replay/verify.h"

/* Exported, but it does not lead to the registers' values. */
#define EXIT_GAP 1

struct request {
	struct source source;
	enum export_format format;
	bool has_from;
	uint64_t from;
	bool has_size; /* one of these was given */
	uint64_t recnum_size;
	uint64_t index_size;
	const char *path;
	bool keep; /* the file there, if it would be the same */

	/* --for, and what goes with it alone. */
	const struct consumer *consumer;
	enum bank_id bank; /* BANK_COUNT: none was given */
	struct register_set leave_out;
	bool bare;
	bool merge; /* with systemd's own log */
};

/* How messages call the log. */
const char *export_label(const struct request *request);

/* Print @err; returns the exit status. */
int export_trouble(const struct request *request, const struct error *err);

/* What was asked for must be there: others cannot see that it is not. */
int export_check_first(const struct request *request, const struct log *log,
		       struct error *err);

/* Replay the log and what is before it. Returns 0, or -1 with v->error set. */
int export_verify(const struct request *request, struct verification *v);

/* @set: the banks that the result may have. Returns 0, or -1 with @err set. */
int export_write(const struct request *request, const struct log *log,
		 const struct firmware *firmware, unsigned int set,
		 struct error *err);

/* Of formats that cannot say it of each record, this is all that is said. */
void export_tell_content(const struct request *request, const struct log *log);

/* Likewise of records that have no place in the format. */
void export_tell_nv(const struct request *request, const struct log *log);

/* With --for: the exit status. */
int export_for(const struct request *request);

/*
 * The part of it that is --merge. Registers whose extends the two logs do not explain
 * together become @lost. Returns 0, or -1 with @err set.
 */
int export_merge(const struct request *request, struct register_set *lost,
		 struct error *err);

/* Name these registers. */
void export_tell_lost(const struct request *request,
		      const struct register_set *lost);

#endif
