// SPDX-License-Identifier: GPL-2.0-only
/*
 * Digests in hex.
 *
 * An extend by a digest in hex is often all that a program does with the kernel,
 * and hex2bin() is a tenth of it. Digests are no secrets and are whole numbers of
 * 32-bit words, so eight digits are taken at a time.
 */

#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/unaligned.h>

#include "hex.h"

/* @n in each byte. */
#define EACH(n)	(0x0101010101010101ULL * (n))

/*
 * The bytes of @digits are hex digits, the first in the lowest byte. Put the
 * number that they are, in bytes, into @bytes, and return whether they are.
 */
static bool parse_word(u64 digits, u32 *bytes)
{
	/* 1 for what is no decimal digit; letters have this bit in either case. */
	u64 letter = digits >> 6 & EACH(1);
	u64 value = (digits & EACH(0x0f)) + letter * 9;
	/* Lower-case letters in place of upper-case ones. */
	u64 row = (digits | letter << 5) & EACH(0xf0);

	/* In the row of the digits or of the letters, */
	if (row != EACH(0x30) + letter * 0x30)
		return false;
	/* 0 to 9 if a digit and 10 to 15 if a letter. */
	if (value & EACH(0xf0) || ((value + EACH(6)) >> 4 & EACH(1)) != letter)
		return false;

	/* Two neighbours are a byte: each second byte, and then these together. */
	value = (value << 4 | value >> 8) & 0x00ff00ff00ff00ffULL;
	value = (value | value >> 8) & 0x0000ffff0000ffffULL;
	*bytes = value | value >> 16;

	return true;
}

/**
 * tsm_hex_parse() - parse a digest
 * @digest: where it goes
 * @hex: twice as many hex digits, in upper or lower case
 * @size: size of the digest in bytes, a multiple of 4
 *
 * Context: Any context.
 *
 * Return: whether all are hex digits.
 */
bool tsm_hex_parse(u8 *digest, const char *hex, size_t size)
{
	for (; size; digest += 4, hex += 8, size -= 4) {
		u32 bytes;

		if (!parse_word(get_unaligned_le64(hex), &bytes))
			return false;
		put_unaligned_le32(bytes, digest);
	}

	return true;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_hex_parse);
