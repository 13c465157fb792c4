/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hashes of register banks: what the log can name and verifiers can replay.
 */
#ifndef __TSM_HASH_H
#define __TSM_HASH_H

#include <crypto/hash_info.h>
#include <linux/types.h>

/* Size in bytes of the largest digest, SHA-512's. */
#define TSM_DIGEST_MAX_SIZE	SHA512_DIGEST_SIZE

int tsm_hash_tcg_alg(enum hash_algo algo);
int tsm_hash_of_tcg_alg(u8 alg);
bool tsm_hash_available(enum hash_algo algo);
void tsm_hash(enum hash_algo algo, const u8 *data, size_t len, u8 *digest);
void tsm_hash_extend(enum hash_algo algo, u8 *value, const u8 *digest);

#endif /* __TSM_HASH_H */
