/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was checked of a quote, with what result, and what was not checked: the
 * one who relies on a quote has to know all three.
 */
#ifndef TSM_LOG_QUOTES_CHECKS_H
#define TSM_LOG_QUOTES_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

enum check_result {
	CHECK_PASSED,
	CHECK_FAILED,
	CHECK_SKIPPED,
};

struct check {
	const char *name; /* for programs: it stays the same */
	enum check_result result;
	char text[320];
};

/* More than the checks of all kinds of quotes together. */
#define CHECKS_MAX 64

struct checks {
	struct check list[CHECKS_MAX];
	size_t nr;
	bool failed; /* at least one of them */
	/* A signature was followed up to something that the user trusts. */
	bool anchored;
};

/**
 * checks_add() - add the result of a check
 * @checks: the list
 * @name: what programs know the check by, a constant
 * @result: what came out
 * @format: for people: what is so, what is not, or why it was not checked
 *
 * Texts never have bytes of a quote or a certificate that were not made
 * harmless.
 */
void checks_add(struct checks *checks, const char *name,
		enum check_result result, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* CHECK_PASSED if @passed, otherwise CHECK_FAILED. */
enum check_result check_result(bool passed);

/* "passed", "failed" or "not checked". */
const char *check_result_text(enum check_result result);

#endif
