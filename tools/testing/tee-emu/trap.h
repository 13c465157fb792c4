/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_TRAP_H
#define TEE_EMU_TRAP_H

void trap_setup(void);

#endif
