// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parser of checkpoints and of files of register values.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats/checkpoint.h"
#include "linux/tsm-event-log.h"

/* A PCR was reset. The kernel knows no such line yet. */
static const char reset[] = "reset";

/* No line with every bank and the longest name is longer. */
#define LINE_MAX_LEN 1023

struct field {
	const char *text;
	size_t len;
};

/* An error in a line; returns -1. */
static int __attribute__((format(printf, 3, 4)))
bad(struct error *err, unsigned long line, const char *format, ...)
{
	char text[128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return error_set(err, "line %lu: %s", line, text);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_parse(const char *text, size_t len, uint8_t *out, size_t size)
{
	size_t i;

	if (len != 2 * size)
		return false;
	for (i = 0; i < size; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool number_parse(const char *text, size_t len, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (!len || (len > 1 && text[0] == '0'))
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' ||
		    __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(text[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}

/*
 * Take the text up to @separator off the front of @rest, or all of it; returns
 * whether there was a separator.
 */
static bool cut(struct field *rest, char separator, struct field *head)
{
	const char *end = memchr(rest->text, separator, rest->len);

	*head = *rest;
	if (end)
		head->len = (size_t)(end - rest->text);
	rest->text += head->len + !!end;
	rest->len -= head->len + !!end;
	return end;
}

static int next_line(struct line_reader *reader, struct field *line,
		     struct error *err)
{
	size_t left = reader->text->len - reader->pos;
	const char *text, *end;

	if (!left)
		return 0;
	text = (const char *)reader->text->data + reader->pos;
	reader->line++;
	end = memchr(text, '\n',
		     left <= LINE_MAX_LEN ? left : LINE_MAX_LEN + 1);
	if (!end && left <= LINE_MAX_LEN)
		return bad(err, reader->line, "no newline at its end: cut off");
	if (!end)
		return bad(err, reader->line, "longer than %d characters",
			   LINE_MAX_LEN);
	*line = (struct field){ text, (size_t)(end - text) };
	reader->pos += line->len + 1;
	return 1;
}

static int parse_digest(struct field text, struct register_value *value,
			unsigned long line, struct error *err)
{
	struct field algo;
	enum bank_id id;

	if (!cut(&text, ':', &algo))
		return bad(err, line, "expected ALGO:HEX");
	id = bank_by_name(algo.text, algo.len);
	if (id == BANK_COUNT)
		return bad(err, line, "unknown hash algorithm");
	if (value->banks & BANK_BIT(id))
		return bad(err, line, "the bank %s appears twice",
			   banks[id].name);
	if (!hex_parse(text.text, text.len, value->digest[id], banks[id].size))
		return bad(err, line, "the value of %s must be %d hex digits",
			   banks[id].name, 2 * banks[id].size);
	value->banks |= BANK_BIT(id);
	return 0;
}

/* Take the name of a register off the front of @rest. */
static int parse_name(struct field *rest, struct register_value *value,
		      unsigned long line, struct error *err)
{
	struct field name;

	cut(rest, ' ', &name);
	if (!register_name_valid(name.text, name.len))
		return bad(err, line, "no valid register name");
	memcpy(value->name, name.text, name.len);
	value->name[name.len] = '\0';
	value->banks = 0;
	return 0;
}

static int parse_digests(struct field text, struct register_value *value,
			 unsigned long line, struct error *err)
{
	struct field digest;
	bool more;

	do {
		more = cut(&text, ',', &digest);
		if (parse_digest(digest, value, line, err))
			return -1;
	} while (more);
	return 0;
}

static int parse_reason(struct field reason, char out[REASON_SIZE],
			unsigned long line, struct error *err)
{
	size_t i;

	if (!reason.len || reason.len >= REASON_SIZE)
		return bad(err, line, "no valid reason");
	for (i = 0; i < reason.len; i++)
		if (reason.text[i] < 'a' || reason.text[i] > 'z')
			return bad(err, line, "no valid reason");
	memcpy(out, reason.text, reason.len);
	out[reason.len] = '\0';
	return 0;
}

static int parse_foreign(struct field text, struct checkpoint *cp,
			 struct error *err)
{
	static const char key[] = "foreign=";
	const size_t len = sizeof(key) - 1;

	cp->has_foreign =
		text.len > len && !memcmp(text.text, key, len) &&
		number_parse(text.text + len, text.len - len, &cp->foreign);
	if (!cp->has_foreign)
		return bad(err, cp->line, "expected foreign=COUNT at its end");
	return 0;
}

/* REGISTER, a value unless the reason is that there is none, and the count. */
static int parse_register(struct field rest, struct checkpoint *cp,
			  struct error *err)
{
	const char *end = rest.text + rest.len;
	struct field digests;

	if (parse_name(&rest, &cp->value, cp->line, err))
		return -1;
	if (!checkpoint_is(cp, TSM_CHECKPOINT_UNSURE)) {
		cut(&rest, ' ', &digests);
		if (parse_digests(digests, &cp->value, cp->line, err))
			return -1;
	}
	cp->has_foreign = false;
	cp->foreign = 0;
	/* Of a line that ends with a separator, an empty rest is left. */
	return rest.len || end[-1] == ' ' ? parse_foreign(rest, cp, err) : 0;
}

int checkpoint_next(struct line_reader *reader, struct checkpoint *cp,
		    struct error *err)
{
	struct field line, recnum, reason;
	int ret = next_line(reader, &line, err);

	if (ret <= 0)
		return ret;
	cp->line = reader->line;
	cut(&line, ' ', &recnum);
	if (!number_parse(recnum.text, recnum.len, &cp->recnum))
		return bad(err, cp->line, "no valid record number");
	if (cp->recnum < reader->recnum)
		return bad(err, cp->line,
			   "the record number is lower than before");
	reader->recnum = cp->recnum;
	cut(&line, ' ', &reason);
	if (parse_reason(reason, cp->reason, cp->line, err) ||
	    parse_register(line, cp, err))
		return -1;
	return 1;
}

int checkpoint_find(const struct buffer *text, uint64_t recnum, size_t *pos,
		    struct error *err)
{
	struct line_reader reader = { .text = text };
	struct checkpoint cp;
	int ret;

	do {
		*pos = reader.pos;
		ret = checkpoint_next(&reader, &cp, err);
	} while (ret > 0 && cp.recnum < recnum);
	return ret < 0 ? error_prefix(err, "checkpoints") : 0;
}

/* Whether a line before @end, which could be parsed, is of the register @name. */
static bool has_line_of(const struct buffer *text, size_t end, const char *name)
{
	struct line_reader reader = { .text = text };
	struct checkpoint cp;
	struct error err;

	while (reader.pos < end && checkpoint_next(&reader, &cp, &err) > 0)
		if (!strcmp(cp.value.name, name))
			return true;
	return false;
}

int checkpoint_opening(const struct buffer *text, size_t *len,
		       struct error *err)
{
	struct line_reader reader = { .text = text };
	struct checkpoint cp;
	int ret;

	do {
		*len = reader.pos;
		ret = checkpoint_next(&reader, &cp, err);
	} while (ret > 0 && !has_line_of(text, *len, cp.value.name));
	return ret < 0 ? error_prefix(err, "checkpoints") : 0;
}

int register_value_next(struct line_reader *reader,
			struct register_value *value, struct error *err)
{
	struct field line;
	int ret = next_line(reader, &line, err);

	if (ret <= 0)
		return ret;
	return parse_name(&line, value, reader->line, err) ||
			       parse_digests(line, value, reader->line, err) ?
		       -1 :
		       1;
}

bool checkpoint_is(const struct checkpoint *cp, const char *reason)
{
	return !strcmp(cp->reason, reason);
}

bool checkpoint_is_reset(const struct checkpoint *cp)
{
	return checkpoint_is(cp, reset);
}

bool checkpoint_restarts(const struct checkpoint *cp)
{
	return checkpoint_is(cp, TSM_CHECKPOINT_FOREIGN) ||
	       checkpoint_is(cp, TSM_CHECKPOINT_RESUME) ||
	       checkpoint_is_reset(cp);
}
