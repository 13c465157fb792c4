/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A directory with all that a relying party asks for: a quote, and what it is of.
 *
 *	quote		what hardware signed
 *	signature	its signature, the values of the PCRs that it is over, and
 *	pcrs		the public part of the key, in the forms of tpm2_quote: of
 *	ak.pub		TPMs
 *	svsm-report	of the TPM of an SVSM: the SNP report of that, and what it says
 *	manifest	of its services
 *	certificates	of an SNP guest: the table of certificates that its host hands out
 *	cel		the log, which has all that the quote covers
 *	checkpoints
 *	firmware	the firmware's log
 *
 * Only the quote is always there. It is what tells such a directory from others.
 */
#ifndef TSM_LOG_COLLECTION_H
#define TSM_LOG_COLLECTION_H

#include <limits.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

enum collection_file {
	COLLECTION_QUOTE,
	COLLECTION_SIGNATURE,
	COLLECTION_PCRS,
	COLLECTION_AK,
	COLLECTION_CERTIFICATES,
	COLLECTION_SVSM_REPORT,
	COLLECTION_MANIFEST,
	COLLECTION_CEL,
	COLLECTION_CHECKPOINTS,
	COLLECTION_FIRMWARE,
	COLLECTION_FILES,
};

/* What is in it; what has no bytes is not there, but for an empty log. */
struct collection {
	struct buffer files[COLLECTION_FILES];
	bool has_log;
};

/*
 * Write it to the directory @path, which must not be there, or be empty: it appears
 * at once and whole. Returns 0, or -1 with @err set and nothing left behind.
 */
int collection_write(const struct collection *collection, const char *path,
		     struct error *err);

void collection_free(struct collection *collection);

/* Whether there is a collection at @path. */
bool collection_is_at(const char *path);

/* Where the files of a collection are: empty, if one is not there. */
struct collection_paths {
	char file[COLLECTION_FILES][PATH_MAX];
};

/* Returns 0, or -1 with @err set. */
int collection_find(struct collection_paths *paths, const char *path,
		    struct error *err);

#endif
