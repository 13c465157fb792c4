// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Public keys and signatures in the forms that quotes have them in.
 */
#include <string.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "quotes/signature.h"

/* Of a coordinate, and of each half of a signature: P-521 has the largest. */
#define EC_SIZE_MAX 66
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192

static EVP_PKEY *key_from_params(const char *type, OSSL_PARAM_BLD *build,
				 struct error *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY *key = NULL;

	if (!ctx || !params || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		error_set(err, "libcrypto takes it for no public key of %s",
			  type);
		key = NULL;
	}
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

EVP_PKEY *ec_key(const char *curve, struct span x, struct span y,
		 struct error *err)
{
	uint8_t point[1 + 2 * EC_SIZE_MAX] = { POINT_CONVERSION_UNCOMPRESSED };
	OSSL_PARAM_BLD *build;
	EVP_PKEY *key = NULL;

	if (!x.len || x.len > EC_SIZE_MAX || x.len != y.len) {
		error_set(err, "its coordinates have %zu and %zu bytes", x.len,
			  y.len);
		return NULL;
	}
	memcpy(point + 1, x.data, x.len);
	memcpy(point + 1 + x.len, y.data, y.len);
	build = OSSL_PARAM_BLD_new();
	if (build &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
					    curve, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY,
					     point, 1 + 2 * x.len))
		key = key_from_params("EC", build, err);
	else
		error_set(err, "no memory");
	OSSL_PARAM_BLD_free(build);
	return key;
}

EVP_PKEY *rsa_key(struct span modulus, uint32_t exponent, struct error *err)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus.data, (int)modulus.len, NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *key = NULL;

	if (build && n && e && BN_set_word(e, exponent) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
		key = key_from_params("RSA", build, err);
	else
		error_set(err, "no memory");
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return key;
}

bool key_is_ec(EVP_PKEY *key, const char *curve)
{
	char name[32];
	size_t len;

	return EVP_PKEY_is_a(key, "EC") &&
	       EVP_PKEY_get_group_name(key, name, sizeof(name), &len) == 1 &&
	       !strcmp(name, curve);
}

bool key_is_rsa(EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	return EVP_PKEY_is_a(key, "RSA") && bits >= RSA_BITS_MIN &&
	       bits <= RSA_BITS_MAX;
}

/* libcrypto wants r and s in DER; @der is for OPENSSL_free(). */
static int ecdsa_der(struct span signature, uint8_t **der)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	size_t half = signature.len / 2;
	BIGNUM *r = BN_bin2bn(signature.data, (int)half, NULL);
	BIGNUM *s = BN_bin2bn(signature.data + half, (int)half, NULL);
	int len = -1;

	if (sig && r && s && ECDSA_SIG_set0(sig, r, s)) {
		r = NULL; /* they are sig's now */
		s = NULL;
		len = i2d_ECDSA_SIG(sig, der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return len;
}

static bool verify(EVP_PKEY *key, enum signature_scheme scheme,
		   const char *hash, struct span signature, struct span message)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx;
	bool valid;

	valid = ctx && EVP_DigestVerifyInit_ex(ctx, &key_ctx, hash, NULL, NULL,
					       key, NULL) == 1;
	if (valid && scheme == SIGNATURE_RSAPSS)
		valid = EVP_PKEY_CTX_set_rsa_padding(
				key_ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(
				key_ctx, RSA_PSS_SALTLEN_AUTO) > 0;
	valid = valid && EVP_DigestVerify(ctx, signature.data, signature.len,
					  message.data, message.len) == 1;
	EVP_MD_CTX_free(ctx);
	return valid;
}

bool signature_valid(EVP_PKEY *key, enum signature_scheme scheme,
		     const char *hash, struct span signature,
		     struct span message)
{
	uint8_t *der = NULL;
	bool valid = false;
	int len;

	if (scheme != SIGNATURE_ECDSA)
		return key_is_rsa(key) &&
		       verify(key, scheme, hash, signature, message);
	if (!EVP_PKEY_is_a(key, "EC") || !signature.len || signature.len % 2 ||
	    signature.len > 2 * EC_SIZE_MAX)
		return false;
	len = ecdsa_der(signature, &der);
	if (len > 0)
		valid = verify(key, scheme, hash,
			       (struct span){ der, (size_t)len }, message);
	OPENSSL_free(der);
	return valid;
}
