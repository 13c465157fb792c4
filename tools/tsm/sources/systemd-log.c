// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * systemd's own log of what it extends PCRs by.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sources/provider.h"
#include "sources/systemd-log.h"

static const char *path_of_environment(void)
{
	const char *path = secure_getenv("SYSTEMD_MEASURE_LOG_USERSPACE");

	return path && *path ? path : NULL;
}

const char *systemd_log_path(void)
{
	const char *path = path_of_environment();

	return path ? path : "/run/log/systemd/tpm2-measure.log";
}

const char *systemd_log_of(const char *root)
{
	if (strcmp(root, PROVIDER_ROOT) && !path_of_environment())
		return NULL;
	return access(systemd_log_path(), R_OK) ? NULL : systemd_log_path();
}
