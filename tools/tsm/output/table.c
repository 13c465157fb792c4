// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records, and checkpoints between them, as a table for people: one line each.
 */
#include <inttypes.h>
#include <string.h>

#include "formats/register.h"
#include "linux/tsm-event-log.h"
#include "output/event.h"
#include "output/ima-event.h"
#include "output/table.h"

/* Bytes of a digest that are shown. */
#define SHORT_DIGEST 4

static const char record_title[] = "RECORD";
static const char name_title[] = "REGISTER";
static const char type_title[] = "EVENT TYPE";
static const char digests_title[] = "DIGESTS";

/* Blanks between columns. */
#define GAP 2

/* Room for the texts in the columns, and for all that is before the content. */
#define NUMBER_TEXT 20
#define TYPE_TEXT (REASON_SIZE + EVENT_TYPE_TEXT)
#define DIGESTS_TEXT (BANK_COUNT * (SHORT_DIGEST_TEXT + 1))
#define LINE_TEXT \
	(NUMBER_TEXT + REGISTER_NAME_SIZE + TYPE_TEXT + DIGESTS_TEXT + 4 * GAP)

/* "sha256:2cf24dba..."; returns its end. */
static char *put_digest(char *p, enum bank_id bank, const uint8_t *digest)
{
	static const char more[] = "...";

	p = stpcpy(p, banks[bank].name);
	*p++ = ':';
	hex_text(digest, SHORT_DIGEST, p);
	return stpcpy(p + 2 * SHORT_DIGEST, more);
}

const char *short_digest(enum bank_id bank, const uint8_t *digest,
			 char out[SHORT_DIGEST_TEXT])
{
	put_digest(out, bank, digest);
	return out;
}

/* Digests of all banks, shortened. Returns the number of characters. */
static int format_digests(unsigned int set,
			  const uint8_t *const digest[BANK_COUNT],
			  char out[DIGESTS_TEXT])
{
	enum bank_id bank;
	char *p = out;

	*p = '\0';
	for (bank = 0; bank_next(set, &bank); bank++) {
		if (p != out)
			*p++ = ',';
		p = put_digest(p, bank, digest[bank]);
	}
	return (int)(p - out);
}

static int format_value(const struct register_value *value,
			char out[DIGESTS_TEXT])
{
	const uint8_t *digest[BANK_COUNT];
	enum bank_id bank;

	for (bank = 0; bank < BANK_COUNT; bank++)
		digest[bank] = value->digest[bank];
	return format_digests(value->banks, digest, out);
}

/* What a checkpoint means to who does not know the format. */
static void explain(const struct checkpoint *cp, FILE *out)
{
	static const struct {
		const char *reason;
		const char *text;
	} texts[] = {
		{ TSM_CHECKPOINT_FOREIGN,
		  "was extended by somebody else: with what, is not in the log" },
		{ TSM_CHECKPOINT_RESUME,
		  "starts again after hibernation: what was before is lost" },
		{ TSM_CHECKPOINT_UNSURE, "the value here is not known" },
		{ TSM_CHECKPOINT_SETTLED, "the value is known again" },
		{ TSM_CHECKPOINT_TRIM, "what was before was trimmed here" },
		{ "reset", "was reset by a command: it goes on from here" },
		{ NULL, "has this value" },
	};
	size_t i = 0;

	while (texts[i].reason && !checkpoint_is(cp, texts[i].reason))
		i++;
	fprintf(out, "(%s", texts[i].text);
	if (cp->has_foreign)
		fprintf(out,
			"; somebody else had extended it %" PRIu64
			" time%s or more",
			cp->foreign, cp->foreign == 1 ? "" : "s");
	fprintf(out, ")\n");
}

static void widen(int *width, int len)
{
	if (*width < len)
		*width = len;
}

/* Made once for each register: a log has a million records. */
static const char *name_of(const struct cel_record *rec)
{
	static char names[2][UINT8_MAX + 1][REGISTER_NAME_SIZE];
	static char nv_index[sizeof("0x00000000")];
	char *name = names[rec->is_ccmr][rec->index];

	if (rec->is_nv) {
		snprintf(nv_index, sizeof(nv_index), "0x%08x", rec->nv_index);
		return nv_index;
	}
	if (!name[0])
		register_name(rec->is_ccmr, rec->index, name);
	return name;
}

static int nr_digits(uint64_t number)
{
	int nr = 1;

	while (number /= 10)
		nr++;
	return nr;
}

static char *put_blanks(char *p, int nr)
{
	if (nr <= 0)
		return p;
	memset(p, ' ', (size_t)nr);
	return p + nr;
}

/* Right-aligned, and the gap to the next column; returns the end of that. */
static char *put_number(char *p, uint64_t number, int width)
{
	int nr = nr_digits(number);
	char *end = put_blanks(p, width - nr) + nr;
	char *digit = end;

	do {
		*--digit = (char)('0' + number % 10);
	} while (number /= 10);
	return put_blanks(end, GAP);
}

/* Left-aligned, and the gap to the next column; returns the end of that. */
static char *put_text(char *p, const char *text, int width)
{
	char *end = stpcpy(p, text);

	return put_blanks(end, width - (int)(end - p) + GAP);
}

void table_init(struct table *table)
{
	table->record = sizeof(record_title) - 1;
	table->name = sizeof(name_title) - 1;
	table->type = sizeof(type_title) - 1;
	table->digests = sizeof(digests_title) - 1;
}

void table_measure(struct table *table, const struct cel_record *rec)
{
	char type[EVENT_TYPE_TEXT], digests[DIGESTS_TEXT];

	widen(&table->record, nr_digits(rec->recnum));
	widen(&table->name, (int)strlen(name_of(rec)));
	widen(&table->type, (int)strlen(cel_event_type_text(rec, type)));
	widen(&table->digests,
	      format_digests(rec->banks, rec->digest, digests));
}

void table_measure_checkpoint(struct table *table, const struct checkpoint *cp)
{
	char digests[DIGESTS_TEXT];

	widen(&table->name, (int)strlen(cp->value.name));
	widen(&table->type, (int)strlen(cp->reason));
	widen(&table->digests, format_value(&cp->value, digests));
}

void table_header(const struct table *table, FILE *out)
{
	fprintf(out, "%*s  %-*s  %-*s  %-*s  CONTENT\n", table->record,
		record_title, table->name, name_title, table->type, type_title,
		table->digests, digests_title);
}

/* Where it is, and what stands there. */
static void print_explained(const struct explained *explained, FILE *out,
			    bool utf8)
{
	fprintf(out, " (%s, %s %" PRIu64 ": ", explained->file->path,
		explained->file->imported.unit, explained->rec.recnum);
	event_print(out, explained->rec.event, explained->rec.event_len, utf8);
	fputc(')', out);
}

/* What was measured, for whatever type it is of. */
static void print_content(const struct cel_record *rec, FILE *out, bool utf8)
{
	struct ima_entry entry;

	if (ima_parse(rec, &entry))
		ima_event_print(out, &entry, utf8);
	else
		event_print(out, rec->event, rec->event_len, utf8);
}

void table_record(const struct table *table, const struct cel_record *rec,
		  enum content_binding binding,
		  const struct explained *explained, FILE *out, bool utf8)
{
	char type[EVENT_TYPE_TEXT], digests[DIGESTS_TEXT], line[LINE_TEXT];
	char *p = line;

	format_digests(rec->banks, rec->digest, digests);
	p = put_number(p, rec->recnum, table->record);
	p = put_text(p, name_of(rec), table->name);
	p = put_text(p, cel_event_type_text(rec, type), table->type);
	p = put_text(p, digests, table->digests);
	fwrite(line, 1, (size_t)(p - line), out);
	if (binding == CONTENT_CLAIMED)
		fputs("(claimed) ", out);
	print_content(rec, out, utf8);
	if (explained)
		print_explained(explained, out, utf8);
	fputc('\n', out);
}

void table_checkpoint(const struct table *table, const struct checkpoint *cp,
		      FILE *out)
{
	char digests[DIGESTS_TEXT];

	format_value(&cp->value, digests);
	fprintf(out, "%*s  %-*s  %-*s  %-*s  ", table->record, "-", table->name,
		cp->value.name, table->type, cp->reason, table->digests,
		digests);
	explain(cp, out);
}
