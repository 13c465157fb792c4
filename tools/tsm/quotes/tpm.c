// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quotes of TPMs: the message and its signature.
 */
#include <string.h>

#include "quotes/tpm.h"

#define GENERATED 0xff544347
#define ST_ATTEST_QUOTE 0x8018

#define ALG_RSASSA 0x0014
#define ALG_RSAPSS 0x0016
#define ALG_ECDSA 0x0018

/* TPMA_OBJECT: nobody but this TPM has ever had the key. */
#define ATTRIBUTE_FIXED_TPM 0x2U
#define ATTRIBUTE_FIXED_PARENT 0x10U
#define ATTRIBUTE_SENSITIVE_DATA_ORIGIN 0x20U

/* And: the key signs what the TPM made, and nothing else. */
#define ATTRIBUTE_RESTRICTED 0x10000U
#define ATTRIBUTE_SIGN 0x40000U

/* TPM_ALG_ID has two bytes, of which hashes use the low one. */
static enum bank_id bank_of_algorithm(uint16_t algorithm)
{
	return algorithm > UINT8_MAX ? BANK_COUNT :
				       bank_by_cel_type((uint8_t)algorithm);
}

bool tpm_recognised(struct span file)
{
	struct reader plain = { .data = file.data, .len = file.len };
	struct reader sized = plain;

	if (read_be32(&plain, "") == GENERATED)
		return true;
	return read_be16(&sized, "") == file.len - 2 &&
	       read_be32(&sized, "") == GENERATED;
}

static unsigned int count_bits(uint32_t set)
{
	unsigned int nr = 0;

	for (; set; set &= set - 1)
		nr++;
	return nr;
}

static int parse_selection(struct tpm_quote *quote, struct reader *reader,
			   struct error *err)
{
	struct tpm_selection *selection =
		&quote->selections[quote->nr_selections++];
	uint16_t algorithm = read_be16(reader, "a bank of the selection");
	uint8_t size = (uint8_t)read_be(reader, 1, "the selection's size");
	const uint8_t *bits = read_bytes(reader, size, "the selection");
	size_t i;

	if (reader_check(reader, err))
		return -1;
	selection->bank = bank_of_algorithm(algorithm);
	if (selection->bank == BANK_COUNT)
		return error_set(err,
				 "it is over PCRs of an unknown hash, %#06x",
				 algorithm);
	if (size > TPM_PCRS / 8)
		return error_set(err, "a selection of PCRs has %u bytes", size);
	for (i = 0; i < size; i++)
		selection->pcrs |= (uint32_t)bits[i] << 8 * i;
	quote->nr_values += count_bits(selection->pcrs);
	return 0;
}

int tpm_parse(struct tpm_quote *quote, struct span file, struct error *err)
{
	struct reader reader = { .data = file.data, .len = file.len };
	uint32_t nr;
	uint16_t type;

	*quote = (struct tpm_quote){ 0 };
	if (!tpm_recognised(file))
		return error_set(err, "it is no message of a TPM's quote");
	if (read_be32(&reader, "the magic number") != GENERATED) {
		/* TPM2B_ATTEST has its size before it. */
		file.data += 2;
		file.len -= 2;
		reader = (struct reader){ .data = file.data, .len = file.len };
		read_be32(&reader, "the magic number");
	}
	quote->message = file;
	type = read_be16(&reader, "the type");
	if (!reader.missing && type != ST_ATTEST_QUOTE)
		return error_set(
			err,
			"it attests something else (%#06x) than PCRs (%#06x)",
			type, ST_ATTEST_QUOTE);
	read_sized(&reader, "the name of the key");
	quote->nonce = read_sized(&reader, "the nonce");
	read_be(&reader, 8, "the clock");
	quote->reset_count = read_be32(&reader, "the reset count");
	quote->restart_count = read_be32(&reader, "the restart count");
	read_be(&reader, 1, "the clock's state");
	read_be(&reader, 8, "the firmware's version");
	nr = read_be32(&reader, "the number of selections");
	if (reader_check(&reader, err))
		return -1;
	if (nr > TPM_SELECTIONS)
		return error_set(err, "it has %u selections of PCRs", nr);
	while (nr--)
		if (parse_selection(quote, &reader, err))
			return -1;
	quote->digest = read_sized(&reader, "the digest of the PCRs");
	return reader_finish(&reader, err);
}

static int parse_ecdsa(struct tpm_signature *signature, struct reader *reader,
		       struct error *err)
{
	struct span r = read_sized(reader, "r");
	struct span s = read_sized(reader, "s");
	size_t half = r.len > s.len ? r.len : s.len;

	if (reader_check(reader, err))
		return -1;
	if (!half || half > sizeof(signature->numbers) / 2)
		return error_set(err, "r and s have %zu and %zu bytes", r.len,
				 s.len);
	/* A TPM may leave out zeros that a number begins with. */
	memcpy(signature->numbers + half - r.len, r.data, r.len);
	memcpy(signature->numbers + 2 * half - s.len, s.data, s.len);
	signature->bytes = (struct span){ signature->numbers, 2 * half };
	return 0;
}

int tpm_signature_parse(struct tpm_signature *signature, struct span file,
			struct error *err)
{
	struct reader reader = { .data = file.data, .len = file.len };
	uint16_t scheme = read_be16(&reader, "the scheme");
	uint16_t hash = read_be16(&reader, "the hash");

	*signature = (struct tpm_signature){ 0 };
	if (reader_check(&reader, err))
		return -1;
	signature->hash = bank_of_algorithm(hash);
	if (signature->hash == BANK_COUNT)
		return error_set(err, "it has an unknown hash, %#06x", hash);
	switch (scheme) {
	case ALG_RSASSA:
	case ALG_RSAPSS:
		signature->scheme = scheme == ALG_RSASSA ? SIGNATURE_RSASSA :
							   SIGNATURE_RSAPSS;
		signature->bytes = read_sized(&reader, "the signature");
		break;
	case ALG_ECDSA:
		signature->scheme = SIGNATURE_ECDSA;
		if (parse_ecdsa(signature, &reader, err))
			return -1;
		break;
	default:
		return error_set(
			err,
			"it has scheme %#06x; RSASSA, RSAPSS and ECDSA are known",
			scheme);
	}
	return reader_finish(&reader, err);
}

int tpm_digest(const struct tpm_quote *quote, enum bank_id hash,
	       const struct tpm_values *values, struct hasher *hasher,
	       uint8_t out[DIGEST_MAX], struct error *err)
{
	uint8_t data[TPM_SELECTIONS * TPM_PCRS * DIGEST_MAX];
	size_t len = 0, at = 0;
	unsigned int i, n;

	for (i = 0; i < quote->nr_selections; i++) {
		const struct tpm_selection *selection = &quote->selections[i];
		size_t size = banks[selection->bank].size;

		for (n = count_bits(selection->pcrs); n; n--, at++) {
			memcpy(data + len, values->digest[at], size);
			len += size;
		}
	}
	return hasher_digest(hasher, hash, data, len, NULL, 0, out, err);
}

bool tpm_key_stays(const struct tpm_key *key)
{
	const uint32_t wanted = ATTRIBUTE_FIXED_TPM | ATTRIBUTE_FIXED_PARENT |
				ATTRIBUTE_SENSITIVE_DATA_ORIGIN;

	return (key->attributes & wanted) == wanted;
}

static const char *scheme_text(enum signature_scheme scheme)
{
	static const char *const texts[] = {
		[SIGNATURE_ECDSA] = "ECDSA",
		[SIGNATURE_RSASSA] = "RSASSA",
		[SIGNATURE_RSAPSS] = "RSAPSS",
	};

	return texts[scheme];
}

static void check_attributes(const struct tpm_key *key, struct checks *checks)
{
	const uint32_t wanted = ATTRIBUTE_RESTRICTED | ATTRIBUTE_SIGN;
	bool valid = (key->attributes & wanted) == wanted;

	if (!key->has_attributes)
		checks_add(
			checks, "key-restricted", CHECK_SKIPPED,
			"whether the key signs only what the TPM made: only its TPM2B_PUBLIC or TPMT_PUBLIC says");
	else
		checks_add(checks, "key-restricted", check_result(valid),
			   "the key signs %s what the TPM made",
			   valid ? "only" : "more than");
}

void tpm_check(const struct tpm_quote *quote,
	       const struct tpm_signature *signature, const struct tpm_key *key,
	       struct checks *checks)
{
	bool valid;

	if (!key) {
		checks_add(
			checks, "quote-signature", CHECK_SKIPPED,
			"the quote's signature: no attestation key was given (--ak)");
		return;
	}
	valid = signature_valid(key->key, signature->scheme,
				banks[signature->hash].evp_name,
				signature->bytes, quote->message);
	checks_add(
		checks, "quote-signature", check_result(valid),
		"the quote is %ssigned by the given attestation key (%s, %s)",
		valid ? "" : "not ", scheme_text(signature->scheme),
		banks[signature->hash].name);
	checks->anchored = valid;
	check_attributes(key, checks);
}
