// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A record that is to be measured.
 */
#include <string.h>

#include "commands/new-record.h"
#include "formats/cel-write.h"
#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "formats/event-type.h"
#include "linux/tsm-event-log.h"

struct encoder {
	uint8_t *out;
	size_t len;
	bool full;
};

const char *new_record_type(struct new_record *record, const char *text)
{
	record->any = true;
	record->has_event_type = true;
	if (!event_type_parse(text, &record->event_type))
		return "--type: no event type; give its number";
	if (record->event_type == EVENT_TYPE_NO_ACTION)
		return "--type: an event of this type extends nothing";
	return NULL;
}

const char *new_record_content_type(struct new_record *record, const char *text)
{
	uint64_t type;

	record->any = true;
	record->has_content_type = true;
	if (!number_parse(text, strlen(text), &type) || type > UINT8_MAX)
		return "--content-type: not a number up to 255";
	if (type == TSM_CEL_CONTENT_PCCLIENT_STD)
		return "--content-type 5 is what --type is for";
	if (type != CEL_CONTENT_IMA_TEMPLATE && type < CEL_CONTENT_IMA_TLV)
		return "--content-type: the types below 7 are the kernel's";
	record->content_type = (uint8_t)type;
	return NULL;
}

const char *new_record_digest(struct new_record *record, const char *text)
{
	size_t len = strcspn(text, ":");
	enum bank_id bank = bank_by_name(text, len);

	record->any = true;
	if (!text[len])
		return "--digest: not ALGO:HEX";
	if (bank == BANK_COUNT)
		return "--digest: unknown hash algorithm";
	if (record->banks & BANK_BIT(bank))
		return "--digest: a second digest of the same bank";
	text += len + 1;
	if (!hex_parse(text, strlen(text), record->digest[bank],
		       banks[bank].size))
		return "--digest: not as many hexadecimal digits as a digest of this bank has";
	record->banks |= BANK_BIT(bank);
	return NULL;
}

static void add(struct encoder *encoder, const void *data, size_t len)
{
	encoder->full |= len > NEW_RECORD_MAX_SIZE - encoder->len;
	if (encoder->full)
		return;
	if (len)
		memcpy(encoder->out + encoder->len, data, len);
	encoder->len += len;
}

static void add_header(struct encoder *encoder, uint8_t type, size_t len)
{
	uint8_t header[TSM_CEL_TLV_HEADER_SIZE];

	cel_put_header(header, type, len);
	add(encoder, header, sizeof(header));
}

static void add_digests(struct encoder *encoder,
			const struct new_record *record)
{
	size_t len = 0;
	enum bank_id bank;

	for (bank = 0; bank_next(record->banks, &bank); bank++)
		len += TSM_CEL_TLV_HEADER_SIZE + banks[bank].size;
	add_header(encoder, TSM_CEL_DIGESTS, len);
	for (bank = 0; bank_next(record->banks, &bank); bank++) {
		add_header(encoder, banks[bank].cel_type, banks[bank].size);
		add(encoder, record->digest[bank], banks[bank].size);
	}
}

static void add_event(struct encoder *encoder, uint32_t type,
		      const uint8_t *data, size_t len)
{
	uint8_t number[TSM_CEL_EVENT_TYPE_SIZE];

	cel_put_number(number, type, sizeof(number));
	add_header(encoder, TSM_CEL_CONTENT_PCCLIENT_STD,
		   2 * TSM_CEL_TLV_HEADER_SIZE + sizeof(number) + len);
	add_header(encoder, TSM_CEL_PCCLIENT_EVENT_TYPE, sizeof(number));
	add(encoder, number, sizeof(number));
	add_header(encoder, TSM_CEL_PCCLIENT_EVENT_DATA, len);
	add(encoder, data, len);
}

int new_record_encode(const struct new_record *record, const uint8_t *data,
		      size_t len, uint8_t out[NEW_RECORD_MAX_SIZE],
		      struct error *err)
{
	struct encoder encoder = { .out = out };
	uint32_t type = len ? TSM_EV_ACTION : TSM_EV_COMPACT_HASH;

	if (record->banks)
		add_digests(&encoder, record);
	if (record->has_content_type) {
		add_header(&encoder, record->content_type, len);
		add(&encoder, data, len);
	} else {
		if (record->has_event_type)
			type = record->event_type;
		add_event(&encoder, type, data, len);
	}
	if (encoder.full)
		return error_set(
			err,
			"the record has more than %d bytes, of which %zu are content",
			NEW_RECORD_MAX_SIZE, len);
	return (int)encoder.len;
}
