// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs that other programs keep, as records of the form that the kernel's log has.
 */
#include <string.h>

#include "formats/cel-write.h"
#include "formats/import.h"
#include "formats/tcg2.h"
#include "linux/tsm-event-log.h"

int import_event(struct buffer *out, struct cel_record *rec, uint32_t type,
		 const void *text, size_t text_len, struct error *err)
{
	struct buffer content = { 0 };
	int ret = cel_append_event(&content, type, text, text_len, err);

	rec->content = content.data;
	rec->content_len = content.len;
	if (!ret)
		ret = cel_append(out, rec, rec->banks, err);
	buffer_free(&content);
	return ret;
}

int import_hashed(struct buffer *out, struct hasher *hasher, uint64_t number,
		  uint8_t index, const uint8_t *data, size_t len,
		  const void *text, size_t text_len, struct error *err)
{
	struct cel_record rec = {
		.recnum = number,
		.index = index,
		.banks = IMPORT_BANKS,
	};
	uint8_t digest[BANK_COUNT][DIGEST_MAX];
	enum bank_id bank;

	memset(digest, 0xff, sizeof(digest));
	for (bank = 0; bank_next(IMPORT_BANKS, &bank); bank++) {
		if (data && hasher_digest(hasher, bank, data, len, NULL, 0,
					  digest[bank], err))
			return -1;
		rec.digest[bank] = digest[bank];
	}
	return import_event(out, &rec, TSM_EV_ACTION, text, text_len, err);
}

/*
 * Whether this is a firmware's log in the old format, which begins with no more than
 * its first entry: it has to be one to its end.
 */
static bool is_old_firmware(const struct buffer *log)
{
	struct tcg2_reader reader;
	struct tcg2_entry entry;
	struct error err;
	int ret;

	if (tcg2_open(&reader, log, &err) || !reader.sha1_format)
		return false;
	do {
		ret = tcg2_next(&reader, &entry, &err);
	} while (ret > 0);
	return !ret;
}

/*
 * What has a record's number and then a register's is CEL-TLV. An entry of the old
 * format of PCR 0 and EV_S_CRTM_VERSION begins as the number does.
 */
static bool is_tlv(const struct buffer *log)
{
	static const uint8_t start[] = { TSM_CEL_RECNUM, 0, 0, 0 };
	static const uint8_t high[] = { 0, 0, 0 }; /* of the next length */
	size_t next;

	if (log->len <= sizeof(start) ||
	    memcmp(log->data, start, sizeof(start)) ||
	    (log->data[sizeof(start)] != TSM_CEL_RECNUM_SIZE &&
	     log->data[sizeof(start)] != CEL_NARROW_RECNUM_SIZE))
		return false;
	next = sizeof(start) + 1 + log->data[sizeof(start)];
	if (log->len >= next + 1 + sizeof(high) &&
	    memcmp(log->data + next + 1, high, sizeof(high)))
		return !is_old_firmware(log);
	return true;
}

static bool is_tcg2(const struct buffer *log)
{
	struct tcg2_reader reader;
	struct error err;

	return !tcg2_open(&reader, log, &err) &&
	       (!reader.sha1_format || is_old_firmware(log));
}

bool import_is_firmware(const struct buffer *log)
{
	return !is_tlv(log) && is_tcg2(log);
}

static int import_tcg2(const struct buffer *log, bool is_ccmr,
		       struct buffer *out, struct error *err)
{
	struct tcg2_reader reader;
	struct tcg2_entry entry;
	struct cel_record rec = { .is_ccmr = is_ccmr };
	int ret;

	if (tcg2_open(&reader, log, err))
		return -1;
	while ((ret = tcg2_next(&reader, &entry, err)) > 0) {
		rec.recnum++;
		/* Of hashes that are not known here, there is nothing to say. */
		if (entry.type == TCG2_EV_NO_ACTION || !entry.banks)
			continue;
		if (entry.index > UINT8_MAX)
			return error_set(
				err, "byte offset %zu: there is no register %u",
				entry.offset, entry.index);
		rec.index = (uint8_t)entry.index;
		rec.banks = entry.banks;
		memcpy(rec.digest, entry.digest, sizeof(rec.digest));
		if (import_event(out, &rec, entry.type, entry.event,
				 entry.event_len, err))
			return -1;
	}
	return ret;
}

static int import_lines(const struct buffer *log, struct buffer *out,
			struct error *err)
{
	const uint8_t *p = log->data, *end = p + log->len, *newline;
	struct hasher hasher = { 0 };
	uint64_t number = 0;
	int ret = 0;

	while (!ret && p < end) {
		newline = memchr(p, '\n', (size_t)(end - p));
		if (!newline)
			newline = end;
		number++;
		if (newline > p)
			ret = import_hashed(out, &hasher, number, 0, p,
					    (size_t)(newline - p), p,
					    (size_t)(newline - p), err);
		p = newline < end ? newline + 1 : end;
	}
	hasher_free(&hasher);
	return ret;
}

int import_any(struct buffer *log, bool is_ccmr, struct imported *imported,
	       struct error *err)
{
	struct buffer out = { 0 };
	int ret;

	*imported = (struct imported){ "record", true };
	if (import_is_json(log))
		return import_json(log, err);
	if (!log->len || is_tlv(log))
		return 0;
	if (is_tcg2(log)) {
		imported->unit = "entry";
		ret = import_tcg2(log, is_ccmr, &out, err);
	} else if (import_is_ima_ascii(log)) {
		imported->unit = "line";
		ret = import_ima_ascii(log, &out, err);
	} else if (import_is_ima_binary(log)) {
		imported->unit = "entry";
		ret = import_ima_binary(log, &out, err);
	} else if (!memchr(log->data, 0, log->len)) {
		*imported = (struct imported){ "line", false };
		ret = import_lines(log, &out, err);
	} else {
		return error_set(
			err,
			"no log of a kind that is known here: CEL, a firmware's, IMA's list, or text");
	}
	if (ret) {
		buffer_free(&out);
		return -1;
	}
	buffer_free(log);
	*log = out;
	return 0;
}
