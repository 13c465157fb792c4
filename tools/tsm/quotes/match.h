/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where in a log a quote was taken. A quote is of one moment, so there must be
 * one point of the replay at which all of its registers have the quoted values.
 * Records after that point are not covered by it.
 */
#ifndef TSM_LOG_QUOTES_MATCH_H
#define TSM_LOG_QUOTES_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "quotes/quote.h"
#include "replay/verify.h"

/* Who has a value to compare a register of the quote with. */
enum match_source {
	MATCH_NOBODY,
	MATCH_LEFT_OUT, /* nobody was asked */
	MATCH_LOG,
	MATCH_FIRMWARE,
};

struct match_register {
	enum match_source source;
	bool seen; /* it had the quoted value at some point */
	uint64_t at; /* the first one: before this record */
	bool unsure; /* where the quote was taken, the log was not sure of it */
};

struct match {
	const struct quote *quote;
	struct verification
		*v; /* the log that was replayed, and the firmware's */
	struct match_register *registers; /* as the quote has them */
	size_t nr_sources[MATCH_FIRMWARE + 1];

	bool has_log;
	bool found;
	uint64_t next; /* the quote was taken before this record came */

	struct finding *findings;
	size_t nr_findings;

	/* While it searches. */
	struct tpm_values *values;
	struct hasher hasher;
};

/**
 * match_quote() - find the point of a log at which a quote was taken
 * @match: the result, for match_free()
 * @quote: as parsed and checked
 * @v: the log, replayed and without a finding, or the firmware's log alone
 * @has_log: whether there is a log of ours
 * @err: what is wrong, on failure
 *
 * The earliest point that there is: what comes after it may be from after the
 * quote as well.
 *
 * Return: 0, or -1 if the two cannot be compared. That they differ is a finding.
 */
int match_quote(struct match *match, const struct quote *quote,
		struct verification *v, bool has_log, struct error *err);

void match_free(struct match *match);

#endif
