/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_ISOLATION_H
#define TEE_EMU_ISOLATION_H

#include "types.h"

struct boot_params;
struct vcpu;

void isolation_setup(struct vcpu *vcpu, const struct boot_params *params,
		     bool bit_is_private);
void isolation_convert(u64 start, u64 size, bool shared);
const char *isolation_breach(u64 address, u64 info);

#endif
