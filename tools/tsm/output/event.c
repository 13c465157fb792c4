// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What applications put into the data of events, for people and as JSON.
 */
#include <stdlib.h>
#include <string.h>

#include "base/parse-json.h"
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
 * JSON that is checked and, without the white space between tokens, copied on the
 * way. json-c takes five times as long, and takes for JSON what others do not.
 */
struct scanner {
	const uint8_t *p;
	const uint8_t *end;
	char *out;
	unsigned int depth;
};

/* As deep as json-c goes. */
#define MAX_DEPTH 32

static bool scan_value(struct scanner *scanner);

static bool is_next(const struct scanner *scanner, const char *set)
{
	const char *c;

	if (scanner->p == scanner->end)
		return false;
	for (c = set; *c; c++)
		if ((uint8_t)*c == *scanner->p)
			return true;
	return false;
}

/* Copy the next byte if it is one of @set. */
static bool scan_one(struct scanner *scanner, const char *set)
{
	if (!is_next(scanner, set))
		return false;
	*scanner->out++ = (char)*scanner->p++;
	return true;
}

static void skip_white(struct scanner *scanner)
{
	while (scanner->p < scanner->end && is_white(*scanner->p))
		scanner->p++;
}

static bool scan_word(struct scanner *scanner, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(scanner->end - scanner->p) < len ||
	    memcmp(scanner->p, word, len))
		return false;
	memcpy(scanner->out, word, len);
	scanner->p += len;
	scanner->out += len;
	return true;
}

static bool scan_digits(struct scanner *scanner)
{
	static const char digits[] = "0123456789";

	if (!scan_one(scanner, digits))
		return false;
	while (scan_one(scanner, digits))
		;
	return true;
}

static bool scan_number(struct scanner *scanner)
{
	scan_one(scanner, "-");
	if (!scan_one(scanner, "0") && !scan_digits(scanner))
		return false;
	if (scan_one(scanner, ".") && !scan_digits(scanner))
		return false;
	if (!scan_one(scanner, "eE"))
		return true;
	scan_one(scanner, "+-");
	return scan_digits(scanner);
}

static bool scan_escape(struct scanner *scanner)
{
	int i;

	if (scan_one(scanner, "\"\\/bfnrt"))
		return true;
	if (!scan_one(scanner, "u"))
		return false;
	for (i = 0; i < 4; i++)
		if (!scan_one(scanner, "0123456789abcdefABCDEF"))
			return false;
	return true;
}

/* A byte of a string that is no control character; that it is UTF-8 is known. */
static bool scan_other(struct scanner *scanner)
{
	if (scanner->p == scanner->end || *scanner->p < ' ')
		return false;
	*scanner->out++ = (char)*scanner->p++;
	return true;
}

static bool scan_string(struct scanner *scanner)
{
	if (!scan_one(scanner, "\""))
		return false;
	for (;;) {
		size_t n =
			text_plain_bytes(scanner->p, scanner->end - scanner->p);

		memcpy(scanner->out, scanner->p, n);
		scanner->p += n;
		scanner->out += n;
		if (scan_one(scanner, "\""))
			return true;
		if (scan_one(scanner, "\\") ? !scan_escape(scanner) :
					      !scan_other(scanner))
			return false;
	}
}

static bool scan_member(struct scanner *scanner)
{
	if (!scan_string(scanner))
		return false;
	skip_white(scanner);
	return scan_one(scanner, ":") && scan_value(scanner);
}

/* What is between brackets, and the one that ends it. */
static bool scan_list(struct scanner *scanner, const char *end,
		      bool (*scan_item)(struct scanner *scanner))
{
	if (++scanner->depth > MAX_DEPTH)
		return false;
	skip_white(scanner);
	if (!is_next(scanner, end)) {
		do {
			skip_white(scanner);
			if (!scan_item(scanner))
				return false;
			skip_white(scanner);
		} while (scan_one(scanner, ","));
	}
	scanner->depth--;
	return scan_one(scanner, end);
}

static bool scan_value(struct scanner *scanner)
{
	skip_white(scanner);
	if (scan_one(scanner, "{"))
		return scan_list(scanner, "}", scan_member);
	if (scan_one(scanner, "["))
		return scan_list(scanner, "]", scan_value);
	if (is_next(scanner, "\""))
		return scan_string(scanner);
	return scan_word(scanner, "true") || scan_word(scanner, "false") ||
	       scan_word(scanner, "null") || scan_number(scanner);
}

/* Returns the length of the JSON object in @out, or 0 if it is none. */
static size_t compact(const uint8_t *data, size_t len, char *out)
{
	struct scanner scanner = { .p = data, .end = data + len, .out = out };

	if (!scan_value(&scanner) || scanner.p != scanner.end)
		return 0;
	return (size_t)(scanner.out - out);
}

static void free_event(struct application_event *event)
{
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
	if (event->text_len)
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
		else if (n == 1)
			putc_unlocked(*data, out);
		else
			fwrite(data, 1, n, out);
		if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == ':' || c == ','))
			putc_unlocked(' ', out);
		else if (in_string && c == '\\')
			putc_unlocked(data[n++], out);
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
		for (i = 0; i < event.nr_words; i++) {
			fwrite(event.word[i], 1, (size_t)event.word_len[i],
			       out);
			putc_unlocked(' ', out);
		}
		print_object(out, &event, utf8);
		free_event(&event);
	} else if (text_is_utf8(data, len)) {
		text_print(out, data, len, utf8);
	} else {
		print_bytes(out, data, len);
	}
}

/* Whether json-c understood all of it: does it print it as it came? */
static bool is_lossless(const struct application_event *event,
			struct json_object *object)
{
	const int flags = JSON_C_TO_STRING_PLAIN |
			  JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;
	size_t len;

	text = json_object_to_json_string_length(object, flags, &len);
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
	struct json_object *object;

	if (!parse_event(&event, data, len))
		return;
	if (event.nr_words == 2) {
		add_word(content, "domain", &event, 0);
		add_word(content, "operation", &event, 1);
	}
	object = parse_json(event.text, event.text_len);
	if (object && is_lossless(&event, object))
		json_add(content, "json", json_object_get(object));
	json_object_put(object);
	free_event(&event);
}
