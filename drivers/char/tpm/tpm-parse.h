/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking commands and responses of a TPM 2.0 apart, field by field.
 */
#ifndef __TPM_PARSE_H__
#define __TPM_PARSE_H__

#include <linux/types.h>
#include <linux/unaligned.h>

/**
 * struct tpm_fields - what is left to be read of a command or a response
 * @data: the next byte
 * @len: how many there are
 * @truncated: more was asked for than there was
 */
struct tpm_fields {
	const u8 *data;
	size_t len;
	bool truncated;
};

/* The next @size bytes, or %NULL if there are not so many. */
static inline const u8 *tpm_take(struct tpm_fields *fields, size_t size)
{
	const u8 *data = fields->data;

	if (fields->truncated || fields->len < size) {
		fields->truncated = true;
		return NULL;
	}

	fields->data += size;
	fields->len -= size;

	return data;
}

static inline u8 tpm_take_u8(struct tpm_fields *fields)
{
	const u8 *data = tpm_take(fields, 1);

	return data ? *data : 0;
}

static inline u16 tpm_take_u16(struct tpm_fields *fields)
{
	const u8 *data = tpm_take(fields, 2);

	return data ? get_unaligned_be16(data) : 0;
}

static inline u32 tpm_take_u32(struct tpm_fields *fields)
{
	const u8 *data = tpm_take(fields, 4);

	return data ? get_unaligned_be32(data) : 0;
}

/* The next @size bytes, as fields of their own. */
static inline struct tpm_fields tpm_take_fields(struct tpm_fields *fields,
						size_t size)
{
	const u8 *data = tpm_take(fields, size);

	return (struct tpm_fields) {
		.data = data,
		.len = data ? size : 0,
		.truncated = !data,
	};
}

#endif /* __TPM_PARSE_H__ */
