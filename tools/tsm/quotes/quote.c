// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A quote of any kind: what hardware signed of the registers, and who vouches
 * for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quotes/quote.h"

int quote_init(struct quote *quote, struct error *err)
{
	*quote = (struct quote){ 0 };
	return trust_init(&quote->trust, err);
}

void quote_free(struct quote *quote)
{
	buffer_free(&quote->file);
	buffer_free(&quote->signature_file);
	buffer_free(&quote->values_file);
	buffer_free(&quote->key_file);
	buffer_free(&quote->svsm_file);
	buffer_free(&quote->manifest);
	buffer_free(&quote->ek_file);
	trust_free(&quote->trust);
	tpm_key_free(&quote->key);
	svsm_free(&quote->svsm);
	tpm_key_free(&quote->ek);
	free(quote->registers);
	*quote = (struct quote){ 0 };
}

static struct span span_of(const struct buffer *buf)
{
	return (struct span){ buf->data, buf->len };
}

static int add_register(struct quote *quote, const char *name,
			enum bank_id bank, const uint8_t *value,
			struct error *err)
{
	size_t size = (quote->nr_registers + 1) * sizeof(*quote->registers);
	struct quote_register *reg = realloc(quote->registers, size);

	if (!reg)
		return error_set(err, "no memory");
	quote->registers = reg;
	reg += quote->nr_registers++;
	*reg = (struct quote_register){ .bank = bank, .has_value = value };
	snprintf(reg->name, sizeof(reg->name), "%s", name);
	if (value)
		memcpy(reg->value, value, banks[bank].size);
	return 0;
}

static int parse_tdx(struct quote *quote, struct error *err)
{
	char name[REGISTER_NAME_SIZE];
	uint8_t i;

	if (tdx_parse(&quote->tdx, span_of(&quote->file), err) ||
	    add_register(quote, register_name(true, 0, name), BANK_SHA384,
			 quote->tdx.mrtd.data, err))
		return -1;
	for (i = 0; i < TDX_RTMRS; i++)
		if (add_register(quote, register_name(true, i + 1, name),
				 BANK_SHA384, quote->tdx.rtmr[i].data, err))
			return -1;
	return 0;
}

static int add_pcrs(struct quote *quote, const struct tpm_values *values,
		    struct error *err)
{
	char name[REGISTER_NAME_SIZE];
	unsigned int i;
	size_t at = 0;
	uint8_t pcr;

	for (i = 0; i < quote->tpm.nr_selections; i++) {
		const struct tpm_selection *selection =
			&quote->tpm.selections[i];

		for (pcr = 0; pcr < TPM_PCRS; pcr++) {
			if (!(selection->pcrs & 1U << pcr))
				continue;
			if (add_register(quote, register_name(false, pcr, name),
					 selection->bank,
					 values ? values->digest[at] : NULL,
					 err))
				return -1;
			at++;
		}
	}
	return 0;
}

static int parse_tpm(struct quote *quote, struct error *err)
{
	struct tpm_values *values = NULL;
	int ret;

	if (tpm_parse(&quote->tpm, span_of(&quote->file), err))
		return -1;
	if (!quote->signature_file.len)
		return error_set(
			err,
			"it is a TPM's quote, whose signature is in another file: give that (--signature)");
	if (tpm_signature_parse(&quote->signature,
				span_of(&quote->signature_file), err))
		return error_prefix(err, "signature");
	if (quote->key_file.len &&
	    tpm_key_parse(&quote->key, span_of(&quote->key_file), err))
		return error_prefix(err, "attestation key");
	if (!quote->values_file.len)
		return add_pcrs(quote, NULL, err);
	values = calloc(1, sizeof(*values));
	if (!values)
		return error_set(err, "no memory");
	ret = tpm_values_parse(values, &quote->tpm,
			       span_of(&quote->values_file), err);
	if (ret)
		error_prefix(err, "PCR values");
	else
		ret = add_pcrs(quote, values, err);
	free(values);
	return ret;
}

static int parse_svsm(struct quote *quote, struct span report,
		      struct error *err)
{
	if (!quote->manifest.len)
		return error_set(
			err,
			"the SVSM's report is of its manifest: give that (--manifest)");
	quote->has_svsm = true;
	if (svsm_parse(&quote->svsm, report, span_of(&quote->manifest), err))
		return -1;
	if (quote->ek_file.len &&
	    tpm_key_parse(&quote->ek, span_of(&quote->ek_file), err))
		return error_prefix(err, "endorsement key");
	return 0;
}

/*
 * What was given to be checked with an SVSM's report must not be passed over where
 * somebody has taken that away.
 */
static int without_svsm(const struct quote *quote, struct error *err)
{
	if (quote->svsm_file.len)
		return error_set(
			err,
			"only the TPM of an SVSM goes with its report (--svsm-report)");
	if (quote->manifest.len || quote->ek_file.len)
		return error_set(
			err,
			"--manifest and --ek go with the report of an SVSM (--svsm-report), and there is none");
	if (quote->format == QUOTE_TPM && sk_X509_num(quote->trust.roots))
		return error_set(
			err,
			"a root (--root) vouches for the TPM of an SVSM by its report (--svsm-report), and there is none");
	return 0;
}

static int parse_format(struct quote *quote, struct error *err)
{
	struct span file = span_of(&quote->file);

	if (tpm_recognised(file)) {
		quote->format = QUOTE_TPM;
		return parse_tpm(quote, err);
	}
	if (tdx_recognised(file)) {
		quote->format = QUOTE_TDX;
		return parse_tdx(quote, err);
	}
	if (snp_recognised(file)) {
		quote->format = QUOTE_SNP;
		return snp_parse(&quote->snp, file, err);
	}
	return error_set(
		err,
		"it is no TDX quote, no SNP report and no message of a TPM's quote");
}

int quote_parse(struct quote *quote, struct error *err)
{
	if (parse_format(quote, err))
		return -1;
	if (quote->format == QUOTE_TPM && quote->svsm_file.len)
		return parse_svsm(quote, span_of(&quote->svsm_file), err);
	if (quote->format == QUOTE_SNP && quote->manifest.len &&
	    !quote->svsm_file.len)
		return parse_svsm(quote, span_of(&quote->file), err);
	return without_svsm(quote, err);
}

const char *quote_text(const struct quote *quote, char out[QUOTE_TEXT])
{
	switch (quote->format) {
	case QUOTE_TDX:
		snprintf(out, QUOTE_TEXT, "TDX quote, version %u",
			 quote->tdx.version);
		break;
	case QUOTE_SNP:
		snprintf(out, QUOTE_TEXT, "SNP report%s, version %u",
			 quote->has_svsm ? " of an SVSM" : "",
			 quote->snp.version);
		break;
	case QUOTE_TPM:
		snprintf(out, QUOTE_TEXT, "TPM quote%s",
			 quote->has_svsm ? ", and an SVSM's report" : "");
		break;
	}
	return out;
}

/* Reports have room for 64 bytes, which shorter nonces leave zero. */
static bool same_nonce(const struct quote *quote, struct span field)
{
	if (quote->nonce_len > field.len ||
	    memcmp(quote->nonce, field.data, quote->nonce_len))
		return false;
	field.data += quote->nonce_len;
	field.len -= quote->nonce_len;
	return span_is_zero(field);
}

static void check_nonce(struct quote *quote, struct span field)
{
	bool same = same_nonce(quote, field);

	if (quote->format == QUOTE_TPM && quote->nonce_len != field.len)
		same = false;
	if (!quote->has_nonce)
		checks_add(
			&quote->checks, "nonce", CHECK_SKIPPED,
			"whether the quote is fresh: no nonce was given (--nonce)");
	else
		checks_add(&quote->checks, "nonce", check_result(same),
			   "the quote %s the given nonce",
			   same ? "has" : "does not have");
}

int quote_composite(const struct quote *quote, const struct tpm_values *values,
		    struct hasher *hasher, bool *same, struct error *err)
{
	enum bank_id hash = quote->signature.hash;
	uint8_t digest[DIGEST_MAX];

	if (tpm_digest(&quote->tpm, hash, values, hasher, digest, err))
		return -1;
	*same = quote->tpm.digest.len == banks[hash].size &&
		!memcmp(digest, quote->tpm.digest.data, banks[hash].size);
	return 0;
}

/* That the values in a file of their own are those that were quoted. */
static int check_values(struct quote *quote, struct error *err)
{
	struct tpm_values *values = calloc(1, sizeof(*values));
	struct hasher hasher = { 0 };
	bool same = false;
	size_t i;
	int ret;

	if (!values)
		return error_set(err, "no memory");
	for (i = 0; i < quote->nr_registers; i++)
		memcpy(values->digest[i], quote->registers[i].value,
		       DIGEST_MAX);
	ret = quote_composite(quote, values, &hasher, &same, err);
	if (!ret)
		checks_add(&quote->checks, "pcr-values", check_result(same),
			   "the PCR values are %sthose that were quoted",
			   same ? "" : "not ");
	free(values);
	hasher_free(&hasher);
	return ret;
}

/*
 * A TPM's quote has its own nonce: by that its SVSM's report belongs to it, though
 * nobody knows whether the two are fresh.
 */
static void check_svsm(struct quote *quote)
{
	struct span nonce = { 0 };

	if (quote->has_nonce)
		nonce = (struct span){ quote->nonce, quote->nonce_len };
	else if (quote->format == QUOTE_TPM)
		nonce = quote->tpm.nonce;
	svsm_check(&quote->svsm, nonce, quote->ek.key ? &quote->ek : NULL,
		   quote->key.key ? &quote->key : NULL, &quote->trust,
		   &quote->checks);
}

static int check_tpm(struct quote *quote, struct error *err)
{
	bool anchored;

	check_nonce(quote, quote->tpm.nonce);
	tpm_check(&quote->tpm, &quote->signature,
		  quote->key.key ? &quote->key : NULL, &quote->checks);
	anchored = quote->checks.anchored;
	if (quote->has_svsm) {
		check_svsm(quote);
		quote->checks.anchored &= anchored;
	}
	return quote->values_file.len ? check_values(quote, err) : 0;
}

int quote_check(struct quote *quote, struct error *err)
{
	switch (quote->format) {
	case QUOTE_TDX:
		check_nonce(quote, quote->tdx.reportdata);
		return tdx_check(&quote->tdx, &quote->trust, &quote->checks,
				 err);
	case QUOTE_SNP:
		if (quote->has_svsm) {
			check_svsm(quote);
			return 0;
		}
		check_nonce(quote, quote->snp.reportdata);
		snp_check(&quote->snp, &quote->trust, &quote->checks);
		return 0;
	case QUOTE_TPM:
		return check_tpm(quote, err);
	}
	return 0;
}
