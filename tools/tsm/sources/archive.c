// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Archives of event logs: which directories there are.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/checkpoint.h"
#include "formats/register.h"
#include "sources/archive.h"
#include "sources/boot.h"

#define BOOT_ID_LEN 36

static const char boot_id_path[] = "/proc/sys/kernel/random/boot_id";
static const char lock_name[] = ".lock";
static const char untrimmed_name[] = ".untrimmed";

static bool boot_id_valid(const char *text)
{
	size_t i;

	for (i = 0; i < BOOT_ID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' :
			   !text[i] || !strchr("0123456789abcdef", text[i]))
			return false;
	}
	return true;
}

static bool instance_valid(const char *name)
{
	uint64_t number;

	return boot_id_valid(name) && name[BOOT_ID_LEN] == '.' &&
	       number_parse(name + BOOT_ID_LEN + 1,
			    strlen(name + BOOT_ID_LEN + 1), &number);
}

int instance_of(const struct provider *provider, char out[INSTANCE_SIZE],
		struct error *err)
{
	struct buffer boot_id = { 0 };
	struct stat st;
	int ret;

	if (fstat(provider->dirfd, &st))
		return error_set(err, "cannot look at its directory: %s",
				 strerror(errno));
	ret = buffer_read_path(&boot_id, boot_id_path, err);
	if (!ret && (boot_id.len <= BOOT_ID_LEN ||
		     !boot_id_valid((char *)boot_id.data)))
		ret = error_set(err, "%s: not the UUID it should be",
				boot_id_path);
	if (!ret)
		snprintf(out, INSTANCE_SIZE, "%.*s.%" PRIu64, BOOT_ID_LEN,
			 (char *)boot_id.data, (uint64_t)st.st_ino);
	buffer_free(&boot_id);
	return ret;
}

int archive_dir_open(struct archive_dir *dir, const struct archive_dir *parent,
		     const char *name, struct error *err)
{
	int len;

	dir->fd = -1;
	len = snprintf(dir->path, sizeof(dir->path), "%s%s%s",
		       parent ? parent->path : "", parent ? "/" : "", name);
	if (len < 0 || (size_t)len >= sizeof(dir->path))
		return error_set(err, "the path of the archive is too long");
	dir->fd = openat(parent ? parent->fd : AT_FDCWD, name,
			 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir->fd >= 0)
		return 1;
	if (errno == ENOENT)
		return 0;
	return error_set(err, "cannot open %s: %s", dir->path, strerror(errno));
}

int archive_dir_create(struct archive_dir *dir,
		       const struct archive_dir *parent, const char *name,
		       struct error *err)
{
	int ret = archive_dir_open(dir, parent, name, err);

	if (ret)
		return ret < 0 ? -1 : 0;
	if (mkdirat(parent->fd, name, 0750))
		return error_set(err, "cannot create %s: %s", dir->path,
				 strerror(errno));
	return archive_dir_open(dir, parent, name, err) > 0 ? 0 : -1;
}

int archive_dir_sync(const struct archive_dir *dir, struct error *err)
{
	if (fsync(dir->fd))
		return error_set(err, "cannot bring %s to disk: %s", dir->path,
				 strerror(errno));
	return 0;
}

void archive_dir_close(struct archive_dir *dir)
{
	if (dir->fd >= 0)
		close(dir->fd);
	dir->fd = -1;
}

int archive_lock(const struct archive_dir *top, struct error *err)
{
	int fd = openat(top->fd, lock_name, O_RDWR | O_CREAT | O_CLOEXEC, 0640);

	if (fd < 0)
		return error_set(err, "cannot write in %s: %s", top->path,
				 strerror(errno));
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	if (errno == EWOULDBLOCK)
		error_set(err, "%s is being archived to; try again later",
			  top->path);
	else
		error_set(err, "cannot lock %s/%s: %s", top->path, lock_name,
			  strerror(errno));
	close(fd);
	return -1;
}

bool archive_is_untrimmed(const struct archive_dir *instance)
{
	return !faccessat(instance->fd, untrimmed_name, F_OK, 0);
}

int archive_set_untrimmed(const struct archive_dir *instance, struct error *err)
{
	int fd = openat(instance->fd, untrimmed_name,
			O_WRONLY | O_CREAT | O_CLOEXEC, 0440);

	if (fd < 0)
		return error_set(err, "cannot write in %s: %s", instance->path,
				 strerror(errno));
	close(fd);
	return 0;
}

void archive_set_trimmed(const struct archive_dir *instance)
{
	/* If it stays, lines are compared once more than needed. */
	unlinkat(instance->fd, untrimmed_name, 0);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int compare_segments(const void *a, const void *b)
{
	return segment_compare(a, b);
}

static bool provider_valid(const char *name)
{
	return register_name_valid(name, strlen(name));
}

/* Also what is kept beside the segments. */
static bool segment_valid(const char *name)
{
	struct segment segment;

	return segment_name_parse(name, &segment) || boot_is_file(name);
}

static int unexpected(const struct archive_dir *dir, const char *name,
		      const char *what, struct error *err)
{
	if (!register_name_valid(name, strlen(name)))
		name = "something";
	return error_set(err, "%s has %s in it, which is no %s; move it away",
			 dir->path, name, what);
}

/* Append a copy of @name to the @nr names in @list. */
static int add_name(char ***list, int nr, const char *name)
{
	char **more = realloc(*list, ((size_t)nr + 1) * sizeof(*more));

	if (!more)
		return -1;
	*list = more;
	more[nr] = strdup(name);
	return more[nr] ? 0 : -1;
}

/* The names in @dir, each of which must be @valid as the name of a @what. */
static int list_names(const struct archive_dir *dir,
		      bool (*valid)(const char *name), const char *what,
		      char ***names, struct error *err)
{
	int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int nr = 0, ret = 0;

	*names = NULL;
	if (!stream) {
		error_set(err, "cannot list %s: %s", dir->path,
			  strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (!ret && (errno = 0, entry = readdir(stream))) {
		/* Also the lock, and a segment that is being written. */
		if (entry->d_name[0] == '.')
			continue;
		if (!valid(entry->d_name))
			ret = unexpected(dir, entry->d_name, what, err);
		else if (add_name(names, nr, entry->d_name))
			ret = error_set(err, "no memory");
		else
			nr++;
	}
	if (!ret && errno)
		ret = error_set(err, "cannot list %s: %s", dir->path,
				strerror(errno));
	closedir(stream);
	if (ret) {
		names_free(*names, nr);
		return -1;
	}
	if (nr)
		qsort(*names, (size_t)nr, sizeof(**names), compare_names);
	return nr;
}

int archive_providers(const struct archive_dir *top, char ***names,
		      struct error *err)
{
	return list_names(top, provider_valid, "provider", names, err);
}

int archive_instances(const struct archive_dir *provider, char ***names,
		      struct error *err)
{
	return list_names(provider, instance_valid, "instance of a provider",
			  names, err);
}

int archive_segments(const struct archive_dir *instance,
		     struct segment **segments, struct error *err)
{
	char **names;
	int nr = list_names(instance, segment_valid, "segment", &names, err);
	int i, nr_segments = 0;

	if (nr < 0)
		return -1;
	*segments = calloc((size_t)nr + 1, sizeof(**segments));
	for (i = 0; *segments && i < nr; i++)
		if (segment_name_parse(names[i], &(*segments)[nr_segments]))
			nr_segments++;
	names_free(names, nr);
	if (!*segments)
		return error_set(err, "no memory");
	qsort(*segments, (size_t)nr_segments, sizeof(**segments),
	      compare_segments);
	return nr_segments;
}

/* An instance that is to be visited. They may be more than files may be open. */
struct visit {
	const char *name;
	struct boot boot;
};

/* In the order in which they were; first those of which that is not known. */
static int compare_visits(const void *a, const void *b)
{
	const struct visit *one = a, *other = b;

	if (one->boot.number != other->boot.number)
		return one->boot.number < other->boot.number ? -1 : 1;
	return strcmp(one->name, other->name);
}

/* What boots the instances in @provider are of that @names has, as far as is known. */
static void read_visits(struct visit *visits,
			const struct archive_visitor *visitor, void *data,
			const struct archive_dir *provider, char **names,
			int nr)
{
	struct archive_dir dir;
	struct error err;
	int i;

	for (i = 0; i < nr; i++) {
		visits[i].name = names[i];
		/* One that cannot be opened is told of when it is visited. */
		if (archive_dir_open(&dir, provider, names[i], &err) > 0 &&
		    boot_read(&visits[i].boot, &dir, &err))
			visitor->trouble(data, &err);
		archive_dir_close(&dir);
	}
}

static void visit_instance(const struct archive_visitor *visitor, void *data,
			   const struct archive_dir *provider, const char *name,
			   const struct visit *visit)
{
	struct archive_dir dir;
	struct error err;
	int ret = archive_dir_open(&dir, provider, visit->name, &err);

	if (ret < 0)
		visitor->trouble(data, &err);
	if (ret > 0)
		visitor->instance(data, name, visit->name, &dir, &visit->boot);
	archive_dir_close(&dir);
}

static void visit_provider(const struct archive_visitor *visitor, void *data,
			   const struct archive_dir *top, const char *name)
{
	struct visit *visits = NULL;
	struct archive_dir provider;
	struct error err;
	char **names;
	int i, nr = archive_dir_open(&provider, top, name, &err);

	if (nr > 0)
		nr = archive_instances(&provider, &names, &err);
	if (nr > 0) {
		visits = calloc((size_t)nr, sizeof(*visits));
		if (!visits)
			error_set(&err, "no memory");
	}
	if (nr < 0 || (nr > 0 && !visits))
		visitor->trouble(data, &err);
	if (visits) {
		read_visits(visits, visitor, data, &provider, names, nr);
		qsort(visits, (size_t)nr, sizeof(*visits), compare_visits);
	}
	for (i = 0; visits && i < nr; i++)
		visit_instance(visitor, data, &provider, name, &visits[i]);
	free(visits);
	if (nr > 0)
		names_free(names, nr);
	archive_dir_close(&provider);
}

void archive_visit(const char *path, const struct archive_visitor *visitor,
		   void *data)
{
	struct archive_dir top;
	struct error err;
	char **names;
	int i, nr = archive_dir_open(&top, NULL, path, &err);

	if (!nr)
		nr = error_set(&err, "there is no directory %s", path);
	if (nr > 0)
		nr = archive_providers(&top, &names, &err);
	if (nr < 0)
		visitor->trouble(data, &err);
	for (i = 0; i < nr; i++)
		visit_provider(visitor, data, &top, names[i]);
	if (nr > 0)
		names_free(names, nr);
	archive_dir_close(&top);
}
