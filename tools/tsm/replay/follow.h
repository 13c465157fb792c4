/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a log follows on the firmware's log of the same registers: then the
 * two tell of everything since power-on.
 */
#ifndef TSM_LOG_FOLLOW_H
#define TSM_LOG_FOLLOW_H

#include "base/error.h"
#include "replay/verify.h"
#include "sources/provider.h"

/*
 * Read the log in v->firmware_path; v->log is there and tells what its indices
 * mean. What it leads to becomes v->booted. Returns 0, or -1 with @err set.
 */
int follow_read(struct verification *v, struct error *err);

/*
 * After the replay: that each register's first checkpoint has the value that
 * the firmware's log leads to, and that no later one starts anew; and, if
 * @provider is not NULL, that the registers which only the firmware extended
 * still have the value that it left. What is not so becomes a finding. The two
 * can have other banks: those count that both have. Returns 0, or -1 with @err
 * set, also if the beginning of the log is missing.
 */
int follow_check(struct verification *v, const struct provider *provider,
		 struct error *err);

/*
 * Compare the value of a register that the firmware's log can have with @value
 * in the banks of @set; a difference becomes a finding. Returns 0, or -1 with
 * @err set if there is no bank to compare, or the register was compared before.
 */
int follow_compare(struct verification *v, const char *name, unsigned int set,
		   const uint8_t value[BANK_COUNT][DIGEST_MAX],
		   struct error *err);

#endif
