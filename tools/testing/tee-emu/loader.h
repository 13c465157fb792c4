/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_LOADER_H
#define TEE_EMU_LOADER_H

#include <asm/bootparam.h>

#include "multiboot.h"

struct boot_params *loader_load(const struct multiboot_info *info);
u64 loader_entry(const struct boot_params *params);

#endif
