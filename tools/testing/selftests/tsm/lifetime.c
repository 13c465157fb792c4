// SPDX-License-Identifier: GPL-2.0
/*
 * Providers that go and come back.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lifetime.h"
#include "tsm.h"

#define CLASS "/sys/class/tpm"

static const char *module_of(const char *provider)
{
	if (!strncmp(provider, "tpm", 3))
		return "tsm_tpm";
	if (!strcmp(provider, "tdx"))
		return "tsm_tdx";

	return "measurement_example";
}

static int unload(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK) ? -errno : 0;
}

static int load(const char *module)
{
	char command[128];

	snprintf(command, sizeof(command), "modprobe %s", module);

	return system(command) ? -ENOENT : 0;
}

int lifetime_by_module(const char *provider)
{
	const char *module = module_of(provider);
	int rc = unload(module);

	return rc ?: load(module);
}

const char *lifetime_tpm(void)
{
	static const char *const names[] = { "tpm0", "tpm1" };

	for (int i = 0; i < 2; i++) {
		int fd = tsm_open(O_RDONLY | O_DIRECTORY, "%s", names[i]);

		if (fd >= 0) {
			close(fd);
			return names[i];
		}
	}

	return NULL;
}

static int write_file(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX + 16];
	int rc = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		rc = -errno;
	close(fd);

	return rc;
}

/* Its name changes if somebody, as IMA does, still holds the one that went. */
int lifetime_by_driver(void)
{
	char path[PATH_MAX + 16], device[PATH_MAX], driver[PATH_MAX];
	const char *name = lifetime_tpm();
	int rc;

	if (!name)
		return -ENODEV;
	snprintf(path, sizeof(path), CLASS "/%s/device", name);
	if (!realpath(path, device))
		return -errno;
	strcat(path, "/driver");
	if (!realpath(path, driver))
		return -errno;
	/* tpm_svsm is bound as long as it is loaded. */
	snprintf(path, sizeof(path), "%s/unbind", driver);
	if (access(path, W_OK)) {
		rc = unload("tpm_svsm");
		return rc ?: load("tpm_svsm");
	}
	rc = write_file(driver, "unbind", strrchr(device, '/') + 1);

	return rc ?: write_file(driver, "bind", strrchr(device, '/') + 1);
}
