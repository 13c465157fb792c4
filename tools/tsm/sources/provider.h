/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Providers of measurement registers: their names, their registers and the
 * numbers of their logs. The logs themselves are read by log.h.
 *
 * The kernel shows the registers in sysfs, and the logs in securityfs. A copy
 * of both is one tree: there the log of a provider is in the directory "log" of
 * its registers.
 */
#ifndef TSM_LOG_PROVIDER_H
#define TSM_LOG_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "formats/bank.h"

#define PROVIDER_ROOT "/sys/kernel/tsm"
#define PROVIDER_LOG_ROOT "/sys/kernel/security/tsm"

struct provider {
	const char *name;
	int dirfd; /* the directory of its registers */
	int logfd; /* and that of its log */
};

/*
 * The names of all providers under @root that have a log, sorted. Returns how
 * many, at least 1, or -1 with @err set.
 */
int provider_list(const char *root, char ***names, struct error *err);

/*
 * Sorted names of the registers that have a hash, and of those of them that can be
 * extended; same return values.
 */
int provider_registers(const struct provider *provider, char ***names,
		       struct error *err);
int provider_extensible(const struct provider *provider, char ***names,
			struct error *err);

void names_free(char **names, int nr);

int provider_open(struct provider *provider, const char *root, const char *name,
		  struct error *err);
void provider_close(struct provider *provider);

/*
 * Whether it is a TPM of which the device that it belongs to is called so. A copy
 * of the registers has that only if the link to it is in there.
 */
bool provider_is_on(const struct provider *provider, const char *device);

/* One of the files of a single number that a log has. */
int provider_read_number(const struct provider *provider, const char *file,
			 uint64_t *number, struct error *err);

/* The banks that a register has. Returns 0, or -1 with @err set. */
int provider_read_banks(const struct provider *provider, const char *name,
			unsigned int *set, struct error *err);

struct live_value {
	unsigned int banks;
	uint8_t digest[BANK_COUNT][DIGEST_MAX];
};

/* The value of a register now, in all banks it has. */
int provider_read_register(const struct provider *provider, const char *name,
			   struct live_value *value, struct error *err);

#endif
