// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole check that a relying party makes.
 */
#include "quotes/evidence.h"

/* Whether there is something that neither the log nor the firmware's tells. */
static bool is_unexplained_match(const struct evidence *evidence)
{
	const struct match *match = &evidence->match;
	size_t i;

	for (i = 0; evidence->is_matched && i < match->quote->nr_registers;
	     i++) {
		if (match->registers[i].unsure)
			return true;
		/* What was launched is for reference values to tell. */
		if (match->registers[i].source == MATCH_NOBODY &&
		    !register_is_mrtd(match->quote->registers[i].name))
			return true;
	}
	return verify_unexplained(&evidence->v);
}

enum verify_result evidence_result(const struct evidence *evidence)
{
	if (evidence->quote.checks.failed || evidence->match.nr_findings ||
	    evidence->v.replay.nr_findings)
		return VERIFY_DIFFERS;
	if (evidence->failed)
		return VERIFY_UNCHECKED;
	return evidence->v.strict && is_unexplained_match(evidence) ?
		       VERIFY_UNEXPLAINED :
		       VERIFY_OK;
}

void evidence_free(struct evidence *evidence)
{
	match_free(&evidence->match);
	verify_free(&evidence->v);
	quote_free(&evidence->quote);
}

static int check_quote(struct evidence *evidence, struct error *err)
{
	struct quote *quote = &evidence->quote;

	if (quote_parse(quote, err))
		return error_prefix(err, "quote");
	evidence->is_parsed = true;
	if (quote_check(quote, err))
		return error_prefix(err, "quote");
	return 0;
}

/* The log, and the firmware's; or that alone. */
static int check_logs(struct evidence *evidence, struct error *err)
{
	struct verification *v = &evidence->v;

	if (evidence->has_log) {
		v->quoted = true;
		verify_buffers(v, NULL);
		evidence->is_replayed = true;
		if (v->failed)
			*err = v->error;
		return v->failed ? -1 : 0;
	}
	if (v->leave_out.any)
		v->replay.leave_out = &v->leave_out;
	return firmware_read(&v->firmware, v->firmware_path,
			     evidence->quote.format != QUOTE_TPM, err);
}

static int check_match(struct evidence *evidence, struct error *err)
{
	struct verification *v = &evidence->v;

	/* A log that does not hold leads to nothing. */
	if (v->replay.nr_findings)
		return 0;
	if (match_quote(&evidence->match, &evidence->quote, v,
			evidence->has_log, err))
		return -1;
	evidence->is_matched = true;
	return 0;
}

enum verify_result evidence_verify(struct evidence *evidence)
{
	struct error *err = &evidence->error;
	int ret = check_quote(evidence, err);

	if (!ret && (evidence->has_log || evidence->v.firmware_path)) {
		ret = check_logs(evidence, err);
		if (!ret)
			ret = check_match(evidence, err);
	}
	if (!ret && !evidence->quote.checks.anchored)
		ret = error_set(err,
				"nobody vouches for the quote: see what %s",
				evidence->quote.checks.failed ?
					"has failed" :
					"was not checked");
	evidence->failed = ret;
	return evidence_result(evidence);
}
