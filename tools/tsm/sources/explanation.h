/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What records without content were: the same digests are in logs that other programs
 * keep, with what was measured.
 */
#ifndef TSM_LOG_EXPLANATION_H
#define TSM_LOG_EXPLANATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "formats/cel.h"
#include "formats/import.h"

#define EXPLANATION_FILES_MAX 16

struct explanation_file {
	const char *path;
	struct buffer cel;
	struct imported imported;
};

struct explanation;

struct explanations {
	size_t nr_files;
	struct explanation_file files[EXPLANATION_FILES_MAX];
	struct explanation *list; /* sorted by bank and digest */
	size_t nr;
};

/* What was found. */
struct explained {
	const struct explanation_file *file;
	enum bank_id bank; /* by whose digest */
	struct cel_record rec; /* as it is there */
};

/* Name one more file; its log is read later. Returns whether there is room. */
bool explanations_add(struct explanations *explanations, const char *path);

/* Read all files. Returns 0, or -1 with @err set. */
int explanations_read(struct explanations *explanations, struct error *err);

/*
 * Find a record with a digest of @rec in a file; where that says which register it was,
 * it is this one. Returns whether there is one.
 */
bool explanations_find(const struct explanations *explanations,
		       const struct cel_record *rec,
		       struct explained *explained);

void explanations_free(struct explanations *explanations);

#endif
