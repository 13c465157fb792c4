/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole check that a relying party makes: a quote, who vouches for it, and
 * the logs that must lead to what was quoted.
 */
#ifndef TSM_LOG_QUOTES_EVIDENCE_H
#define TSM_LOG_QUOTES_EVIDENCE_H

#include <stdbool.h>

#include "base/error.h"
#include "quotes/match.h"
#include "quotes/quote.h"
#include "replay/verify.h"

struct evidence {
	/* Filled by the caller: files of the quote, and a log if there is one. */
	struct quote quote;
	struct verification v; /* ->log, ->firmware_path */
	bool has_log;

	bool failed; /* could not check: error says why */
	struct error error;
	bool is_parsed;
	bool is_replayed; /* there was a log, and v says what came of it */
	bool is_matched; /* there was a log, and it was compared */
	struct match match;
};

/**
 * evidence_verify() - check all that there is
 * @evidence: with its quote's files and its log
 *
 * Return: as evidence_result() does.
 */
enum verify_result evidence_verify(struct evidence *evidence);

/*
 * VERIFY_OK only if nothing differs and the signatures lead to something that
 * the user trusts: a quote that anybody may have made proves nothing.
 */
enum verify_result evidence_result(const struct evidence *evidence);

void evidence_free(struct evidence *evidence);

#endif
