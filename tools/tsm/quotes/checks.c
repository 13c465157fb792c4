// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was checked of a quote, and what was not.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "quotes/checks.h"

void checks_add(struct checks *checks, const char *name,
		enum check_result result, const char *format, ...)
{
	struct check *check;
	va_list args;

	/* No input decides on how many there are. */
	if (checks->nr == CHECKS_MAX)
		abort();
	check = &checks->list[checks->nr++];
	check->name = name;
	check->result = result;
	va_start(args, format);
	vsnprintf(check->text, sizeof(check->text), format, args);
	va_end(args);
	if (result == CHECK_FAILED)
		checks->failed = true;
}

enum check_result check_result(bool passed)
{
	return passed ? CHECK_PASSED : CHECK_FAILED;
}

const char *check_result_text(enum check_result result)
{
	static const char *const texts[] = {
		[CHECK_PASSED] = "passed",
		[CHECK_FAILED] = "failed",
		[CHECK_SKIPPED] = "not checked",
	};

	return texts[result];
}
