// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log of another program, which has no checkpoints.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/cel.h"
#include "linux/tsm-event-log.h"
#include "replay/firmware.h"
#include "replay/power-on.h"

/* The longest line: all banks of the longest name. */
#define LINE_SIZE (128 + BANK_COUNT * (2 * DIGEST_MAX + 16))

static int add_line(struct log *log, const struct firmware *firmware,
		    const struct cel_record *rec, struct error *err)
{
	char name[REGISTER_NAME_SIZE], line[LINE_SIZE];
	uint8_t value[DIGEST_MAX];
	const char *separator = " ";
	enum bank_id bank;
	int len;

	len = snprintf(line, sizeof(line), "%" PRIu64 " %s %s", log->first,
		       TSM_CHECKPOINT_REGISTER,
		       register_name(rec->is_ccmr, rec->index, name));
	for (bank = 0; bank_next(rec->banks, &bank); bank++) {
		memset(value, firmware_starts_with(rec->is_ccmr, rec->index),
		       sizeof(value));
		if (firmware && firmware->header.banks & BANK_BIT(bank))
			memcpy(value,
			       firmware->registers[rec->index].value[bank],
			       sizeof(value));
		len += sprintf(line + len, "%s%s:", separator,
			       banks[bank].name);
		hex_text(value, banks[bank].size, line + len);
		len += 2 * banks[bank].size;
		separator = ",";
	}
	line[len++] = '\n';
	return buffer_add(&log->checkpoints, line, (size_t)len, err);
}

static int add_lines(struct log *log, const struct firmware *firmware,
		     struct error *err)
{
	struct cel_reader reader = { .log = &log->cel };
	struct register_set seen = { 0 };
	struct cel_record rec;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0) {
		if (seen.has[rec.is_ccmr][rec.index])
			continue;
		seen.has[rec.is_ccmr][rec.index] = true;
		if (add_line(log, firmware, &rec, err))
			return -1;
	}
	return ret;
}

/* The registers of a log are of one kind, if the firmware had a log of them. */
static int first_is_ccmr(const struct log *log, bool *is_ccmr,
			 struct error *err)
{
	struct cel_reader reader = { .log = &log->cel };
	struct cel_record rec;
	int ret = cel_next(&reader, &rec, err);

	if (!ret)
		return error_set(err, "there are no records");
	if (ret < 0)
		return -1;
	*is_ccmr = rec.is_ccmr;
	return 0;
}

int power_on_checkpoints(struct log *log, const char *firmware_path,
			 struct error *err)
{
	struct firmware firmware = { 0 };
	bool is_ccmr = false;
	int ret;

	ret = first_is_ccmr(log, &is_ccmr, err);
	if (!ret && firmware_path)
		ret = firmware_read(&firmware, firmware_path, is_ccmr, err);
	if (!ret)
		ret = add_lines(log, firmware_path ? &firmware : NULL, err);
	firmware_free(&firmware);
	return ret;
}
