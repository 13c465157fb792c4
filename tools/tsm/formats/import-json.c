// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The JSON encoding of the TCG Canonical Event Log Format, as systemd and export write
 * it: a sequence of JSON texts (RFC 7464), a record each.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse-json.h"
#include "formats/cel-write.h"
#include "formats/checkpoint.h"
#include "formats/event-type.h"
#include "formats/import.h"
#include "linux/tsm-event-log.h"

#define RECORD_SEPARATOR 0x1e

/* How import calls content that has no name of TCG's. */
static const char numbered[] = "content-";

struct importer {
	struct buffer out;
	struct buffer content; /* of the record at hand */
	uint8_t digest[BANK_COUNT][DIGEST_MAX];
	uint64_t next; /* number of the next record */
};

bool import_is_json(const struct buffer *log)
{
	return log->len &&
	       (log->data[0] == RECORD_SEPARATOR || log->data[0] == '{');
}

static struct json_object *member(struct json_object *object, const char *key,
				  enum json_type type)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

static const char *text_member(struct json_object *object, const char *key)
{
	struct json_object *value = member(object, key, json_type_string);

	return value ? json_object_get_string(value) : NULL;
}

/* A number from 0 to @max. Returns whether there is one. */
static bool number_member(struct json_object *object, const char *key,
			  uint64_t max, uint64_t *number)
{
	struct json_object *value = member(object, key, json_type_int);

	if (!value || json_object_get_int64(value) < 0)
		return false;
	*number = json_object_get_uint64(value);
	return *number <= max;
}

static bool has(struct json_object *object, const char *key)
{
	return json_object_object_get_ex(object, key, NULL);
}

static int read_index(struct json_object *object, struct cel_record *rec,
		      struct error *err)
{
	uint64_t index;

	rec->is_nv = has(object, "nv_index");
	if (rec->is_nv) {
		if (!number_member(object, "nv_index", UINT32_MAX, &index))
			return error_set(err, "\"nv_index\" is no NV index");
		rec->nv_index = (uint32_t)index;
		return 0;
	}
	rec->is_ccmr = has(object, "ccmr");
	if (!number_member(object, rec->is_ccmr ? "ccmr" : "pcr", UINT8_MAX,
			   &index))
		return error_set(err, "no number of a PCR (\"pcr\")");
	rec->index = (uint8_t)index;
	return 0;
}

static enum bank_id bank_by_tcg_name(const char *name)
{
	enum bank_id bank;

	for (bank = 0; bank < BANK_COUNT; bank++)
		if (!strcmp(banks[bank].tcg_name, name))
			break;
	return bank;
}

/* A hash that is not known here is passed over, as others do. */
static int read_digest(struct importer *importer, struct json_object *item,
		       struct cel_record *rec, struct error *err)
{
	const char *name = text_member(item, "hashAlg");
	const char *hex = text_member(item, "digest");
	enum bank_id bank;

	if (!name || !hex)
		return error_set(err,
				 "a digest without \"hashAlg\" and \"digest\"");
	bank = bank_by_tcg_name(name);
	if (bank == BANK_COUNT)
		return 0;
	if (rec->banks & BANK_BIT(bank))
		return error_set(err, "a second digest for the bank %s",
				 banks[bank].name);
	if (!hex_parse(hex, strlen(hex), importer->digest[bank],
		       banks[bank].size))
		return error_set(err, "a digest of %s is not %d hex digits",
				 banks[bank].name, 2 * banks[bank].size);
	rec->banks |= BANK_BIT(bank);
	rec->digest[bank] = importer->digest[bank];
	return 0;
}

static int read_digests(struct importer *importer, struct json_object *object,
			struct cel_record *rec, struct error *err)
{
	struct json_object *list = member(object, "digests", json_type_array);
	size_t i;

	rec->banks = 0;
	if (!list)
		return error_set(err, "no list of digests (\"digests\")");
	for (i = 0; i < json_object_array_length(list); i++)
		if (read_digest(importer, json_object_array_get_idx(list, i),
				rec, err))
			return -1;
	return rec->banks ? 0 : error_set(err, "no digest of a known hash");
}

/* Bytes that are in hexadecimal, or none. */
static int read_hex(struct json_object *content, const char *key,
		    struct buffer *bytes, struct error *err)
{
	const char *hex = text_member(content, key);
	size_t len = hex ? strlen(hex) : 0;

	if (!hex)
		return error_set(err, "content without \"%s\"", key);
	bytes->data = malloc(len / 2 + 1);
	if (!bytes->data)
		return error_set(err, "no memory");
	bytes->size = len / 2;
	bytes->len = bytes->size;
	if (len % 2 || !hex_parse(hex, len, bytes->data, bytes->len))
		return error_set(err, "\"%s\" is not hexadecimal", key);
	return 0;
}

static int add_tlv(struct buffer *out, uint8_t type, const void *data,
		   size_t len, struct error *err)
{
	uint8_t header[TSM_CEL_TLV_HEADER_SIZE];

	cel_put_header(header, type, len);
	if (buffer_add(out, header, sizeof(header), err))
		return -1;
	return buffer_add(out, data, len, err);
}

static bool read_event_type(struct json_object *content, uint32_t *type)
{
	const char *name = text_member(content, "event_type");
	uint64_t number;

	if (name)
		return event_type_parse(name, type);
	if (!number_member(content, "event_type", UINT32_MAX, &number))
		return false;
	*type = (uint32_t)number;
	return true;
}

static int add_event(struct importer *importer, struct json_object *content,
		     struct error *err)
{
	struct buffer data = { 0 };
	uint32_t type;
	int ret;

	if (!read_event_type(content, &type))
		return error_set(err, "content without a known \"event_type\"");
	ret = read_hex(content, "event_data", &data, err);
	if (!ret)
		ret = cel_append_event(&importer->content, type, data.data,
				       data.len, err);
	buffer_free(&data);
	return ret;
}

/* TCG has names for the parts; export has all of it as one. */
static int add_template(struct importer *importer, struct json_object *content,
			struct error *err)
{
	const char *name = text_member(content, "template_name");
	struct buffer data = { 0 }, parts = { 0 };
	int ret;

	ret = read_hex(content, "template_data", &data, err);
	if (!ret && (add_tlv(&parts, TSM_CEL_IMA_TEMPLATE_NAME, name,
			     strlen(name), err) ||
		     add_tlv(&parts, TSM_CEL_IMA_TEMPLATE_DATA, data.data,
			     data.len, err)))
		ret = -1;
	if (!ret)
		ret = add_tlv(&importer->content, CEL_CONTENT_IMA_TEMPLATE,
			      parts.data, parts.len, err);
	buffer_free(&parts);
	buffer_free(&data);
	return ret;
}

static int add_bytes(struct importer *importer, uint8_t type,
		     struct json_object *content, struct error *err)
{
	struct buffer data = { 0 };
	int ret = read_hex(content, "data", &data, err);

	if (!ret)
		ret = add_tlv(&importer->content, type, data.data, data.len,
			      err);
	buffer_free(&data);
	return ret;
}

/* systemd's content is the object, as it stands. */
static int add_object(struct importer *importer, struct json_object *content,
		      struct error *err)
{
	size_t len;
	const char *text = json_object_to_json_string_length(
		content,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	if (!text)
		return error_set(err, "no memory");
	return add_tlv(&importer->content, CEL_CONTENT_OTHER, text, len, err);
}

/* The number of a type of content that is not the PC client's; 0: not known. */
static uint8_t content_number(const char *name)
{
	uint64_t number;

	if (!strcmp(name, "cel"))
		return TSM_CEL_CONTENT_CEL;
	if (!strcmp(name, "ima_template"))
		return CEL_CONTENT_IMA_TEMPLATE;
	if (!strcmp(name, "ima_tlv"))
		return CEL_CONTENT_IMA_TLV;
	if (!strncmp(name, numbered, strlen(numbered)) &&
	    number_parse(name + strlen(numbered),
			 strlen(name + strlen(numbered)), &number) &&
	    number >= CEL_CONTENT_OTHER && number <= UINT8_MAX)
		return (uint8_t)number;
	return 0;
}

static int add_named(struct importer *importer, const char *name,
		     struct json_object *content, struct error *err)
{
	uint8_t number = content_number(name);

	if (!strcmp(name, "pcclient_std"))
		return add_event(importer, content, err);
	if (!strcmp(name, "systemd"))
		return add_object(importer, content, err);
	if (number == CEL_CONTENT_IMA_TEMPLATE &&
	    text_member(content, "template_name"))
		return add_template(importer, content, err);
	if (number)
		return add_bytes(importer, number, content, err);
	return error_set(err, "content of a type that is not known here");
}

static int read_content(struct importer *importer, struct json_object *object,
			struct error *err)
{
	const char *name = text_member(object, "content_type");
	struct json_object *content =
		member(object, "content", json_type_object);
	uint64_t number;

	importer->content.len = 0;
	if (!has(object, "content"))
		return cel_append_event(&importer->content, TSM_EV_COMPACT_HASH,
					NULL, 0, err);
	if (!content)
		return error_set(err, "\"content\" is no object");
	if (name)
		return add_named(importer, name, content, err);
	if (number_member(object, "content_type", UINT8_MAX, &number) &&
	    number > TSM_CEL_DIGESTS && number != TSM_CEL_CONTENT_PCCLIENT_STD)
		return add_bytes(importer, (uint8_t)number, content, err);
	return error_set(err, "content without a known \"content_type\"");
}

static int read_number(struct importer *importer, struct json_object *object,
		       struct cel_record *rec, struct error *err)
{
	rec->recnum = importer->next;
	if (has(object, "recnum") &&
	    !number_member(object, "recnum", UINT64_MAX - 1, &rec->recnum))
		return error_set(err, "\"recnum\" is no record number");
	importer->next = rec->recnum + 1;
	return 0;
}

static int read_record(struct importer *importer, struct json_object *object,
		       struct error *err)
{
	struct cel_record rec = { 0 };

	if (!json_object_is_type(object, json_type_object))
		return error_set(err, "no JSON object");
	if (read_number(importer, object, &rec, err) ||
	    read_index(object, &rec, err) ||
	    read_digests(importer, object, &rec, err) ||
	    read_content(importer, object, err))
		return -1;
	rec.content = importer->content.data;
	rec.content_len = importer->content.len;
	return cel_append(&importer->out, &rec, rec.banks, err);
}

/* Where the text that begins at @pos ends. Lines do without a separator. */
static size_t end_of_text(const struct buffer *log, size_t pos)
{
	uint8_t end = log->data[0] == RECORD_SEPARATOR ? RECORD_SEPARATOR :
							 '\n';
	const uint8_t *found = memchr(log->data + pos, end, log->len - pos);

	return found ? (size_t)(found - log->data) : log->len;
}

static int read_text(struct importer *importer, const char *text, size_t len,
		     struct error *err)
{
	struct json_object *object = parse_json(text, len);
	int ret;

	if (!object)
		return error_set(err, "no JSON, or not all of it");
	ret = read_record(importer, object, err);
	json_object_put(object);
	return ret;
}

int import_json(struct buffer *log, struct error *err)
{
	struct importer importer = { .next = 0 };
	size_t pos = 0, end, line = 0;
	char where[32];
	int ret = 0;

	for (; !ret && pos < log->len; pos = end + 1) {
		end = end_of_text(log, pos);
		if (end == pos)
			continue;
		line++;
		ret = read_text(&importer, (const char *)log->data + pos,
				end - pos, err);
		snprintf(where, sizeof(where), "record %zu of the file", line);
		if (ret)
			error_prefix(err, where);
	}
	buffer_free(&importer.content);
	if (ret) {
		buffer_free(&importer.out);
		return -1;
	}
	buffer_free(log);
	*log = importer.out;
	return 0;
}
