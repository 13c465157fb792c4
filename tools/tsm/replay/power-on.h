/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of another program, which has no checkpoints: it begins with what the
 * registers are at power-on, or with what the firmware left.
 */
#ifndef TSM_LOG_POWER_ON_H
#define TSM_LOG_POWER_ON_H

#include "base/error.h"
#include "sources/log.h"

/*
 * Give @log checkpoints that say so, in the banks that the first record of each
 * register has. @firmware_path: the firmware's log, or NULL. Returns 0, or -1 with
 * @err set.
 */
int power_on_checkpoints(struct log *log, const char *firmware_path,
			 struct error *err);

#endif
