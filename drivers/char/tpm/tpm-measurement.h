/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCRs of a TPM 2.0 as measurement registers.
 */
#ifndef __TPM_MEASUREMENT_H__
#define __TPM_MEASUREMENT_H__

#include <linux/tpm.h>
#include <linux/tsm-measurement.h>
#include <linux/workqueue.h>

struct tpm_watch;
struct tpm_watch_event;

/* "pcr" and its number. */
#define TPM_PCR_NAME_SIZE	8

/* All banks that the log can name, of all PCRs. */
#define TPM_MAX_PCR_VALUES	(TPM2_PLATFORM_PCR * TSM_MAX_BANKS)

/**
 * struct tpm_pcr_value - a PCR in one bank
 * @alg_id: the bank's hash
 * @size: that of its digests, at most %TPM2_MAX_DIGEST_SIZE
 * @value: where @size bytes of value go
 */
struct tpm_pcr_value {
	u16 alg_id;
	u16 size;
	u8 *value;
};

int tpm2_get_pcr_selection(struct tpm_chip *chip, u32 pcrs[TPM2_MAX_PCR_BANKS]);
int tpm2_pcr_read_banks(struct tpm_chip *chip, u32 pcr,
			const struct tpm_pcr_value *values,
			unsigned int nr_values);
int tpm2_pcr_read_authentic(struct tpm_chip *chip, u32 pcr,
			    const struct tpm_pcr_value *values,
			    unsigned int nr_values);

/**
 * struct tpm_measurement - the PCRs of one chip
 * @tm: the provider, of the chip's name
 * @chip: the chip, which is registered for longer than this is
 * @mrs: the banks of PCR 0, in the chip's order, then those of PCR 1 and so on.
 *	A PCR has those banks that have it; one that is in none is not here.
 * @names: the name of each PCR
 * @mr_index: the PCR that each element of @mrs belongs to
 * @banks: the chip's number of the bank that each element of @mrs is in
 * @values: the value of each element of @mrs
 * @digests: what tpm2_pcr_extend() takes, one for each bank of the chip
 * @watch: knows what others do, or %NULL
 * @taken: what the core was told of last
 * @take_told: lets the core take what others have done
 */
struct tpm_measurement {
	struct tsm_measurement tm;
	struct tpm_chip *chip;
	struct tsm_measurement_register mrs[TPM_MAX_PCR_VALUES];
	char names[TPM2_PLATFORM_PCR][TPM_PCR_NAME_SIZE];
	u8 mr_index[TPM_MAX_PCR_VALUES];
	u8 banks[TPM_MAX_PCR_VALUES];
	u8 values[TPM_MAX_PCR_VALUES][TPM2_MAX_DIGEST_SIZE];
	struct tpm_digest digests[TPM2_MAX_PCR_BANKS];
	struct tpm_watch *watch;
	struct tpm_watch_event *taken;
	struct delayed_work take_told;
};

#ifdef CONFIG_TCG_TPM_MEASUREMENT
struct tpm_measurement *tpm_measurement_add(struct tpm_chip *chip);
void tpm_measurement_remove(struct tpm_measurement *measurement);
#else
static inline struct tpm_measurement *tpm_measurement_add(struct tpm_chip *chip)
{
	return NULL;
}

static inline void tpm_measurement_remove(struct tpm_measurement *measurement)
{
}
#endif

#if IS_ENABLED(CONFIG_KUNIT)
struct tpm_measurement *
tpm_measurement_create(struct tpm_chip *chip,
		       const u32 pcrs[TPM2_MAX_PCR_BANKS],
		       unsigned long writable);
int tpm_measurement_watch(struct tpm_measurement *m);
void tpm_measurement_unwatch(struct tpm_measurement *m);
int tpm_measurement_transmit(struct tpm_chip *chip, u32 pcr,
			     struct tpm_digest *digests, bool *sent);
#endif

#endif /* __TPM_MEASUREMENT_H__ */
