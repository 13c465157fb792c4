// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs that others keep of the same registers.
 */
#include <string.h>

#include "formats/import.h"
#include "formats/register.h"
#include "replay/earlier.h"

bool earlier_add(struct earlier *earlier, const char *path)
{
	if (earlier->nr_files == EARLIER_FILES_MAX)
		return false;
	earlier->files[earlier->nr_files++] = path;
	return true;
}

static int read_file(struct earlier *earlier, const char *path, bool is_ccmr,
		     struct error *err)
{
	struct imported imported;
	struct buffer log = { 0 };
	int ret;

	ret = buffer_read_locked(&log, path, err);
	if (!ret) {
		ret = import_any(&log, is_ccmr, &imported, err);
		if (!ret && !imported.has_registers)
			ret = error_set(
				err,
				"does not tell which registers were extended");
		if (ret)
			error_prefix(err, path);
	}
	if (!ret)
		ret = buffer_append(&earlier->cel, &log, err);
	buffer_free(&log);
	return ret;
}

/* So that no reader of it finds anything wrong later. */
static int check(const struct earlier *earlier, struct error *err)
{
	struct cel_reader reader = { .log = &earlier->cel };
	struct cel_record rec;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0)
		;
	return ret ? error_prefix(err, "earlier logs") : 0;
}

int earlier_read(struct earlier *earlier, bool is_ccmr, struct error *err)
{
	size_t i;

	/* A log that is read anew begins anew. */
	earlier->cel.len = 0;
	memset(earlier->cursor, 0, sizeof(earlier->cursor));
	for (i = 0; i < earlier->nr_files; i++)
		if (read_file(earlier, earlier->files[i], is_ccmr, err))
			return -1;
	return check(earlier, err);
}

bool earlier_next(const struct earlier *earlier, size_t *pos, bool is_ccmr,
		  uint8_t index, struct cel_record *rec)
{
	struct cel_reader reader = { .log = &earlier->cel, .pos = *pos };
	struct error err;

	while (cel_next(&reader, rec, &err) > 0) {
		*pos = reader.pos;
		if (rec->is_ccmr == is_ccmr && rec->index == index)
			return true;
	}
	return false;
}

static bool is_equal(unsigned int set, const uint8_t a[BANK_COUNT][DIGEST_MAX],
		     const uint8_t b[BANK_COUNT][DIGEST_MAX])
{
	enum bank_id bank;

	for (bank = 0; bank_next(set, &bank); bank++)
		if (memcmp(a[bank], b[bank], banks[bank].size))
			return false;
	return true;
}

static int extend(struct earlier *earlier, unsigned int set,
		  uint8_t value[BANK_COUNT][DIGEST_MAX],
		  const struct cel_record *rec, struct error *err)
{
	enum bank_id bank;

	for (bank = 0; bank_next(set, &bank); bank++)
		if (hasher_digest(&earlier->hasher, bank, value[bank],
				  banks[bank].size, rec->digest[bank],
				  banks[bank].size, value[bank], err))
			return -1;
	return 0;
}

int earlier_leads(struct earlier *earlier, const char *name, unsigned int set,
		  const uint8_t from[BANK_COUNT][DIGEST_MAX],
		  const uint8_t to[BANK_COUNT][DIGEST_MAX], struct error *err)
{
	uint8_t value[BANK_COUNT][DIGEST_MAX];
	struct earlier_cursor *cursor;
	struct cel_record rec;
	uint64_t extends = 0;
	bool is_ccmr;
	uint8_t index;
	size_t pos;

	if (!set || !register_parse(name, &is_ccmr, &index))
		return 0;
	cursor = &earlier->cursor[is_ccmr][index];
	pos = cursor->pos;
	memcpy(value, from, sizeof(value));
	while (!cursor->lost && !is_equal(set, value, to)) {
		/* A bank that it does not have would prove nothing. */
		if (!earlier_next(earlier, &pos, is_ccmr, index, &rec) ||
		    set & ~rec.banks) {
			cursor->lost = true;
			break;
		}
		if (extend(earlier, set, value, &rec, err))
			return -1;
		extends++;
	}
	if (cursor->lost)
		return 0;
	cursor->pos = pos;
	cursor->explained += extends;
	return 1;
}

void earlier_pass(struct earlier *earlier, const struct cel_record *rec)
{
	struct earlier_cursor *cursor =
		&earlier->cursor[rec->is_ccmr][rec->index];
	struct cel_record other;
	size_t pos = cursor->pos;
	unsigned int set;
	enum bank_id bank;

	if (!earlier_next(earlier, &pos, rec->is_ccmr, rec->index, &other))
		return;
	set = rec->banks & other.banks;
	for (bank = 0; bank_next(set, &bank); bank++)
		if (memcmp(rec->digest[bank], other.digest[bank],
			   banks[bank].size))
			return;
	if (set)
		cursor->pos = pos;
}

void earlier_free(struct earlier *earlier)
{
	buffer_free(&earlier->cel);
	hasher_free(&earlier->hasher);
}
