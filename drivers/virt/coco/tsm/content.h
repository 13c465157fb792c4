/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a record says was measured, as its writer gives it.
 */
#ifndef __TSM_CONTENT_H
#define __TSM_CONTENT_H

#include <linux/tsm-measurement.h>
#include <linux/types.h>

/**
 * struct tsm_content - the content of a record; all pointers are its writer's
 * @type: type of its TLV
 * @event_type: TCG event type, if @type is %TSM_CEL_CONTENT_PCCLIENT_STD
 * @data: what the TLV ends with: the event data if @type is
 *	%TSM_CEL_CONTENT_PCCLIENT_STD, the whole value otherwise
 * @size: bytes of @data
 * @measured: what each bank is extended by the hash of, where the writer gives no
 *	digests
 * @measured_size: bytes of @measured
 */
struct tsm_content {
	u8 type;
	u32 event_type;
	const u8 *data;
	size_t size;
	const u8 *measured;
	size_t measured_size;
};

/**
 * struct tsm_typed_record - what is written to append_record
 * @content: the content
 * @digests: the digests, in the order in which they stand there
 * @nr_digests: number of elements of @digests, 0 if there are none
 */
struct tsm_typed_record {
	struct tsm_content content;
	struct tsm_digest digests[TSM_MAX_BANKS];
	size_t nr_digests;
};

int __must_check tsm_content_parse(const u8 *buf, size_t len,
				   struct tsm_content *content);
int __must_check tsm_typed_record_parse(const u8 *buf, size_t len,
					struct tsm_typed_record *record);

#endif /* __TSM_CONTENT_H */
