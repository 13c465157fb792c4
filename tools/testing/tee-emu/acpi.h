/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_ACPI_H
#define TEE_EMU_ACPI_H

#include "types.h"

struct acpi_header {
	char signature[4];
	u32 length;
	u8 revision;
	u8 checksum;
	u8 rest[26];
} __packed;

u64 acpi_find_root(void);
void acpi_hide_tpm(void);
u64 acpi_add_table(u64 root, struct acpi_header *table);

#endif
