/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of an input file, read whole.
 *
 * The parsers work on memory, so that a length in a file can be compared with
 * the bytes that there are before anything is done with it.
 */
#ifndef TSM_LOG_BUFFER_H
#define TSM_LOG_BUFFER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct buffer {
	uint8_t *data;
	size_t len;
	size_t size;
	size_t offset; /* in the file, of what comes after these bytes */
};

/* More than this is no event log: the input is endless or the wrong one. */
#define BUFFER_MAX ((size_t)1 << 31)

/*
 * Append what the file holds from buf->offset on. Called again on a file that
 * grew, it reads only the new bytes. @name is for messages. Returns
 * 0, or -1 with @err set.
 */
int buffer_read(struct buffer *buf, int fd, const char *name,
		struct error *err);

/* Open @path relative to @dirfd for reading. Returns -1 with @err set. */
int file_open(int dirfd, const char *path, struct error *err);

/*
 * One read at @offset. A pipe cannot seek, and does not have to as long as it
 * is read in order. Returns the number of bytes, or -1 with @err set.
 */
ssize_t file_read(int fd, void *data, size_t len, size_t offset,
		  const char *name, struct error *err);

/* Open @path, relative to @dirfd, and read all of it. */
int buffer_read_at(struct buffer *buf, int dirfd, const char *path,
		   struct error *err);
int buffer_read_path(struct buffer *buf, const char *path, struct error *err);

/*
 * The same of a file that other programs append to: they hold a lock, flock(), until
 * what they write is whole. Whoever has it open like this keeps them from writing, and
 * may read it again meanwhile.
 */
int file_open_locked(const char *path, struct error *err);
int buffer_read_locked(struct buffer *buf, const char *path, struct error *err);

/*
 * Write all of it to a new file, @name in @dirfd, and bring that to disk. Returns 0, or
 * -1 with @err set.
 */
int buffer_write_at(const struct buffer *buf, int dirfd, const char *name,
		    struct error *err);

/* Append bytes, or those of @other. Returns 0, or -1 with @err set. */
int buffer_add(struct buffer *buf, const void *data, size_t len,
	       struct error *err);
int buffer_append(struct buffer *buf, const struct buffer *other,
		  struct error *err);

/* Forget the first @len bytes. */
void buffer_drop(struct buffer *buf, size_t len);

void buffer_free(struct buffer *buf);

/* The same, and nothing of the bytes stays in memory. */
void buffer_wipe(struct buffer *buf);

#endif
