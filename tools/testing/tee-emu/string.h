/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_STRING_H
#define TEE_EMU_STRING_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t count);
void *memset(void *to, int byte, size_t count);
int memcmp(const void *a, const void *b, size_t count);
size_t strlen(const char *s);
int strncmp(const char *a, const char *b, size_t count);

#endif
