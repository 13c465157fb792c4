// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * systemd's own log of what it extends PCRs by.
 */
#include <stdlib.h>

#include "sources/systemd-log.h"

const char *systemd_log_path(void)
{
	const char *path = secure_getenv("SYSTEMD_MEASURE_LOG_USERSPACE");

	return path && *path ? path : "/run/log/systemd/tpm2-measure.log";
}
