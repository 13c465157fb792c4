// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One error text, filled where the error is found and printed by the command.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

int error_set(struct error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	err->code = 0;
	return -1;
}

int error_prefix(struct error *err, const char *prefix)
{
	struct error old = *err;

	/* A text too long to fit is cut at its end. */
	error_set(err, "%s: %s", prefix, old.text);
	err->code = old.code;
	return -1;
}
