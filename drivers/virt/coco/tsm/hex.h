/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Digests in hex.
 */
#ifndef __TSM_HEX_H
#define __TSM_HEX_H

#include <linux/types.h>

bool tsm_hex_parse(u8 *digest, const char *hex, size_t size);

#endif /* __TSM_HEX_H */
