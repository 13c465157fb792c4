// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCRs of a TPM 2.0 as a whole: which bank has which of them, and all banks of
 * one as they are at one moment.
 *
 * tpm2_pcr_read() reads one bank. What is read bank by bank may be of different
 * moments, when somebody extends the PCR meanwhile.
 */

#include <linux/slab.h>
#include <linux/tpm.h>
#include <kunit/visibility.h>

#include "tpm.h"
#include "tpm-measurement.h"
#include "tpm-parse.h"

/* A TPMS_PCR_SELECTION after its hash: the PCRs of it, of those that we know. */
static u32 take_pcrs(struct tpm_fields *response)
{
	u8 size = tpm_take_u8(response);
	const u8 *bytes = tpm_take(response, size);
	u32 pcrs = 0;

	if (!bytes)
		return 0;

	for (unsigned int i = 0; i < min(size, TPM2_PCR_SELECT_MIN); i++)
		pcrs |= bytes[i] << (8 * i);

	return pcrs;
}

/* TPML_PCR_SELECTION: one PCR in several banks. */
static void append_selection(struct tpm_buf *buf, u32 pcr,
			     const struct tpm_pcr_value *values,
			     unsigned int nr_values)
{
	u8 select[TPM2_PCR_SELECT_MIN] = {};

	select[pcr / 8] = BIT(pcr % 8);
	tpm_buf_append_u32(buf, nr_values);
	for (unsigned int i = 0; i < nr_values; i++) {
		tpm_buf_append_u16(buf, values[i].alg_id);
		tpm_buf_append_u8(buf, sizeof(select));
		tpm_buf_append(buf, select, sizeof(select));
	}
}

static struct tpm_buf *alloc_command(u16 tag, u32 ordinal)
{
	struct tpm_buf *buf = kzalloc(TPM_BUFSIZE, GFP_KERNEL);

	if (buf) {
		tpm_buf_init(buf, TPM_BUFSIZE);
		tpm_buf_reset(buf, tag, ordinal);
	}

	return buf;
}

static struct tpm_fields response_of(const struct tpm_buf *buf)
{
	return (struct tpm_fields) {
		.data = buf->data + TPM_HEADER_SIZE,
		.len = buf->length - TPM_HEADER_SIZE,
	};
}

/* TPMS_CAPABILITY_DATA, with one TPMS_PCR_SELECTION for each bank. */
static int parse_selection(struct tpm_fields *response, struct tpm_chip *chip,
			   u32 pcrs[TPM2_MAX_PCR_BANKS])
{
	u32 count;

	/* moreData */
	tpm_take_u8(response);
	if (tpm_take_u32(response) != TPM2_CAP_PCRS)
		return -EIO;
	count = tpm_take_u32(response);
	if (count > TPM2_MAX_PCR_BANKS)
		return -EIO;

	for (; count; count--) {
		u16 alg_id = tpm_take_u16(response);
		u32 selected = take_pcrs(response);

		for (u32 i = 0; i < chip->nr_allocated_banks; i++) {
			if (chip->allocated_banks[i].alg_id == alg_id)
				pcrs[i] |= selected;
		}
	}

	return response->truncated || response->len ? -EIO : 0;
}

/**
 * tpm2_get_pcr_selection() - which PCRs each bank has
 * @chip: a TPM 2.0 that is in use, see tpm_try_get_ops()
 * @pcrs: for each of @chip's allocated banks a bitmap of PCRs
 *
 * A bank need not have all PCRs: tpm2_pcrallocate and firmware's setup can give
 * it some only.
 *
 * Context: Process context, may sleep.
 *
 * Return: 0, or a TPM_RC or a negative errno as tpm_transmit_cmd(); %-EIO if the
 * answer is malformed.
 */
int tpm2_get_pcr_selection(struct tpm_chip *chip, u32 pcrs[TPM2_MAX_PCR_BANKS])
{
	struct tpm_buf *buf __free(kfree) =
		alloc_command(TPM2_ST_NO_SESSIONS, TPM2_CC_GET_CAPABILITY);
	struct tpm_fields response;
	int rc;

	if (!buf)
		return -ENOMEM;

	tpm_buf_append_u32(buf, TPM2_CAP_PCRS);
	tpm_buf_append_u32(buf, 0);
	tpm_buf_append_u32(buf, 1);
	rc = tpm_transmit_cmd(chip, buf, 0, NULL);
	if (rc)
		return rc;

	memset(pcrs, 0, TPM2_MAX_PCR_BANKS * sizeof(*pcrs));
	response = response_of(buf);

	return parse_selection(&response, chip, pcrs);
}
EXPORT_SYMBOL_IF_KUNIT(tpm2_get_pcr_selection);

/*
 * TPM2_PCR_Read's: the update counter, what was read, as it was asked for, and
 * one digest for each bank. A TPM may answer a part of what was asked for; what we
 * ask for is never more than what it can answer, so that is an error.
 */
static int parse_pcr(struct tpm_fields *response, u32 pcr,
		     const struct tpm_pcr_value *values, unsigned int nr_values)
{
	tpm_take_u32(response);
	if (tpm_take_u32(response) != nr_values)
		return -EIO;
	for (unsigned int i = 0; i < nr_values; i++) {
		if (tpm_take_u16(response) != values[i].alg_id ||
		    take_pcrs(response) != BIT(pcr))
			return -EIO;
	}

	if (tpm_take_u32(response) != nr_values)
		return -EIO;
	for (unsigned int i = 0; i < nr_values; i++) {
		const u8 *digest;

		if (tpm_take_u16(response) != values[i].size)
			return -EIO;
		digest = tpm_take(response, values[i].size);
		if (!digest)
			return -EIO;
		memcpy(values[i].value, digest, values[i].size);
	}

	return response->len ? -EIO : 0;
}

/**
 * tpm2_pcr_read_banks() - read several banks of a PCR by one command
 * @chip: a TPM 2.0 that is in use, see tpm_try_get_ops()
 * @pcr: which PCR
 * @values: for each bank, which must have this PCR, its hash and size, and where
 *	its value goes, which is undefined after an error
 * @nr_values: how many, at most 8, which is what a TPM reads at once
 *
 * Context: Process context, may sleep.
 *
 * Return: 0, or a TPM_RC or a negative errno as tpm_transmit_cmd(); %-EIO if the
 * answer is not one to this command.
 */
int tpm2_pcr_read_banks(struct tpm_chip *chip, u32 pcr,
			const struct tpm_pcr_value *values,
			unsigned int nr_values)
{
	struct tpm_buf *buf __free(kfree) =
		alloc_command(TPM2_ST_NO_SESSIONS, TPM2_CC_PCR_READ);
	struct tpm_fields response;
	int rc;

	if (!buf)
		return -ENOMEM;

	append_selection(buf, pcr, values, nr_values);
	rc = tpm_transmit_cmd(chip, buf, 0, NULL);
	if (rc)
		return rc;

	response = response_of(buf);

	return parse_pcr(&response, pcr, values, nr_values);
}

/**
 * tpm2_pcr_read_authentic() - as tpm2_pcr_read_banks(), with an HMAC
 * @chip: a TPM 2.0 that is in use, see tpm_try_get_ops()
 * @pcr: which PCR
 * @values: see tpm2_pcr_read_banks()
 * @nr_values: see tpm2_pcr_read_banks()
 *
 * The answer is worth what that of tpm2_pcr_extend() is: both come from who knows
 * the key of a session with the TPM. The session is a new one, since after an
 * answer that was not authentic or did not come at all the TPM and we do not agree
 * about the last one's nonces.
 *
 * Context: Process context, may sleep.
 *
 * Return: 0, or a TPM_RC or a negative errno as tpm_transmit_cmd(); %-EIO if the
 * answer is not one to this command, %-EBADMSG if it is not authentic.
 */
int tpm2_pcr_read_authentic(struct tpm_chip *chip, u32 pcr,
			    const struct tpm_pcr_value *values,
			    unsigned int nr_values)
{
	struct tpm_buf *buf __free(kfree) =
		alloc_command(TPM2_ST_SESSIONS, TPM2_CC_PCR_READ);
	struct tpm_fields response;
	u32 size;
	int rc;

	if (!buf)
		return -ENOMEM;

	tpm2_end_auth_session(chip);
	rc = tpm2_start_auth_session(chip);
	if (rc)
		return rc;

	/* There is nothing to authorize: the session is there for the answer. */
	tpm_buf_append_hmac_session(chip, buf, TPM2_SA_AUDIT, NULL, 0);
	append_selection(buf, pcr, values, nr_values);
	rc = tpm_buf_fill_hmac_session(chip, buf);
	if (rc)
		return rc;
	rc = tpm_transmit_cmd(chip, buf, 0, NULL);
	rc = tpm_buf_check_hmac_response(chip, buf, rc);
	if (rc)
		return rc;

	response = response_of(buf);
	size = tpm_take_u32(&response);
	if (response.truncated || size > response.len)
		return -EIO;
	response.len = size;

	return parse_pcr(&response, pcr, values, nr_values);
}
