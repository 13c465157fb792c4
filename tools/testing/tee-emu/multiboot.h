/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a multiboot loader hands over: Multiboot Specification 0.6.96, 3.3.
 */
#ifndef TEE_EMU_MULTIBOOT_H
#define TEE_EMU_MULTIBOOT_H

#include "types.h"

#define MULTIBOOT_LOADER_MAGIC 0x2badb002

#define MULTIBOOT_INFO_CMDLINE BIT(2)
#define MULTIBOOT_INFO_MODULES BIT(3)
#define MULTIBOOT_INFO_MMAP BIT(6)

struct multiboot_info {
	u32 flags;
	u32 mem_lower;
	u32 mem_upper;
	u32 boot_device;
	u32 cmdline;
	u32 modules_count;
	u32 modules;
	u32 syms[4];
	u32 mmap_length;
	u32 mmap;
} __packed;

struct multiboot_module {
	u32 start;
	u32 end;
	u32 string;
	u32 reserved;
} __packed;

struct multiboot_mmap {
	u32 size; /* of the rest */
	u64 address;
	u64 length;
	u32 type;
} __packed;

#endif
