// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Providers of measurement registers.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/buffer.h"
#include "formats/checkpoint.h"
#include "sources/provider.h"

/* Longer than "REGISTER/HASH/digest" gets. */
#define PATH_SIZE 128

/* More than the longest digest in hex and its newline. */
#define LINE_SIZE (2 * DIGEST_MAX + 2)

static const char load_hint[] =
	"load a provider (modprobe tdx-guest or tsm-snp)";

void names_free(char **names, int nr)
{
	while (nr > 0)
		free(names[--nr]);
	free(names);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the directories in @dirfd that hold @file. */
static int list_with(int dirfd, const char *file, char ***names,
		     struct error *err)
{
	char **list = NULL, **more;
	struct dirent *entry;
	int nr = 0, fd;
	DIR *dir;

	fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		error_set(err, "cannot list the directory: %s",
			  strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		char path[PATH_SIZE];

		if (!register_name_valid(entry->d_name, len))
			continue;
		snprintf(path, sizeof(path), "%.*s/%s", (int)len, entry->d_name,
			 file);
		if (faccessat(dirfd, path, F_OK, 0))
			continue;
		more = realloc(list, ((size_t)nr + 1) * sizeof(*list));
		if (more)
			list = more;
		if (more)
			list[nr] = strdup(entry->d_name);
		if (!more || !list[nr]) {
			names_free(list, nr);
			closedir(dir);
			return error_set(err, "no memory");
		}
		nr++;
	}
	closedir(dir);
	if (nr)
		qsort(list, (size_t)nr, sizeof(*list), compare_names);
	*names = list;
	return nr;
}

static int open_root(const char *root, struct error *err)
{
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT)
		return error_set(err, "there is no %s; %s", root, load_hint);
	return error_set(err, "cannot open %s: %s", root, strerror(errno));
}

/* A copy has the logs among the registers. */
static bool is_copy(const char *root)
{
	return strcmp(root, PROVIDER_ROOT) != 0;
}

int provider_list(const char *root, char ***names, struct error *err)
{
	bool copy = is_copy(root);
	int fd, nr;

	if (!copy)
		root = PROVIDER_LOG_ROOT;
	fd = open_root(root, err);
	if (fd < 0)
		return -1;
	nr = list_with(fd, copy ? "log/cel" : "cel", names, err);
	close(fd);
	if (nr < 0)
		return error_prefix(err, root);
	if (!nr)
		return error_set(err, "%s has no provider with a log; %s", root,
				 load_hint);
	return nr;
}

int provider_registers(const struct provider *provider, char ***names,
		       struct error *err)
{
	return list_with(provider->dirfd, "hash_algo", names, err);
}

int provider_extensible(const struct provider *provider, char ***names,
			struct error *err)
{
	return list_with(provider->dirfd, "append_event", names, err);
}

/* Open the directory @name, and @below in that, or the directory itself. */
static int open_directory(const char *root, const char *name, const char *below,
			  struct error *err)
{
	int top = open_root(root, err);
	char path[PATH_SIZE];
	int fd;

	if (top < 0)
		return -1;
	snprintf(path, sizeof(path), "%s%s", name, below);
	fd = openat(top, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	close(top);
	if (fd < 0)
		error_set(err, "cannot open %s/%s: %s%s", root, path,
			  strerror(errno),
			  errno == ENOENT ? "; see the directories in there" :
					    "");
	return fd;
}

int provider_open(struct provider *provider, const char *root, const char *name,
		  struct error *err)
{
	*provider = (struct provider){ name, -1, -1 };
	if (!register_name_valid(name, strlen(name)))
		return error_set(err,
				 "no valid provider name; see the ones in %s",
				 root);
	provider->dirfd = open_directory(root, name, "", err);
	if (provider->dirfd < 0)
		return -1;
	if (is_copy(root))
		provider->logfd = open_directory(root, name, "/log", err);
	else
		provider->logfd =
			open_directory(PROVIDER_LOG_ROOT, name, "", err);
	return provider->logfd < 0 ? -1 : 0;
}

void provider_close(struct provider *provider)
{
	if (provider->dirfd >= 0)
		close(provider->dirfd);
	if (provider->logfd >= 0)
		close(provider->logfd);
	provider->dirfd = -1;
	provider->logfd = -1;
}

bool provider_is_on(const struct provider *provider, const char *device)
{
	/* The provider's device is the chip, and that one's is the hardware. */
	char target[PATH_MAX];
	ssize_t len = readlinkat(provider->dirfd, "device/device", target,
				 sizeof(target) - 1);
	const char *name;

	if (len < 0)
		return false;
	target[len] = '\0';
	name = strrchr(target, '/');
	return !strcmp(name ? name + 1 : target, device);
}

/* A file of one short line; returns its length without the newline, or -1. */
static ssize_t read_line(int dirfd, const char *path, char line[LINE_SIZE],
			 struct error *err)
{
	int fd = file_open(dirfd, path, err);
	ssize_t len;

	if (fd < 0)
		return -1;
	len = file_read(fd, line, LINE_SIZE, 0, path, err);
	close(fd);
	if (len < 0)
		return -1;
	if (len == LINE_SIZE)
		return error_set(err, "%s: not the one short line it should be",
				 path);
	if (len && line[len - 1] == '\n')
		len--;
	return len;
}

int provider_read_number(const struct provider *provider, const char *file,
			 uint64_t *number, struct error *err)
{
	char line[LINE_SIZE];
	ssize_t len;

	len = read_line(provider->logfd, file, line, err);
	if (len < 0)
		return -1;
	if (!number_parse(line, (size_t)len, number))
		return error_set(err, "%s: not a decimal number", file);
	return 0;
}

static int read_digest(const struct provider *provider, const char *path,
		       enum bank_id bank, struct live_value *value,
		       struct error *err)
{
	char line[LINE_SIZE];
	ssize_t len;

	len = read_line(provider->dirfd, path, line, err);
	if (len < 0)
		return -1;
	if (!hex_parse(line, (size_t)len, value->digest[bank],
		       banks[bank].size))
		return error_set(err, "%s: not the %d hex digits of %s", path,
				 2 * banks[bank].size, banks[bank].name);
	value->banks |= BANK_BIT(bank);
	return 0;
}

/* The bank that the register's own "digest" shows. */
static int read_main_bank(const struct provider *provider, const char *name,
			  enum bank_id *bank, struct error *err)
{
	char path[PATH_SIZE], line[LINE_SIZE];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/hash_algo", name);
	len = read_line(provider->dirfd, path, line, err);
	if (len < 0)
		return -1;
	*bank = bank_by_name(line, (size_t)len);
	if (*bank == BANK_COUNT)
		return error_set(err, "%s: unknown hash algorithm", path);
	return 0;
}

/* Whether there is a directory for a bank, as there is for one of several. */
static bool has_directory(const struct provider *provider, const char *name,
			  enum bank_id bank, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/%s/digest", name, banks[bank].name);
	return !faccessat(provider->dirfd, path, F_OK, 0);
}

int provider_read_banks(const struct provider *provider, const char *name,
			unsigned int *set, struct error *err)
{
	char path[PATH_SIZE];
	enum bank_id bank;

	if (read_main_bank(provider, name, &bank, err))
		return -1;
	*set = BANK_BIT(bank);
	for (bank = 0; bank < BANK_COUNT; bank++)
		if (has_directory(provider, name, bank, path))
			*set |= BANK_BIT(bank);
	return 0;
}

int provider_read_register(const struct provider *provider, const char *name,
			   struct live_value *value, struct error *err)
{
	enum bank_id bank, main_bank;
	char path[PATH_SIZE];

	value->banks = 0;
	if (read_main_bank(provider, name, &main_bank, err))
		return -1;
	for (bank = 0; bank < BANK_COUNT; bank++)
		if (has_directory(provider, name, bank, path) &&
		    read_digest(provider, path, bank, value, err))
			return -1;
	if (value->banks & BANK_BIT(main_bank))
		return 0;
	snprintf(path, sizeof(path), "%s/digest", name);
	return read_digest(provider, path, main_bank, value, err);
}
