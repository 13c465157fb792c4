// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records in the TLV encoding of the TCG Canonical Event Log Format, written.
 */
#include <string.h>

#include "formats/cel-write.h"
#include "linux/tsm-event-log.h"

/* All of a record before its content. */
#define HEAD_MAX                                              \
	(3 * TSM_CEL_TLV_HEADER_SIZE + 2 * sizeof(uint64_t) + \
	 BANK_COUNT * (TSM_CEL_TLV_HEADER_SIZE + DIGEST_MAX))

uint8_t *cel_put_number(uint8_t *p, uint64_t number, size_t size)
{
	while (size--)
		*p++ = (uint8_t)(number >> 8 * size);
	return p;
}

uint8_t *cel_put_header(uint8_t *p, uint8_t type, size_t len)
{
	*p++ = type;
	return cel_put_number(p, len, TSM_CEL_TLV_HEADER_SIZE - 1);
}

uint8_t *cel_put_number_tlv(uint8_t *p, uint8_t type, uint64_t number,
			    size_t size)
{
	p = cel_put_header(p, type, size);
	return cel_put_number(p, number, size);
}

uint8_t *cel_put_index(uint8_t *p, const struct cel_record *rec, size_t size)
{
	if (rec->is_nv)
		return cel_put_number_tlv(p, CEL_NV_INDEX, rec->nv_index,
					  CEL_NV_INDEX_SIZE);
	return cel_put_number_tlv(p, rec->is_ccmr ? TSM_CEL_CCMR : TSM_CEL_PCR,
				  rec->index, size);
}

static uint8_t *put_digests(uint8_t *p, const struct cel_record *rec,
			    unsigned int set)
{
	uint8_t *start = p;
	enum bank_id bank;

	p += TSM_CEL_TLV_HEADER_SIZE;
	for (bank = 0; bank_next(set, &bank); bank++) {
		p = cel_put_header(p, banks[bank].cel_type, banks[bank].size);
		memcpy(p, rec->digest[bank], banks[bank].size);
		p += banks[bank].size;
	}
	cel_put_header(start, TSM_CEL_DIGESTS,
		       (size_t)(p - start) - TSM_CEL_TLV_HEADER_SIZE);
	return p;
}

int cel_append(struct buffer *out, const struct cel_record *rec,
	       unsigned int set, struct error *err)
{
	uint8_t head[HEAD_MAX], *p = head;

	p = cel_put_number_tlv(p, TSM_CEL_RECNUM, rec->recnum,
			       TSM_CEL_RECNUM_SIZE);
	p = cel_put_index(p, rec, TSM_CEL_INDEX_SIZE);
	p = put_digests(p, rec, rec->banks & set);
	if (buffer_add(out, head, (size_t)(p - head), err))
		return -1;
	return buffer_add(out, rec->content, rec->content_len, err);
}

int cel_append_event(struct buffer *out, uint32_t type, const uint8_t *event,
		     size_t len, struct error *err)
{
	uint8_t head[3 * TSM_CEL_TLV_HEADER_SIZE + TSM_CEL_EVENT_TYPE_SIZE];
	uint8_t *p = head;

	p = cel_put_header(p, TSM_CEL_CONTENT_PCCLIENT_STD,
			   sizeof(head) - TSM_CEL_TLV_HEADER_SIZE + len);
	p = cel_put_number_tlv(p, TSM_CEL_PCCLIENT_EVENT_TYPE, type,
			       TSM_CEL_EVENT_TYPE_SIZE);
	cel_put_header(p, TSM_CEL_PCCLIENT_EVENT_DATA, len);
	if (buffer_add(out, head, sizeof(head), err))
		return -1;
	return buffer_add(out, event, len, err);
}
