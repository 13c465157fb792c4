// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events in the forms of agents that measure, byte for byte.
 */
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "commands/agent-event.h"
#include "formats/cel-write.h"
#include "formats/event-type.h"
#include "linux/tsm-event-log.h"
#include "output/cos-event.h"
#include "output/dstack-event.h"
#include "output/json.h"
#include "output/systemd-event.h"
#include "output/text.h"

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

/* The tag of an AAEL event: its letters, the last one first in memory. */
#define AAEL_TAG 0x4141454c

const char *agent_event_option(struct agent_event *event, enum agent agent,
			       const char *argument, struct new_record *record)
{
	static const char no_kind[] =
		"--cos takes image-ref, image-digest, arg, env-var or so; see tsm-log(1)";

	if (event->agent != AGENT_NONE)
		return "--aael, --cos, --dstack and --systemd exclude each other";
	event->agent = agent;
	event->argument = argument;
	record->any = true;
	if (agent == AGENT_COS && cos_event_kind(argument) < 0)
		return no_kind;
	if (agent == AGENT_DSTACK &&
	    (strchr(argument, ':') ||
	     !text_is_utf8((const uint8_t *)argument, strlen(argument))))
		return "--dstack takes the name of an event, which is UTF-8 and has no colon";
	if (agent == AGENT_SYSTEMD &&
	    !text_is_utf8((const uint8_t *)argument, strlen(argument)))
		return "--systemd takes the type of an event, which is UTF-8, such as phase";
	return NULL;
}

static int put_le32(struct buffer *out, uint32_t number, struct error *err)
{
	const uint8_t bytes[] = {
		(uint8_t)number,
		(uint8_t)(number >> 8),
		(uint8_t)(number >> 16),
		(uint8_t)(number >> 24),
	};

	return buffer_add(out, bytes, sizeof(bytes), err);
}

/* A word that its reader finds again, which splits at the first two spaces. */
static bool is_word(const char *text)
{
	return *text && !strchr(text, ' ') &&
	       text_is_utf8((const uint8_t *)text, strlen(text));
}

static int make_aael(const struct agent_event *event, const uint8_t *text,
		     size_t len, struct buffer *content, struct error *err)
{
	const size_t domain_len = strlen(event->domain);
	const size_t operation_len = strlen(event->operation);

	if (!is_word(event->domain) || !is_word(event->operation))
		return error_set(
			err,
			"--aael: DOMAIN and OPERATION must be words of UTF-8 without a space");
	if (!text_is_utf8(text, len))
		return error_set(err, "--aael: CONTENT must be UTF-8");
	if (put_le32(content, AAEL_TAG, err) ||
	    put_le32(content, (uint32_t)(domain_len + operation_len + len + 2),
		     err) ||
	    buffer_add(content, event->domain, domain_len, err) ||
	    buffer_add(content, " ", 1, err) ||
	    buffer_add(content, event->operation, operation_len, err) ||
	    buffer_add(content, " ", 1, err))
		return -1;
	return buffer_add(content, text, len, err);
}

static int make_cos(const struct agent_event *event, const uint8_t *text,
		    size_t len, struct buffer *content, struct error *err)
{
	uint8_t header[TSM_CEL_TLV_HEADER_SIZE];

	cel_put_header(header, (uint8_t)cos_event_kind(event->argument), len);
	if (buffer_add(content, header, sizeof(header), err))
		return -1;
	return buffer_add(content, text, len, err);
}

static int make_dstack(const struct agent_event *event, const uint8_t *text,
		       size_t len, struct buffer *content, struct error *err)
{
	if (buffer_add(content, dstack_prefix, DSTACK_PREFIX_SIZE, err) ||
	    buffer_add(content, event->argument, strlen(event->argument),
		       err) ||
	    buffer_add(content, ":", 1, err))
		return -1;
	return buffer_add(content, text, len, err);
}

/* This boot's, without the dashes. */
static int add_boot_id(struct json_object *object, struct error *err)
{
	struct buffer file = { 0 };
	char id[40];
	size_t i, len = 0;

	if (buffer_read_path(&file, BOOT_ID_PATH, err)) {
		buffer_free(&file);
		return -1;
	}
	for (i = 0; i < file.len && len < sizeof(id); i++)
		if (file.data[i] != '-' && file.data[i] != '\n')
			id[len++] = (char)file.data[i];
	json_add(object, "bootId", json_object_new_string_len(id, (int)len));
	buffer_free(&file);
	return 0;
}

static uint64_t microseconds_since_boot(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int add_digests(const struct agent_event *event,
		       struct new_record *record, unsigned int set,
		       const uint8_t *text, size_t len, struct error *err)
{
	struct hasher hasher = { 0 };
	struct buffer secret = { 0 };
	enum bank_id bank;
	int ret = 0;

	if (event->secret)
		ret = buffer_read_path(&secret, event->secret, err);
	if (!ret && event->secret && !secret.len)
		ret = error_set(err, "%s is empty: there is no secret",
				event->secret);
	for (bank = 0; !ret && bank_next(set, &bank); bank++)
		ret = event->secret ?
			      hmac_digest(bank, secret.data, secret.len, text,
					  len, record->digest[bank], err) :
			      hasher_digest(&hasher, bank, text, len, NULL, 0,
					    record->digest[bank], err);
	record->banks = set;
	hasher_free(&hasher);
	buffer_wipe(&secret);
	return ret;
}

static int make_systemd(const struct agent_event *event,
			struct new_record *record, unsigned int set,
			const uint8_t *text, size_t len, struct buffer *content,
			struct error *err)
{
	struct json_object *object;
	const char *json;
	size_t json_len;
	int ret;

	if (!text_is_utf8(text, len))
		return error_set(err, "--systemd: the text must be UTF-8");
	if (add_digests(event, record, set, text, len, err))
		return -1;
	object = json_need(json_object_new_object());
	json_add(object, "string",
		 json_object_new_string_len((const char *)text, (int)len));
	ret = add_boot_id(object, err);
	json_add_number(object, "timestamp", microseconds_since_boot());
	json_add_text(object, "eventType", event->argument);
	json = json_object_to_json_string_length(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
		&json_len);
	if (!json)
		json_need(NULL);
	if (!ret)
		ret = buffer_add(content, json, json_len, err);
	json_object_put(object);
	return ret;
}

int agent_event_make(const struct agent_event *event, struct new_record *record,
		     unsigned int set, const uint8_t *text, size_t len,
		     struct buffer *content, struct error *err)
{
	switch (event->agent) {
	case AGENT_AAEL:
		record->has_event_type = true;
		record->event_type = EVENT_TYPE_EVENT_TAG;
		return make_aael(event, text, len, content, err);
	case AGENT_COS:
		record->has_content_type = true;
		record->content_type = COS_CONTENT_TYPE;
		return make_cos(event, text, len, content, err);
	case AGENT_DSTACK:
		record->has_event_type = true;
		record->event_type = DSTACK_EVENT_TYPE;
		return make_dstack(event, text, len, content, err);
	case AGENT_SYSTEMD:
		record->has_content_type = true;
		record->content_type = SYSTEMD_CONTENT_TYPE;
		return make_systemd(event, record, set, text, len, content,
				    err);
	case AGENT_NONE:
		break;
	}
	return buffer_add(content, text, len, err);
}
