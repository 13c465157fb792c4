/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Encoder of the TCG Canonical Event Log Format, TLV encoding.
 */
#ifndef __TSM_CEL_H
#define __TSM_CEL_H

#include <linux/types.h>

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
 * @event_type: TCG event type
 * @event_size: bytes of @event, 0 for a digest that came without its event
 * @event: the event data
 */
struct cel_record {
	u64 recnum;
	u8 index_type;
	u8 index;
	unsigned int nr_digests;
	const struct cel_digest *digests;
	u32 event_type;
	size_t event_size;
	const void *event;
};

size_t cel_record_size(const struct cel_record *record);
void cel_encode_record(u8 *buf, const struct cel_record *record);

#endif /* __TSM_CEL_H */
