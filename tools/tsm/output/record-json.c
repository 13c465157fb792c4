// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records as JSON with the names of TCG CEL-JSON.
 */
#include <string.h>

#include "formats/event-type.h"
#include "output/event.h"
#include "output/ima-event.h"
#include "output/json.h"
#include "output/record-json.h"
#include "output/systemd-event.h"
#include "output/text.h"

static const char content_type[] = "content_type";

static void add_event_type(struct json_object *content, uint32_t type)
{
	static const char key[] = "event_type";
	const char *name = event_type_name(type);

	if (name)
		json_add_text(content, key, name);
	else
		json_add_number(content, key, type);
}

/*
 * The part of a record that says what was measured. Of content that is not
 * parsed, this is the type and the bytes.
 */
static struct json_object *add_content(struct json_object *object,
				       const struct cel_record *rec,
				       enum content_binding binding)
{
	struct json_object *content = json_need(json_object_new_object());

	json_add_number(object, "recnum", rec->recnum);
	if (rec->is_nv)
		json_add_number(object, "nv_index", rec->nv_index);
	else
		json_add_number(object, rec->is_ccmr ? "ccmr" : "pcr",
				rec->index);
	json_add(object, "digests", json_digests(rec->banks, rec->digest));
	if (cel_is_event(rec)) {
		json_add_text(object, content_type, "pcclient_std");
		add_event_type(content, rec->event_type);
	} else {
		json_add_number(object, content_type, rec->content_type);
	}
	json_add_hex(content, cel_is_event(rec) ? "event_data" : "data",
		     rec->event, rec->event_len);
	json_add(object, "content", content);
	json_add_text(object, "binding", content_binding_text(binding));
	return content;
}

struct json_object *json_cel_record(const struct cel_record *rec,
				    enum content_binding binding)
{
	struct json_object *object = json_need(json_object_new_object());

	add_content(object, rec, binding);
	return object;
}

/* The name that TCG has for a type of content, or one that is like it. */
static void add_content_name(struct json_object *object, uint8_t type)
{
	char name[sizeof("ima_template")];

	if (type == CEL_CONTENT_IMA_TEMPLATE)
		snprintf(name, sizeof(name), "ima_template");
	else if (type == CEL_CONTENT_IMA_TLV)
		snprintf(name, sizeof(name), "ima_tlv");
	else
		snprintf(name, sizeof(name), "content-%u", type);
	json_add_text(object, content_type, name);
}

struct json_object *json_pcrlock_record(const struct cel_record *rec,
					enum content_binding binding)
{
	struct json_object *object = json_cel_record(rec, binding);
	struct json_object *content = NULL;

	if (rec->content_type == SYSTEMD_CONTENT_TYPE)
		content = systemd_event_parse(rec->event, rec->event_len);
	if (content) {
		json_add_text(object, content_type, "systemd");
		json_add(object, "content", content);
	} else if (!cel_is_event(rec)) {
		add_content_name(object, rec->content_type);
	}
	return object;
}

/* Event data as text and as what is recognized of it. */
static void add_for_people(struct json_object *content,
			   const struct cel_record *rec)
{
	struct ima_entry entry;

	if (ima_parse(rec, &entry)) {
		ima_event_add_json(content, &entry);
		return;
	}
	if (text_is_utf8(rec->event, rec->event_len))
		json_add(content, "string",
			 json_object_new_string_len((const char *)rec->event,
						    (int)rec->event_len));
	event_add_json(content, rec->event, rec->event_len);
}

struct json_object *json_record(const struct cel_record *rec,
				enum content_binding binding,
				const char *provider)
{
	struct json_object *object = json_need(json_object_new_object());
	struct json_object *content;

	if (provider)
		json_add_text(object, "provider", provider);
	content = add_content(object, rec, binding);
	add_for_people(content, rec);
	return object;
}

void json_add_explained(struct json_object *record,
			const struct explained *explained)
{
	struct json_object *object = json_need(json_object_new_object());

	/* A name of other bytes is no text of JSON. */
	if (text_is_utf8((const uint8_t *)explained->file->path,
			 strlen(explained->file->path)))
		json_add_text(object, "file", explained->file->path);
	json_add_number(object, explained->file->imported.unit,
			explained->rec.recnum);
	json_add_text(object, "hashAlg", banks[explained->bank].tcg_name);
	json_add_hex(object, "data", explained->rec.event,
		     explained->rec.event_len);
	add_for_people(object, &explained->rec);
	json_add(record, "explained", object);
}

struct json_object *json_checkpoint(const struct checkpoint *cp,
				    const char *provider)
{
	struct json_object *object = json_need(json_object_new_object());
	const uint8_t *digest[BANK_COUNT];
	enum bank_id bank;

	for (bank = 0; bank < BANK_COUNT; bank++)
		digest[bank] = cp->value.digest[bank];
	if (provider)
		json_add_text(object, "provider", provider);
	json_add_text(object, "checkpoint", cp->reason);
	json_add_number(object, "before_record", cp->recnum);
	json_add_text(object, "register", cp->value.name);
	json_add(object, "digests", json_digests(cp->value.banks, digest));
	if (cp->has_foreign)
		json_add_number(object, "foreign", cp->foreign);
	return object;
}
