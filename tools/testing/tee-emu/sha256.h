/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_SHA256_H
#define TEE_EMU_SHA256_H

#include "types.h"

#define SHA256_SIZE 32

void sha256(const void *data, size_t length, u8 *digest);

#endif
