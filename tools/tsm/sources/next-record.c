// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * next_record of a provider, kept open.
 */
#include <errno.h>

#include "base/buffer.h"
#include "formats/checkpoint.h"
#include "sources/next-record.h"

static const char path[] = "next_record";

int next_record_open(const struct provider *provider, struct error *err)
{
	return file_open(provider->logfd, path, err);
}

int next_record_read(int fd, uint64_t *number, struct error *err)
{
	char text[24];
	ssize_t len = file_read(fd, text, sizeof(text), 0, path, err);

	if (len < 0)
		return -1;
	if (len && text[len - 1] == '\n')
		len--;
	if (!number_parse(text, (size_t)len, number))
		return error_set(err, "%s: not a decimal number", path);
	return 0;
}

/* Its directory has gone, or open files say so. */
bool provider_has_gone(const struct error *err)
{
	return err->code == ENODEV || err->code == ENOENT;
}
