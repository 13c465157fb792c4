// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What applications put into the data of events, for people and as JSON.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/bank.h"
#include "output/event.h"
#include "output/json.h"
#include "output/text.h"

/* Bytes of event data that are shown if it is no text. */
#define SHORT_DATA 32

#define MAX_WORDS 2

struct application_event {
	unsigned int nr_words;
	const char *word[MAX_WORDS];
	int word_len[MAX_WORDS];
	/* The object's text without white space between its tokens. */
	char *text;
	size_t text_len;
	struct json_object *object;
};

static bool is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Graphic ASCII, but for what would make it look like something else. */
static bool is_word_character(uint8_t c)
{
	return c > ' ' && c < 0x7f && !strchr("\"\\{}", c);
}

/* Bytes of @data up to the JSON object, or @len if there cannot be one. */
static size_t find_object(struct application_event *event, const uint8_t *data,
			  size_t len)
{
	size_t pos = 0, end;

	event->nr_words = 0;
	while (pos < len && data[pos] != '{') {
		for (end = pos; end < len && is_word_character(data[end]);)
			end++;
		if (end == pos || end == len || data[end] != ' ' ||
		    event->nr_words == MAX_WORDS)
			return len;
		event->word[event->nr_words] = (const char *)data + pos;
		event->word_len[event->nr_words] = (int)(end - pos);
		event->nr_words++;
		pos = end + 1;
	}
	return pos;
}

/*
 * Copy JSON without the white space between tokens. Returns the length, or 0 if
 * this is one of the things that json-c takes for JSON and others do not: control
 * characters in strings, strings in single quotes, NaN, "1.".
 */
static size_t compact(const uint8_t *data, size_t len, char *out)
{
	static const char outside[] = "{}[]:,\"0123456789+-.eEtrufalsn";
	bool in_string = false;
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		uint8_t c = data[i];

		if (!in_string && is_white(c))
			continue;
		if (c < ' ' || (!in_string && !strchr(outside, c)))
			return 0;
		if (!in_string && c == '.' &&
		    (i + 1 == len || data[i + 1] < '0' || data[i + 1] > '9'))
			return 0;
		out[n++] = (char)c;
		if (c == '"')
			in_string = !in_string;
		else if (in_string && c == '\\' && i + 1 < len)
			out[n++] = (char)data[++i];
	}
	return n;
}

static struct json_object *parse_object(const uint8_t *data, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	if (!tokener)
		json_need(NULL);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, (const char *)data, (int)len);
	if (object && json_tokener_get_parse_end(tokener) != len) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

static void free_event(struct application_event *event)
{
	json_object_put(event->object);
	free(event->text);
}

/* Returns whether it is one; only then free_event() has to be called. */
static bool parse_event(struct application_event *event, const uint8_t *data,
			size_t len)
{
	size_t start;

	if (!len || data[len - 1] != '}' || !text_is_utf8(data, len))
		return false;
	start = find_object(event, data, len);
	if (start == len)
		return false;
	event->text = malloc(len - start);
	if (!event->text)
		json_need(NULL);
	event->text_len = compact(data + start, len - start, event->text);
	event->object = NULL;
	if (event->text_len)
		event->object = parse_object(data + start, len - start);
	if (event->object)
		return true;
	free_event(event);
	return false;
}

/* How many bytes of compact JSON are printed as they are. */
static size_t plain_bytes(const uint8_t *data, size_t len, bool in_string)
{
	size_t n;

	if (in_string)
		return text_plain_bytes(data, len);
	for (n = 0; n < len && data[n] != '"'; n++)
		if (data[n] == ':' || data[n] == ',')
			break;
	return n;
}

/* With a space after each colon and comma. */
static void print_object(FILE *out, const struct application_event *event,
			 bool utf8)
{
	const uint8_t *data = (const uint8_t *)event->text;
	size_t len = event->text_len, n;
	bool in_string = false;
	uint32_t c;

	for (; len; data += n, len -= n) {
		n = plain_bytes(data, len, in_string);
		if (n) {
			fwrite(data, 1, n, out);
			continue;
		}
		n = text_decode(data, len, &c);
		/* The white space that JSON allows in between is gone. */
		if (!text_is_seen(c) || (c >= 0x80 && !utf8))
			json_print_escape(out, c);
		else
			fwrite(data, 1, n, out);
		if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == ':' || c == ','))
			fputc(' ', out);
		else if (in_string && c == '\\')
			fputc(data[n++], out);
	}
}

static void print_bytes(FILE *out, const uint8_t *data, size_t len)
{
	char hex[2 * SHORT_DATA + 1];

	if (len <= SHORT_DATA)
		fputs(hex_text(data, len, hex), out);
	else
		fprintf(out, "%s... (%zu bytes)",
			hex_text(data, SHORT_DATA, hex), len);
}

void event_print(FILE *out, const uint8_t *data, size_t len, bool utf8)
{
	struct application_event event;
	unsigned int i;

	if (!len) {
		fputc('-', out);
	} else if (parse_event(&event, data, len)) {
		for (i = 0; i < event.nr_words; i++)
			fprintf(out, "%.*s ", event.word_len[i], event.word[i]);
		print_object(out, &event, utf8);
		free_event(&event);
	} else if (text_is_utf8(data, len)) {
		text_print(out, data, len, utf8);
	} else {
		print_bytes(out, data, len);
	}
}

/* Whether json-c understood all of it: does it print it as it came? */
static bool is_lossless(const struct application_event *event)
{
	const int flags = JSON_C_TO_STRING_PLAIN |
			  JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;
	size_t len;

	text = json_object_to_json_string_length(event->object, flags, &len);
	if (!text)
		json_need(NULL);
	return len == event->text_len && !memcmp(text, event->text, len);
}

static void add_word(struct json_object *content, const char *key,
		     const struct application_event *event, unsigned int i)
{
	json_add(content, key,
		 json_object_new_string_len(event->word[i],
					    event->word_len[i]));
}

void event_add_json(struct json_object *content, const uint8_t *data,
		    size_t len)
{
	struct application_event event;

	if (!parse_event(&event, data, len))
		return;
	if (event.nr_words == 2) {
		add_word(content, "domain", &event, 0);
		add_word(content, "operation", &event, 1);
	}
	if (is_lossless(&event))
		json_add(content, "json", json_object_get(event.object));
	free_event(&event);
}
