/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * next_record of a provider, kept open: poll() waits by it for records to come, with
 * POLLPRI, since a copy of the file always has POLLIN.
 */
#ifndef TSM_LOG_NEXT_RECORD_H
#define TSM_LOG_NEXT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "sources/provider.h"

/* Returns a file descriptor, or -1 with @err set. */
int next_record_open(const struct provider *provider, struct error *err);

/*
 * Read it, without which poll() would not wait for the record after that one. Returns
 * 0, or -1 with @err set.
 */
int next_record_read(int fd, uint64_t *number, struct error *err);

/* Whether @err is what is left when a provider has gone. */
bool provider_has_gone(const struct error *err);

#endif
