/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotes of TPMs: a TPMS_ATTEST and its TPMT_SIGNATURE, as tpm2_quote writes
 * them, and the values of the PCRs that go with them. TCG TPM 2.0 Library, part
 * 2: Structures.
 */
#ifndef TSM_LOG_QUOTES_TPM_H
#define TSM_LOG_QUOTES_TPM_H

#include <stdbool.h>
#include <openssl/evp.h>

#include "formats/bank.h"
#include "quotes/checks.h"
#include "quotes/reader.h"
#include "quotes/signature.h"

#define TPM_PCRS 32
#define TPM_SELECTIONS 16

/* The PCRs of a bank that a quote is over; bit N is PCR N. */
struct tpm_selection {
	enum bank_id bank;
	uint32_t pcrs;
};

/* All spans point into the bytes of the message. */
struct tpm_quote {
	struct span message; /* what was signed */
	struct span nonce;
	uint32_t reset_count;
	uint32_t restart_count;
	struct tpm_selection selections[TPM_SELECTIONS];
	unsigned int nr_selections;
	size_t nr_values; /* PCRs of all of them */
	struct span digest; /* over the values, in this order */
};

struct tpm_signature {
	enum signature_scheme scheme;
	enum bank_id hash;
	struct span bytes; /* of ECDSA: into numbers */
	uint8_t numbers[2 * 66];
};

/* Whether the bytes are a quote's message, also after its size. */
bool tpm_recognised(struct span file);

/* These return 0, or -1 with @err set. */
int tpm_parse(struct tpm_quote *quote, struct span file, struct error *err);
int tpm_signature_parse(struct tpm_signature *signature, struct span file,
			struct error *err);

/* An attestation key, and what its public area says if there was one. */
struct tpm_key {
	EVP_PKEY *key;
	bool has_attributes;
	uint32_t attributes; /* TPMA_OBJECT */
};

/**
 * tpm_key_parse() - read the public part of a key
 * @key: the result, for tpm_key_free()
 * @file: PEM (a public key or a certificate), or TPM2B_PUBLIC or TPMT_PUBLIC
 * @err: what is wrong, on failure
 *
 * Return: 0, or -1.
 */
int tpm_key_parse(struct tpm_key *key, struct span file, struct error *err);
/* The same for a TPMT_PUBLIC and nothing else. */
int tpm_public_parse(struct tpm_key *key, struct span area, struct error *err);
void tpm_key_free(struct tpm_key *key);

/* Whether a TPM has made the key and never gives it away, if there are attributes. */
bool tpm_key_stays(const struct tpm_key *key);

/* The values that a quote is over, in its order. */
struct tpm_values {
	size_t nr;
	uint8_t digest[TPM_SELECTIONS * TPM_PCRS][DIGEST_MAX];
};

/**
 * tpm_values_parse() - read the values of PCRs
 * @values: the result
 * @quote: says which ones there must be
 * @file: as tpm2_quote writes them, in either of its formats
 * @err: what is wrong, on failure
 *
 * Return: 0, or -1.
 */
int tpm_values_parse(struct tpm_values *values, const struct tpm_quote *quote,
		     struct span file, struct error *err);

/**
 * tpm_digest() - the digest that a quote over some values has
 * @quote: the selection
 * @hash: the signature's
 * @values: in the order of the selection
 * @hasher: libcrypto's
 * @out: the digest
 * @err: what is wrong, on failure
 *
 * Return: 0, or -1.
 */
int tpm_digest(const struct tpm_quote *quote, enum bank_id hash,
	       const struct tpm_values *values, struct hasher *hasher,
	       uint8_t out[DIGEST_MAX], struct error *err);

/**
 * tpm_check() - check who vouches for a quote
 * @quote: as parsed
 * @signature: its signature
 * @key: the attestation key that the user trusts, or NULL
 * @checks: gets what was checked and what was not
 */
void tpm_check(const struct tpm_quote *quote,
	       const struct tpm_signature *signature, const struct tpm_key *key,
	       struct checks *checks);

#endif
