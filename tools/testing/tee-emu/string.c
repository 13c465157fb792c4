// SPDX-License-Identifier: GPL-2.0
/*
 * The C library's memory and string functions that the emulator, or the
 * compiler on its own account, calls.
 */
#include "string.h"
#include "types.h"

void *memcpy(void *to, const void *from, size_t count)
{
	void *start = to;

	asm volatile("rep movsb"
		     : "+D"(to), "+S"(from), "+c"(count)
		     :
		     : "memory");
	return start;
}

void *memset(void *to, int byte, size_t count)
{
	void *start = to;

	asm volatile("rep stosb"
		     : "+D"(to), "+c"(count)
		     : "a"(byte)
		     : "memory");
	return start;
}

int memcmp(const void *a, const void *b, size_t count)
{
	const u8 *x = a, *y = b;

	for (; count; count--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	size_t length = 0;

	while (s[length])
		length++;
	return length;
}

int strncmp(const char *a, const char *b, size_t count)
{
	for (; count; count--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}
