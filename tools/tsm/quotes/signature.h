/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Public keys and signatures in the forms that quotes have them in.
 */
#ifndef TSM_LOG_QUOTES_SIGNATURE_H
#define TSM_LOG_QUOTES_SIGNATURE_H

#include <stdbool.h>
#include <openssl/evp.h>

#include "base/error.h"
#include "quotes/reader.h"

enum signature_scheme {
	SIGNATURE_ECDSA, /* r and s, big-endian and of the same length */
	SIGNATURE_RSASSA,
	SIGNATURE_RSAPSS,
};

/**
 * ec_key() - a public key from the coordinates of its point
 * @curve: the name that libcrypto has for the curve
 * @x: big-endian
 * @y: big-endian, of the same length
 * @err: what is wrong, on failure
 *
 * Return: the key, for EVP_PKEY_free(), or NULL.
 */
EVP_PKEY *ec_key(const char *curve, struct span x, struct span y,
		 struct error *err);

/* The same from modulus and exponent. */
EVP_PKEY *rsa_key(struct span modulus, uint32_t exponent, struct error *err);

/**
 * signature_valid() - check a signature
 * @key: the public key
 * @scheme: which kind of signature it is; another kind of key fails
 * @hash: libcrypto's name of the hash
 * @signature: the signature
 * @message: what was signed
 *
 * Return: whether it is the signature of the message by the key.
 */
bool signature_valid(EVP_PKEY *key, enum signature_scheme scheme,
		     const char *hash, struct span signature,
		     struct span message);

/* Whether the key is one of the curve, or an RSA key of a sane size. */
bool key_is_ec(EVP_PKEY *key, const char *curve);
bool key_is_rsa(EVP_PKEY *key);

#endif
