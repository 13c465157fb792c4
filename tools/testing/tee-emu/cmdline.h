/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_CMDLINE_H
#define TEE_EMU_CMDLINE_H

#include "types.h"

void cmdline_setup(const char *line);
const char *cmdline_guest(void);
const char *cmdline_value(const char *name, size_t *length);
bool cmdline_flag(const char *name);
u64 cmdline_number(const char *name, u64 fallback);
bool cmdline_bytes(const char *name, u8 *value, size_t size);
void cmdline_register(const char *name, u8 *value, size_t size);
void cmdline_check(const char *mode);

#endif
