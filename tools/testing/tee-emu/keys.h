/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys and certificates to sign quotes and reports with: what pki.py makes and
 * boot.sh --keys passes on, as another module.
 */
#ifndef TEE_EMU_KEYS_H
#define TEE_EMU_KEYS_H

#include "multiboot.h"
#include "types.h"

/* The numbers are those in the file. */
enum keys_item {
	KEYS_TDX_KEY = 1, /* the attestation key, P-256 */
	KEYS_TDX_PUBLIC, /* its public part */
	KEYS_TDX_CERTIFICATION, /* what follows on that in a quote */
	KEYS_SNP_KEY, /* the chip's key, P-384 */
	KEYS_SNP_CERTIFICATES, /* the table that the host hands out */
	KEYS_ITEMS,
};

bool keys_take(const struct multiboot_module *module);
const u8 *keys_item(enum keys_item item, size_t *length);

#endif
