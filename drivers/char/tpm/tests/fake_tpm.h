/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A TPM 2.0 in software for KUnit tests, which answers TPM2_GetCapability for
 * PCRs, TPM2_PCR_Read, TPM2_PCR_Extend, TPM2_PCR_Event and TPM2_PCR_Reset.
 */
#ifndef __FAKE_TPM_H__
#define __FAKE_TPM_H__

#include <linux/tpm.h>

/* A hash that the kernel has no name for, with digests of 32 bytes. */
#define FAKE_ALG_UNKNOWN	0x0027

/**
 * struct fake_bank - a bank of PCRs
 * @alg_id: its hash
 * @size: of its digests
 * @pcrs: a bitmap of the PCRs that it has
 * @values: their values
 * @extended_by: what the last TPM2_PCR_Extend gave for this bank
 */
struct fake_bank {
	u16 alg_id;
	u16 size;
	u32 pcrs;
	u8 values[TPM2_PLATFORM_PCR][TPM2_MAX_DIGEST_SIZE];
	u8 extended_by[TPM2_MAX_DIGEST_SIZE];
};

/**
 * struct fake_tpm - a TPM 2.0 that does as it is told
 * @chip: what the kernel sees of it
 * @banks: the banks
 * @nr_banks: how many
 * @error: instead of an answer to a command that changes a PCR, a negative errno
 *	of the driver or a TPM_RC
 * @acts: it changes the PCR before it fails
 * @idle: it says that it did what it was asked for, and does nothing
 * @nr_retries: answers TPM_RC_RETRY to so many commands before it takes one
 * @nr_commands: commands that it got
 * @nr_extends: how many of them were TPM2_PCR_Extend
 * @mangle: changes an answer of @len bytes; the header's length follows the length
 *	that it returns. %NULL leaves answers alone.
 * @arg: for @mangle
 */
struct fake_tpm {
	struct tpm_chip *chip;
	struct fake_bank banks[TPM2_MAX_PCR_BANKS];
	unsigned int nr_banks;
	int error;
	bool acts;
	bool idle;
	unsigned int nr_retries;
	unsigned int nr_commands;
	unsigned int nr_extends;
	size_t (*mangle)(struct fake_tpm *tpm, u8 *answer, size_t len);
	size_t arg;
};

struct fake_tpm *fake_tpm_create(void);
void fake_tpm_destroy(struct fake_tpm *tpm);
void fake_tpm_extend_bank(struct fake_bank *bank, u32 pcr);
void fake_tpm_add_bank(struct fake_tpm *tpm, u16 alg_id, u32 pcrs);
int fake_tpm_pcr_extend(struct tpm_chip *chip, u32 pcr,
			struct tpm_digest *digests, bool *sent);

#endif /* __FAKE_TPM_H__ */
