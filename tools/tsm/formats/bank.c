// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hash algorithms that registers have banks of, and hashing with them.
 */
#include <string.h>
#include <openssl/evp.h>

#include "formats/bank.h"
#include "linux/tsm-event-log.h"

const struct bank banks[BANK_COUNT] = {
	[BANK_SHA1] = {
		.cel_type = TSM_CEL_ALG_SHA1,
		.size = 20,
		.name = "sha1",
		.tcg_name = "sha1",
		.evp_name = "SHA1",
	},
	[BANK_SHA256] = {
		.cel_type = TSM_CEL_ALG_SHA256,
		.size = 32,
		.name = "sha256",
		.tcg_name = "sha256",
		.evp_name = "SHA256",
	},
	[BANK_SM3] = {
		.cel_type = TSM_CEL_ALG_SM3_256,
		.size = 32,
		.name = "sm3",
		.tcg_name = "sm3_256",
		.evp_name = "SM3",
	},
	[BANK_SHA384] = {
		.cel_type = TSM_CEL_ALG_SHA384,
		.size = 48,
		.name = "sha384",
		.tcg_name = "sha384",
		.evp_name = "SHA384",
	},
	[BANK_SHA512] = {
		.cel_type = TSM_CEL_ALG_SHA512,
		.size = 64,
		.name = "sha512",
		.tcg_name = "sha512",
		.evp_name = "SHA512",
	},
};

bool bank_next(unsigned int set, enum bank_id *id)
{
	while (*id < BANK_COUNT && !(set & BANK_BIT(*id)))
		++*id;
	return *id < BANK_COUNT;
}

enum bank_id bank_by_cel_type(uint8_t type)
{
	enum bank_id id;

	for (id = 0; id < BANK_COUNT; id++)
		if (banks[id].cel_type == type)
			break;
	return id;
}

enum bank_id bank_by_name(const char *name, size_t len)
{
	enum bank_id id;

	for (id = 0; id < BANK_COUNT; id++)
		if (strlen(banks[id].name) == len &&
		    !memcmp(banks[id].name, name, len))
			break;
	return id;
}

enum bank_id bank_strongest(unsigned int set)
{
	enum bank_id id, found = BANK_COUNT;

	for (id = 0; bank_next(set, &id); id++)
		found = id;
	return found;
}

const char *bank_set_text(unsigned int set, char out[BANK_SET_TEXT])
{
	enum bank_id id;
	char *p = out;

	for (id = 0; bank_next(set, &id); id++) {
		if (p != out)
			*p++ = ',';
		p = stpcpy(p, banks[id].name);
	}
	*p = '\0';
	return out;
}

char *hex_text(const uint8_t *data, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 0xf];
	}
	out[2 * len] = '\0';
	return out;
}

static int hasher_start(struct hasher *hasher, enum bank_id bank)
{
	EVP_MD_CTX *ctx = hasher->ctx[bank];
	EVP_MD *md;

	/* Without a digest, a context starts anew with the one it has. */
	if (ctx)
		return EVP_DigestInit_ex2(ctx, NULL, NULL) == 1 ? 0 : -1;

	md = EVP_MD_fetch(NULL, banks[bank].evp_name, NULL);
	ctx = EVP_MD_CTX_new();
	if (!md || !ctx || EVP_DigestInit_ex2(ctx, md, NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		EVP_MD_free(md);
		return -1;
	}
	EVP_MD_free(md);
	hasher->ctx[bank] = ctx;
	return 0;
}

int hasher_digest(struct hasher *hasher, enum bank_id bank, const void *a,
		  size_t a_len, const void *b, size_t b_len,
		  uint8_t out[DIGEST_MAX], struct error *err)
{
	if (hasher_start(hasher, bank))
		return error_set(err,
				 "libcrypto does not offer %s here (FIPS?)",
				 banks[bank].name);
	if (EVP_DigestUpdate(hasher->ctx[bank], a, a_len) != 1 ||
	    EVP_DigestUpdate(hasher->ctx[bank], b, b_len) != 1 ||
	    EVP_DigestFinal_ex(hasher->ctx[bank], out, NULL) != 1)
		return error_set(err, "libcrypto failed to compute %s",
				 banks[bank].name);
	return 0;
}

void hasher_free(struct hasher *hasher)
{
	enum bank_id id;

	for (id = 0; id < BANK_COUNT; id++)
		EVP_MD_CTX_free(hasher->ctx[id]);
	*hasher = (struct hasher){ 0 };
}

int hmac_digest(enum bank_id bank, const void *key, size_t key_len,
		const void *data, size_t len, uint8_t out[DIGEST_MAX],
		struct error *err)
{
	if (EVP_Q_mac(NULL, "HMAC", NULL, banks[bank].evp_name, NULL, key,
		      key_len, data, len, out, DIGEST_MAX, NULL))
		return 0;
	return error_set(err,
			 "libcrypto does not offer an HMAC of %s here (FIPS?)",
			 banks[bank].name);
}
