/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records, and checkpoints between them, as a table for people: one line each.
 */
#ifndef TSM_LOG_TABLE_H
#define TSM_LOG_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "formats/content.h"
#include "sources/explanation.h"

/* The widths of the columns, from the records shown to table_measure(). */
struct table {
	int record;
	int name;
	int type;
	int digests;
};

void table_init(struct table *table);
void table_measure(struct table *table, const struct cel_record *rec);
void table_measure_checkpoint(struct table *table, const struct checkpoint *cp);
void table_header(const struct table *table, FILE *out);

/*
 * @explained: what another log says of it, or NULL. @utf8: the reader of @out
 * understands it.
 */
void table_record(const struct table *table, const struct cel_record *rec,
		  enum content_binding binding,
		  const struct explained *explained, FILE *out, bool utf8);

/* A checkpoint has no number; it says what is known of a register there. */
void table_checkpoint(const struct table *table, const struct checkpoint *cp,
		      FILE *out);

/* "sha256:2cf24dba...": enough to tell digests apart; returns @out. */
#define SHORT_DIGEST_TEXT 24
const char *short_digest(enum bank_id bank, const uint8_t *digest,
			 char out[SHORT_DIGEST_TEXT]);

#endif
