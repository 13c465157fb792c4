// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A directory with all that a relying party asks for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/collection.h"
#include "output/output.h"

static const char *const names[] = {
	[COLLECTION_QUOTE] = "quote",
	[COLLECTION_SIGNATURE] = "signature",
	[COLLECTION_PCRS] = "pcrs",
	[COLLECTION_AK] = "ak.pub",
	[COLLECTION_CERTIFICATES] = "certificates",
	[COLLECTION_SVSM_REPORT] = "svsm-report",
	[COLLECTION_MANIFEST] = "manifest",
	[COLLECTION_CEL] = "cel",
	[COLLECTION_CHECKPOINTS] = "checkpoints",
	[COLLECTION_FIRMWARE] = "firmware",
};

static int join(char out[PATH_MAX], const char *path, const char *name,
		struct error *err)
{
	int len = snprintf(out, PATH_MAX, "%s/%s", path, name);

	if (len < 0 || len >= PATH_MAX)
		return error_set(err, "the path of the directory is too long");
	return 0;
}

static int write_file(const char *path, const struct buffer *data,
		      struct error *err)
{
	struct output output;

	if (output_open(&output, path, err))
		return -1;
	if (data->len)
		fwrite(data->data, 1, data->len, output.file);
	return output_commit(&output, err);
}

static bool is_there(const struct collection *collection,
		     enum collection_file file)
{
	return collection->files[file].len ||
	       (collection->has_log &&
		(file == COLLECTION_CEL || file == COLLECTION_CHECKPOINTS));
}

static int write_files(const struct collection *collection, const char *path,
		       struct error *err)
{
	char file[PATH_MAX];
	int i, ret = 0;

	for (i = 0; i < COLLECTION_FILES && !ret; i++) {
		if (!is_there(collection, i))
			continue;
		ret = join(file, path, names[i], err);
		if (!ret)
			ret = write_file(file, &collection->files[i], err);
	}
	return ret;
}

static void remove_files(const char *path)
{
	char file[PATH_MAX];
	struct error err;
	int i;

	for (i = 0; i < COLLECTION_FILES; i++)
		if (!join(file, path, names[i], &err))
			unlink(file);
	rmdir(path);
}

/* The directory that is to become @path, beside it. */
static int make_temporary(const char *path, char out[PATH_MAX],
			  struct error *err)
{
	size_t end = strlen(path);
	int len;

	while (end > 1 && path[end - 1] == '/')
		end--;
	len = snprintf(out, PATH_MAX, "%.*s.XXXXXX", (int)end, path);
	if (len < 0 || len >= PATH_MAX)
		return error_set(err, "the path of the directory is too long");
	if (!mkdtemp(out))
		return error_set(err, "cannot create %s: %s", out,
				 strerror(errno));
	return 0;
}

int collection_write(const struct collection *collection, const char *path,
		     struct error *err)
{
	char temporary[PATH_MAX];

	if (make_temporary(path, temporary, err))
		return -1;
	if (!write_files(collection, temporary, err)) {
		if (!rename(temporary, path))
			return 0;
		error_set(err, "cannot make %s: %s", path, strerror(errno));
	}
	remove_files(temporary);
	return -1;
}

void collection_free(struct collection *collection)
{
	int i;

	for (i = 0; i < COLLECTION_FILES; i++)
		buffer_free(&collection->files[i]);
	*collection = (struct collection){ 0 };
}

static bool has_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

bool collection_is_at(const char *path)
{
	char file[PATH_MAX];
	struct error err;

	return !join(file, path, names[COLLECTION_QUOTE], &err) &&
	       has_file(file);
}

int collection_find(struct collection_paths *paths, const char *path,
		    struct error *err)
{
	int i;

	for (i = 0; i < COLLECTION_FILES; i++) {
		if (join(paths->file[i], path, names[i], err))
			return -1;
		if (!has_file(paths->file[i]))
			paths->file[i][0] = '\0';
	}
	return 0;
}
