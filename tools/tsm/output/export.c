// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records in the formats that other programs read.
 */
#include <inttypes.h>

#include "formats/cel-write.h"
#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "formats/event-type.h"
#include "formats/register.h"
#include "linux/tsm-event-log.h"
#include "output/export.h"
#include "output/json.h"
#include "output/record-json.h"

/* Before a JSON text of a sequence. */
#define RECORD_SEPARATOR 0x1e

int export_cel(const struct log *log, size_t recnum_size, size_t index_size,
	       FILE *out, struct error *err)
{
	struct cel_reader reader = { .log = &log->cel, .nv = true };
	struct cel_record rec;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0)
		if (recnum_size < sizeof(rec.recnum) &&
		    rec.recnum >> 8 * recnum_size)
			return error_set(err,
					 "record number %" PRIu64
					 " does not fit into %zu bytes",
					 rec.recnum, recnum_size);
	if (ret)
		return -1;
	reader.pos = 0;
	while (cel_next(&reader, &rec, err) > 0) {
		uint8_t start[2 * (TSM_CEL_TLV_HEADER_SIZE + sizeof(uint64_t))];
		uint8_t *p = start;

		p = cel_put_number_tlv(p, TSM_CEL_RECNUM, rec.recnum,
				       recnum_size);
		p = cel_put_index(p, &rec, index_size);
		fwrite(start, 1, (size_t)(p - start), out);
		fwrite(rec.body, 1, rec.body_len, out);
	}
	return 0;
}

static void write_json(struct json_object *object, FILE *out)
{
	fputc(RECORD_SEPARATOR, out);
	json_print(out, object);
	fputc('\n', out);
	json_object_put(object);
}

static int
export_sequence(const struct log *log, bool nv,
		struct json_object *(*make)(const struct cel_record *rec,
					    enum content_binding binding),
		FILE *out, struct error *err)
{
	struct cel_reader reader = { .log = &log->cel, .nv = nv };
	enum content_binding binding;
	struct hasher hasher = { 0 };
	struct cel_record rec;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0)
		;
	if (ret)
		return -1;
	reader.pos = 0;
	while (!ret && cel_next(&reader, &rec, err) > 0) {
		ret = content_check(&rec, &hasher, &binding, err);
		if (!ret)
			write_json(make(&rec, binding), out);
	}
	hasher_free(&hasher);
	return ret;
}

int export_json(const struct log *log, FILE *out, struct error *err)
{
	return export_sequence(log, true, json_cel_record, out, err);
}

int export_pcrlock(const struct log *log, FILE *out, struct error *err)
{
	return export_sequence(log, false, json_pcrlock_record, out, err);
}

/* The banks of an empty log are those of its registers. */
static unsigned int banks_of_checkpoints(const struct log *log,
					 unsigned int mask, struct error *err)
{
	char mine[BANK_SET_TEXT], other[BANK_SET_TEXT];
	struct line_reader reader = { .text = &log->checkpoints };
	struct checkpoint cp;
	unsigned int set = 0;
	int ret;

	while ((ret = checkpoint_next(&reader, &cp, err)) > 0) {
		unsigned int theirs = cp.value.banks & mask;

		if (!cp.value.banks)
			continue;
		if (set && set != theirs) {
			error_set(
				err,
				"there are no records, and the registers have different banks (%s and %s), of which an entry of this format must have all",
				bank_set_text(set, mine),
				bank_set_text(theirs, other));
			return 0;
		}
		set = theirs;
	}
	if (ret) {
		error_prefix(err, "checkpoints");
		return 0;
	}
	if (!set)
		error_set(
			err,
			"there are no records that tell which banks there are; read a provider, or give --checkpoints");
	return set;
}

unsigned int export_tcg2_banks(const struct log *log,
			       const struct firmware *firmware,
			       unsigned int mask, struct error *err)
{
	char mine[BANK_SET_TEXT], other[BANK_SET_TEXT];
	struct cel_reader reader = { .log = &log->cel };
	char name[REGISTER_NAME_SIZE];
	unsigned int set = 0;
	struct cel_record rec;
	int ret;

	if (firmware)
		mask &= firmware->header.banks;
	while ((ret = cel_next(&reader, &rec, err)) > 0) {
		unsigned int theirs = rec.banks & mask;

		if (set ? theirs == set : !!theirs) {
			set = theirs;
			continue;
		}
		error_set(
			err,
			"record %" PRIu64
			" (%s) has the banks %s, but all entries of this format must have the same ones, here %s; export in another format",
			rec.recnum, register_name(rec.is_ccmr, rec.index, name),
			bank_set_text(rec.banks, mine),
			bank_set_text(set ? set : mask, other));
		return 0;
	}
	if (ret)
		return 0;
	return set ? set : banks_of_checkpoints(log, mask, err);
}

static void write_firmware(const struct firmware *firmware,
			   const struct tcg2_header *header, FILE *out)
{
	struct tcg2_reader reader;
	struct tcg2_entry entry;
	struct error err;

	/* It was read before: what is wrong with it was found then. */
	if (tcg2_open(&reader, &firmware->log, &err))
		return;
	while (tcg2_next(&reader, &entry, &err) > 0)
		tcg2_write_entry(out, header, &entry);
}

uint32_t export_event_type(const struct cel_record *rec)
{
	if (rec->content_type == CEL_CONTENT_IMA_TEMPLATE)
		return EVENT_TYPE_EVENT_TAG;
	return cel_is_event(rec) ? rec->event_type : TSM_EV_COMPACT_HASH;
}

/* What the event of the entry is, if it is not that of the record. */
static int make_event(struct tcg2_entry *entry, const struct cel_record *rec,
		      struct buffer *event, struct error *err)
{
	const uint32_t len = (uint32_t)rec->event_len;
	const uint8_t head[] = {
		(uint8_t)EXPORT_IMA_TAG,
		(uint8_t)(EXPORT_IMA_TAG >> 8),
		(uint8_t)(EXPORT_IMA_TAG >> 16),
		(uint8_t)(EXPORT_IMA_TAG >> 24),
		(uint8_t)len,
		(uint8_t)(len >> 8),
		(uint8_t)(len >> 16),
		(uint8_t)(len >> 24),
	};

	if (rec->content_type != CEL_CONTENT_IMA_TEMPLATE)
		return 0;
	event->len = 0;
	if (buffer_add(event, head, sizeof(head), err) ||
	    buffer_add(event, rec->event, rec->event_len, err))
		return -1;
	entry->event = event->data;
	entry->event_len = event->len;
	return 0;
}

int export_tcg2(const struct log *log, const struct firmware *firmware,
		unsigned int mask, FILE *out, struct error *err)
{
	unsigned int set = export_tcg2_banks(log, firmware, mask, err);
	struct cel_reader reader = { .log = &log->cel };
	struct tcg2_header header;
	struct buffer event = { 0 };
	struct cel_record rec;
	int ret = 0;

	if (!set)
		return -1;
	if (firmware) {
		header = firmware->header;
		tcg2_keep_banks(&header, set);
	} else {
		tcg2_new_header(&header, set);
	}
	tcg2_write_header(out, &header);
	if (firmware)
		write_firmware(firmware, &header, out);
	while (!ret && cel_next(&reader, &rec, err) > 0) {
		struct tcg2_entry entry = {
			.index = rec.index,
			.type = export_event_type(&rec),
			.banks = rec.banks,
			.event = rec.event,
			.event_len = rec.event_len,
		};
		enum bank_id bank;

		for (bank = 0; bank_next(set, &bank); bank++)
			entry.digest[bank] = rec.digest[bank];
		ret = make_event(&entry, &rec, &event, err);
		if (!ret)
			tcg2_write_entry(out, &header, &entry);
	}
	buffer_free(&event);
	return ret;
}
