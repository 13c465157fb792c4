// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who else extends a PCR on this machine.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/owner.h"
#include "formats/import.h"
#include "formats/register.h"
#include "replay/firmware.h"
#include "sources/systemd-log.h"

/* Whether a log has an extend of the PCR; one that cannot be read has none. */
static bool has_extend(struct buffer *log, uint8_t index)
{
	struct cel_reader reader = { .log = log };
	struct imported imported;
	struct cel_record rec;
	struct error err;

	if (import_any(log, false, &imported, &err) || !imported.has_registers)
		return false;
	while (cel_next(&reader, &rec, &err) > 0)
		if (rec.index == index)
			return true;
	return false;
}

static bool systemd_has(const char *root, uint8_t index)
{
	const char *path = systemd_log_of(root);
	struct buffer log = { 0 };
	struct error err;
	bool has;

	has = path && !buffer_read_locked(&log, path, &err) &&
	      has_extend(&log, index);
	buffer_free(&log);
	return has;
}

static bool firmware_has(const struct provider *provider, const char *root,
			 uint8_t index)
{
	char room[FIRMWARE_PATH_SIZE];
	const char *path = firmware_path(root, provider->name, room);
	struct buffer log = { 0 };
	struct error err;
	bool has;

	has = path && !buffer_read_path(&log, path, &err) &&
	      has_extend(&log, index);
	buffer_free(&log);
	return has;
}

void owner_warn(const struct provider *provider, const char *root,
		const char *name)
{
	uint8_t index;
	bool is_ccmr;

	if (!register_parse(name, &is_ccmr, &index) || is_ccmr)
		return;
	if (systemd_has(root, index))
		fprintf(stderr,
			"tsm-log: %s/%s: systemd extends this PCR, too, and systemd-pcrlock does not know of this event; for a log that it can read, see 'tsm-log export --for pcrlock --merge'\n",
			provider->name, name);
	if (firmware_has(provider, root, index))
		fprintf(stderr,
			"tsm-log: %s/%s: firmware or boot loader extend this PCR, too; what is sealed to its value opens before this event only\n",
			provider->name, name);
}
