/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_CONSOLE_H
#define TEE_EMU_CONSOLE_H

#include "types.h"

__printf(1, 2) void say(const char *format, ...);
__printf(1, 2) void trace(const char *format, ...);
__printf(1, 2) __noreturn void die(const char *format, ...);

void console_enable_trace(void);

#endif
