/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_SHA384_H
#define TEE_EMU_SHA384_H

#include "types.h"

#define SHA384_SIZE 48
#define SHA512_SIZE 64

void sha384(const void *data, size_t length, u8 *digest);
void sha512(const void *data, size_t length, u8 *digest);

#endif
