/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hash algorithms that registers have banks of, and hashing with them.
 */
#ifndef TSM_LOG_BANK_H
#define TSM_LOG_BANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define DIGEST_MAX 64

/* From the weakest to the strongest. */
enum bank_id {
	BANK_SHA1,
	BANK_SHA256,
	BANK_SM3,
	BANK_SHA384,
	BANK_SHA512,
	BANK_COUNT,
};

struct bank {
	uint8_t cel_type; /* in TSM_CEL_DIGESTS */
	uint8_t size; /* of a digest */
	const char *name; /* the kernel's: in sysfs and in checkpoints */
	const char *tcg_name; /* in CEL-JSON */
	const char *evp_name; /* libcrypto's */
};

extern const struct bank banks[BANK_COUNT];

/* Sets of banks are unsigned ints, where bit N stands for bank N. */
#define BANK_BIT(id) (1U << (id))

/*
 * Move @id on to the first bank of @set from there, if there is one. A loop
 * over all banks of a set, from the weakest on, is
 *
 *	for (id = 0; bank_next(set, &id); id++)
 */
bool bank_next(unsigned int set, enum bank_id *id);

/* BANK_COUNT if there is none. */
enum bank_id bank_by_cel_type(uint8_t type);
enum bank_id bank_by_name(const char *name, size_t len);
enum bank_id bank_strongest(unsigned int set);

/* "sha1,sha256" and so on; returns @out. */
#define BANK_SET_TEXT 40
const char *bank_set_text(unsigned int set, char out[BANK_SET_TEXT]);

/* Lower-case hex and a NUL; returns @out, which takes 2 * @len + 1 bytes. */
char *hex_text(const uint8_t *data, size_t len, char *out);

/* One context per bank, kept: a log has a million records to hash. */
struct hasher {
	struct evp_md_ctx_st *ctx[BANK_COUNT]; /* libcrypto's EVP_MD_CTX */
};

/* HASH(a || b) into @out. Returns 0, or -1 with @err set. */
int hasher_digest(struct hasher *hasher, enum bank_id bank, const void *a,
		  size_t a_len, const void *b, size_t b_len,
		  uint8_t out[DIGEST_MAX], struct error *err);
void hasher_free(struct hasher *hasher);

/* The HMAC of @data with @key into @out. Returns 0, or -1 with @err set. */
int hmac_digest(enum bank_id bank, const void *key, size_t key_len,
		const void *data, size_t len, uint8_t out[DIGEST_MAX],
		struct error *err);

#endif
