// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bytes of an input file, read whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"

/*
 * The room for each read(): what the kernel makes up from a log as it is at
 * that moment, is to come in one.
 */
#define READ_SIZE ((size_t)1 << 20)

static int read_error(struct error *err, const char *name, const char *what)
{
	const char *hint = "";
	int code = errno;

	if (code == EACCES)
		hint = "; run as root, or as a member of the group that may read it";
	else if (code == ENODEV)
		hint = "; its provider has gone";
	error_set(err, "cannot %s %s: %s%s", what, name, strerror(code), hint);
	err->code = code;
	return -1;
}

static int grow(struct buffer *buf, size_t size, const char *name,
		struct error *err)
{
	uint8_t *data = realloc(buf->data, size);

	if (!data)
		return error_set(err, "no memory for the %zu bytes of %s", size,
				 name);
	buf->data = data;
	buf->size = size;
	return 0;
}

ssize_t file_read(int fd, void *data, size_t len, size_t offset,
		  const char *name, struct error *err)
{
	ssize_t got;

	do {
		got = pread(fd, data, len, (off_t)offset);
		if (got < 0 && errno == ESPIPE)
			got = read(fd, data, len);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? read_error(err, name, "read") : got;
}

static int too_large(const char *name, struct error *err)
{
	return error_set(err, "%s: too large for an event log", name);
}

/* Room for what a file says it has: the kernel's say nothing. */
static int reserve(struct buffer *buf, int fd, const char *name,
		   struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_size <= (off_t)buf->offset)
		return 0;
	if ((uint64_t)st.st_size - buf->offset >= BUFFER_MAX)
		return too_large(name, err);
	return grow(buf, (size_t)st.st_size - buf->offset + READ_SIZE, name,
		    err);
}

/* Room for one more read(). */
static int make_room(struct buffer *buf, const char *name, struct error *err)
{
	size_t size = 2 * buf->size;

	if (buf->len == BUFFER_MAX)
		return too_large(name, err);
	if (buf->size - buf->len >= READ_SIZE || buf->size >= BUFFER_MAX)
		return 0;
	if (size < buf->len + READ_SIZE)
		size = buf->len + READ_SIZE;
	return grow(buf, size < BUFFER_MAX ? size : BUFFER_MAX, name, err);
}

int buffer_read(struct buffer *buf, int fd, const char *name, struct error *err)
{
	ssize_t got;

	if (!buf->data && reserve(buf, fd, name, err))
		return -1;
	for (;;) {
		if (make_room(buf, name, err))
			return -1;
		got = file_read(fd, buf->data + buf->len, buf->size - buf->len,
				buf->offset, name, err);
		if (got <= 0)
			return (int)got;
		buf->len += (size_t)got;
		buf->offset += (size_t)got;
	}
}

int file_open(int dirfd, const char *path, struct error *err)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? read_error(err, path, "open") : fd;
}

int buffer_read_at(struct buffer *buf, int dirfd, const char *path,
		   struct error *err)
{
	int fd = file_open(dirfd, path, err);
	int ret;

	if (fd < 0)
		return -1;
	ret = buffer_read(buf, fd, path, err);
	close(fd);
	return ret;
}

int buffer_read_path(struct buffer *buf, const char *path, struct error *err)
{
	return buffer_read_at(buf, AT_FDCWD, path, err);
}

int file_open_locked(const char *path, struct error *err)
{
	int fd = file_open(AT_FDCWD, path, err);
	int ret;

	if (fd < 0)
		return -1;
	/* Files that cannot be locked are not written like this. */
	do {
		ret = flock(fd, LOCK_SH);
	} while (ret && errno == EINTR);
	return fd;
}

int buffer_read_locked(struct buffer *buf, const char *path, struct error *err)
{
	int fd = file_open_locked(path, err);
	int ret;

	if (fd < 0)
		return -1;
	ret = buffer_read(buf, fd, path, err);
	close(fd);
	return ret;
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	ssize_t done;

	while (len) {
		done = write(fd, data, len);
		if (done < 0 && errno != EINTR)
			return -1;
		if (done > 0) {
			data += done;
			len -= (size_t)done;
		}
	}
	return 0;
}

int buffer_write_at(const struct buffer *buf, int dirfd, const char *name,
		    struct error *err)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			0440);
	int ret = -1;

	if (fd >= 0) {
		ret = write_all(fd, buf->data, buf->len) || fsync(fd);
		/* Some file systems keep an error until then. */
		ret |= close(fd);
	}
	if (ret)
		error_set(err, "cannot write the file %s: %s", name,
			  strerror(errno));
	return ret;
}

int buffer_add(struct buffer *buf, const void *data, size_t len,
	       struct error *err)
{
	size_t sum = buf->len + len;

	if (len > BUFFER_MAX || sum > BUFFER_MAX)
		return too_large("the log", err);
	if (sum > buf->size && grow(buf, 2 * sum, "the log", err))
		return -1;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len = sum;
	return 0;
}

int buffer_append(struct buffer *buf, const struct buffer *other,
		  struct error *err)
{
	return buffer_add(buf, other->data, other->len, err);
}

void buffer_drop(struct buffer *buf, size_t len)
{
	buf->len -= len;
	if (buf->len)
		memmove(buf->data, buf->data + len, buf->len);
}

void buffer_free(struct buffer *buf)
{
	free(buf->data);
	*buf = (struct buffer){ 0 };
}

void buffer_wipe(struct buffer *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->size);
	buffer_free(buf);
}
