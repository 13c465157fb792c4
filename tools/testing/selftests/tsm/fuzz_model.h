/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a provider must look like after all that was written to it, from the
 * description of its files alone.
 */
#ifndef FUZZ_MODEL_H
#define FUZZ_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "providers.h"

#define MODEL_MAX_BANKS 8
#define MODEL_MAX_DIGEST 64

struct model_bank {
	char algo[16];
	/* Low byte of its TPM_ALG_ID. */
	uint8_t alg;
	size_t size;
	uint8_t value[MODEL_MAX_DIGEST];
};

struct model_reg {
	char name[256];
	/* One write to "digest" extends it. */
	bool digest;
	uint8_t index_type;
	uint8_t index;
	struct model_bank banks[MODEL_MAX_BANKS];
	int nr_banks;
};

struct model {
	const char *provider;
	struct model_reg regs[MAX_REGISTERS];
	int nr_regs;
	/* The records that are there, and where each of them begins. */
	uint8_t *cel;
	size_t size;
	/* Bytes that were there before it. */
	uint64_t dropped;
	size_t room;
	size_t *starts;
	size_t nr_starts;
	size_t starts_room;
	uint64_t first;
	uint64_t next;
	uint64_t limit;
	/* Open files of next_record, first_record, size and limit. */
	int numbers[4];
};

/* Begin with the provider as it is; drops all records of its log. */
bool model_init(struct model *model, const struct provider *provider);
void model_free(struct model *model);

/*
 * The effect of a write of @len bytes at offset 0. Each returns what write()
 * has to return, which for numbers that are none is %MODEL_NO_NUMBER.
 */
#define MODEL_NO_NUMBER (-4096)

ssize_t model_append_event(struct model *model, struct model_reg *reg,
			   const uint8_t *data, size_t len);
ssize_t model_append_record(struct model *model, struct model_reg *reg,
			    const uint8_t *data, size_t len);
ssize_t model_digest(struct model *model, struct model_reg *reg,
		     const uint8_t *data, size_t len);
ssize_t model_limit(struct model *model, const uint8_t *data, size_t len);
ssize_t model_trim(struct model *model, const uint8_t *data, size_t len);

/* Contents of log/index, to be freed by the caller. */
char *model_index(const struct model *model, size_t *size);

/* Compare; false after saying what differs. */
bool model_numbers_agree(const struct model *model);
bool model_registers_agree(const struct model *model);

#endif /* FUZZ_MODEL_H */
