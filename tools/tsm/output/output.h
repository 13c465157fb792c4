/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a command writes its result: standard output, or a file. A file appears
 * at its name when all of it is written, and what was there stays until then.
 */
#ifndef TSM_LOG_OUTPUT_H
#define TSM_LOG_OUTPUT_H

#include <limits.h>
#include <stdio.h>

#include "base/error.h"

struct output {
	const char *path; /* NULL: standard output */
	FILE *file;
	char temporary[PATH_MAX]; /* empty: written in place */
};

/* Returns 0, or -1 with @err set. */
int output_open(struct output *output, const char *path, struct error *err);

/* Returns 0, or -1 with @err set and nothing changed but a device or a pipe. */
int output_commit(struct output *output, struct error *err);

/* The same, but a file that has these bytes already stays as it is. */
int output_commit_new(struct output *output, struct error *err);

/* Leave what was there. */
void output_abort(struct output *output);

#endif
