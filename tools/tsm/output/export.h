/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records in the formats that other programs read.
 *
 * Each function writes the records of @log to @out. It looks at all of them
 * before it writes, and returns 0, or -1 with @err set and nothing written.
 * Whether @out took it all is for the caller to see by ferror().
 */
#ifndef TSM_LOG_EXPORT_H
#define TSM_LOG_EXPORT_H

#include <stdio.h>

#include "base/error.h"
#include "replay/firmware.h"
#include "sources/log.h"

/* CEL-TLV, with numbers of records and indices of registers so many bytes. */
int export_cel(const struct log *log, size_t recnum_size, size_t index_size,
	       FILE *out, struct error *err);

/*
 * CEL-JSON as a sequence of JSON texts (RFC 7464): a record separator before
 * each record, and a newline after it.
 */
int export_json(const struct log *log, FILE *out, struct error *err);

/*
 * The crypto-agile log of the TCG PC Client Platform Firmware Profile. Its
 * entries must have digests for the same banks, so all records must have those,
 * too. The entries of @firmware, unless that is NULL, come first; then the
 * banks are those that both have.
 */
int export_tcg2(const struct log *log, const struct firmware *firmware,
		FILE *out, struct error *err);

/* The banks that an export_tcg2() has, or 0 with @err set. */
unsigned int export_tcg2_banks(const struct log *log,
			       const struct firmware *firmware,
			       struct error *err);

#endif
