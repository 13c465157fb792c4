// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parser of the kernel's cel.
 *
 * Every TLV is taken from a span: the log, or the value of the TLV around it.
 * A length is compared with what is left of its span before it is used, so no
 * input makes the parser look outside of the buffer, and it allocates nothing.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/cel.h"
#include "formats/event-type.h"
#include "linux/tsm-event-log.h"

/* Types inside CEL_CONTENT_IMA_TEMPLATE. */
#define IMA_TEMPLATE_NAME 0
#define IMA_TEMPLATE_DATA 1

struct span {
	const uint8_t *base; /* of the log, for the offsets in messages */
	size_t pos;
	size_t end;
	const char *what;
};

struct tlv {
	size_t offset;
	uint8_t type;
	const uint8_t *value;
	uint32_t len;
};

/* An error at a byte offset of the log; returns -1. */
static int __attribute__((format(printf, 3, 4)))
bad(struct error *err, size_t offset, const char *format, ...)
{
	char text[128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return error_set(err, "byte offset %zu: %s", offset, text);
}

static uint64_t be(const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	while (len--)
		v = v << 8 | *p++;
	return v;
}

static int take(struct span *span, struct tlv *tlv, const char *wanted,
		struct error *err)
{
	const uint8_t *p = span->base + span->pos;
	size_t left = span->end - span->pos;

	if (left < TSM_CEL_TLV_HEADER_SIZE)
		return bad(err, span->pos,
			   "%s ends where %s should be (%zu bytes left)",
			   span->what, wanted, left);
	tlv->offset = span->pos;
	tlv->type = p[0];
	tlv->len = (uint32_t)be(p + 1, TSM_CEL_TLV_HEADER_SIZE - 1);
	tlv->value = p + TSM_CEL_TLV_HEADER_SIZE;
	left -= TSM_CEL_TLV_HEADER_SIZE;
	if (tlv->len > left)
		return bad(err, tlv->offset,
			   "type %u says it has %u bytes, but %s has %zu left",
			   tlv->type, tlv->len, span->what, left);
	span->pos += TSM_CEL_TLV_HEADER_SIZE + tlv->len;
	return 0;
}

static int expect_size(const struct tlv *tlv, uint32_t size, const char *wanted,
		       struct error *err)
{
	if (tlv->len == size)
		return 0;
	return bad(err, tlv->offset, "%s takes %u bytes, not %u", wanted, size,
		   tlv->len);
}

/* Other writers of the format have other widths for the same numbers. */
static int expect_sizes(const struct tlv *tlv, uint32_t size, uint32_t other,
			const char *wanted, struct error *err)
{
	if (tlv->len == size || tlv->len == other)
		return 0;
	return bad(err, tlv->offset, "%s takes %u or %u bytes, not %u", wanted,
		   size, other, tlv->len);
}

static int expect_type(const struct tlv *tlv, uint8_t type, const char *wanted,
		       struct error *err)
{
	if (tlv->type == type)
		return 0;
	return bad(err, tlv->offset, "expected %s (type %u), found type %u",
		   wanted, type, tlv->type);
}

static struct span inside(const struct span *outer, const struct tlv *tlv,
			  const char *what)
{
	size_t start = tlv->offset + TSM_CEL_TLV_HEADER_SIZE;

	return (struct span){ outer->base, start, start + tlv->len, what };
}

static int parse_recnum(struct span *log, struct cel_record *rec,
			struct error *err)
{
	static const char wanted[] = "a record number";
	struct tlv tlv;

	if (take(log, &tlv, wanted, err) ||
	    expect_type(&tlv, TSM_CEL_RECNUM, wanted, err) ||
	    expect_sizes(&tlv, TSM_CEL_RECNUM_SIZE, CEL_NARROW_RECNUM_SIZE,
			 wanted, err))
		return -1;
	rec->recnum = be(tlv.value, tlv.len);
	/* The number after the last one must exist too. */
	if (rec->recnum == UINT64_MAX)
		return bad(err, tlv.offset, "no record number");
	return 0;
}

static int parse_index(struct span *log, struct cel_record *rec,
		       struct error *err)
{
	static const char wanted[] = "a register index";
	struct tlv tlv;
	uint64_t index;

	if (take(log, &tlv, wanted, err))
		return -1;
	rec->is_nv = tlv.type == CEL_NV_INDEX;
	if (rec->is_nv) {
		rec->is_ccmr = false;
		rec->index = 0;
		if (expect_size(&tlv, CEL_NV_INDEX_SIZE, "an NV index", err))
			return -1;
		rec->nv_index = (uint32_t)be(tlv.value, tlv.len);
		return 0;
	}
	if (tlv.type != TSM_CEL_PCR && tlv.type != TSM_CEL_CCMR)
		return bad(err, tlv.offset,
			   "expected a register index, found type %u",
			   tlv.type);
	if (expect_sizes(&tlv, TSM_CEL_INDEX_SIZE, CEL_WIDE_INDEX_SIZE, wanted,
			 err))
		return -1;
	index = be(tlv.value, tlv.len);
	if (index > UINT8_MAX)
		return bad(err, tlv.offset, "there is no register %" PRIu64,
			   index);
	rec->is_ccmr = tlv.type == TSM_CEL_CCMR;
	rec->index = (uint8_t)index;
	return 0;
}

static int parse_digests(struct span *log, struct cel_record *rec,
			 struct error *err)
{
	enum bank_id id;
	struct tlv list, tlv;
	struct span span;

	if (take(log, &list, "the digests", err) ||
	    expect_type(&list, TSM_CEL_DIGESTS, "the digests", err))
		return -1;
	span = inside(log, &list, "the list of digests");
	rec->banks = 0;
	while (span.pos < span.end) {
		if (take(&span, &tlv, "a digest", err))
			return -1;
		id = bank_by_cel_type(tlv.type);
		if (id == BANK_COUNT)
			return bad(err, tlv.offset,
				   "digest of an unknown bank (type 0x%02x)",
				   tlv.type);
		if (rec->banks & BANK_BIT(id))
			return bad(err, tlv.offset,
				   "a second digest for the bank %s",
				   banks[id].name);
		if (expect_size(&tlv, banks[id].size, "a digest of this bank",
				err))
			return -1;
		rec->banks |= BANK_BIT(id);
		rec->digest[id] = tlv.value;
	}
	if (!rec->banks)
		return bad(err, list.offset, "a record without digests");
	return 0;
}

/* Parts of a record that are no content: then the content is missing. */
static bool is_structure(uint8_t type)
{
	return type <= TSM_CEL_DIGESTS;
}

/* What IMA's template data is, IMA hashes; of what is no template, all. */
static void find_template_data(const struct span *content,
			       struct cel_record *rec)
{
	struct span span = *content;
	struct tlv name, data;
	struct error err;

	if (take(&span, &name, "", &err) || name.type != IMA_TEMPLATE_NAME ||
	    take(&span, &data, "", &err) || data.type != IMA_TEMPLATE_DATA ||
	    span.pos < span.end)
		return;
	rec->measured = data.value;
	rec->measured_len = data.len;
}

static int parse_content(struct span *log, struct cel_record *rec,
			 struct error *err)
{
	static const char type_wanted[] = "an event type";
	static const char data_wanted[] = "event data";
	struct tlv content, type, data;
	struct span span;

	if (take(log, &content, "the content", err))
		return -1;
	if (is_structure(content.type))
		return bad(err, content.offset,
			   "expected the content, found type %u", content.type);
	rec->content_type = content.type;
	rec->content = content.value - TSM_CEL_TLV_HEADER_SIZE;
	rec->content_len = content.len + TSM_CEL_TLV_HEADER_SIZE;
	rec->event_type = 0;
	rec->event = content.value;
	rec->event_len = content.len;
	rec->measured = rec->content;
	rec->measured_len = rec->content_len;
	span = inside(log, &content, "the content");
	/* The rest of a record does not depend on what others write in there. */
	if (rec->content_type == CEL_CONTENT_IMA_TEMPLATE)
		find_template_data(&span, rec);
	if (!cel_is_event(rec))
		return 0;
	if (take(&span, &type, type_wanted, err) ||
	    expect_type(&type, TSM_CEL_PCCLIENT_EVENT_TYPE, type_wanted, err) ||
	    expect_size(&type, TSM_CEL_EVENT_TYPE_SIZE, type_wanted, err) ||
	    take(&span, &data, data_wanted, err) ||
	    expect_type(&data, TSM_CEL_PCCLIENT_EVENT_DATA, data_wanted, err))
		return -1;
	if (span.pos < span.end)
		return bad(err, span.pos, "%zu bytes too many in the content",
			   span.end - span.pos);
	rec->event_type = (uint32_t)be(type.value, TSM_CEL_EVENT_TYPE_SIZE);
	rec->event = data.value;
	rec->event_len = data.len;
	rec->measured = data.value;
	rec->measured_len = data.len;
	return 0;
}

static int next_record(struct cel_reader *reader, struct cel_record *rec,
		       struct error *err)
{
	struct span log = { reader->log->data, reader->pos, reader->log->len,
			    "the log" };

	if (log.pos == log.end)
		return 0;
	rec->offset = log.pos;
	if (parse_recnum(&log, rec, err) || parse_index(&log, rec, err))
		return -1;
	rec->body = log.base + log.pos;
	if (parse_digests(&log, rec, err) || parse_content(&log, rec, err))
		return -1;
	rec->body_len = (size_t)(log.base + log.pos - rec->body);
	reader->pos = log.pos;
	return 1;
}

int cel_next(struct cel_reader *reader, struct cel_record *rec,
	     struct error *err)
{
	int ret;

	do {
		ret = next_record(reader, rec, err);
	} while (ret > 0 && rec->is_nv && !reader->nv);
	return ret;
}

bool cel_is_event(const struct cel_record *rec)
{
	return rec->content_type == TSM_CEL_CONTENT_PCCLIENT_STD;
}

const char *cel_event_type_text(const struct cel_record *rec,
				char out[EVENT_TYPE_TEXT])
{
	const char *name = event_type_name(rec->event_type);

	if (cel_is_event(rec) && name)
		return name;
	if (cel_is_event(rec))
		snprintf(out, EVENT_TYPE_TEXT, "0x%08x", rec->event_type);
	else if (rec->content_type == CEL_CONTENT_IMA_TEMPLATE)
		snprintf(out, EVENT_TYPE_TEXT, "IMA_TEMPLATE");
	else
		snprintf(out, EVENT_TYPE_TEXT, "(content type %u)",
			 rec->content_type);
	return out;
}
