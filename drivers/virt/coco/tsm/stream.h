/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream of bytes in memory: appended at its end, dropped from its start.
 */
#ifndef __TSM_STREAM_H
#define __TSM_STREAM_H

#include <asm/page.h>
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
int __must_check tsm_stream_add_pages(struct tsm_stream *stream, size_t len);
void tsm_stream_find_tail(struct tsm_stream *stream);
void tsm_stream_append(struct tsm_stream *stream, const void *data, size_t len);
void tsm_stream_cut(struct tsm_stream *stream, u64 off);
void tsm_stream_copy(struct tsm_stream *stream, u64 off, void *buf, size_t len);
size_t tsm_stream_read(struct tsm_stream *stream, u64 off, void *buf,
		       size_t len);
void tsm_stream_drop(struct tsm_stream *stream, u64 off);
void tsm_stream_reclaim(struct tsm_stream *stream);

/**
 * tsm_stream_room() - where the bytes go that are appended next
 * @stream: the stream
 * @len: how many, at most what the last tsm_stream_reserve() asked for
 *
 * Who makes them there need not copy them; tsm_stream_advance() appends them.
 *
 * Context: Any context. The owner's lock has been held since the reservation.
 *
 * Return: where to write @len bytes, or %NULL if they do not lie in one page.
 */
static inline u8 *tsm_stream_room(const struct tsm_stream *stream, size_t len)
{
	size_t in_page = stream->end % PAGE_SIZE;

	return len <= PAGE_SIZE - in_page ? stream->tail + in_page : NULL;
}

/**
 * tsm_stream_advance() - append what is in its place already
 * @stream: the stream
 * @len: how many bytes were written to tsm_stream_room()
 *
 * Context: Any context. The owner's lock has been held since the reservation.
 */
static inline void tsm_stream_advance(struct tsm_stream *stream, size_t len)
{
	stream->end += len;
	if (!(stream->end % PAGE_SIZE))
		tsm_stream_find_tail(stream);
}

/**
 * tsm_stream_reserve() - make sure that an append cannot fail
 * @stream: the stream
 * @len: bytes that are going to be appended
 *
 * A reservation that is not used needs no undoing.
 *
 * Context: Process context, may sleep. The owner's lock is held until the
 * append.
 *
 * Return: 0, or -ENOMEM.
 */
static inline int __must_check tsm_stream_reserve(struct tsm_stream *stream,
						  size_t len)
{
	/* The page that was found last is enough for most records. */
	if (stream->tail && tsm_stream_room(stream, len))
		return 0;

	return tsm_stream_add_pages(stream, len);
}

#endif /* __TSM_STREAM_H */
