// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Public keys of TPMs, in the forms that tpm2-tools write.
 */
#include <openssl/err.h>
#include <openssl/pem.h>

#include "quotes/tpm.h"

#define ALG_RSA 0x0001
#define ALG_NULL 0x0010
#define ALG_ECC 0x0023
#define ALG_ECDAA 0x001a

#define RSA_EXPONENT_DEFAULT 65537

/* Without one, libcrypto would ask on the terminal for what hostile PEM wants. */
static const char no_password[] = "";

/* TPMT_SYM_DEF_OBJECT: a key that signs has none; a storage key does. */
static void skip_symmetric(struct reader *reader)
{
	if (read_be16(reader, "the symmetric algorithm") == ALG_NULL)
		return;
	read_be16(reader, "the symmetric key's size");
	read_be16(reader, "the symmetric mode");
}

static void skip_scheme(struct reader *reader)
{
	uint16_t scheme = read_be16(reader, "the scheme");

	if (scheme == ALG_NULL)
		return;
	read_be16(reader, "the scheme's hash");
	if (scheme == ALG_ECDAA)
		read_be16(reader, "the scheme's count");
}

static EVP_PKEY *parse_rsa(struct reader *reader, struct error *err)
{
	struct span modulus;
	uint32_t exponent;

	skip_symmetric(reader);
	skip_scheme(reader);
	read_be16(reader, "the key's size");
	exponent = read_be32(reader, "the exponent");
	modulus = read_sized(reader, "the modulus");
	if (reader_finish(reader, err))
		return NULL;
	return rsa_key(modulus, exponent ? exponent : RSA_EXPONENT_DEFAULT,
		       err);
}

static EVP_PKEY *parse_ecc(struct reader *reader, struct error *err)
{
	static const char *const curves[] = {
		[3] = "prime256v1",
		[4] = "secp384r1",
		[5] = "secp521r1",
	};
	struct span x, y;
	uint16_t curve;

	skip_symmetric(reader);
	skip_scheme(reader);
	curve = read_be16(reader, "the curve");
	if (read_be16(reader, "the key derivation") != ALG_NULL)
		read_be16(reader, "the key derivation's hash");
	x = read_sized(reader, "x");
	y = read_sized(reader, "y");
	if (reader_finish(reader, err))
		return NULL;
	if (curve >= sizeof(curves) / sizeof(*curves) || !curves[curve]) {
		error_set(err, "its curve %#06x is not known", curve);
		return NULL;
	}
	return ec_key(curves[curve], x, y, err);
}

int tpm_public_parse(struct tpm_key *key, struct span area, struct error *err)
{
	struct reader reader = { .data = area.data, .len = area.len };
	uint16_t type = read_be16(&reader, "the type");

	*key = (struct tpm_key){ 0 };
	read_be16(&reader, "the hash of its name");
	key->attributes = read_be32(&reader, "the attributes");
	key->has_attributes = true;
	read_sized(&reader, "the policy");
	if (reader_check(&reader, err))
		return -1;
	if (type == ALG_RSA)
		key->key = parse_rsa(&reader, err);
	else if (type == ALG_ECC)
		key->key = parse_ecc(&reader, err);
	else
		error_set(err,
			  "it is no key in PEM, TPM2B_PUBLIC or TPMT_PUBLIC");
	return key->key ? 0 : -1;
}

static EVP_PKEY *parse_pem(struct span file)
{
	BIO *bio = BIO_new_mem_buf(file.data, (int)file.len);
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL,
						  (void *)no_password) :
			      NULL;
	X509 *certificate = NULL;

	if (bio && !key && BIO_reset(bio) == 1)
		certificate =
			PEM_read_bio_X509(bio, NULL, NULL, (void *)no_password);
	if (certificate)
		key = X509_get_pubkey(certificate);
	X509_free(certificate);
	BIO_free(bio);
	ERR_clear_error();
	return key;
}

int tpm_key_parse(struct tpm_key *key, struct span file, struct error *err)
{
	struct reader reader = { .data = file.data, .len = file.len };

	*key = (struct tpm_key){ .key = parse_pem(file) };
	if (key->key)
		return 0;
	if (read_be16(&reader, "") == file.len - 2) {
		file.data += 2;
		file.len -= 2;
	}
	return tpm_public_parse(key, file, err);
}

void tpm_key_free(struct tpm_key *key)
{
	EVP_PKEY_free(key->key);
	*key = (struct tpm_key){ 0 };
}
