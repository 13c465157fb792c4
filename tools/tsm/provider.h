/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Providers of measurement registers as sysfs shows them, or as a copy of that
 * tree does: where their logs and the live values of registers are read.
 */
#ifndef TSM_LOG_PROVIDER_H
#define TSM_LOG_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bank.h"
#include "buffer.h"
#include "error.h"

#define PROVIDER_ROOT "/sys/kernel/tsm"

struct provider {
	const char *name;
	int dirfd;
	int cel_fd; /* open once read: a second reading continues there */
	int checkpoints_fd;
};

/*
 * The names of all providers under @root that have a log, sorted. Returns how
 * many, at least 1, or -1 with @err set.
 */
int provider_list(const char *root, char ***names, struct error *err);

/* Sorted names of the registers that can be extended; same return values. */
int provider_extensible(const struct provider *provider, char ***names,
			struct error *err);

void names_free(char **names, int nr);

int provider_open(struct provider *provider, const char *root, const char *name,
		  struct error *err);
void provider_close(struct provider *provider);

/* Append what is new since the last reading; see buffer_read(). */
int provider_read_cel(struct provider *provider, struct buffer *buf,
		      struct error *err);
int provider_read_checkpoints(struct provider *provider, struct buffer *buf,
			      struct error *err);

/* One of the files of a single number in log/. */
int provider_read_number(const struct provider *provider, const char *file,
			 uint64_t *number, struct error *err);

struct live_value {
	unsigned int banks;
	uint8_t digest[BANK_COUNT][DIGEST_MAX];
};

/* The value of a register now, in all banks it has. */
int provider_read_register(const struct provider *provider, const char *name,
			   struct live_value *value, struct error *err);

#endif
