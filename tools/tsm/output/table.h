/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as a table for people: one line each.
 */
#ifndef TSM_LOG_TABLE_H
#define TSM_LOG_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "formats/cel.h"

/* The widths of the columns, from the records shown to table_measure(). */
struct table {
	int record;
	int name;
	int type;
	int digests;
};

void table_init(struct table *table);
void table_measure(struct table *table, const struct cel_record *rec);
void table_header(const struct table *table, FILE *out);

/* @utf8: the reader of @out understands it. */
void table_record(const struct table *table, const struct cel_record *rec,
		  FILE *out, bool utf8);

/* "sha256:2cf24dba...": enough to tell digests apart; returns @out. */
#define SHORT_DIGEST_TEXT 24
const char *short_digest(enum bank_id bank, const uint8_t *digest,
			 char out[SHORT_DIGEST_TEXT]);

#endif
