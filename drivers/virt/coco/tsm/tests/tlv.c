// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLVs as those make them who write to append_record, from the format's
 * description alone.
 *
 * All functions write at @p and return where they have come to. The caller knows
 * that there is room.
 */

#include <linux/string.h>
#include <linux/unaligned.h>

#include "tlv.h"

/**
 * put_tlv() - one TLV
 * @p: where it goes
 * @type: its type
 * @value: its value
 * @size: bytes of @value
 *
 * Return: the byte after it.
 */
u8 *put_tlv(u8 *p, u8 type, const void *value, size_t size)
{
	*p = type;
	put_unaligned_be32(size, p + 1);
	/* The value may be what has been put there before. */
	memmove(p + 5, value, size);

	return p + 5 + size;
}

/**
 * put_event() - content of the type PCCLIENT_STD
 * @p: where it goes
 * @event_type: the event type
 * @data: the event data
 * @size: bytes of @data
 *
 * Return: the byte after it.
 */
u8 *put_event(u8 *p, u32 event_type, const void *data, size_t size)
{
	u8 *value = p + 5;
	u8 number[4];
	u8 *end;

	put_unaligned_be32(event_type, number);
	end = put_tlv(put_tlv(value, 0, number, 4), 1, data, size);

	return put_tlv(p, 5, value, end - value);
}

/**
 * put_ima_template() - content of the type IMA_TEMPLATE
 * @p: where it goes
 * @name: name of the template
 * @data: the template data
 * @size: bytes of @data
 *
 * Return: the byte after it.
 */
u8 *put_ima_template(u8 *p, const char *name, const void *data, size_t size)
{
	u8 *value = p + 5;
	u8 *end;

	end = put_tlv(put_tlv(value, 0, name, strlen(name)), 1, data, size);

	return put_tlv(p, 7, value, end - value);
}

/**
 * put_content() - content of any type, with the form that the type has
 * @p: where it goes
 * @type: the type
 * @data: what was measured
 * @size: bytes of @data
 *
 * Return: the byte after it.
 */
u8 *put_content(u8 *p, u8 type, const void *data, size_t size)
{
	if (type == 5)
		return put_event(p, 6, data, size);
	if (type == 7)
		return put_ima_template(p, "ima-ng", data, size);

	return put_tlv(p, type, data, size);
}

/* The numbers and sizes of the hashes of a fake's banks. */
static const struct {
	u8 alg;
	u8 size;
} hashes[] = {
	[FAKE_RTMR0] = { 0x0c, 48 },
	[FAKE_RTMR1] = { 0x0b, 32 },
	[FAKE_SOFT] = { 0x0d, 64 },
	[FAKE_AGILE_SHA1] = { 0x04, 20 },
	[FAKE_AGILE_SHA256] = { 0x0b, 32 },
	[FAKE_AGILE_SHA384] = { 0x0c, 48 },
};

/**
 * put_digest() - a digest for one bank, without the TLV that it has to be in
 * @p: where it goes
 * @bank: the bank
 * @value: the digest, and maybe more
 *
 * Return: the byte after it.
 */
u8 *put_digest(u8 *p, enum fake_mr bank, const u8 *value)
{
	return put_tlv(p, hashes[bank].alg, value, hashes[bank].size);
}

/**
 * put_digests() - digests for banks
 * @p: where they go
 * @banks: the banks
 * @nr_banks: number of elements of @banks
 * @value: what each of them begins with, TSM_DIGEST_MAX_SIZE bytes
 *
 * Return: the byte after them.
 */
u8 *put_digests(u8 *p, const enum fake_mr *banks, unsigned int nr_banks,
		const u8 *value)
{
	u8 *first = p + 5;
	u8 *end = first;

	for (unsigned int i = 0; i < nr_banks; i++)
		end = put_digest(end, banks[i], value);

	return put_tlv(p, 3, first, end - first);
}
