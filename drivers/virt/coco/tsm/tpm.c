// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCRs of a TPM 2.0 chip as measurement registers.
 *
 * A PCR has one bank for each hash that the chip has allocated, and an extend
 * changes all of them at once. Anybody with access to /dev/tpm0 can extend PCRs
 * as well, so values are always read from the chip.
 */

#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <linux/tpm.h>
#include <linux/tsm-measurement.h>

#include "tpm.h"

static struct tsm_tpm *to_tsm_tpm(struct tsm_measurement *tm)
{
	return container_of(tm, struct tsm_tpm, tm);
}

/*
 * The TPM core returns errnos for what happened on the way to the chip, and
 * positive TPM_RC codes for what the chip answered; it has logged the latter.
 * What we ask for is valid, so -EINVAL is a failure of the chip too: tpm_svsm
 * returns it for a command that the SVSM refuses.
 */
static int to_errno(int rc)
{
	if (rc == -ETIME)
		return -ETIMEDOUT;

	return rc > 0 || rc == -EINVAL ? -EIO : rc;
}

static const struct tpm_bank_info *bank_info(const struct tsm_tpm *tpm,
					     unsigned int bank)
{
	return &tpm->chip->allocated_banks[tpm->banks[bank]];
}

static int refresh(struct tsm_measurement *tm,
		   const struct tsm_measurement_register *mr)
{
	struct tsm_tpm *tpm = to_tsm_tpm(tm);
	size_t i = mr - tpm->mrs;
	struct tpm_digest digest = {
		.alg_id = bank_info(tpm, i % tpm->nr_banks)->alg_id,
	};
	int rc;

	rc = tpm_pcr_read(tpm->chip, tpm->mr_index[i], &digest);
	if (rc)
		return to_errno(rc);

	memcpy(mr->mr_value, digest.digest, mr->mr_size);

	return 0;
}

static int extend(struct tsm_measurement *tm,
		  const struct tsm_measurement_register *mr,
		  const u8 *const digests[])
{
	struct tsm_tpm *tpm = to_tsm_tpm(tm);

	for (unsigned int i = 0; i < tpm->nr_banks; i++)
		memcpy(tpm->digests[i].digest, digests[i], mr[i].mr_size);

	return to_errno(tpm_pcr_extend(tpm->chip, tpm->mr_index[mr - tpm->mrs],
				       tpm->digests));
}

/*
 * A chip may have a bank whose hash the kernel does not know. Such a bank is not
 * shown.
 */
static void find_banks(struct tsm_tpm *tpm)
{
	for (u32 i = 0; i < tpm->chip->nr_allocated_banks; i++) {
		if (tpm->chip->allocated_banks[i].crypto_id != HASH_ALGO__LAST)
			tpm->banks[tpm->nr_banks++] = i;
	}
}

static void define_pcr(struct tsm_tpm *tpm, unsigned int pcr, bool writable)
{
	for (unsigned int i = 0; i < tpm->nr_banks; i++) {
		const struct tpm_bank_info *bank = bank_info(tpm, i);
		size_t n = pcr * tpm->nr_banks + i;

		tpm->mrs[n] = (struct tsm_measurement_register) {
			.mr_name = tpm->pcr_names[pcr],
			.mr_value = tpm->values[n],
			.mr_size = bank->digest_size,
			.mr_hash = bank->crypto_id,
			.mr_flags = TSM_MR_F_READABLE | TSM_MR_F_LIVE |
				    (writable ? TSM_MR_F_WRITABLE : 0),
		};
		tpm->mr_index[n] = pcr;
	}
}

/**
 * tsm_tpm_destroy() - free a provider
 * @tpm: the provider, which is not registered
 *
 * Context: Process context, may sleep.
 */
void tsm_tpm_destroy(struct tsm_tpm *tpm)
{
	kfree(tpm->digests);
	kfree(tpm->values);
	kfree(tpm->mr_index);
	kfree(tpm->mrs);
	put_device(&tpm->chip->dev);
	kfree(tpm);
}

/**
 * tsm_tpm_create() - make the provider of a chip's PCRs
 * @chip: the chip, a TPM 2.0
 * @extensible: bitmap of the PCRs that can be extended, of %TPM2_PLATFORM_PCR
 *	bits
 *
 * Context: Process context, may sleep.
 *
 * Return: the provider, whose &tsm_tpm.tm can be registered, or %NULL if there
 * is no memory.
 */
struct tsm_tpm *tsm_tpm_create(struct tpm_chip *chip,
			       const unsigned long *extensible)
{
	struct tsm_tpm *tpm __free(tsm_tpm) = kzalloc_obj(*tpm);
	bool extend_any;
	size_t nr_mrs;

	if (!tpm)
		return NULL;

	get_device(&chip->dev);
	tpm->chip = chip;
	find_banks(tpm);
	nr_mrs = TPM2_PLATFORM_PCR * tpm->nr_banks;
	tpm->mrs = kzalloc_objs(*tpm->mrs, nr_mrs);
	tpm->mr_index = kzalloc_objs(*tpm->mr_index, nr_mrs);
	tpm->values = kzalloc_objs(*tpm->values, nr_mrs);
	tpm->digests = kzalloc_objs(*tpm->digests, tpm->nr_banks);
	if (!tpm->mrs || !tpm->mr_index || !tpm->values || !tpm->digests)
		return NULL;

	/* An extend needs a digest for every bank that the chip has. */
	extend_any = tpm->nr_banks == chip->nr_allocated_banks;
	if (!extend_any)
		dev_warn(&chip->dev,
			 "a bank has a hash that the kernel does not know, so no PCR can be extended in /sys/kernel/tsm\n");

	for (unsigned int i = 0; i < tpm->nr_banks; i++)
		tpm->digests[i].alg_id = bank_info(tpm, i)->alg_id;
	for (unsigned int pcr = 0; pcr < TPM2_PLATFORM_PCR; pcr++) {
		snprintf(tpm->pcr_names[pcr], TSM_TPM_NAME_SIZE, "pcr%u", pcr);
		define_pcr(tpm, pcr, extend_any && test_bit(pcr, extensible));
	}

	tpm->tm = (struct tsm_measurement) {
		.name = dev_name(&chip->dev),
		.parent = &chip->dev,
		.mrs = tpm->mrs,
		.nr_mrs = nr_mrs,
		.mr_index = tpm->mr_index,
		.index_space = TSM_INDEX_PCR,
		.refresh = refresh,
		.extend = extend,
	};

	return_ptr(tpm);
}
