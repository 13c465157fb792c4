/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_CCEL_H
#define TEE_EMU_CCEL_H

#include <asm/bootparam.h>

void ccel_setup(struct boot_params *params);

#endif
