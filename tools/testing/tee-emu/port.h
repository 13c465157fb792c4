/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_PORT_H
#define TEE_EMU_PORT_H

#include "types.h"

u32 port_access(u16 port, unsigned int size, bool in, u32 value);

#endif
