// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quotes of confidential guests, from configfs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "collect/platform.h"

/* What TDX and SNP both take, all of it. */
#define REPORTDATA_SIZE 64

static int open_directory(int parent, const char *path)
{
	return openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* A report of our own: nobody else has its name. */
static int make_report(int root, char name[32], struct error *err)
{
	int i, fd;

	for (i = 0; i < 100; i++) {
		snprintf(name, 32, "tsm-log-%d-%d", getpid(), i);
		if (mkdirat(root, name, 0700)) {
			if (errno == EEXIST)
				continue;
			return error_set(
				err, "cannot ask for a report: %s%s",
				strerror(errno),
				errno == ENXIO ?
					"; the platform's driver is not there" :
					"");
		}
		fd = open_directory(root, name);
		if (fd >= 0)
			return fd;
		unlinkat(root, name, AT_REMOVEDIR);
		break;
	}
	return error_set(err, "cannot ask for a report: %s", strerror(errno));
}

static int write_nonce(int report, const uint8_t *nonce, size_t len,
		       struct error *err)
{
	uint8_t data[REPORTDATA_SIZE] = { 0 };
	int fd = openat(report, "inblob", O_WRONLY | O_CLOEXEC);
	int failed;

	memcpy(data, nonce, len);
	failed = fd < 0 || write(fd, data, sizeof(data)) != sizeof(data);
	/* What configfs makes of it, it says when the file is closed. */
	if (fd >= 0)
		failed |= close(fd);
	if (failed)
		return error_set(err, "inblob: cannot write the nonce: %s",
				 strerror(errno));
	return 0;
}

/* Platforms have some blobs or others; those without one say so in many ways. */
static void read_other_blob(int report, const char *name, struct buffer *blob)
{
	struct error err;

	if (buffer_read_at(blob, report, name, &err))
		buffer_free(blob);
}

/* It counts what is written: if nobody but us has, the blobs are of our nonce. */
static int read_generation(int report, struct buffer *generation,
			   struct error *err)
{
	*generation = (struct buffer){ 0 };
	return buffer_read_at(generation, report, "generation", err);
}

static bool same_bytes(const struct buffer *a, const struct buffer *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static int read_blobs(int report, struct collection *collection,
		      struct error *err)
{
	struct buffer *files = collection->files;
	struct buffer before, after = { 0 };
	int ret;

	ret = read_generation(report, &before, err) ||
	      buffer_read_at(&files[COLLECTION_QUOTE], report, "outblob", err);
	if (!ret) {
		read_other_blob(report, "auxblob",
				&files[COLLECTION_CERTIFICATES]);
		read_other_blob(report, "manifestblob",
				&files[COLLECTION_MANIFEST]);
		ret = read_generation(report, &after, err);
	}
	if (!ret && !same_bytes(&before, &after))
		ret = error_set(err, "somebody else has written to our report");
	if (!ret && !files[COLLECTION_QUOTE].len)
		ret = error_set(err, "outblob is empty");
	buffer_free(&before);
	buffer_free(&after);
	return ret ? -1 : 0;
}

int platform_quote(const char *root, const uint8_t *nonce, size_t len,
		   struct collection *collection, struct error *err)
{
	int top = open_directory(AT_FDCWD, root);
	char name[32];
	int report, ret;

	if (top < 0)
		return error_set(
			err, "cannot open %s: %s%s", root, strerror(errno),
			errno == ENOENT ?
				"; is configfs mounted, and the platform's driver loaded?" :
				"");
	report = make_report(top, name, err);
	ret = report < 0 ? -1 : 0;
	if (!ret) {
		ret = write_nonce(report, nonce, len, err) ||
		      read_blobs(report, collection, err);
		close(report);
		unlinkat(top, name, AT_REMOVEDIR);
	}
	close(top);
	return ret ? error_prefix(err, root) : 0;
}
