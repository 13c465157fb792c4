/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream of bytes in memory: appended at its end, dropped from its start.
 */
#ifndef __TSM_STREAM_H
#define __TSM_STREAM_H

#include <linux/types.h>
#include <linux/xarray.h>

/**
 * struct tsm_stream - bytes that are appended at the end, and never change
 * @pages: the pages, indexed by offset / PAGE_SIZE
 * @tail: the page that @end is in, or %NULL if there is none yet
 * @start: offset of the first byte that has not been dropped
 * @end: offset of the next byte, which is how many have ever been appended
 */
struct tsm_stream {
	struct xarray pages;
	u8 *tail;
	u64 start;
	u64 end;
};

void tsm_stream_init(struct tsm_stream *stream);
void tsm_stream_destroy(struct tsm_stream *stream);
int __must_check tsm_stream_reserve(struct tsm_stream *stream, size_t len);
void tsm_stream_append(struct tsm_stream *stream, const void *data, size_t len);
void tsm_stream_cut(struct tsm_stream *stream, u64 off);
void tsm_stream_copy(struct tsm_stream *stream, u64 off, void *buf, size_t len);
size_t tsm_stream_read(struct tsm_stream *stream, u64 off, void *buf,
		       size_t len);
void tsm_stream_drop(struct tsm_stream *stream, u64 off);
void tsm_stream_reclaim(struct tsm_stream *stream);

#endif /* __TSM_STREAM_H */
