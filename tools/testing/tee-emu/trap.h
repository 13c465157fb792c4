/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_TRAP_H
#define TEE_EMU_TRAP_H

#include "types.h"

/* trap-entry.S, and what it calls */
extern const u64 trap_entries;
__noreturn void trap_report(u64 vector, u64 error, u64 rip, u64 cr2);

void trap_setup(void);

#endif
