/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_ACPI_H
#define TEE_EMU_ACPI_H

#include "types.h"

u64 acpi_find_root(void);
void acpi_hide_tpm(void);

#endif
