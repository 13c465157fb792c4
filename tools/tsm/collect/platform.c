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

/* Services of an SVSM, as configfs takes their GUIDs. */
#define SVSM_ALL_SERVICES "00000000-0000-0000-0000-000000000000"
#define SVSM_VTPM "c476f1eb-0123-45a5-9641-b4e7dde5bfe3"

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

static int write_attribute(int report, const char *name, const void *data,
			   size_t len, struct error *err)
{
	int fd = openat(report, name, O_WRONLY | O_CLOEXEC);
	int failed = fd < 0 || write(fd, data, len) != (ssize_t)len;

	/* What configfs makes of it, it says when the file is closed. */
	if (fd >= 0)
		failed |= close(fd);
	if (failed)
		return error_set(err, "%s: cannot write to it: %s", name,
				 strerror(errno));
	return 0;
}

static int write_nonce(int report, const uint8_t *nonce, size_t len,
		       struct error *err)
{
	uint8_t data[REPORTDATA_SIZE] = { 0 };

	memcpy(data, nonce, len);
	return write_attribute(report, "inblob", data, sizeof(data), err);
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

/* What a report is asked for, and what is given with it. */
struct request {
	const char *
		service; /* of an SVSM: its GUID; NULL for the guest's report */
	const uint8_t *nonce;
	size_t nonce_len;
};

struct blobs {
	struct buffer report;
	struct buffer certificates;
	struct buffer manifest;
};

static void free_blobs(struct blobs *blobs)
{
	buffer_free(&blobs->report);
	buffer_free(&blobs->certificates);
	buffer_free(&blobs->manifest);
}

/*
 * Without it a report is for VMPL0, which under an SVSM is not the guest's. Not every
 * platform has levels.
 */
static int write_level(int report, struct error *err)
{
	struct buffer level = { 0 };
	int ret;

	if (faccessat(report, "privlevel_floor", F_OK, 0))
		return 0;
	ret = buffer_read_at(&level, report, "privlevel_floor", err) ||
	      write_attribute(report, "privlevel", level.data, level.len, err);
	buffer_free(&level);
	return ret ? -1 : 0;
}

static int write_service(int report, const char *service, struct error *err)
{
	if (write_attribute(report, "service_provider", "svsm", 4, err))
		return -1;
	return write_attribute(report, "service_guid", service, strlen(service),
			       err);
}

static int write_request(int report, const struct request *request,
			 struct error *err)
{
	if (request->service ? write_service(report, request->service, err) :
			       write_level(report, err))
		return -1;
	return write_nonce(report, request->nonce, request->nonce_len, err);
}

static int read_blobs(int report, const struct request *request,
		      struct blobs *blobs, struct error *err)
{
	struct buffer before, after = { 0 };
	int ret;

	ret = read_generation(report, &before, err) ||
	      buffer_read_at(&blobs->report, report, "outblob", err);
	if (!ret)
		read_other_blob(report, "auxblob", &blobs->certificates);
	if (!ret && request->service)
		ret = buffer_read_at(&blobs->manifest, report, "manifestblob",
				     err);
	ret = ret || read_generation(report, &after, err);
	if (!ret && !same_bytes(&before, &after))
		ret = error_set(err, "somebody else has written to our report");
	if (!ret && !blobs->report.len)
		ret = error_set(err, "outblob is empty");
	if (!ret && request->service && !blobs->manifest.len)
		ret = error_set(err, "manifestblob is empty");
	buffer_free(&before);
	buffer_free(&after);
	return ret ? -1 : 0;
}

static int take_report(const char *root, const struct request *request,
		       struct blobs *blobs, struct error *err)
{
	int top = open_directory(AT_FDCWD, root);
	char name[32];
	int report, ret;

	*blobs = (struct blobs){ 0 };
	if (top < 0)
		return error_set(
			err, "cannot open %s: %s%s", root, strerror(errno),
			errno == ENOENT ?
				"; is configfs mounted, and the platform's driver loaded?" :
				"");
	report = make_report(top, name, err);
	ret = report < 0 ? -1 : 0;
	if (!ret) {
		ret = write_request(report, request, err) ||
		      read_blobs(report, request, blobs, err);
		close(report);
		unlinkat(top, name, AT_REMOVEDIR);
	}
	close(top);
	if (!ret)
		return 0;
	free_blobs(blobs);
	return error_prefix(err, root);
}

int platform_quote(const char *root, const uint8_t *nonce, size_t len,
		   struct collection *collection, struct error *err)
{
	const struct request request = { .nonce = nonce, .nonce_len = len };
	struct blobs blobs;

	if (take_report(root, &request, &blobs, err))
		return -1;
	collection->files[COLLECTION_QUOTE] = blobs.report;
	collection->files[COLLECTION_CERTIFICATES] = blobs.certificates;
	return 0;
}

/*
 * A manifest of all services names each of them, in what is signed; but not every
 * SVSM has one.
 */
static int take_attestation(const char *root, struct request *request,
			    struct blobs *blobs, struct error *err)
{
	request->service = SVSM_ALL_SERVICES;
	if (!take_report(root, request, blobs, err))
		return 0;
	request->service = SVSM_VTPM;
	return take_report(root, request, blobs, err);
}

int platform_svsm(const char *root, const uint8_t *nonce, size_t len,
		  struct collection *collection, struct error *err)
{
	struct request request = { .nonce = nonce, .nonce_len = len };
	struct buffer *files = collection->files;
	struct blobs blobs, others;

	if (take_attestation(root, &request, &blobs, err))
		return -1;
	/* Not every SVSM hands them out; they are the same for all reports. */
	request.service = NULL;
	if (!blobs.certificates.len &&
	    !take_report(root, &request, &others, err)) {
		blobs.certificates = others.certificates;
		others.certificates = (struct buffer){ 0 };
		free_blobs(&others);
	}
	files[COLLECTION_SVSM_REPORT] = blobs.report;
	files[COLLECTION_MANIFEST] = blobs.manifest;
	files[COLLECTION_CERTIFICATES] = blobs.certificates;
	return 0;
}
