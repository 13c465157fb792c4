// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where in a log a quote was taken.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quotes/match.h"

void match_free(struct match *match)
{
	free(match->registers);
	free(match->findings);
	free(match->values);
	hasher_free(&match->hasher);
	*match = (struct match){ 0 };
}

static void report(struct match *match, const struct quote_register *reg,
		   const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* There is room for one of each register and one of the quote as a whole. */
static void report(struct match *match, const struct quote_register *reg,
		   const char *format, ...)
{
	struct finding *finding = &match->findings[match->nr_findings++];
	va_list args;

	finding->bank = reg ? reg->bank : BANK_COUNT;
	if (reg)
		memcpy(finding->name, reg->name, sizeof(reg->name));
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

/* The value that the firmware's log leads to, if it has this register. */
static const uint8_t *firmware_value(const struct match *match,
				     const struct quote_register *reg)
{
	const struct firmware *firmware = &match->v->firmware;
	const struct firmware_register *found;

	if (!match->v->firmware_path ||
	    !(firmware->header.banks & BANK_BIT(reg->bank)))
		return NULL;
	found = firmware_find(firmware, reg->name);
	return found ? found->value[reg->bank] : NULL;
}

static enum match_source find_source(const struct match *match,
				     const struct quote_register *reg)
{
	const struct replay_register *logged =
		match->has_log ? replay_find(&match->v->replay, reg->name) :
				 NULL;

	if (replay_leaves_out(&match->v->replay, reg->name))
		return MATCH_LEFT_OUT;
	if (logged && logged->banks & BANK_BIT(reg->bank))
		return MATCH_LOG;
	return firmware_value(match, reg) ? MATCH_FIRMWARE : MATCH_NOBODY;
}

static bool is_compared(enum match_source source)
{
	return source == MATCH_LOG || source == MATCH_FIRMWARE;
}

static int find_sources(struct match *match, struct error *err)
{
	const struct quote *quote = match->quote;
	size_t i;

	for (i = 0; i < quote->nr_registers; i++) {
		const struct quote_register *reg = &quote->registers[i];
		enum match_source source = find_source(match, reg);

		match->registers[i].source = source;
		match->nr_sources[source]++;
		if (is_compared(source) || reg->has_value)
			continue;
		if (source == MATCH_LEFT_OUT)
			return error_set(
				err,
				"%s cannot be left out of a digest over all PCRs: give their values (--pcrs)",
				reg->name);
		return error_set(
			err,
			"bank %s of %s is in the quote, and no log has its value: give the values of the PCRs (--pcrs)%s",
			banks[reg->bank].name, reg->name,
			match->v->firmware_path ?
				"" :
				" or the firmware's log (--firmware-log)");
	}
	if (!match->nr_sources[MATCH_LOG] && !match->nr_sources[MATCH_FIRMWARE])
		return error_set(
			err,
			"the quote and the log have no register and bank in common");
	return 0;
}

/* The value at this point of @replay, or NULL if there is none yet. */
static const uint8_t *value_now(const struct match *match,
				struct replay *replay, size_t i)
{
	const struct quote_register *reg = &match->quote->registers[i];
	struct replay_register *logged;

	if (match->registers[i].source == MATCH_FIRMWARE)
		return firmware_value(match, reg);
	logged = replay_find(replay, reg->name);
	return logged ? logged->value[reg->bank] : NULL;
}

/* Compare the digest over all registers, if one has changed. */
static int digest_matches(struct match *match, struct replay *replay,
			  bool *matches, struct error *err)
{
	bool changed = false;
	size_t i;

	*matches = false;
	for (i = 0; i < match->quote->nr_registers; i++) {
		size_t size = banks[match->quote->registers[i].bank].size;
		const uint8_t *value = value_now(match, replay, i);

		if (!value)
			return 0;
		if (match->values->nr &&
		    !memcmp(match->values->digest[i], value, size))
			continue;
		memcpy(match->values->digest[i], value, size);
		changed = true;
	}
	match->values->nr = match->quote->nr_registers;
	if (!changed)
		return 0;
	return quote_composite(match->quote, match->values, &match->hasher,
			       matches, err);
}

/* Where the quote was taken, the log was not sure of registers: it is now. */
static void settle(struct match *match, const struct replay_register *reg)
{
	size_t i;

	for (i = 0; i < match->quote->nr_registers; i++) {
		enum bank_id bank = match->quote->registers[i].bank;

		if (!strcmp(match->quote->registers[i].name, reg->name) &&
		    !reg->unsure &&
		    !memcmp(match->values->digest[i], reg->value[bank],
			    banks[bank].size))
			match->registers[i].unsure = false;
	}
}

static void note_point(struct match *match, const struct replay *replay)
{
	size_t i;

	match->found = true;
	match->next = replay->next;
	for (i = 0; i < match->quote->nr_registers; i++) {
		const struct replay_register *reg =
			replay_find(replay, match->quote->registers[i].name);

		match->registers[i].unsure = reg && reg->unsure;
	}
}

/* Called at each point of the replay, in order. */
static int look(struct replay *replay, const struct replay_register *changed,
		void *observer, struct error *err)
{
	struct match *match = observer;
	bool matches;

	if (match->found) {
		settle(match, changed);
		return 0;
	}
	if (digest_matches(match, replay, &matches, err))
		return -1;
	if (matches)
		note_point(match, replay);
	return 0;
}

/*
 * Only a digest over all registers was quoted. Replay the log once more: what it
 * leads to, and that it holds, is known.
 */
static int search_digest(struct match *match, struct error *err)
{
	struct verification *v = match->v;
	struct replay replay;
	int ret;

	/* Without a log there is one point: what the firmware's log leads to. */
	if (!match->has_log)
		return look(&v->replay, NULL, match, err);
	if (replay_init(&replay, &v->log.cel, &v->log.checkpoints, err))
		return -1;
	replay.before = v->replay.before;
	replay_set_first(&replay, v->replay.first);
	replay_observe(&replay, look, match);
	ret = replay_feed(&replay, err);
	replay_free(&replay);
	return ret;
}

/* Add what the log must have led to. */
static int add_logged(struct match *match, struct point *point,
		      struct error *err)
{
	struct register_value value;
	size_t i;

	for (i = 0; i < match->quote->nr_registers; i++) {
		const struct quote_register *reg = &match->quote->registers[i];

		if (match->registers[i].source != MATCH_LOG)
			continue;
		memcpy(value.name, reg->name, sizeof(value.name));
		value.banks = BANK_BIT(reg->bank);
		memcpy(value.digest[reg->bank], reg->value, DIGEST_MAX);
		if (!point_add(point, &value))
			return error_set(err, "no memory");
	}
	return 0;
}

/* All values were quoted. What the firmware's log leads to is there all the time. */
static int search_values(struct match *match, struct error *err)
{
	struct point point = { 0 };
	size_t i, logged = 0;
	int ret;

	ret = add_logged(match, &point, err) ||
	      (point.nr && point_find(&point, &match->v->replay, err));
	match->found = !point.nr || point.found;
	match->next = point.next;
	for (i = 0; !ret && i < match->quote->nr_registers; i++) {
		const struct quote_register *reg = &match->quote->registers[i];
		struct match_register *mine = &match->registers[i];

		if (mine->source == MATCH_LOG) {
			mine->seen = point.values[logged].seen;
			mine->at = point.values[logged].at;
			mine->unsure = point.values[logged++].unsure;
		} else if (mine->source == MATCH_FIRMWARE) {
			mine->seen = !memcmp(firmware_value(match, reg),
					     reg->value, banks[reg->bank].size);
			match->found &= mine->seen;
		}
	}
	point_free(&point);
	return ret ? -1 : 0;
}

static const char *source_text(enum match_source source)
{
	return source == MATCH_FIRMWARE ? "the firmware's log" : "the log";
}

/* The firmware's log has nothing of a register that it could have. */
static bool is_untold(const struct match *match,
		      const struct quote_register *reg,
		      enum match_source source)
{
	return source == MATCH_FIRMWARE &&
	       !firmware_find(&match->v->firmware, reg->name)->entries;
}

/* Which registers are to blame that there is no point. */
static void report_values(struct match *match)
{
	const struct quote *quote = match->quote;
	char theirs[2 * DIGEST_MAX + 1], mine[2 * DIGEST_MAX + 1];
	size_t i;

	for (i = 0; i < quote->nr_registers; i++) {
		const struct quote_register *reg = &quote->registers[i];
		enum match_source source = match->registers[i].source;
		size_t size = banks[reg->bank].size;

		if (!is_compared(source) || match->registers[i].seen)
			continue;
		report(match, reg,
		       "the quote has %s, which %s never leads to; it %s %s",
		       hex_text(reg->value, size, theirs), source_text(source),
		       is_untold(match, reg, source) ?
			       "has no extend of it, which starts with" :
			       "ends with",
		       hex_text(value_now(match, &match->v->replay, i), size,
				mine));
	}
	if (match->nr_findings)
		return;
	for (i = 0; i < quote->nr_registers; i++)
		if (match->registers[i].source == MATCH_LOG)
			report(match, &quote->registers[i],
			       "has the quoted value before record %" PRIu64
			       ", but not where all the others have theirs: the log is in another order, or the quote of two moments",
			       match->registers[i].at);
}

static int compare(struct match *match, struct error *err)
{
	bool has_values = match->quote->registers[0].has_value;

	if (has_values ? search_values(match, err) : search_digest(match, err))
		return -1;
	if (match->found)
		return 0;
	if (has_values)
		report_values(match);
	else
		report(match, NULL,
		       "the digest over its registers is at no point of the log the quoted one; with the PCR values (--pcrs) it is said which of them differs");
	return 0;
}

int match_quote(struct match *match, const struct quote *quote,
		struct verification *v, bool has_log, struct error *err)
{
	*match = (struct match){
		.quote = quote,
		.v = v,
		.has_log = has_log,
	};
	if (!quote->nr_registers)
		return error_set(
			err,
			"it has no register that a log could be of: an SNP report is of the launch, and of an SVSM's manifest");
	match->registers =
		calloc(quote->nr_registers, sizeof(*match->registers));
	match->findings =
		calloc(quote->nr_registers + 1, sizeof(*match->findings));
	match->values = calloc(1, sizeof(*match->values));
	if (!match->registers || !match->findings || !match->values)
		return error_set(err, "no memory");
	if (find_sources(match, err))
		return -1;
	return compare(match, err);
}
