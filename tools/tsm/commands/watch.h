/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of watch that keeps a file up to date.
 */
#ifndef TSM_LOG_COMMANDS_WATCH_H
#define TSM_LOG_COMMANDS_WATCH_H

#include "commands/export.h"

/*
 * Do what export is asked for by @request, which has --merge and a file to write to,
 * each time that there is something new, until the provider goes away. Returns the exit
 * status.
 */
int watch_merged(const struct request *request);

#endif
