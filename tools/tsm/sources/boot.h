/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an archive keeps with the log of a provider, so that it can be judged when the
 * boot that it is of is over. In the directory of the instance:
 *
 *	boot		text: the lines "number N" and "booted DATE"
 *	firmware	the firmware's own log, where there is one
 *	systemd		of a TPM: systemd's log, as it was the last time
 *
 * N counts the logs of that provider in this archive, from 1: the order in which they
 * were, and what shows that one is missing. DATE is in UTC, by the clock that the
 * machine had when it was first archived to.
 *
 * An archive that is older than this has none of them.
 */
#ifndef TSM_LOG_BOOT_H
#define TSM_LOG_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "sources/archive.h"
#include "sources/provider.h"

#define BOOT_FIRMWARE "firmware"
#define BOOT_SYSTEMD "systemd"

#define BOOT_DATE_SIZE 21 /* 2026-11-29T20:10:12Z */

struct boot {
	uint64_t number; /* 0: not known, and nor is the date */
	char date[BOOT_DATE_SIZE];
};

/* Whether @name, in the directory of an instance, is one of these files. */
bool boot_is_file(const char *name);

/* What there is in @instance. Returns 0, or -1 with @err set. */
int boot_read(struct boot *boot, const struct archive_dir *instance,
	      struct error *err);

/*
 * Keep all of that in @instance, which is of this boot, as far as it is not kept yet;
 * and systemd's log of now. It is one more than those that @parent has. @root is where
 * @provider is. Returns 0, or -1 with @err set.
 */
int boot_keep(const struct archive_dir *instance,
	      const struct archive_dir *parent, const struct provider *provider,
	      const char *root, struct error *err);

#endif
