/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event that stands for a file: its digest, with its name, as a JSON object
 *
 *	{"file":"/etc/os-release","sha256":"9f86d081...","size":267}
 *
 * in the canonical form of RFC 8785, so that who knows name and content knows
 * the bytes of the event. The digest is SHA-256 whatever banks the register has:
 * reference values of files are published as SHA-256.
 */
#ifndef TSM_LOG_FILE_EVENT_H
#define TSM_LOG_FILE_EVENT_H

#include "base/error.h"

/*
 * The event of the file at @path, by this name, for free(). Returns NULL with
 * @err set if the file cannot be read.
 */
char *file_event(const char *path, struct error *err);

#endif
