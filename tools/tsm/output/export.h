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

enum export_format {
	EXPORT_NONE,
	EXPORT_CEL,
	EXPORT_JSON,
	EXPORT_TCG2,
	EXPORT_IMA,
	/* Those of one program each. */
	EXPORT_PCRLOCK,
	EXPORT_DSTACK,
};

/* CEL-TLV, with numbers of records and indices of registers so many bytes. */
int export_cel(const struct log *log, size_t recnum_size, size_t index_size,
	       FILE *out, struct error *err);

/*
 * CEL-JSON as a sequence of JSON texts (RFC 7464): a record separator before
 * each record, and a newline after it.
 */
int export_json(const struct log *log, FILE *out, struct error *err);

/*
 * The same for systemd-pcrlock: content is named by a text, and systemd's own is
 * there as systemd writes it.
 */
int export_pcrlock(const struct log *log, FILE *out, struct error *err);

/*
 * The crypto-agile log of the TCG PC Client Platform Firmware Profile. Its
 * entries must have digests for the same banks, so all records must have those,
 * too. The entries of @firmware, unless that is NULL, come first; then the
 * banks are those that both have. Banks that are not in @mask are left out.
 */
int export_tcg2(const struct log *log, const struct firmware *firmware,
		unsigned int mask, FILE *out, struct error *err);

/*
 * IMA's binary list, of what IMA measured; other records are not in it. The list does
 * not say of a register of a confidential VM which it is: it has PCR 10 for all.
 */
int export_ima(const struct log *log, FILE *out, struct error *err);

/*
 * The type of the event that a record becomes there. Other content has none; the one
 * that it gets says the least, but what IMA measures is a tagged event: the tag
 * EXPORT_IMA_TAG and a length, 4 bytes each, little-endian, and the two TLVs that have
 * the template's name and data.
 */
#define EXPORT_IMA_TAG 0x00414d49 /* "IMA" */

uint32_t export_event_type(const struct cel_record *rec);

/* The banks that an export_tcg2() has, or 0 with @err set. */
unsigned int export_tcg2_banks(const struct log *log,
			       const struct firmware *firmware,
			       unsigned int mask, struct error *err);

/*
 * The array of JSON objects that dstack's evidence has, of CC measurement registers
 * and their SHA-384 digests. The entries of @firmware, unless that is NULL, come
 * first.
 */
int export_dstack(const struct log *log, const struct firmware *firmware,
		  FILE *out, struct error *err);

#endif
