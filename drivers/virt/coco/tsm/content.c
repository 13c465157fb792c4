// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a record says was measured, as its writer gives it.
 *
 * A writer gives TLVs as they are going to stand in the record. Only what a reader
 * of the log must be able to rely on is checked: that lengths add up, that content
 * which has a form keeps to it, and that nobody writes what is the kernel's to
 * write. What the values mean is between the writer and those who know the type.
 */

#include <kunit/visibility.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/unaligned.h>
#include <uapi/linux/tsm-event-log.h>

#include "content.h"
#include "hash.h"

/**
 * struct tlv - one TLV
 * @type: its type
 * @value: its value
 * @size: bytes of @value
 */
struct tlv {
	u8 type;
	const u8 *value;
	size_t size;
};

/**
 * struct rest - what has not been parsed yet
 * @p: where it begins
 * @end: where it ends
 */
struct rest {
	const u8 *p;
	const u8 *end;
};

static struct rest inside(const struct tlv *tlv)
{
	return (struct rest) { tlv->value, tlv->value + tlv->size };
}

static bool is_empty(const struct rest *rest)
{
	return rest->p == rest->end;
}

/* Take the next TLV, if there is one and it is whole. */
static bool take(struct rest *rest, struct tlv *tlv)
{
	size_t left = rest->end - rest->p;

	if (left < TSM_CEL_TLV_HEADER_SIZE)
		return false;

	tlv->type = rest->p[0];
	tlv->size = get_unaligned_be32(rest->p + 1);
	tlv->value = rest->p + TSM_CEL_TLV_HEADER_SIZE;
	if (tlv->size > left - TSM_CEL_TLV_HEADER_SIZE)
		return false;
	rest->p = tlv->value + tlv->size;

	return true;
}

/* Are there two TLVs of these types in it, and nothing else? */
static bool is_pair(const struct tlv *outer, u8 first_type, struct tlv *first,
		    u8 second_type, struct tlv *second)
{
	struct rest rest = inside(outer);

	return take(&rest, first) && first->type == first_type &&
	       take(&rest, second) && second->type == second_type &&
	       is_empty(&rest);
}

static int parse_pcclient(const struct tlv *tlv, struct tsm_content *content)
{
	struct tlv type, data;

	if (!is_pair(tlv, TSM_CEL_PCCLIENT_EVENT_TYPE, &type,
		     TSM_CEL_PCCLIENT_EVENT_DATA, &data) ||
	    type.size != TSM_CEL_EVENT_TYPE_SIZE)
		return -EINVAL;

	content->event_type = get_unaligned_be32(type.value);
	/* By definition nothing is extended by it. */
	if (content->event_type == TSM_EV_NO_ACTION)
		return -EINVAL;
	content->data = data.value;
	content->size = data.size;
	content->measured = data.value;
	content->measured_size = data.size;

	return 0;
}

static int parse_ima_template(const struct tlv *tlv,
			      struct tsm_content *content)
{
	struct tlv name, data;

	if (!is_pair(tlv, TSM_CEL_IMA_TEMPLATE_NAME, &name,
		     TSM_CEL_IMA_TEMPLATE_DATA, &data))
		return -EINVAL;

	content->measured = data.value;
	content->measured_size = data.size;

	return 0;
}

/* The rest must be one content. */
static int parse_content(struct rest rest, struct tsm_content *content)
{
	const u8 *start = rest.p;
	struct tlv tlv;

	if (!take(&rest, &tlv) || !is_empty(&rest))
		return -EINVAL;

	*content = (struct tsm_content) {
		.type = tlv.type,
		.data = tlv.value,
		.size = tlv.size,
		.measured = start,
		.measured_size = rest.end - start,
	};

	switch (tlv.type) {
	case TSM_CEL_CONTENT_PCCLIENT_STD:
		return parse_pcclient(&tlv, content);
	case TSM_CEL_CONTENT_IMA_TEMPLATE:
		return parse_ima_template(&tlv, content);
	case TSM_CEL_CONTENT_IMA_TLV:
		return 0;
	default:
		return tlv.type >= TSM_CEL_CONTENT_OTHER ? 0 : -EINVAL;
	}
}

static int parse_digests(const struct tlv *tlv, struct tsm_typed_record *record)
{
	struct rest rest = inside(tlv);

	do {
		struct tsm_digest *digest = &record->digests[record->nr_digests];
		struct tlv one;
		int algo;

		if (record->nr_digests == TSM_MAX_BANKS || !take(&rest, &one))
			return -EINVAL;
		algo = tsm_hash_of_tcg_alg(one.type);
		if (algo < 0 || one.size != hash_digest_size[algo])
			return -EINVAL;
		digest->algo = algo;
		digest->value = one.value;
		record->nr_digests++;
	} while (!is_empty(&rest));

	return 0;
}

/**
 * tsm_content_parse() - parse content
 * @buf: one TLV
 * @len: its size in bytes
 * @content: where it goes; its pointers point into @buf
 *
 * Context: Any context.
 *
 * Return: 0, or -EINVAL if it is malformed or of a type that no writer may give.
 */
int tsm_content_parse(const u8 *buf, size_t len, struct tsm_content *content)
{
	return parse_content((struct rest) { buf, buf + len }, content);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_content_parse);

/**
 * tsm_typed_record_parse() - parse content with the digests of it
 * @buf: a TLV with digests, which may be missing, and one with content
 * @len: their size in bytes
 * @record: where they go; its pointers point into @buf
 *
 * Each digest has the size of its hash. Whether there is one for each bank is for
 * who knows the register.
 *
 * Context: Any context.
 *
 * Return: 0, or -EINVAL if it is anything else.
 */
int tsm_typed_record_parse(const u8 *buf, size_t len,
			   struct tsm_typed_record *record)
{
	struct rest rest = { buf, buf + len };
	struct tlv digests;
	int rc;

	record->nr_digests = 0;
	if (len && buf[0] == TSM_CEL_DIGESTS) {
		if (!take(&rest, &digests))
			return -EINVAL;
		rc = parse_digests(&digests, record);
		if (rc)
			return rc;
	}

	return parse_content(rest, &record->content);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_typed_record_parse);
