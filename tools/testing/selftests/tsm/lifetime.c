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
	if (!strcmp(provider, "tdx"))
		return "tdx_guest";

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

static const char *find_tpm(void)
{
	/*
	 * Each that went keeps its number until the last reference to it is gone,
	 * which some kernels delay. Threads may still use a name of before.
	 */
	static const char *const names[] = {
		"tpm0", "tpm1", "tpm2", "tpm3", "tpm4",
		"tpm5", "tpm6", "tpm7", "tpm8", "tpm9",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
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

static bool is_tpm(const char *provider)
{
	return !strncmp(provider, "tpm", 3);
}

/* The driver that the chip was bound to, and the name that it knows the chip by. */
static char driver[PATH_MAX], device[PATH_MAX];

/* 0 if there is a TPM. */
static int find_driver(void)
{
	char path[PATH_MAX + 16];
	const char *name = find_tpm();

	if (!name)
		return -ENODEV;
	snprintf(path, sizeof(path), CLASS "/%s/device", name);
	if (!realpath(path, device))
		return -errno;
	strcat(path, "/driver");

	return realpath(path, driver) ? 0 : -errno;
}

/* tpm_svsm is bound as long as it is loaded. */
static bool can_unbind(void)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/unbind", driver);

	return !access(path, W_OK);
}

static int unbind(void)
{
	int rc = find_driver();

	if (rc)
		return rc;
	if (!can_unbind())
		return unload("tpm_svsm");

	return write_file(driver, "unbind", strrchr(device, '/') + 1);
}

static int bind(void)
{
	if (!find_driver())
		return 0;
	if (!can_unbind())
		return load("tpm_svsm");

	return write_file(driver, "bind", strrchr(device, '/') + 1);
}

bool lifetime_is_mortal(const char *provider)
{
	char path[PATH_MAX];

	if (is_tpm(provider))
		return true;

	/* Only what was loaded has references to be counted. */
	snprintf(path, sizeof(path), "/sys/module/%s/refcnt",
		 module_of(provider));

	return !access(path, F_OK);
}

int lifetime_end(const char *provider)
{
	return is_tpm(provider) ? unbind() : unload(module_of(provider));
}

int lifetime_begin(const char *provider)
{
	return is_tpm(provider) ? bind() : load(module_of(provider));
}

const char *lifetime_name(const char *provider)
{
	return is_tpm(provider) ? find_tpm() : provider;
}
