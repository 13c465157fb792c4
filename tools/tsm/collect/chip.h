/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotes of TPMs, by the TCG's TSS library.
 */
#ifndef TSM_LOG_CHIP_H
#define TSM_LOG_CHIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "collect/collection.h"

/**
 * chip_quote() - have a TPM sign a quote of all of its PCRs
 * @tcti: how to get to the TPM, as the library's configuration has it
 * @ak: the attestation key: the handle of one that is in the TPM, in hexadecimal
 *	after 0x; or a file with its context, as tpm2-tools write it; or NULL to make
 *	one in the endorsement hierarchy
 * @nonce: qualifying data
 * @len: of it
 * @collection: gets the quote, its signature, the values and the key
 * @err: what is wrong, on failure
 *
 * The PCRs are those of all banks that are allocated.
 *
 * Return: 0, or -1.
 */
int chip_quote(const char *tcti, const char *ak, const uint8_t *nonce,
	       size_t len, struct collection *collection, struct error *err);

#endif
