// SPDX-License-Identifier: GPL-2.0-only
/*
 * What measurements are extended into: a PCR of a TPM, a register of a confidential
 * VM (ima_tsm.c), or nothing.
 */

#include <linux/cleanup.h>
#include <linux/slab.h>

#include "ima.h"

/* Those of the register that is extended; none if there is none. */
const struct tpm_bank_info *ima_banks __ro_after_init;
int ima_nr_banks __ro_after_init;

static struct tpm_chip *ima_tpm_chip __ro_after_init;

/**
 * ima_root_init() - choose what measurements are extended into
 *
 * A register that ima_tsm= names comes first, then the TPM, and where there is no
 * TPM the register that stands for IMA's PCR.
 *
 * Context: Process context, before anything is measured.
 */
void __init ima_root_init(void)
{
	if (ima_tsm_init_named())
		return;

	ima_tpm_chip = tpm_default_chip();
	if (ima_tpm_chip) {
		ima_banks = ima_tpm_chip->allocated_banks;
		ima_nr_banks = ima_tpm_chip->nr_allocated_banks;
		return;
	}

	if (!ima_tsm_init_default())
		pr_info("No TPM chip found, activating TPM-bypass!\n");
}

/**
 * ima_root_exists() - are measurements extended into anything?
 *
 * Context: Any context.
 *
 * Return: %false if there is just the list of measurements.
 */
bool ima_root_exists(void)
{
	return ima_tpm_chip || ima_tsm_exists();
}

/**
 * ima_root_extend() - extend what there is by a measurement
 * @entry: the measurement
 * @digests: one digest for each of @ima_banks: those of @entry, or others if it is a
 *	violation
 *
 * Context: Process context, may sleep.
 *
 * Return: 0, also if there is nothing to extend, an error of the TPM, or a negative
 * errno.
 */
int ima_root_extend(const struct ima_template_entry *entry,
		    struct tpm_digest *digests)
{
	size_t len = 0;
	int rc;

	if (ima_tsm_exists())
		return ima_tsm_extend(entry, digests);
	if (!ima_tpm_chip)
		return 0;

	/* The TPM's event log has the measurement also if it cannot say of what. */
	u8 *content __free(kvfree) = ima_tsm_content(entry, &len);

	rc = tpm_pcr_extend_content(ima_tpm_chip, entry->pcr, digests, content,
				    len);
	if (rc)
		pr_err("Error Communicating to TPM chip, result: %d\n", rc);

	return rc;
}

/**
 * ima_root_nr_boot() - how many registers the boot aggregate is made of
 * @alg_id: the bank
 *
 * With a TPM these are PCRs 0 to 7, and in banks other than SHA-1 also PCRs 8 and 9,
 * which have measurements of the kernel's command line and image in a typical
 * allocation of PCRs; with SHA-1 that would be ambiguous. In a confidential VM they
 * are the registers that stand for PCRs 0 to 9, in all banks.
 *
 * Context: Any context.
 *
 * Return: the number of registers, which begin with index 0.
 */
u32 ima_root_nr_boot(u16 alg_id)
{
	if (ima_tsm_exists())
		return IMA_TSM_NR_BOOT;

	return alg_id == TPM_ALG_SHA1 ? TPM_PCR8 : TPM_PCR10;
}

/**
 * ima_root_read() - read a register that the boot aggregate is made of
 * @index: its index
 * @digest: its alg_id says which bank; gets the value
 *
 * A PCR that cannot be read leaves @digest as it is. A register of a confidential VM
 * that cannot be read, or does not have the bank, reads as zeros.
 *
 * Context: Process context, may sleep.
 */
void ima_root_read(u32 index, struct tpm_digest *digest)
{
	if (ima_tsm_exists())
		ima_tsm_read(index, digest);
	else if (ima_tpm_chip && tpm_pcr_read(ima_tpm_chip, index, digest))
		pr_err("Error Communicating to TPM chip\n");
}
