// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TCG Canonical Event Log Format, TLV encoding.
 *
 * include/uapi/linux/tsm-event-log.h has the layout. All numbers are
 * big-endian; a TLV's length does not count its header.
 */

#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "cel.h"

static size_t digests_size(const struct cel_record *record)
{
	size_t size = 0;

	for (unsigned int i = 0; i < record->nr_digests; i++)
		size += TSM_CEL_TLV_HEADER_SIZE + record->digests[i].size;

	return size;
}

/* What of a content's value is before its data. */
static size_t content_head_size(const struct tsm_content *content)
{
	return content->type == TSM_CEL_CONTENT_PCCLIENT_STD ?
	       TSM_CEL_TLV_HEADER_SIZE + TSM_CEL_EVENT_TYPE_SIZE +
	       TSM_CEL_TLV_HEADER_SIZE : 0;
}

static u8 *put_header(u8 *p, u8 type, size_t len)
{
	*p++ = type;
	put_unaligned_be32(len, p);

	return p + sizeof(u32);
}

static u8 *put_content_head(u8 *p, const struct tsm_content *content)
{
	p = put_header(p, content->type,
		       content_head_size(content) + content->size);
	if (content->type != TSM_CEL_CONTENT_PCCLIENT_STD)
		return p;

	p = put_header(p, TSM_CEL_PCCLIENT_EVENT_TYPE, TSM_CEL_EVENT_TYPE_SIZE);
	put_unaligned_be32(content->event_type, p);
	p += TSM_CEL_EVENT_TYPE_SIZE;

	return put_header(p, TSM_CEL_PCCLIENT_EVENT_DATA, content->size);
}

/**
 * cel_record_size() - how long the encoding of a record is
 * @record: the record
 *
 * Context: Any context.
 *
 * Return: the number of bytes, with the content's data.
 */
size_t cel_record_size(const struct cel_record *record)
{
	return TSM_CEL_TLV_HEADER_SIZE + TSM_CEL_RECNUM_SIZE +
	       TSM_CEL_TLV_HEADER_SIZE + TSM_CEL_INDEX_SIZE +
	       TSM_CEL_TLV_HEADER_SIZE + digests_size(record) +
	       TSM_CEL_TLV_HEADER_SIZE + content_head_size(record->content) +
	       record->content->size;
}
EXPORT_SYMBOL_IF_KUNIT(cel_record_size);

/**
 * cel_encode_head() - encode a record as CEL-TLV, but for its content's data
 * @buf: where it goes, cel_record_size() bytes less the data's
 * @record: the record
 *
 * The content's data is what the record ends with, as it is. So it need not be
 * copied into a buffer only to be copied from there into the log.
 *
 * Context: Any context.
 *
 * Return: the number of bytes in @buf, at most %CEL_HEAD_MAX_SIZE if no digest
 * is longer than %TSM_DIGEST_MAX_SIZE.
 */
size_t cel_encode_head(u8 *buf, const struct cel_record *record)
{
	u8 *p = buf;

	p = put_header(p, TSM_CEL_RECNUM, TSM_CEL_RECNUM_SIZE);
	put_unaligned_be64(record->recnum, p);
	p += TSM_CEL_RECNUM_SIZE;

	p = put_header(p, record->index_type, TSM_CEL_INDEX_SIZE);
	*p++ = record->index;

	p = put_header(p, TSM_CEL_DIGESTS, digests_size(record));
	for (unsigned int i = 0; i < record->nr_digests; i++) {
		const struct cel_digest *digest = &record->digests[i];

		p = put_header(p, digest->alg, digest->size);
		memcpy(p, digest->value, digest->size);
		p += digest->size;
	}

	p = put_content_head(p, record->content);

	return p - buf;
}
EXPORT_SYMBOL_IF_KUNIT(cel_encode_head);

/**
 * cel_decode_extend() - decode what a replay needs of a record
 * @buf: the start of a record, the head of which cel_encode_head() has written:
 *	all of the record, or %CEL_HEAD_MAX_SIZE bytes
 * @extend: where it goes; its pointers point into @buf
 *
 * Context: Any context.
 */
void cel_decode_extend(const u8 *buf, struct cel_extend *extend)
{
	const u8 *p = buf;
	const u8 *end;

	p += TSM_CEL_TLV_HEADER_SIZE + TSM_CEL_RECNUM_SIZE;
	extend->index = p[TSM_CEL_TLV_HEADER_SIZE];
	p += TSM_CEL_TLV_HEADER_SIZE + TSM_CEL_INDEX_SIZE;

	end = p + TSM_CEL_TLV_HEADER_SIZE + get_unaligned_be32(p + 1);
	p += TSM_CEL_TLV_HEADER_SIZE;
	extend->nr_digests = 0;
	while (p < end && extend->nr_digests < TSM_MAX_BANKS) {
		extend->algs[extend->nr_digests] = *p;
		extend->digests[extend->nr_digests++] = p + TSM_CEL_TLV_HEADER_SIZE;
		p += TSM_CEL_TLV_HEADER_SIZE + get_unaligned_be32(p + 1);
	}

	/* The content is what is left. */
	extend->size = p - buf + TSM_CEL_TLV_HEADER_SIZE +
		       get_unaligned_be32(p + 1);
}

/**
 * cel_digest_of() - the digest for one bank
 * @extend: what cel_decode_extend() has decoded
 * @alg: low byte of the bank's TPM_ALG_ID
 *
 * Context: Any context.
 *
 * Return: the digest, or %NULL if the bank was not extended.
 */
const u8 *cel_digest_of(const struct cel_extend *extend, u8 alg)
{
	for (unsigned int i = 0; i < extend->nr_digests; i++) {
		if (extend->algs[i] == alg)
			return extend->digests[i];
	}

	return NULL;
}

/**
 * cel_set_recnum() - give another number to a record
 * @buf: the start of a record, written by cel_encode_head()
 * @recnum: its number
 *
 * Context: Any context.
 */
void cel_set_recnum(u8 *buf, u64 recnum)
{
	put_unaligned_be64(recnum, buf + TSM_CEL_TLV_HEADER_SIZE);
}
