/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_PAGING_H
#define TEE_EMU_PAGING_H

#include "types.h"

/*
 * TDX calls it the shared bit (guest physical addresses of 48 bits), SEV the
 * C-bit. Set or not, the page is the same, if isolation.c does not object.
 */
#define TEE_ADDRESS_BIT 47
#define TEE_ADDRESS_MASK BIT(TEE_ADDRESS_BIT)
#define GUEST_PHYSICAL_BITS 48

void paging_setup(void);
u64 paging_root(void);
bool paging_fetch(u64 cr0, u64 cr3, u64 linear, u8 *bytes, size_t count);

#endif
