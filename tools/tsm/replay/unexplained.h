/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a log says happened to a register without telling what it was.
 */
#ifndef TSM_LOG_UNEXPLAINED_H
#define TSM_LOG_UNEXPLAINED_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/register.h"

struct unexplained {
	char name[REGISTER_NAME_SIZE];

	/*
	 * How often it was found that somebody had extended the register past
	 * the log, since its provider appeared; the first time just before the
	 * record ->since, or before what is left of the log if that begins there.
	 */
	uint64_t foreign;
	bool has_since;
	uint64_t since;
	uint64_t lines; /* those that are here; the others were trimmed */

	uint64_t resets; /* by a command that the kernel saw: that explains it */
	uint64_t resumes; /* from hibernation, which starts it anew */

	bool unlogged; /* its value, and nothing of how it came to that */

	/*
	 * Records that no value proves: between the last one that follows from
	 * the log and the next one, which does not.
	 */
	uint64_t unproven;
};

static inline bool is_unexplained(const struct unexplained *u)
{
	return u->foreign || u->resumes || u->unlogged || u->unproven;
}

#endif
