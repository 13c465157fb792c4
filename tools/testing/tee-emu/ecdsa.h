/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_ECDSA_H
#define TEE_EMU_ECDSA_H

#include "types.h"

#define P256_SIZE 32
#define P384_SIZE 48

void ecdsa_p256_sha256(const u8 *key, const void *data, size_t length,
		       u8 *signature);
void ecdsa_p384_sha384(const u8 *key, const void *data, size_t length,
		       u8 *signature);

#endif
