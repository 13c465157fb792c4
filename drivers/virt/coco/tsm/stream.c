// SPDX-License-Identifier: GPL-2.0-only
/*
 * An append-only stream of bytes in memory.
 *
 * A log grows for the life of the machine, record by record, and is read from
 * any offset at any time. So the stream is an array of pages, and the array is
 * an xarray indexed by the stream's offset in pages:
 *
 *	offset        0       4096      8192      12288
 *	              |         |         |         |
 *	records       [ 0 ][  1  ][ 2 ][3][   4   ][ 5 ]
 *	                                              ^ size
 *	pages         |---0-----|----1----|----2----|····3····|
 *
 * A record may straddle pages. What follows from it:
 *
 * - An append copies bytes and stores at most a few pointers. It never moves or
 *   copies what is there already, so record one million costs what record one
 *   did. A growing buffer would copy the log each time it doubles.
 * - A read at an offset finds its page in the xarray: at a million records that
 *   is three or four steps, and no record is walked.
 * - Memory is the bytes, plus up to a page at the end, plus the xarray's nodes,
 *   one for 64 pages (about 0.2 %). A list of records would pay a list head and
 *   the rounding of the allocator for each record.
 * - Allocations are single pages: nothing fails because memory is fragmented.
 *
 * An append is in two steps. tsm_stream_reserve() may sleep and may fail, and
 * leaves nothing behind but spare pages, which a later append uses;
 * tsm_stream_append() of no more than what was reserved cannot fail. The log
 * puts the hardware's extend between the two.
 *
 * What lies below @size never changes. The owner's lock protects @size.
 */

#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "stream.h"

/**
 * tsm_stream_init() - make an empty stream
 * @stream: the stream
 *
 * It takes no memory before the first tsm_stream_reserve().
 *
 * Context: Any context.
 */
void tsm_stream_init(struct tsm_stream *stream)
{
	xa_init(&stream->pages);
	stream->size = 0;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_init);

/**
 * tsm_stream_destroy() - free all memory of a stream
 * @stream: the stream, which nobody uses any more
 *
 * Context: Process context.
 */
void tsm_stream_destroy(struct tsm_stream *stream)
{
	unsigned long index;
	void *page;

	xa_for_each(&stream->pages, index, page)
		free_page((unsigned long)page);
	xa_destroy(&stream->pages);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_destroy);

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
int tsm_stream_reserve(struct tsm_stream *stream, size_t len)
{
	unsigned long index = stream->size / PAGE_SIZE;
	unsigned long end = DIV_ROUND_UP_ULL(stream->size + len, PAGE_SIZE);

	for (; index < end; index++) {
		unsigned long page;
		int rc;

		if (xa_load(&stream->pages, index))
			continue;

		page = __get_free_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;

		rc = xa_insert(&stream->pages, index, (void *)page, GFP_KERNEL);
		if (rc) {
			free_page(page);
			return rc;
		}
	}

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_reserve);

/*
 * The longest piece of [off, off + len) that lies in one page. Returns its
 * address and puts its length into @piece.
 */
static void *find_piece(struct tsm_stream *stream, u64 off, size_t len,
			size_t *piece)
{
	size_t in_page = off % PAGE_SIZE;

	*piece = min(len, PAGE_SIZE - in_page);

	return xa_load(&stream->pages, off / PAGE_SIZE) + in_page;
}

/**
 * tsm_stream_append() - append what was reserved
 * @stream: the stream
 * @data: the bytes
 * @len: how many, at most what the last tsm_stream_reserve() asked for
 *
 * Context: Any context. The owner's lock has been held since the reservation.
 */
void tsm_stream_append(struct tsm_stream *stream, const void *data, size_t len)
{
	size_t piece;

	for (; len; data += piece, len -= piece) {
		void *to = find_piece(stream, stream->size, len, &piece);

		memcpy(to, data, piece);
		stream->size += piece;
	}
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_append);

/**
 * tsm_stream_read() - copy bytes out of a stream
 * @stream: the stream
 * @off: offset of the first byte
 * @buf: where they go
 * @len: how many at most
 *
 * Context: Any context. The owner's lock is held.
 *
 * Return: the number of bytes copied, less than @len only at the stream's end.
 */
size_t tsm_stream_read(struct tsm_stream *stream, u64 off, void *buf,
		       size_t len)
{
	size_t done = 0;
	size_t piece;

	if (off >= stream->size)
		return 0;

	for (len = min_t(u64, len, stream->size - off); done < len; done += piece) {
		const void *from = find_piece(stream, off + done, len - done,
					      &piece);

		memcpy(buf + done, from, piece);
	}

	return done;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_read);
