/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One log of two: ours, and what somebody else logs of the same registers. For each
 * register the order is that of the extends, as far as both can be replayed together.
 */
#ifndef TSM_LOG_MERGE_H
#define TSM_LOG_MERGE_H

#include "base/error.h"
#include "formats/register.h"
#include "replay/verify.h"

/*
 * Merge v->log, which was verified after the firmware's log, with that in the file
 * @path: its records become those of both, numbered anew. Registers whose order could
 * not be found become @lost. Returns 0, or -1 with @err set.
 */
int merge_logs(struct verification *v, const char *path,
	       struct register_set *lost, struct error *err);

#endif
