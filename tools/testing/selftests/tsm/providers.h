/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which providers there are, and what of them can be extended.
 */
#ifndef PROVIDERS_H
#define PROVIDERS_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_PROVIDERS 4
#define MAX_REGISTERS 24

struct provider_reg {
	char name[256];
	/* Its digest can be written to, and has this many bytes. */
	bool digest;
	size_t size;
};

struct provider {
	char name[256];
	struct provider_reg regs[MAX_REGISTERS];
	int nr_regs;
};

/*
 * Find the providers that have registers to extend. Returns how many there are,
 * sorted by name.
 */
int providers_find(struct provider providers[MAX_PROVIDERS]);

#endif /* PROVIDERS_H */
