// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quotes of TPMs, by the TCG's TSS library.
 */
#include "collect/chip.h"

#ifdef TSM_LOG_NO_TSS

int chip_quote(const char *tcti, const char *ak, const uint8_t *nonce,
	       size_t len, struct collection *collection, struct error *err)
{
	(void)tcti;
	(void)ak;
	(void)nonce;
	(void)len;
	(void)collection;
	return error_set(
		err,
		"this tsm-log was built without the TSS library; make the quote by tpm2_quote");
}

#else

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

#include "formats/checkpoint.h"
#include "quotes/quote.h"

/* Digests that one TPM2_PCR_Read gives. */
#define READ_MAX 8

/* PCRs may be extended between the reading of them and the quote. */
#define ATTEMPTS 50

/* What tpm2-tools have before a context in a file. */
#define CONTEXT_MAGIC 0xbadcc0deU
#define CONTEXT_VERSION 1

struct chip {
	TSS2_TCTI_CONTEXT *tcti;
	ESYS_CONTEXT *esys;
	ESYS_TR ak;
	bool flush_ak; /* it is there because we wanted it */
	TPM2B_PUBLIC *public;
	TPML_PCR_SELECTION selection;
};

static int failed(struct error *err, const char *what, TSS2_RC rc)
{
	return error_set(err, "%s: %s", what, Tss2_RC_Decode(rc));
}

static int open_chip(struct chip *chip, const char *tcti, struct error *err)
{
	TSS2_RC rc;

	*chip = (struct chip){ .ak = ESYS_TR_NONE };
	/* What fails, we say; unless somebody wants to know more. */
	setenv("TSS2_LOG", "all+NONE", 0);
	rc = Tss2_TctiLdr_Initialize(tcti, &chip->tcti);
	if (rc)
		return failed(err, "cannot get to the TPM", rc);
	rc = Esys_Initialize(&chip->esys, chip->tcti, NULL);
	return rc ? failed(err, "cannot use the TPM", rc) : 0;
}

static void close_chip(struct chip *chip)
{
	if (chip->flush_ak)
		Esys_FlushContext(chip->esys, chip->ak);
	Esys_Free(chip->public);
	Esys_Finalize(&chip->esys);
	Tss2_TctiLdr_Finalize(&chip->tcti);
}

/* Which PCRs there are: those of the banks that are known here. */
static int find_pcrs(struct chip *chip, struct error *err)
{
	TPMS_CAPABILITY_DATA *data;
	TPML_PCR_SELECTION *all;
	TPMI_YES_NO more;
	TSS2_RC rc;
	UINT32 i;

	rc = Esys_GetCapability(chip->esys, ESYS_TR_NONE, ESYS_TR_NONE,
				ESYS_TR_NONE, TPM2_CAP_PCRS, 0, 1, &more,
				&data);
	if (rc)
		return failed(err, "cannot ask the TPM for its PCRs", rc);
	all = &data->data.assignedPCR;
	for (i = 0; i < all->count; i++) {
		const TPMS_PCR_SELECTION *bank = &all->pcrSelections[i];
		const uint8_t none[sizeof(bank->pcrSelect)] = { 0 };

		if (bank->hash > UINT8_MAX ||
		    bank_by_cel_type((uint8_t)bank->hash) == BANK_COUNT ||
		    !memcmp(bank->pcrSelect, none, bank->sizeofSelect))
			continue;
		chip->selection.pcrSelections[chip->selection.count++] = *bank;
	}
	Esys_Free(data);
	return chip->selection.count ?
		       0 :
		       error_set(err, "the TPM has no PCRs of a known hash");
}

/* A key that signs only what the TPM has made, and that nobody has to store. */
static TPM2B_PUBLIC ecc_template(void)
{
	TPM2B_PUBLIC public = { 0 };
	TPMT_PUBLIC *area = &public.publicArea;
	TPMS_ECC_PARMS *parms = &area->parameters.eccDetail;

	area->type = TPM2_ALG_ECC;
	area->nameAlg = TPM2_ALG_SHA256;
	area->objectAttributes =
		TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
		TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
		TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_SIGN_ENCRYPT;
	parms->symmetric.algorithm = TPM2_ALG_NULL;
	parms->scheme.scheme = TPM2_ALG_ECDSA;
	parms->scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
	parms->curveID = TPM2_ECC_NIST_P256;
	parms->kdf.scheme = TPM2_ALG_NULL;
	return public;
}

/* Not every TPM has the curve. */
static TPM2B_PUBLIC rsa_template(void)
{
	TPM2B_PUBLIC public = ecc_template();
	TPMT_PUBLIC *area = &public.publicArea;
	TPMS_RSA_PARMS parms = { 0 };

	area->type = TPM2_ALG_RSA;
	parms.symmetric.algorithm = TPM2_ALG_NULL;
	parms.scheme.scheme = TPM2_ALG_RSASSA;
	parms.scheme.details.rsassa.hashAlg = TPM2_ALG_SHA256;
	parms.keyBits = 2048;
	memset(&area->unique, 0, sizeof(area->unique));
	area->parameters.rsaDetail = parms;
	return public;
}

static TSS2_RC create_primary(struct chip *chip, const TPM2B_PUBLIC *template)
{
	const TPM2B_SENSITIVE_CREATE sensitive = { 0 };
	const TPML_PCR_SELECTION pcrs = { 0 };
	const TPM2B_DATA outside = { 0 };

	return Esys_CreatePrimary(chip->esys, ESYS_TR_RH_ENDORSEMENT,
				  ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
				  &sensitive, template, &outside, &pcrs,
				  &chip->ak, NULL, NULL, NULL, NULL);
}

static int make_key(struct chip *chip, struct error *err)
{
	TPM2B_PUBLIC template = ecc_template();
	TSS2_RC rc = create_primary(chip, &template);

	if (rc) {
		template = rsa_template();
		rc = create_primary(chip, &template);
	}
	if (rc)
		return failed(
			err,
			"cannot make an attestation key in the endorsement hierarchy (--ak takes another one)",
			rc);
	chip->flush_ak = true;
	return 0;
}

static int find_key(struct chip *chip, const char *handle, struct error *err)
{
	uint8_t bytes[4];
	TSS2_RC rc;

	if (!hex_parse(handle + 2, strlen(handle + 2), bytes, sizeof(bytes)))
		return error_set(
			err,
			"the handle of a key has 8 hexadecimal digits after 0x");
	rc = Esys_TR_FromTPMPublic(
		chip->esys,
		(TPM2_HANDLE)bytes[0] << 24 | (TPM2_HANDLE)bytes[1] << 16 |
			(TPM2_HANDLE)bytes[2] << 8 | bytes[3],
		ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &chip->ak);
	return rc ? failed(err, "there is no key of this handle", rc) : 0;
}

static int parse_context(const struct buffer *file, TPMS_CONTEXT *context,
			 struct error *err)
{
	struct reader reader = { .data = file->data, .len = file->len };
	uint32_t magic = read_be32(&reader, "the magic number");
	uint32_t version = read_be32(&reader, "the version");
	struct span blob;

	if (magic != CONTEXT_MAGIC || version != CONTEXT_VERSION)
		return error_set(err, "it is no context of tpm2-tools");
	context->hierarchy = read_be32(&reader, "the hierarchy");
	context->savedHandle = read_be32(&reader, "the handle");
	context->sequence = read_be(&reader, 8, "the sequence number");
	blob = read_sized(&reader, "the context");
	if (reader_finish(&reader, err))
		return -1;
	if (blob.len > sizeof(context->contextBlob.buffer))
		return error_set(err, "the context is too long");
	context->contextBlob.size = (UINT16)blob.len;
	memcpy(context->contextBlob.buffer, blob.data, blob.len);
	return 0;
}

static int load_key(struct chip *chip, const char *path, struct error *err)
{
	TPMS_CONTEXT context = { 0 };
	struct buffer file = { 0 };
	TSS2_RC rc;
	int ret;

	ret = buffer_read_path(&file, path, err);
	if (!ret && parse_context(&file, &context, err))
		ret = error_prefix(err, path);
	buffer_free(&file);
	if (ret)
		return -1;
	rc = Esys_ContextLoad(chip->esys, &context, &chip->ak);
	if (rc)
		return failed(err, "cannot load the key", rc);
	chip->flush_ak = true;
	return 0;
}

static int get_key(struct chip *chip, const char *ak, struct error *err)
{
	TSS2_RC rc;
	int ret;

	if (!ak)
		ret = make_key(chip, err);
	else if (!strncmp(ak, "0x", 2))
		ret = find_key(chip, ak, err);
	else
		ret = load_key(chip, ak, err);
	if (ret)
		return -1;
	rc = Esys_ReadPublic(chip->esys, chip->ak, ESYS_TR_NONE, ESYS_TR_NONE,
			     ESYS_TR_NONE, &chip->public, NULL, NULL);
	return rc ? failed(err, "cannot read the attestation key", rc) : 0;
}

/* Up to eight PCRs of @bank, which are taken out of it. */
static int read_some(struct chip *chip, TPMS_PCR_SELECTION *bank,
		     struct buffer *values, struct error *err)
{
	TPML_PCR_SELECTION wanted = { .count = 1 };
	TPMS_PCR_SELECTION *some = &wanted.pcrSelections[0];
	TPML_DIGEST *digests;
	UINT32 i, nr = 0;
	int ret = 0;
	TSS2_RC rc;

	*some = (TPMS_PCR_SELECTION){ .hash = bank->hash,
				      .sizeofSelect = bank->sizeofSelect };
	for (i = 0; i < 8U * bank->sizeofSelect && nr < READ_MAX; i++) {
		uint8_t bit = (uint8_t)(1U << i % 8);

		if (!(bank->pcrSelect[i / 8] & bit))
			continue;
		some->pcrSelect[i / 8] |= bit;
		bank->pcrSelect[i / 8] &= (uint8_t)~bit;
		nr++;
	}
	if (!nr)
		return 0;
	rc = Esys_PCR_Read(chip->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
			   &wanted, NULL, NULL, &digests);
	if (rc)
		return failed(err, "cannot read the PCRs", rc);
	if (digests->count != nr)
		ret = error_set(err, "the TPM gave %u PCRs of %u",
				digests->count, nr);
	for (i = 0; i < digests->count && !ret; i++)
		ret = buffer_add(values, digests->digests[i].buffer,
				 digests->digests[i].size, err);
	Esys_Free(digests);
	return ret ? ret : 1;
}

/* In the order in which a quote is over them. */
static int read_values(struct chip *chip, struct buffer *values,
		       struct error *err)
{
	TPML_PCR_SELECTION left = chip->selection;
	int ret = 0;
	UINT32 i;

	buffer_free(values);
	for (i = 0; i < left.count && ret >= 0; i++)
		do {
			ret = read_some(chip, &left.pcrSelections[i], values,
					err);
		} while (ret > 0);
	return ret;
}

/* Keys that sign by any scheme are told by which. */
static TPMT_SIG_SCHEME find_scheme(const TPMT_PUBLIC *area)
{
	TPMT_SIG_SCHEME scheme = { .scheme = TPM2_ALG_NULL };

	if (area->type == TPM2_ALG_RSA &&
	    area->parameters.rsaDetail.scheme.scheme == TPM2_ALG_NULL)
		scheme.scheme = TPM2_ALG_RSASSA;
	if (area->type == TPM2_ALG_ECC &&
	    area->parameters.eccDetail.scheme.scheme == TPM2_ALG_NULL)
		scheme.scheme = TPM2_ALG_ECDSA;
	if (scheme.scheme != TPM2_ALG_NULL)
		scheme.details.any.hashAlg = TPM2_ALG_SHA256;
	return scheme;
}

static int store_quote(const TPM2B_ATTEST *message,
		       const TPMT_SIGNATURE *signature,
		       struct collection *collection, struct error *err)
{
	struct buffer *files = collection->files;
	uint8_t bytes[sizeof(*signature)];
	size_t len = 0;
	TSS2_RC rc;

	rc = Tss2_MU_TPMT_SIGNATURE_Marshal(signature, bytes, sizeof(bytes),
					    &len);
	if (rc)
		return failed(err, "cannot write the signature", rc);
	buffer_free(&files[COLLECTION_QUOTE]);
	buffer_free(&files[COLLECTION_SIGNATURE]);
	return buffer_add(&files[COLLECTION_QUOTE], message->attestationData,
			  message->size, err) ||
			       buffer_add(&files[COLLECTION_SIGNATURE], bytes,
					  len, err) ?
		       -1 :
		       0;
}

static int make_quote(struct chip *chip, const uint8_t *nonce, size_t len,
		      struct collection *collection, struct error *err)
{
	TPMT_SIG_SCHEME scheme = find_scheme(&chip->public->publicArea);
	TPM2B_DATA qualifying = { .size = (UINT16)len };
	TPMT_SIGNATURE *signature;
	TPM2B_ATTEST *message;
	TSS2_RC rc;
	int ret;

	memcpy(qualifying.buffer, nonce, len);
	rc = Esys_Quote(chip->esys, chip->ak, ESYS_TR_PASSWORD, ESYS_TR_NONE,
			ESYS_TR_NONE, &qualifying, &scheme, &chip->selection,
			&message, &signature);
	if (rc)
		return failed(err, "the TPM gives no quote", rc);
	ret = store_quote(message, signature, collection, err);
	Esys_Free(message);
	Esys_Free(signature);
	return ret;
}

static struct span span_of(const struct buffer *buf)
{
	return (struct span){ buf->data, buf->len };
}

/* Whether the values are those of the quote, by the eyes of who verifies it. */
static int is_of_values(const struct collection *collection, bool *same,
			struct error *err)
{
	const struct buffer *files = collection->files;
	struct quote quote = { .format = QUOTE_TPM };
	struct tpm_values *values = calloc(1, sizeof(*values));
	struct hasher hasher = { 0 };
	int ret;

	if (!values)
		return error_set(err, "no memory");
	ret = tpm_parse(&quote.tpm, span_of(&files[COLLECTION_QUOTE]), err) ||
	      tpm_signature_parse(&quote.signature,
				  span_of(&files[COLLECTION_SIGNATURE]), err) ||
	      tpm_values_parse(values, &quote.tpm,
			       span_of(&files[COLLECTION_PCRS]), err) ||
	      quote_composite(&quote, values, &hasher, same, err);
	hasher_free(&hasher);
	free(values);
	return ret ? -1 : 0;
}

static int quote_values(struct chip *chip, const uint8_t *nonce, size_t len,
			struct collection *collection, struct error *err)
{
	struct buffer *values = &collection->files[COLLECTION_PCRS];
	bool same = false;
	int i;

	for (i = 0; i < ATTEMPTS && !same; i++)
		if (read_values(chip, values, err) ||
		    make_quote(chip, nonce, len, collection, err) ||
		    is_of_values(collection, &same, err))
			return -1;
	return same ? 0 :
		      error_set(
			      err,
			      "PCRs are extended all the time: there is no quote of values that could be read");
}

static int store_key(const struct chip *chip, struct collection *collection,
		     struct error *err)
{
	uint8_t bytes[sizeof(*chip->public)];
	size_t len = 0;
	TSS2_RC rc;

	rc = Tss2_MU_TPM2B_PUBLIC_Marshal(chip->public, bytes, sizeof(bytes),
					  &len);
	if (rc)
		return failed(err, "cannot write the attestation key", rc);
	return buffer_add(&collection->files[COLLECTION_AK], bytes, len, err);
}

int chip_quote(const char *tcti, const char *ak, const uint8_t *nonce,
	       size_t len, struct collection *collection, struct error *err)
{
	struct chip chip;
	int ret;

	ret = open_chip(&chip, tcti, err) || find_pcrs(&chip, err) ||
	      get_key(&chip, ak, err) || store_key(&chip, collection, err) ||
	      quote_values(&chip, nonce, len, collection, err);
	close_chip(&chip);
	return ret ? -1 : 0;
}

#endif
