// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Event data as text for people.
 */
#include "output/text.h"

/*
 * Characters that are not seen, or that change how others are seen: controls,
 * direction overrides, joiners, tags, private and unassigned special ones. In
 * ascending order; the last one is higher than any character.
 */
static const struct {
	uint32_t first;
	uint32_t last;
} unseen[] = {
	{ 0x00, 0x1f },
	{ 0x7f, 0x9f },
	{ 0xad, 0xad },
	{ 0x34f, 0x34f },
	{ 0x600, 0x605 },
	{ 0x61c, 0x61c },
	{ 0x6dd, 0x6dd },
	{ 0x70f, 0x70f },
	{ 0x890, 0x891 },
	{ 0x8e2, 0x8e2 },
	{ 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0x3164, 0x3164 },
	{ 0xe000, 0xf8ff },
	{ 0xfdd0, 0xfdef },
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xffff },
	{ 0x110bd, 0x110bd },
	{ 0x110cd, 0x110cd },
	{ 0x13430, 0x1343f },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0000, 0x10ffff },
	{ UINT32_MAX, UINT32_MAX },
};

size_t text_decode(const uint8_t *data, size_t len, uint32_t *character)
{
	/* The lowest character that takes so many bytes: no other form. */
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;
	uint32_t c;

	if (!len)
		return 0;
	if (data[0] < 0x80) {
		*character = data[0];
		return 1;
	}
	if ((data[0] & 0xe0) == 0xc0)
		n = 2;
	else if ((data[0] & 0xf0) == 0xe0)
		n = 3;
	else if ((data[0] & 0xf8) == 0xf0)
		n = 4;
	else
		return 0;
	if (len < n)
		return 0;
	c = data[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (data[i] & 0x3f);
	}
	if (c < lowest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*character = c;
	return n;
}

bool text_is_utf8(const uint8_t *data, size_t len)
{
	uint32_t c;
	size_t n;

	if (!len)
		return false;
	for (; len; data += n, len -= n) {
		n = data[0] < 0x80 ? 1 : text_decode(data, len, &c);
		if (!n)
			return false;
	}
	return true;
}

bool text_is_seen(uint32_t c)
{
	size_t i;

	for (i = 0; unseen[i].first <= c; i++)
		if (c <= unseen[i].last)
			return false;
	return true;
}

static void print_escape(FILE *out, uint32_t c)
{
	switch (c) {
	case '\n':
		fputs("\\n", out);
		break;
	case '\r':
		fputs("\\r", out);
		break;
	case '\t':
		fputs("\\t", out);
		break;
	case '"':
	case '\\':
		fprintf(out, "\\%c", (char)c);
		break;
	default:
		if (c < 0x80)
			fprintf(out, "\\x%02x", c);
		else if (c < 0x10000)
			fprintf(out, "\\u%04x", c);
		else
			fprintf(out, "\\U%08x", c);
	}
}

size_t text_plain_bytes(const uint8_t *data, size_t len)
{
	size_t n;

	for (n = 0; n < len && data[n] >= ' ' && data[n] < 0x7f; n++)
		if (data[n] == '"' || data[n] == '\\')
			break;
	return n;
}

void text_print(FILE *out, const uint8_t *data, size_t len, bool utf8)
{
	uint32_t c;
	size_t n;

	fputc('"', out);
	for (; len; data += n, len -= n) {
		n = text_plain_bytes(data, len);
		if (n) {
			fwrite(data, 1, n, out);
			continue;
		}
		n = text_decode(data, len, &c);
		if (!n)
			break;
		if (!text_is_seen(c) || c == '"' || c == '\\' ||
		    (c >= 0x80 && !utf8))
			print_escape(out, c);
		else
			fwrite(data, 1, n, out);
	}
	fputc('"', out);
}
