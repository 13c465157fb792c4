// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records as a table for people: one line each.
 */
#include <inttypes.h>
#include <string.h>

#include "formats/register.h"
#include "output/event.h"
#include "output/table.h"

/* Bytes of a digest that are shown. */
#define SHORT_DIGEST 4

static const char record_title[] = "RECORD";
static const char name_title[] = "REGISTER";
static const char type_title[] = "EVENT TYPE";
static const char digests_title[] = "DIGESTS";

const char *short_digest(enum bank_id bank, const uint8_t *digest,
			 char out[SHORT_DIGEST_TEXT])
{
	char hex[2 * SHORT_DIGEST + 1];

	snprintf(out, SHORT_DIGEST_TEXT, "%s:%s...", banks[bank].name,
		 hex_text(digest, SHORT_DIGEST, hex));
	return out;
}

/* Digests of all banks, shortened. Returns the number of characters. */
static int format_digests(const struct cel_record *rec,
			  char out[BANK_COUNT * (SHORT_DIGEST_TEXT + 1)])
{
	enum bank_id bank;
	char *p = out;

	for (bank = 0; bank_next(rec->banks, &bank); bank++) {
		if (p != out)
			*p++ = ',';
		short_digest(bank, rec->digest[bank], p);
		p += strlen(p);
	}
	return (int)(p - out);
}

static void widen(int *width, int len)
{
	if (*width < len)
		*width = len;
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
	char digests[BANK_COUNT * (SHORT_DIGEST_TEXT + 1)];
	char type[EVENT_TYPE_TEXT], name[REGISTER_NAME_SIZE];

	widen(&table->record, snprintf(NULL, 0, "%" PRIu64, rec->recnum));
	widen(&table->name,
	      (int)strlen(register_name(rec->is_ccmr, rec->index, name)));
	widen(&table->type,
	      (int)strlen(cel_event_type_text(rec->event_type, type)));
	widen(&table->digests, format_digests(rec, digests));
}

void table_header(const struct table *table, FILE *out)
{
	fprintf(out, "%*s  %-*s  %-*s  %-*s  CONTENT\n", table->record,
		record_title, table->name, name_title, table->type, type_title,
		table->digests, digests_title);
}

void table_record(const struct table *table, const struct cel_record *rec,
		  FILE *out, bool utf8)
{
	char digests[BANK_COUNT * (SHORT_DIGEST_TEXT + 1)];
	char type[EVENT_TYPE_TEXT], name[REGISTER_NAME_SIZE];

	format_digests(rec, digests);
	fprintf(out, "%*" PRIu64 "  %-*s  %-*s  %-*s  ", table->record,
		rec->recnum, table->name,
		register_name(rec->is_ccmr, rec->index, name), table->type,
		cel_event_type_text(rec->event_type, type), table->digests,
		digests);
	event_print(out, rec->event, rec->event_len, utf8);
	fputc('\n', out);
}
