// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TDX quotes, versions 4 and 5.
 */
#include <string.h>

#include "formats/bank.h"
#include "quotes/signature.h"
#include "quotes/tdx.h"

#define HEADER_SIZE 48
#define KEY_TYPE_ECDSA_P256 2
#define TEE_TYPE_TDX 0x81
#define BODY_SIZE_1_0 584
#define BODY_SIZE_1_5 648
#define BODY_TYPE_1_0 2
#define BODY_TYPE_1_5 3
#define ATTRIBUTE_DEBUG 1

#define SIGNATURE_SIZE 64
#define KEY_SIZE 64
#define QE_REPORT_SIZE 384
/* In a report of SGX: the enclave's attributes, and what it wants to say. */
#define QE_ATTRIBUTES_AT 48
#define QE_ATTRIBUTE_DEBUG 2
#define QE_REPORTDATA_AT 320
#define QE_REPORTDATA_SIZE 64

#define CERTIFICATION_PCK_CHAIN 5
#define CERTIFICATION_QE_REPORT 6

/* Intel's extensions, which every PCK certificate has. */
#define OID_SGX_EXTENSIONS "1.2.840.113741.1.13.1"

static const char p256[] = "prime256v1";

bool tdx_recognised(struct span file)
{
	struct reader reader = { .data = file.data, .len = file.len };
	uint16_t version = read_le16(&reader, "");
	uint16_t key_type = read_le16(&reader, "");
	uint32_t tee_type = read_le32(&reader, "");

	/*
	 * SGX quotes have another TEE type, and TDX ones came with version 4. An SNP
	 * report has a version of 32 bits: it would have no type of key.
	 */
	return !reader.missing && version >= 3 && version < 16 && key_type &&
	       key_type < 16 && (tee_type == TEE_TYPE_TDX || !tee_type);
}

static int parse_header(struct tdx_quote *quote, struct reader *reader,
			struct error *err)
{
	uint16_t version = read_le16(reader, "the version");
	uint16_t key_type = read_le16(reader, "the type of the key");
	uint32_t tee_type = read_le32(reader, "the type of the TEE");

	read_bytes(reader, HEADER_SIZE - reader->pos, "the header");
	if (reader_check(reader, err))
		return -1;
	if (tee_type != TEE_TYPE_TDX)
		return error_set(err, "it is an SGX quote, not one of TDX");
	if (version != 4 && version != 5)
		return error_set(
			err, "it has version %u; versions 4 and 5 are known",
			version);
	if (key_type != KEY_TYPE_ECDSA_P256)
		return error_set(
			err,
			"its attestation key has type %u; type 2 (ECDSA P-256) is known",
			key_type);
	quote->version = version;
	return 0;
}

/* Version 5 says which body there is; version 4 has one kind. */
static int parse_body_size(struct tdx_quote *quote, struct reader *reader,
			   size_t *size, struct error *err)
{
	uint32_t len;

	*size = BODY_SIZE_1_0;
	if (quote->version == 4)
		return 0;
	quote->body_type = read_le16(reader, "the type of the body");
	len = read_le32(reader, "the size of the body");
	if (reader_check(reader, err))
		return -1;
	if (quote->body_type != BODY_TYPE_1_0 &&
	    quote->body_type != BODY_TYPE_1_5)
		return error_set(
			err,
			"its body has type %u; types 2 (TDX 1.0) and 3 (TDX 1.5) are known",
			quote->body_type);
	if (quote->body_type == BODY_TYPE_1_5)
		*size = BODY_SIZE_1_5;
	if (len != *size)
		return error_set(
			err,
			"its body of type %u is said to have %u bytes; that type has %zu",
			quote->body_type, len, *size);
	return 0;
}

static int parse_body(struct tdx_quote *quote, struct reader *reader,
		      struct error *err)
{
	size_t start, size;
	int i;

	if (parse_body_size(quote, reader, &size, err))
		return -1;
	start = reader->pos;
	quote->tee_tcb_svn = read_span(reader, 16, "TEE_TCB_SVN");
	quote->mrseam = read_span(reader, TDX_MR_SIZE, "MRSEAM");
	read_bytes(reader, TDX_MR_SIZE + 8, "MRSIGNERSEAM");
	quote->attributes = read_le(reader, 8, "TDATTRIBUTES");
	read_bytes(reader, 8, "XFAM");
	quote->mrtd = read_span(reader, TDX_MR_SIZE, "MRTD");
	quote->mrconfigid = read_span(reader, TDX_MR_SIZE, "MRCONFIGID");
	quote->mrowner = read_span(reader, TDX_MR_SIZE, "MROWNER");
	quote->mrownerconfig = read_span(reader, TDX_MR_SIZE, "MROWNERCONFIG");
	for (i = 0; i < TDX_RTMRS; i++)
		quote->rtmr[i] = read_span(reader, TDX_MR_SIZE, "the RTMRs");
	quote->reportdata =
		read_span(reader, TDX_REPORTDATA_SIZE, "REPORTDATA");
	read_bytes(reader, size - BODY_SIZE_1_0, "the rest of the body");
	if (reader_check(reader, err))
		return -1;
	if (reader->pos - start != size)
		return error_set(err, "its body does not have %zu bytes", size);
	quote->signed_part = (struct span){ reader->data, reader->pos };
	return 0;
}

/* What is in the certification data of type 6. */
static int parse_qe(struct tdx_quote *quote, struct span data,
		    struct error *err)
{
	struct reader reader = { .data = data.data, .len = data.len };
	uint16_t auth_len, type;
	uint32_t len;
	struct span rest;

	quote->qe_report = read_span(&reader, QE_REPORT_SIZE,
				     "the quoting enclave's report");
	quote->qe_signature = read_span(&reader, SIGNATURE_SIZE,
					"the signature of that report");
	auth_len = read_le16(&reader, "the length of the enclave's data");
	quote->qe_auth = read_span(&reader, auth_len, "the enclave's data");
	type = read_le16(&reader, "the type of the PCK's certification");
	len = read_le32(&reader, "the length of the PCK's certification");
	rest = read_span(&reader, len, "the PCK's certification");
	if (reader_finish(&reader, err))
		return error_prefix(err, "certification data");
	quote->chain_type = type;
	if (type == CERTIFICATION_PCK_CHAIN)
		quote->chain = rest;
	return 0;
}

static int parse_signature(struct tdx_quote *quote, struct span data,
			   struct error *err)
{
	struct reader reader = { .data = data.data, .len = data.len };
	struct span certification;
	uint16_t type;
	uint32_t len;

	quote->signature = read_span(&reader, SIGNATURE_SIZE, "the signature");
	quote->key = read_span(&reader, KEY_SIZE, "the attestation key");
	type = read_le16(&reader, "the type of the certification data");
	len = read_le32(&reader, "the length of the certification data");
	certification = read_span(&reader, len, "the certification data");
	if (reader_finish(&reader, err))
		return error_prefix(err, "signature data");
	if (type != CERTIFICATION_QE_REPORT)
		return error_set(
			err,
			"its certification data has type %u; type 6 (report of the quoting enclave) is known",
			type);
	quote->is_signed = true;
	return parse_qe(quote, certification, err);
}

int tdx_parse(struct tdx_quote *quote, struct span file, struct error *err)
{
	struct reader reader = { .data = file.data, .len = file.len };
	struct span signature, rest;
	uint32_t len;

	*quote = (struct tdx_quote){ 0 };
	if (parse_header(quote, &reader, err) ||
	    parse_body(quote, &reader, err))
		return -1;
	len = read_le32(&reader, "the length of the signature data");
	signature = read_span(&reader, len, "the signature data");
	if (reader_check(&reader, err))
		return -1;
	/* Hosts give a buffer of fixed size, and some tools keep all of it. */
	rest = read_span(&reader, reader.len - reader.pos, "the end");
	if (!span_is_zero(rest))
		return error_set(err,
				 "byte offset %zu: there is something after it",
				 reader.len - rest.len);
	return len ? parse_signature(quote, signature, err) : 0;
}

static struct span part(struct span whole, size_t at, size_t len)
{
	return (struct span){ whole.data + at, len };
}

static void check_attestation_key(const struct tdx_quote *quote,
				  struct checks *checks)
{
	struct error err;
	EVP_PKEY *key = ec_key(p256, part(quote->key, 0, KEY_SIZE / 2),
			       part(quote->key, KEY_SIZE / 2, KEY_SIZE / 2),
			       &err);
	bool valid = key &&
		     signature_valid(key, SIGNATURE_ECDSA, "SHA256",
				     quote->signature, quote->signed_part);

	checks_add(checks, "quote-signature", check_result(valid),
		   "the quote is %ssigned by the attestation key in it",
		   valid ? "" : "not ");
	EVP_PKEY_free(key);
}

static int check_qe_report(const struct tdx_quote *quote, struct checks *checks,
			   struct error *err)
{
	uint8_t expected[DIGEST_MAX] = { 0 };
	struct hasher hasher = { 0 };
	int ret = hasher_digest(&hasher, BANK_SHA256, quote->key.data,
				quote->key.len, quote->qe_auth.data,
				quote->qe_auth.len, expected, err);
	bool valid;

	hasher_free(&hasher);
	if (ret)
		return -1;
	valid = !memcmp(quote->qe_report.data + QE_REPORTDATA_AT, expected,
			QE_REPORTDATA_SIZE);
	checks_add(checks, "attestation-key", check_result(valid),
		   "the quoting enclave's report %s that attestation key",
		   valid ? "names" : "does not name");
	valid = !(quote->qe_report.data[QE_ATTRIBUTES_AT] & QE_ATTRIBUTE_DEBUG);
	checks_add(checks, "quoting-enclave-debug", check_result(valid),
		   "the quoting enclave %s debugged",
		   valid ? "cannot be" : "can be");
	return 0;
}

/* The PCK's certificate is the first of the quote's; or one of the user's. */
static X509 *find_pck(struct stack_st_X509 *between, const struct trust *trust)
{
	struct span content;
	int i;

	if (sk_X509_num(between))
		return sk_X509_value(between, 0);
	for (i = 0; i < sk_X509_num(trust->others); i++)
		if (certificate_extension(sk_X509_value(trust->others, i),
					  OID_SGX_EXTENSIONS, &content))
			return sk_X509_value(trust->others, i);
	return NULL;
}

static void check_pck(const struct tdx_quote *quote, const struct trust *trust,
		      struct stack_st_X509 *between, struct checks *checks)
{
	X509 *pck = find_pck(between, trust);
	struct span content;
	EVP_PKEY *key;
	bool valid;

	if (!pck) {
		checks_add(
			checks, "pck-chain", CHECK_SKIPPED,
			"the PCK's certificate is not in the quote, which has certification data of type %u: give it (--cert)",
			quote->chain_type);
		return;
	}
	key = X509_get0_pubkey(pck);
	valid = key && key_is_ec(key, p256) &&
		signature_valid(key, SIGNATURE_ECDSA, "SHA256",
				quote->qe_signature, quote->qe_report);
	checks_add(
		checks, "quoting-enclave-signature", check_result(valid),
		"the quoting enclave's report is %ssigned by the platform's key (PCK)",
		valid ? "" : "not ");
	valid = certificate_extension(pck, OID_SGX_EXTENSIONS, &content);
	checks_add(checks, "pck-certificate", check_result(valid),
		   "that key's certificate %s of a PCK",
		   valid ? "is one" : "is not one");
	checks->anchored = chain_check(trust, pck, between, "pck-chain",
				       "the PCK", checks);
}

static void add_unchecked(struct checks *checks)
{
	checks_add(
		checks, "tcb-level", CHECK_SKIPPED,
		"whether the platform's TCB level is up to date (Intel's TCB info)");
	checks_add(
		checks, "quoting-enclave-identity", CHECK_SKIPPED,
		"whether the quoting enclave is Intel's (its enclave identity)");
}

int tdx_check(const struct tdx_quote *quote, const struct trust *trust,
	      struct checks *checks, struct error *err)
{
	bool debug = quote->attributes & ATTRIBUTE_DEBUG;
	struct stack_st_X509 *between;
	int ret = 0;

	checks_add(checks, "debug", check_result(!debug),
		   "the guest %s debugged by its host",
		   debug ? "can be" : "cannot be");
	if (!quote->is_signed) {
		checks_add(checks, "quote-signature", CHECK_FAILED,
			   "the quote is not signed");
		return 0;
	}
	check_attestation_key(quote, checks);
	if (check_qe_report(quote, checks, err))
		return -1;
	between = sk_X509_new_null();
	if (!between)
		return error_set(err, "no memory");
	if (quote->chain.len)
		ret = certificates_read_pem(between, quote->chain, err);
	if (ret)
		error_prefix(err, "the PCK's certificates");
	else
		check_pck(quote, trust, between, checks);
	sk_X509_pop_free(between, X509_free);
	if (!ret)
		add_unchecked(checks);
	return ret;
}
