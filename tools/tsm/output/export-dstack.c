// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records as dstack's evidence has them.
 *
 * Registers are numbered from 0 on there, and dstack's own events have their names.
 * All others have an empty one, and their data as the payload.
 */
#include "formats/cel.h"
#include "output/dstack-event.h"
#include "output/export.h"
#include "output/json.h"

static void write_event(struct json_object *list, uint32_t imr, uint32_t type,
			const uint8_t *digest, const uint8_t *data, size_t len)
{
	struct json_object *object = json_need(json_object_new_object());
	struct dstack_event event = { "", 0, data, len };

	/* What is wrong with it, was asked before. */
	if (type == DSTACK_EVENT_TYPE)
		dstack_event_parse(&event, data, len);
	json_add_number(object, "imr", imr);
	json_add_number(object, "event_type", type);
	json_add_hex(object, "digest", digest, banks[BANK_SHA384].size);
	json_add(object, "event",
		 json_object_new_string_len(event.name, (int)event.name_len));
	json_add_hex(object, "event_payload", event.payload, event.payload_len);
	if (json_object_array_add(list, object))
		json_need(NULL);
}

static void write_firmware(struct json_object *list,
			   const struct firmware *firmware)
{
	struct tcg2_reader reader;
	struct tcg2_entry entry;
	struct error err;

	if (tcg2_open(&reader, &firmware->log, &err))
		return;
	while (tcg2_next(&reader, &entry, &err) > 0)
		if (entry.type != TCG2_EV_NO_ACTION)
			write_event(list, entry.index - 1, entry.type,
				    entry.digest[BANK_SHA384], entry.event,
				    entry.event_len);
}

int export_dstack(const struct log *log, const struct firmware *firmware,
		  FILE *out, struct error *err)
{
	struct json_object *list = json_need(json_object_new_array());
	struct cel_reader reader = { .log = &log->cel };
	struct cel_record rec;
	int ret;

	if (firmware)
		write_firmware(list, firmware);
	while ((ret = cel_next(&reader, &rec, err)) > 0)
		write_event(list, rec.index - 1U, export_event_type(&rec),
			    rec.digest[BANK_SHA384], rec.event, rec.event_len);
	if (!ret) {
		json_print(out, list);
		fputc('\n', out);
	}
	json_object_put(list);
	return ret;
}
