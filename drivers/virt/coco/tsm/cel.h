/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TCG Canonical Event Log Format, TLV encoding.
 */
#ifndef __TSM_CEL_H
#define __TSM_CEL_H

#include <linux/tsm-measurement.h>
#include <linux/types.h>
#include <uapi/linux/tsm-event-log.h>

#include "content.h"
#include "hash.h"

/**
 * struct cel_digest - the digest of a record in one bank
 * @alg: low byte of the bank's TPM_ALG_ID
 * @size: bytes of @value
 * @value: the digest
 */
struct cel_digest {
	u8 alg;
	u8 size;
	const u8 *value;
};

/**
 * struct cel_record - what one record says
 * @recnum: number of the record
 * @index_type: %TSM_CEL_PCR or %TSM_CEL_CCMR
 * @index: number of the register that was extended
 * @nr_digests: number of elements of @digests
 * @digests: one digest per bank
 * @content: the content
 */
struct cel_record {
	u64 recnum;
	u8 index_type;
	u8 index;
	unsigned int nr_digests;
	const struct cel_digest *digests;
	const struct tsm_content *content;
};

/**
 * struct cel_extend - what a replay needs of a record
 * @index: number of the register that was extended
 * @nr_digests: number of elements of @algs and @digests
 * @algs: low byte of the TPM_ALG_ID of each bank that was extended
 * @digests: the digest for it
 * @size: size of the whole record in bytes
 */
struct cel_extend {
	u8 index;
	unsigned int nr_digests;
	u8 algs[TSM_MAX_BANKS];
	const u8 *digests[TSM_MAX_BANKS];
	u64 size;
};

/* The longest head of a record of ours: see cel_encode_head(). */
#define CEL_HEAD_MAX_SIZE						\
	(TSM_CEL_TLV_HEADER_SIZE + TSM_CEL_RECNUM_SIZE +		\
	 TSM_CEL_TLV_HEADER_SIZE + TSM_CEL_INDEX_SIZE +			\
	 TSM_CEL_TLV_HEADER_SIZE +					\
	 TSM_MAX_BANKS * (TSM_CEL_TLV_HEADER_SIZE + TSM_DIGEST_MAX_SIZE) + \
	 TSM_CEL_TLV_HEADER_SIZE +					\
	 TSM_CEL_TLV_HEADER_SIZE + TSM_CEL_EVENT_TYPE_SIZE +		\
	 TSM_CEL_TLV_HEADER_SIZE)

size_t cel_record_size(const struct cel_record *record);
size_t cel_encode_head(u8 *buf, const struct cel_record *record);
void cel_decode_extend(const u8 *buf, struct cel_extend *extend);
const u8 *cel_digest_of(const struct cel_extend *extend, u8 alg);
void cel_set_recnum(u8 *buf, u64 recnum);

#endif /* __TSM_CEL_H */
