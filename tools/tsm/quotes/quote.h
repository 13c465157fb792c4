/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A quote of any kind: what hardware signed of the registers, and who vouches
 * for it. Whether a log belongs to it is match.h's.
 */
#ifndef TSM_LOG_QUOTES_QUOTE_H
#define TSM_LOG_QUOTES_QUOTE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/bank.h"
#include "formats/register.h"
#include "quotes/certificates.h"
#include "quotes/checks.h"
#include "quotes/snp.h"
#include "quotes/svsm.h"
#include "quotes/tdx.h"
#include "quotes/tpm.h"

enum quote_format {
	QUOTE_TDX,
	QUOTE_SNP,
	QUOTE_TPM,
};

/* A register that the quote has, by the name that it has in logs. */
struct quote_register {
	char name[REGISTER_NAME_SIZE];
	enum bank_id bank;
	bool has_value; /* not if only a digest over several is quoted */
	uint8_t value[DIGEST_MAX];
};

#define QUOTE_NONCE_MAX 64

/* What a quote is checked with. */
struct quote {
	/* Files, filled by the caller; quote_parse() says which it needs. */
	struct buffer file;
	struct buffer signature_file; /* TPM */
	struct buffer values_file; /* TPM: values of the PCRs; may be empty */
	struct buffer key_file; /* TPM: the attestation key; may be empty */
	struct buffer svsm_file; /* TPM: of an SVSM, its report; may be empty */
	struct buffer manifest; /* and its manifest, also with a report alone */
	struct buffer ek_file; /* the endorsement key; may be empty */
	struct trust trust;
	bool has_nonce;
	uint8_t nonce[QUOTE_NONCE_MAX];
	size_t nonce_len;

	/* By quote_parse() */
	enum quote_format format;
	union {
		struct tdx_quote tdx;
		struct snp_report snp;
		struct tpm_quote tpm;
	};
	struct tpm_signature signature;
	struct tpm_key key;
	bool has_svsm;
	struct svsm_attestation svsm;
	struct tpm_key ek;
	struct quote_register *registers;
	size_t nr_registers;

	/* By quote_check() */
	struct checks checks;
};

/* Returns 0, or -1 with @err set; after both, the caller calls quote_free(). */
int quote_init(struct quote *quote, struct error *err);
void quote_free(struct quote *quote);

/**
 * quote_parse() - recognise a quote and read all of it
 * @quote: with its files
 * @err: what is wrong, on failure
 *
 * Return: 0, or -1.
 */
int quote_parse(struct quote *quote, struct error *err);

/**
 * quote_check() - check all of a quote that can be checked without a log
 * @quote: as parsed
 * @err: what is malformed, on failure
 *
 * Return: 0, or -1 if something in it is malformed. What does not hold is in
 * @quote->checks.
 */
int quote_check(struct quote *quote, struct error *err);

/* "TDX quote, version 5" and so on; returns @out. */
#define QUOTE_TEXT 64
const char *quote_text(const struct quote *quote, char out[QUOTE_TEXT]);

/**
 * quote_composite() - whether a digest over PCRs is the quoted one
 * @quote: of a TPM
 * @values: of the registers, in their order
 * @hasher: libcrypto's
 * @same: the result
 * @err: what is wrong, on failure
 *
 * Return: 0, or -1.
 */
int quote_composite(const struct quote *quote, const struct tpm_values *values,
		    struct hasher *hasher, bool *same, struct error *err);

#endif
