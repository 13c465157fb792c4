// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an SVSM attests of its virtual TPM.
 */
#include <string.h>

#include "formats/checkpoint.h"
#include "quotes/svsm.h"

#define GUID_SIZE 16

/* 63849ebb-3d92-4670-a1ff-58f9c94b87bb: the manifest of all services */
static const uint8_t services_guid[GUID_SIZE] = {
	0xbb, 0x9e, 0x84, 0x63, 0x92, 0x3d, 0x70, 0x46,
	0xa1, 0xff, 0x58, 0xf9, 0xc9, 0x4b, 0x87, 0xbb,
};

/* c476f1eb-0123-45a5-9641-b4e7dde5bfe3: the vTPM's part of it */
static const uint8_t vtpm_guid[GUID_SIZE] = {
	0xeb, 0xf1, 0x76, 0xc4, 0x23, 0x01, 0xa5, 0x45,
	0x96, 0x41, 0xb4, 0xe7, 0xdd, 0xe5, 0xbf, 0xe3,
};

/* Find the vTPM's part among those of all services. */
static int find_vtpm(struct span manifest, struct span *vtpm, struct error *err)
{
	struct reader reader = { .data = manifest.data, .len = manifest.len };
	uint32_t size, nr;

	*vtpm = (struct span){ 0 };
	read_bytes(&reader, GUID_SIZE, "its GUID");
	size = read_le32(&reader, "its size");
	nr = read_le32(&reader, "the number of services");
	if (reader_check(&reader, err))
		return -1;
	if (size != manifest.len)
		return error_set(err, "it has %zu bytes, and says %u",
				 manifest.len, size);
	while (nr--) {
		const uint8_t *guid =
			read_bytes(&reader, GUID_SIZE, "the next service");
		uint32_t offset = read_le32(&reader, "a service's offset");
		uint32_t len = read_le32(&reader, "a service's length");

		if (reader_check(&reader, err))
			return -1;
		if (offset > manifest.len || len > manifest.len - offset)
			return error_set(
				err,
				"byte offset %zu: the service there is not within the manifest",
				reader.pos);
		if (memcmp(guid, vtpm_guid, GUID_SIZE) != 0)
			continue;
		if (vtpm->data)
			return error_set(err, "it has two vTPMs");
		*vtpm = (struct span){ manifest.data + offset, len };
	}
	return vtpm->data ? 0 : error_set(err, "it has no vTPM");
}

static int parse_manifest(struct svsm_attestation *svsm, struct error *err)
{
	struct span vtpm = svsm->manifest;

	svsm->names_services = vtpm.len >= GUID_SIZE &&
			       !memcmp(vtpm.data, services_guid, GUID_SIZE);
	if (svsm->names_services && find_vtpm(svsm->manifest, &vtpm, err))
		return -1;
	if (tpm_public_parse(&svsm->ek, vtpm, err))
		return error_prefix(err, "the vTPM's endorsement key");
	return 0;
}

int svsm_parse(struct svsm_attestation *svsm, struct span report,
	       struct span manifest, struct error *err)
{
	*svsm = (struct svsm_attestation){ .manifest = manifest };
	if (snp_parse(&svsm->report, report, err))
		return error_prefix(err, "the SVSM's report");
	if (parse_manifest(svsm, err))
		return error_prefix(err, "the SVSM's manifest");
	return 0;
}

void svsm_free(struct svsm_attestation *svsm)
{
	tpm_key_free(&svsm->ek);
	*svsm = (struct svsm_attestation){ 0 };
}

/* Whether the report is of this nonce and the manifest. */
static bool is_of_manifest(const struct svsm_attestation *svsm,
			   struct span nonce)
{
	uint8_t padded[SVSM_NONCE_SIZE] = { 0 };
	uint8_t digest[SNP_REPORTDATA_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool same;

	memcpy(padded, nonce.data, nonce.len);
	same = ctx && EVP_DigestInit_ex(ctx, EVP_sha512(), NULL) == 1 &&
	       EVP_DigestUpdate(ctx, padded, sizeof(padded)) == 1 &&
	       EVP_DigestUpdate(ctx, svsm->manifest.data, svsm->manifest.len) ==
		       1 &&
	       EVP_DigestFinal_ex(ctx, digest, NULL) == 1 &&
	       !memcmp(digest, svsm->report.reportdata.data, sizeof(digest));
	EVP_MD_CTX_free(ctx);
	return same;
}

static bool check_manifest(const struct svsm_attestation *svsm,
			   struct span nonce, struct checks *checks)
{
	bool same = nonce.data && nonce.len <= SVSM_NONCE_SIZE &&
		    is_of_manifest(svsm, nonce);

	if (!nonce.data)
		checks_add(
			checks, "svsm-manifest", CHECK_SKIPPED,
			"whether the SVSM's report is of the manifest: no nonce was given (--nonce)");
	else
		checks_add(
			checks, "svsm-manifest", check_result(same),
			"the SVSM's report is %sof the nonce and the manifest",
			same ? "" : "not ");
	return same;
}

/* Who is at another level is no SVSM: anything could be in such a report. */
static void check_level(const struct svsm_attestation *svsm,
			struct checks *checks)
{
	const struct snp_report *report = &svsm->report;
	char hex[2 * 48 + 1];

	checks_add(checks, "svsm-vmpl", check_result(!report->vmpl),
		   "the SVSM's report is for VMPL%u%s", report->vmpl,
		   report->vmpl ? ", and the SVSM is at VMPL0" : "");
	checks_add(
		checks, "svsm-measurement", CHECK_SKIPPED,
		"whether an SVSM that you trust was launched: MEASUREMENT is %s",
		hex_text(report->measurement.data, report->measurement.len,
			 hex));
}

/* A key that was imported may be anywhere else as well. */
static void check_ak(const struct tpm_key *ak, struct checks *checks)
{
	bool stays = tpm_key_stays(ak);

	if (!ak->has_attributes)
		checks_add(
			checks, "key-stays", CHECK_SKIPPED,
			"whether the attestation key stays in the TPM that made it: only its TPM2B_PUBLIC or TPMT_PUBLIC says");
	else
		checks_add(checks, "key-stays", check_result(stays),
			   "the attestation key %s in the TPM that made it",
			   stays ? "stays" : "does not have to stay");
}

static void check_ek(const struct svsm_attestation *svsm,
		     const struct tpm_key *ek, struct checks *checks)
{
	bool same;

	if (svsm->names_services)
		checks_add(checks, "svsm-service", CHECK_PASSED,
			   "the manifest says that it is the vTPM's key");
	else
		checks_add(
			checks, "svsm-service", CHECK_SKIPPED,
			"whether the manifest is the vTPM's: one of a single service does not say which");
	if (!ek) {
		checks_add(
			checks, "endorsement-key", CHECK_SKIPPED,
			"whether the attestation key is in the TPM of the manifest's endorsement key: no endorsement key was given for which it activated a credential (--ek)");
		return;
	}
	same = EVP_PKEY_eq(svsm->ek.key, ek->key) == 1;
	checks_add(checks, "endorsement-key", check_result(same),
		   "the manifest has %s endorsement key",
		   same ? "the given" : "another");
	checks_add(
		checks, "credential", CHECK_SKIPPED,
		"whether the attestation key activated a credential for that endorsement key: you say so by giving both");
}

void svsm_check(const struct svsm_attestation *svsm, struct span nonce,
		const struct tpm_key *ek, const struct tpm_key *ak,
		const struct trust *trust, struct checks *checks)
{
	bool bound = check_manifest(svsm, nonce, checks);

	check_level(svsm, checks);
	check_ek(svsm, ek, checks);
	if (ak)
		check_ak(ak, checks);
	checks->anchored = false;
	snp_check(&svsm->report, trust, checks);
	checks->anchored &= bound;
}
