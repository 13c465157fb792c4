/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_TPM_H
#define TEE_EMU_TPM_H

#include "types.h"

void tpm_setup(void);
size_t tpm_transmit(u8 *buffer, size_t length, size_t size);
size_t tpm_endorsement_key(u8 *public, size_t size);

#endif
