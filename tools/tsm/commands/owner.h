/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who else extends a PCR on this machine, and does not know of what we measure.
 */
#ifndef TSM_LOG_OWNER_H
#define TSM_LOG_OWNER_H

#include "sources/provider.h"

/*
 * Print a warning if systemd, by its own log, or firmware and boot loader, by theirs,
 * have extended the register @name of @provider, which is one in @root.
 */
void owner_warn(const struct provider *provider, const char *root,
		const char *name);

#endif
