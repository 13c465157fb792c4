// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream of bytes in memory: appended at its end, dropped from its start.
 *
 * A log grows for the life of the machine, record by record, and is read from
 * any offset at any time. So the stream is an array of pages, and the array is
 * an xarray indexed by the stream's offset in pages:
 *
 *	offset        0       4096      8192      12288
 *	              |         |         |         |
 *	records       (dropped) [ 2 ][3][   4   ][ 5 ]
 *	                         ^ start              ^ end
 *	pages                   |----1----|----2----|····3····|
 *
 * A record may straddle pages. An offset is that of the same byte for ever,
 * whatever is dropped before it. What follows from it:
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
 * Dropping is in two steps as well. tsm_stream_drop() moves the start, after
 * which nobody reads what is before it; tsm_stream_reclaim() frees the pages
 * there, which takes long enough not to be done under the owner's lock.
 *
 * The owner's lock protects @start and @end. The bytes between them never
 * change, unless the owner takes back what it has appended last; so who keeps
 * others from dropping may copy bytes without the lock, once it has seen @end
 * beyond them.
 */

#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/sched.h>
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
	stream->tail = NULL;
	stream->start = 0;
	stream->end = 0;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_init);

/**
 * tsm_stream_destroy() - free all memory of a stream
 * @stream: the stream, which nobody uses any more
 *
 * Context: Process context, may sleep.
 */
void tsm_stream_destroy(struct tsm_stream *stream)
{
	unsigned long index;
	void *page;

	xa_for_each(&stream->pages, index, page) {
		free_page((unsigned long)page);
		cond_resched();
	}
	xa_destroy(&stream->pages);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_destroy);

/**
 * tsm_stream_add_pages() - the part of tsm_stream_reserve() that is seldom needed
 * @stream: the stream
 * @len: bytes that are going to be appended
 *
 * Context: Process context, may sleep. The owner's lock is held.
 *
 * Return: 0, or -ENOMEM.
 */
int tsm_stream_add_pages(struct tsm_stream *stream, size_t len)
{
	unsigned long index = stream->end / PAGE_SIZE;
	unsigned long end = DIV_ROUND_UP_ULL(stream->end + len, PAGE_SIZE);

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
	tsm_stream_find_tail(stream);

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_add_pages);

/**
 * tsm_stream_find_tail() - find the page that the end is in
 * @stream: the stream
 *
 * Context: Any context. The owner's lock is held.
 */
void tsm_stream_find_tail(struct tsm_stream *stream)
{
	stream->tail = xa_load(&stream->pages, stream->end / PAGE_SIZE);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_find_tail);

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
		piece = min(len, PAGE_SIZE - stream->end % PAGE_SIZE);
		memcpy(tsm_stream_room(stream, piece), data, piece);
		tsm_stream_advance(stream, piece);
	}
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_append);

/**
 * tsm_stream_cut() - take back what was appended last
 * @stream: the stream
 * @off: the new end, between the start and the end of now
 *
 * As many bytes can be appended again without a reservation. Nobody may count on
 * the bytes after @off.
 *
 * Context: Any context. The owner's lock is held.
 */
void tsm_stream_cut(struct tsm_stream *stream, u64 off)
{
	stream->end = off;
	tsm_stream_find_tail(stream);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_cut);

/*
 * The longest piece of [off, off + len) that lies in one page. Returns its
 * address and puts its length into @piece.
 */
static const void *find_piece(struct tsm_stream *stream, u64 off, size_t len,
			      size_t *piece)
{
	size_t in_page = off % PAGE_SIZE;

	*piece = min(len, PAGE_SIZE - in_page);

	return xa_load(&stream->pages, off / PAGE_SIZE) + in_page;
}

/**
 * tsm_stream_copy() - copy bytes that are known to be there
 * @stream: the stream
 * @off: offset of the first byte
 * @buf: where they go
 * @len: how many; all of them lie between the start and the end
 *
 * Context: Any context. The owner's lock need not be held, if the caller has
 * seen the end under it and nobody can drop these bytes meanwhile.
 */
void tsm_stream_copy(struct tsm_stream *stream, u64 off, void *buf, size_t len)
{
	size_t piece;

	for (; len; buf += piece, off += piece, len -= piece) {
		const void *from = find_piece(stream, off, len, &piece);

		memcpy(buf, from, piece);
	}
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_copy);

/**
 * tsm_stream_read() - copy bytes out of a stream
 * @stream: the stream
 * @off: offset of the first byte, not before the start
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
	if (off >= stream->end)
		return 0;

	len = min_t(u64, len, stream->end - off);
	tsm_stream_copy(stream, off, buf, len);

	return len;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_read);

/**
 * tsm_stream_drop() - give up what is before an offset
 * @stream: the stream
 * @off: the new start, between the start and the end of now
 *
 * tsm_stream_reclaim() should follow.
 *
 * Context: Any context. The owner's lock is held.
 */
void tsm_stream_drop(struct tsm_stream *stream, u64 off)
{
	stream->start = off;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_drop);

/**
 * tsm_stream_reclaim() - free the memory of what was dropped
 * @stream: the stream
 *
 * Context: Process context, may sleep. The owner's lock need not be held, if
 * nobody else drops or reclaims meanwhile.
 */
void tsm_stream_reclaim(struct tsm_stream *stream)
{
	unsigned long first = stream->start / PAGE_SIZE;
	unsigned long index;
	void *page;

	if (!first)
		return;

	xa_for_each_range(&stream->pages, index, page, 0, first - 1) {
		xa_erase(&stream->pages, index);
		free_page((unsigned long)page);
		cond_resched();
	}
}
EXPORT_SYMBOL_IF_KUNIT(tsm_stream_reclaim);
