// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The event that stands for a file.
 */
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "commands/file-event.h"
#include "formats/bank.h"
#include "output/json.h"
#include "output/text.h"

#define CHUNK ((size_t)64 << 10)

static const char name_hint[] =
	"not valid UTF-8, which JSON needs; use a link with another name";

static int hash_error(struct error *err)
{
	return error_set(err, "libcrypto failed to compute SHA-256");
}

static int update(EVP_MD_CTX *ctx, int fd, const char *path, size_t *size,
		  struct error *err)
{
	static uint8_t chunk[CHUNK];
	ssize_t got;

	while ((got = file_read(fd, chunk, CHUNK, *size, path, err)) > 0) {
		if (EVP_DigestUpdate(ctx, chunk, (size_t)got) != 1)
			return hash_error(err);
		*size += (size_t)got;
	}
	return (int)got;
}

/* The digest of what there is to read, and how many bytes that was. */
static int hash_file(const char *path, uint8_t digest[EVP_MAX_MD_SIZE],
		     size_t *size, struct error *err)
{
	int fd = file_open(AT_FDCWD, path, err);
	EVP_MD_CTX *ctx;
	int ret;

	if (fd < 0)
		return -1;
	*size = 0;
	ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		ret = hash_error(err);
	else
		ret = update(ctx, fd, path, size, err);
	if (!ret && EVP_DigestFinal_ex(ctx, digest, NULL) != 1)
		ret = hash_error(err);
	EVP_MD_CTX_free(ctx);
	close(fd);
	return ret;
}

/* The canonical form has the members in the order of their names. */
static char *event_text(const char *path, const uint8_t *digest, size_t size)
{
	const int flags = JSON_C_TO_STRING_PLAIN |
			  JSON_C_TO_STRING_NOSLASHESCAPE;
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	struct json_object *object = json_need(json_object_new_object());
	const char *text;
	char *copy;

	json_add_text(object, "file", path);
	json_add_text(object, "sha256",
		      hex_text(digest, banks[BANK_SHA256].size, hex));
	json_add_number(object, "size", size);
	text = json_object_to_json_string_ext(object, flags);
	copy = text ? strdup(text) : NULL;
	if (!copy)
		json_need(NULL);
	json_object_put(object);
	return copy;
}

char *file_event(const char *path, struct error *err)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t size;

	if (!text_is_utf8((const uint8_t *)path, strlen(path))) {
		error_set(err, "the name of the file is %s", name_hint);
		return NULL;
	}
	if (hash_file(path, digest, &size, err))
		return NULL;
	return event_text(path, digest, size);
}
