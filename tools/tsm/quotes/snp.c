// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attestation reports of SEV-SNP.
 */
#include <stdio.h>
#include <string.h>

#include "quotes/signature.h"
#include "quotes/snp.h"

#define SIGNATURE_AT 0x2a0
#define NUMBER_SIZE 72 /* of r and of s, little-endian */
#define P384_SIZE 48
#define ALGORITHM_ECDSA_P384_SHA384 1

#define POLICY_DEBUG 0x80000ULL
#define KEY_INFO_KEY(info) ((info) >> 2 & 7)
#define KEY_VCEK 0
#define KEY_VLEK 1

/* With a NUL: the longest that DER's short lengths allow. */
#define PROVIDER_TEXT 128

/* AMD's extensions of such certificates: 57230, VCEK Certificate. */
#define OID_AMD "1.3.6.1.4.1.3704.1"
#define OID_HARDWARE_ID OID_AMD ".4"
#define OID_PROVIDER_ID OID_AMD ".5"

/* Since family 1Ah a chip's ID is that short, and zeros follow it in the report. */
#define SHORT_CHIP_ID_SIZE 8

bool snp_recognised(struct span file)
{
	struct reader reader = { .data = file.data, .len = file.len };
	uint32_t version = read_le32(&reader, "");

	/* Cut or too long, it still is one, and the message says so. */
	return !reader.missing && version >= 2 && version < 16 &&
	       file.len >= SIGNATURE_AT && file.len < 2 * SNP_REPORT_SIZE;
}

int snp_parse(struct snp_report *report, struct span file, struct error *err)
{
	struct reader reader = { .data = file.data, .len = file.len };
	uint32_t algorithm;

	*report = (struct snp_report){ 0 };
	if (file.len != SNP_REPORT_SIZE)
		return error_set(err, "it has %zu bytes; SNP reports have %d",
				 file.len, SNP_REPORT_SIZE);
	report->version = read_le32(&reader, "the version");
	read_bytes(&reader, 4, "the guest's SVN");
	report->policy = read_le(&reader, 8, "the policy");
	read_bytes(&reader, 32, "the IDs");
	report->vmpl = read_le32(&reader, "the VMPL");
	algorithm = read_le32(&reader, "the algorithm");
	read_bytes(&reader, 16, "TCB and platform");
	report->key_info = read_le32(&reader, "the key's kind");
	read_bytes(&reader, 4, "reserved bytes");
	report->reportdata =
		read_span(&reader, SNP_REPORTDATA_SIZE, "REPORT_DATA");
	report->measurement = read_span(&reader, 48, "MEASUREMENT");
	report->host_data = read_span(&reader, 32, "HOST_DATA");
	report->id_key_digest = read_span(&reader, 48, "ID_KEY_DIGEST");
	report->author_key_digest = read_span(&reader, 48, "AUTHOR_KEY_DIGEST");
	report->report_id = read_span(&reader, 32, "REPORT_ID");
	read_bytes(&reader, 32, "REPORT_ID_MA");
	report->reported_tcb = read_le(&reader, 8, "REPORTED_TCB");
	report->cpuid = read_span(&reader, 3, "CPUID");
	read_bytes(&reader, 21, "reserved bytes");
	report->chip_id = read_span(&reader, 64, "CHIP_ID");
	report->signed_part = (struct span){ file.data, SIGNATURE_AT };
	report->signature = (struct span){ file.data + SIGNATURE_AT,
					   SNP_REPORT_SIZE - SIGNATURE_AT };
	if (reader_check(&reader, err))
		return -1;
	if (report->version < 3)
		report->cpuid.len = 0;
	if (algorithm != ALGORITHM_ECDSA_P384_SHA384)
		return error_set(
			err,
			"its signature has algorithm %u; 1 (ECDSA P-384 with SHA-384) is known",
			algorithm);
	return 0;
}

/* From little-endian numbers with room to spare to what others write. */
static bool signature_numbers(struct span signature, uint8_t out[2 * P384_SIZE])
{
	struct span rest = { signature.data + 2 * NUMBER_SIZE,
			     signature.len - 2 * NUMBER_SIZE };
	size_t i, half;

	if (!span_is_zero(rest))
		return false;
	for (half = 0; half < 2; half++) {
		const uint8_t *number = signature.data + half * NUMBER_SIZE;

		rest.data = number + P384_SIZE;
		rest.len = NUMBER_SIZE - P384_SIZE;
		if (!span_is_zero(rest))
			return false;
		for (i = 0; i < P384_SIZE; i++)
			out[half * P384_SIZE + P384_SIZE - 1 - i] = number[i];
	}
	return true;
}

static bool is_signed_by(const struct snp_report *report, X509 *certificate)
{
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	uint8_t numbers[2 * P384_SIZE];

	return key && key_is_ec(key, "secp384r1") &&
	       signature_numbers(report->signature, numbers) &&
	       signature_valid(key, SIGNATURE_ECDSA, "SHA384",
			       (struct span){ numbers, sizeof(numbers) },
			       report->signed_part);
}

/* The certificates that are not the right one say nothing. */
static X509 *find_signer(const struct snp_report *report,
			 const struct trust *trust, bool *is_candidate)
{
	int i;

	*is_candidate = false;
	for (i = 0; i < sk_X509_num(trust->others); i++) {
		X509 *certificate = sk_X509_value(trust->others, i);
		EVP_PKEY *key = X509_get0_pubkey(certificate);

		if (!key || !key_is_ec(key, "secp384r1"))
			continue;
		*is_candidate = true;
		if (is_signed_by(report, certificate))
			return certificate;
	}
	return NULL;
}

/* A small INTEGER in DER, as the extensions have for parts of the TCB. */
static bool der_number(struct span der, unsigned int *number)
{
	struct reader reader = { .data = der.data, .len = der.len };
	uint8_t tag = (uint8_t)read_be(&reader, 1, "");
	uint8_t len = (uint8_t)read_be(&reader, 1, "");

	if (tag != 2 || (len != 1 && len != 2))
		return false;
	*number = (unsigned int)read_be(&reader, len, "");
	return !reader.missing && reader.pos == reader.len && *number < 256;
}

/* Where the parts of the TCB are in the report's number, from bit 0 on. */
struct tcb_part {
	const char *oid;
	unsigned int byte;
};

/* Since family 1Ah there is one more, and the others have moved. */
#define FAMILY_TURIN 0x1a

static const struct tcb_part tcb_parts[] = {
	{ OID_AMD ".3.1", 0 },
	{ OID_AMD ".3.2", 1 },
	{ OID_AMD ".3.3", 6 },
	{ OID_AMD ".3.8", 7 },
};

static const struct tcb_part tcb_parts_turin[] = {
	{ OID_AMD ".3.9", 0 }, { OID_AMD ".3.1", 1 }, { OID_AMD ".3.2", 2 },
	{ OID_AMD ".3.3", 3 }, { OID_AMD ".3.8", 7 },
};

static void check_tcb(const struct snp_report *report, X509 *signer,
		      struct checks *checks)
{
	const struct tcb_part *part = tcb_parts;
	size_t nr = sizeof(tcb_parts) / sizeof(*part);
	unsigned int number;
	struct span content;
	bool same = true;

	if (report->cpuid.len && report->cpuid.data[0] >= FAMILY_TURIN) {
		part = tcb_parts_turin;
		nr = sizeof(tcb_parts_turin) / sizeof(*part);
	}
	for (; nr--; part++) {
		if (!certificate_extension(signer, part->oid, &content)) {
			checks_add(
				checks, "certificate-tcb", CHECK_SKIPPED,
				"whether the certificate is of the reported TCB: it does not say");
			return;
		}
		if (!der_number(content, &number) ||
		    number != (report->reported_tcb >> 8 * part->byte & 0xff))
			same = false;
	}
	checks_add(checks, "certificate-tcb", check_result(same),
		   "the certificate is %s the reported TCB",
		   same ? "of" : "not of");
}

static bool is_of_chip(const struct snp_report *report, struct span id)
{
	struct span rest = report->chip_id;

	if ((id.len != rest.len && id.len != SHORT_CHIP_ID_SIZE) ||
	    memcmp(id.data, rest.data, id.len))
		return false;
	rest.data += id.len;
	rest.len -= id.len;
	return span_is_zero(rest);
}

static void check_chip(const struct snp_report *report, X509 *signer,
		       struct checks *checks)
{
	struct span content;
	bool same;

	if (span_is_zero(report->chip_id)) {
		checks_add(
			checks, "certificate-chip", CHECK_SKIPPED,
			"whether the certificate is of this chip: the host hides which one it is");
		return;
	}
	if (!certificate_extension(signer, OID_HARDWARE_ID, &content)) {
		checks_add(
			checks, "certificate-chip", CHECK_SKIPPED,
			"whether the certificate is of this chip: it does not say");
		return;
	}
	same = is_of_chip(report, content);
	checks_add(checks, "certificate-chip", check_result(same),
		   "the certificate is %s this chip", same ? "of" : "not of");
}

/* An IA5String in DER, with nothing that a terminal would take for more than text. */
static bool der_text(struct span der, char out[PROVIDER_TEXT])
{
	struct reader reader = { .data = der.data, .len = der.len };
	uint8_t tag = (uint8_t)read_be(&reader, 1, "");
	uint8_t len = (uint8_t)read_be(&reader, 1, "");
	const uint8_t *text = read_bytes(&reader, len, "");
	size_t i;

	if (reader.missing || tag != 0x16 || len >= PROVIDER_TEXT ||
	    reader.pos != reader.len)
		return false;
	for (i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	snprintf(out, PROVIDER_TEXT, "%.*s", len, (const char *)text);
	return true;
}

/* A VLEK is of a cloud provider's machines, whichever they are. */
static void check_provider(X509 *signer, struct checks *checks)
{
	char name[PROVIDER_TEXT];
	struct span content;

	if (!certificate_extension(signer, OID_PROVIDER_ID, &content) ||
	    !der_text(content, name))
		checks_add(
			checks, "certificate-provider", CHECK_SKIPPED,
			"whose machines the certificate is for: it does not say");
	else
		checks_add(
			checks, "certificate-provider", CHECK_SKIPPED,
			"whether you trust the provider that the certificate is for: %s",
			name);
}

void snp_check(const struct snp_report *report, const struct trust *trust,
	       struct checks *checks)
{
	bool debug = report->policy & POLICY_DEBUG;
	unsigned int kind = KEY_INFO_KEY(report->key_info);
	const char *name = kind == KEY_VLEK ? "VLEK" : "VCEK";
	bool is_candidate;
	X509 *signer;

	checks_add(checks, "debug", check_result(!debug),
		   "the guest %s debugged by its host",
		   debug ? "can be" : "cannot be");
	if (kind != KEY_VCEK && kind != KEY_VLEK) {
		checks_add(checks, "report-signature", CHECK_FAILED,
			   "the report is not signed");
		return;
	}
	signer = find_signer(report, trust, &is_candidate);
	if (!signer && !is_candidate) {
		checks_add(
			checks, "report-signature", CHECK_SKIPPED,
			"the report's signature: no certificate of its %s was given (--cert)",
			name);
		return;
	}
	checks_add(
		checks, "report-signature", check_result(signer),
		"the report is %ssigned by a key of the given certificates (%s)",
		signer ? "" : "not ", name);
	if (!signer)
		return;
	if (kind == KEY_VLEK)
		check_provider(signer, checks);
	else
		check_chip(report, signer, checks);
	check_tcb(report, signer, checks);
	checks->anchored =
		chain_check(trust, signer, NULL, "signer-chain", name, checks);
	checks_add(
		checks, "tcb-level", CHECK_SKIPPED,
		"whether the reported TCB, %016llx, is recent enough for you",
		(unsigned long long)report->reported_tcb);
}
