/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCRs of a TPM 2.0 chip as measurement registers.
 */
#ifndef __TSM_TPM_H
#define __TSM_TPM_H

#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/tpm.h>
#include <linux/tsm-measurement.h>

/* "pcr" and its number. */
#define TSM_TPM_NAME_SIZE	8

/**
 * struct tsm_tpm - the PCRs of one chip
 * @tm: the provider, of the chip's name
 * @node: in the list of chips
 * @chip: the chip, of which this holds a reference
 * @pcr_names: the registers' names
 * @nr_banks: number of banks of each PCR
 * @banks: the chip's numbers of these banks
 * @mrs: the banks of PCR 0, then those of PCR 1 and so on, in the chip's order
 * @mr_index: the PCR that each element of @mrs belongs to
 * @values: the value of each element of @mrs
 * @digests: what tpm_pcr_extend() takes, one digest per bank
 */
struct tsm_tpm {
	struct tsm_measurement tm;
	struct list_head node;
	struct tpm_chip *chip;
	char pcr_names[TPM2_PLATFORM_PCR][TSM_TPM_NAME_SIZE];
	unsigned int nr_banks;
	u8 banks[TPM2_MAX_PCR_BANKS];
	struct tsm_measurement_register *mrs;
	u8 *mr_index;
	u8 (*values)[TPM2_MAX_DIGEST_SIZE];
	struct tpm_digest *digests;
};

struct tsm_tpm *tsm_tpm_create(struct tpm_chip *chip,
			       const unsigned long *extensible);
void tsm_tpm_destroy(struct tsm_tpm *tpm);

DEFINE_FREE(tsm_tpm, struct tsm_tpm *, if (_T) tsm_tpm_destroy(_T))

#endif /* __TSM_TPM_H */
