/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share: the entry point that libFuzzer calls, also
 * called by driver.c to replay the corpus without it.
 */
#ifndef TSM_LOG_FUZZ_H
#define TSM_LOG_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy with nothing after its end, so that a read past it is seen. */
static inline struct buffer fuzz_buffer(const uint8_t *data, size_t size)
{
	struct buffer buf = { .data = malloc(size), .len = size, .size = size };

	if (size) {
		if (!buf.data)
			abort();
		memcpy(buf.data, data, size);
	}
	return buf;
}

#endif
