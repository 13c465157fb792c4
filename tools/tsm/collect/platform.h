/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotes of confidential guests, from configfs: a TDX quote or an SNP report, of the
 * guest or of the SVSM below it. See Documentation/ABI/testing/configfs-tsm-report.
 */
#ifndef TSM_LOG_PLATFORM_H
#define TSM_LOG_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "collect/collection.h"

#define PLATFORM_ROOT "/sys/kernel/config/tsm/report"

/**
 * platform_quote() - have the platform sign a quote
 * @root: where reports are made, PLATFORM_ROOT
 * @nonce: what it must have in REPORTDATA
 * @len: of it, up to 64 bytes; what is left there is zero
 * @collection: gets the quote, and what the platform hands out with it
 * @err: what is wrong, on failure
 *
 * Return: 0, or -1.
 */
int platform_quote(const char *root, const uint8_t *nonce, size_t len,
		   struct collection *collection, struct error *err);

/**
 * platform_svsm() - have an SVSM attest its services, the virtual TPM among them
 * @root: where reports are made, PLATFORM_ROOT
 * @nonce: as of platform_quote()
 * @len: of it
 * @collection: gets the SVSM's report and manifest, and certificates
 * @err: what is wrong, on failure
 *
 * Return: 0, or -1 with nothing of that in @collection.
 */
int platform_svsm(const char *root, const uint8_t *nonce, size_t len,
		  struct collection *collection, struct error *err);

#endif
