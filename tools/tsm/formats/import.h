/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs that other programs keep, as records of the form that the kernel's log has.
 */
#ifndef TSM_LOG_IMPORT_H
#define TSM_LOG_IMPORT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

/* Whether this is the JSON encoding of the TCG Canonical Event Log Format. */
bool import_is_json(const struct buffer *log);

/*
 * Turn the JSON encoding into records, as the text has them. Numbers that it does not
 * have are counted from 0. Records of NV indices are passed over: they extend no
 * register. Returns 0, or -1 with @err set.
 */
int import_json(struct buffer *log, struct error *err);

#endif
