/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One error text, filled where the error is found and printed by the command.
 *
 * Texts never quote bytes of a log or a checkpoint file: these may be hostile
 * and a terminal may be reading. They name the byte offset or line instead.
 */
#ifndef TSM_LOG_ERROR_H
#define TSM_LOG_ERROR_H

struct error {
	int code; /* errno of the system call that failed, or 0 */
	char text[512];
};

/* Returns -1, so that a caller can set the error and return in one step. */
int error_set(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Put "PREFIX: " in front of the text; returns -1. */
int error_prefix(struct error *err, const char *prefix);

#endif
