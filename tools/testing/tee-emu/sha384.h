/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_SHA384_H
#define TEE_EMU_SHA384_H

#include "types.h"

#define SHA384_SIZE 48

void sha384(const void *data, size_t length, u8 *digest);

#endif
