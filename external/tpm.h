/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For external builds only: what drivers/char/tpm/ has from the TPM core's own
 * header and patches/tpm.diff, by what a kernel exports.
 */
#ifndef __EXTERNAL_TPM_H
#define __EXTERNAL_TPM_H

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/tpm.h>

#define TPM2_RC_LOCALITY	0x0907
#define TPM2_CC_PCR_EVENT	0x013C
#define TPM2_CC_PCR_RESET	0x013D

struct tpm_watch;

#ifdef CONFIG_FPROBE
int tpm_chip_watch(struct tpm_chip *chip, struct tpm_watch *watch);
void tpm_probe_init(void);
void tpm_probe_exit(void);
#else
static inline int tpm_chip_watch(struct tpm_chip *chip, struct tpm_watch *watch)
{
	return -EOPNOTSUPP;
}

static inline void tpm_probe_init(void)
{
}

static inline void tpm_probe_exit(void)
{
}
#endif

/* tpm.disable_pcr_integrity cannot be asked for; sessions are used all the same. */
static inline bool tpm2_pcr_integrity(void)
{
	return IS_ENABLED(CONFIG_TCG_TPM2_HMAC);
}

static inline int tpm2_pcr_extend(struct tpm_chip *chip, u32 pcr_idx,
				  struct tpm_digest *digests, bool *sent)
{
	struct tpm_buf *buf __free(kfree) = kzalloc(TPM_BUFSIZE, GFP_KERNEL);
	int rc;

	*sent = false;
	if (!buf)
		return -ENOMEM;
	rc = tpm2_start_auth_session(chip);
	if (rc)
		return rc;

	tpm_buf_init(buf, TPM_BUFSIZE);
	tpm_buf_reset(buf, TPM2_ST_SESSIONS, TPM2_CC_PCR_EXTEND);
	rc = tpm_buf_append_name(chip, buf, pcr_idx, NULL);
	if (rc) {
		tpm2_end_auth_session(chip);
		return rc;
	}
	tpm_buf_append_hmac_session(chip, buf, 0, NULL, 0);
	tpm_buf_append_u32(buf, chip->nr_allocated_banks);
	for (u32 i = 0; i < chip->nr_allocated_banks; i++) {
		tpm_buf_append_u16(buf, digests[i].alg_id);
		tpm_buf_append(buf, digests[i].digest,
			       chip->allocated_banks[i].digest_size);
	}
	rc = tpm_buf_fill_hmac_session(chip, buf);
	if (rc)
		return rc;

	*sent = true;
	rc = tpm_transmit_cmd(chip, buf, 0, "attempting extend a PCR value");
	if (rc)
		return tpm_buf_check_hmac_response(chip, buf, rc);

	return tpm_buf_check_hmac_response(chip, buf, 0) ? -EBADMSG : 0;
}

#endif /* __EXTERNAL_TPM_H */
