/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An append-only stream of bytes in memory.
 */
#ifndef __TSM_STREAM_H
#define __TSM_STREAM_H

#include <linux/types.h>
#include <linux/xarray.h>

/**
 * struct tsm_stream - bytes that are only ever appended
 * @pages: the pages, indexed by offset / PAGE_SIZE
 * @size: bytes appended so far, which is also the offset of the next one
 */
struct tsm_stream {
	struct xarray pages;
	u64 size;
};

void tsm_stream_init(struct tsm_stream *stream);
void tsm_stream_destroy(struct tsm_stream *stream);
int __must_check tsm_stream_reserve(struct tsm_stream *stream, size_t len);
void tsm_stream_append(struct tsm_stream *stream, const void *data, size_t len);
size_t tsm_stream_read(struct tsm_stream *stream, u64 off, void *buf,
		       size_t len);

#endif /* __TSM_STREAM_H */
