// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replay of a log from its checkpoints.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/tsm-event-log.h"
#include "replay/replay.h"

/*
 * One of each register, and one of the log as a whole; and from the caller one
 * of each register, and of each that has an index only.
 */
#define FINDINGS_MAX (2 * REPLAY_REGISTERS_MAX + 256 + 1)

#define DIGEST_TEXT (2 * DIGEST_MAX + 1)

int replay_init(struct replay *replay, const struct buffer *cel,
		const struct buffer *checkpoints, struct error *err)
{
	*replay = (struct replay){
		.cel.log = cel,
		.cel.nv = true,
		.lines.text = checkpoints,
	};
	/* All that a replay ever allocates, however long the log is. */
	replay->registers =
		calloc(REPLAY_REGISTERS_MAX, sizeof(*replay->registers));
	replay->findings = calloc(FINDINGS_MAX, sizeof(*replay->findings));
	if (!replay->registers || !replay->findings) {
		replay_free(replay);
		return error_set(err, "no memory for the replay");
	}
	return 0;
}

void replay_free(struct replay *replay)
{
	free(replay->registers);
	free(replay->findings);
	hasher_free(&replay->hasher);
	*replay = (struct replay){ 0 };
}

void replay_set_first(struct replay *replay, uint64_t first)
{
	replay->started = true;
	replay->first = first;
	replay->next = first;
}

void replay_observe(struct replay *replay, replay_observer observe,
		    void *observer)
{
	replay->observe = observe;
	replay->observer = observer;
}

bool replay_leaves_out(const struct replay *replay, const char *name)
{
	bool is_ccmr;
	uint8_t index;

	return replay->leave_out && register_parse(name, &is_ccmr, &index) &&
	       replay->leave_out->has[is_ccmr][index];
}

static int at_point(struct replay *replay, const struct replay_register *reg,
		    struct error *err)
{
	if (!replay->observe)
		return 0;
	return replay->observe(replay, reg, replay->observer, err);
}

/*
 * A finding about @reg, without its text, or about the log if that is NULL.
 * There is room: each is the last one of its kind.
 */
static struct finding *add_finding(struct replay *replay,
				   struct replay_register *reg)
{
	struct finding *finding = &replay->findings[replay->nr_findings++];

	finding->bank = BANK_COUNT;
	if (reg) {
		memcpy(finding->name, reg->name, sizeof(reg->name));
		reg->differs = true;
	} else {
		replay->broken = true;
	}
	return finding;
}

static void set_records(struct finding *finding, uint64_t first, uint64_t last)
{
	finding->has_records = true;
	finding->first_record = first;
	finding->last_record = last;
}

static void __attribute__((format(printf, 2, 3)))
set_text(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

void replay_report(struct replay *replay, struct replay_register *reg,
		   const char *format, ...)
{
	struct finding *finding;
	va_list args;

	/* Only the first one tells something. */
	if (replay->broken || (reg && reg->differs))
		return;
	finding = add_finding(replay, reg);
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

void replay_add_finding(struct replay *replay, const char *name,
			enum bank_id bank, unsigned long line,
			const char *format, ...)
{
	struct finding *finding = &replay->findings[replay->nr_findings++];
	va_list args;

	snprintf(finding->name, sizeof(finding->name), "%s", name);
	finding->bank = bank;
	finding->line = line;
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

/*
 * The value that the replay gives for @reg in @bank is not @value; @who is the
 * text of who has that, and @line its checkpoint line, if it is one.
 */
static void add_value_finding(struct replay *replay,
			      struct replay_register *reg, enum bank_id bank,
			      const uint8_t *value, unsigned long line,
			      const char *who)
{
	struct finding *finding = add_finding(replay, reg);
	size_t size = banks[bank].size;
	char mine[DIGEST_TEXT], theirs[DIGEST_TEXT];
	const char *what =
		reg->from_before && !reg->first_line ? "what was before " : "";
	char how[192];

	finding->bank = bank;
	finding->line = line ? line : reg->start_line;
	if (reg->stretch_records) {
		set_records(finding, reg->start_recnum, replay->next - 1);
		snprintf(how, sizeof(how),
			 "%scheckpoint line %lu and records %" PRIu64
			 " to %" PRIu64 " (%" PRIu64 " of this register) give",
			 what, reg->start_line, finding->first_record,
			 finding->last_record, reg->stretch_records);
	} else {
		snprintf(how, sizeof(how),
			 "%scheckpoint line %lu (no record follows) gives",
			 what, reg->start_line);
	}
	set_text(finding, "%s %s, %s %s", how,
		 hex_text(reg->value[bank], size, mine), who,
		 hex_text(value, size, theirs));
}

struct replay_register *replay_find(const struct replay *replay,
				    const char *name)
{
	size_t i;

	for (i = 0; i < replay->nr_registers; i++)
		if (!strcmp(replay->registers[i].name, name))
			return &replay->registers[i];
	return NULL;
}

static void match(struct replay_register *reg)
{
	enum bank_id bank;

	for (bank = 0;
	     bank_next(reg->expected & reg->banks & ~reg->matched, &bank);
	     bank++)
		if (!memcmp(reg->value[bank], reg->expect[bank],
			    banks[bank].size))
			reg->matched |= BANK_BIT(bank);
}

void replay_expect(struct replay_register *reg, enum bank_id bank,
		   const uint8_t *digest)
{
	memcpy(reg->expect[bank], digest, banks[bank].size);
	reg->expected |= BANK_BIT(bank);
	match(reg);
}

/* Compare a checkpoint with the replay of what came before it. */
static void check_checkpoint(struct replay *replay, struct replay_register *reg,
			     const struct checkpoint *cp)
{
	char who[128];
	enum bank_id bank;

	for (bank = 0; bank_next(reg->banks & cp->value.banks, &bank); bank++) {
		if (!memcmp(reg->value[bank], cp->value.digest[bank],
			    banks[bank].size))
			continue;
		snprintf(who, sizeof(who),
			 "checkpoint line %lu (%s at record %" PRIu64 ") has",
			 cp->line, cp->reason, cp->recnum);
		add_value_finding(replay, reg, bank, cp->value.digest[bank],
				  cp->line, who);
		return;
	}
}

/* A trim gives no value of banks whose hash the kernel does not have. */
static bool lacks_banks(const struct replay_register *reg,
			const struct checkpoint *cp)
{
	return checkpoint_is(cp, TSM_CHECKPOINT_TRIM) &&
	       !(cp->value.banks & ~reg->banks);
}

static void check_banks(struct replay *replay, struct replay_register *reg,
			const struct checkpoint *cp)
{
	char mine[BANK_SET_TEXT], theirs[BANK_SET_TEXT];
	struct finding *finding;

	if (reg->banks == cp->value.banks || lacks_banks(reg, cp))
		return;
	/* It is one that a line of its own gives a value again. */
	if (reg->has_others && !(reg->banks & ~cp->value.banks))
		return;
	finding = add_finding(replay, reg);
	finding->line = cp->line;
	set_text(finding, "checkpoint line %lu has banks %s, line %lu has %s",
		 cp->line, bank_set_text(cp->value.banks, theirs),
		 reg->start_line, bank_set_text(reg->banks, mine));
}

static struct replay_register *add_register(struct replay *replay,
					    const struct checkpoint *cp,
					    struct error *err)
{
	struct replay_register *reg;

	if (replay->nr_registers == REPLAY_REGISTERS_MAX) {
		error_set(err, "checkpoints: line %lu: more than %d registers",
			  cp->line, REPLAY_REGISTERS_MAX);
		return NULL;
	}
	reg = &replay->registers[replay->nr_registers++];
	memcpy(reg->name, cp->value.name, sizeof(reg->name));
	memcpy(reg->unexplained.name, reg->name, sizeof(reg->name));
	return reg;
}

/* The value of @cp does not follow from what the replay has of @reg. */
static void restart(struct replay_register *reg, const struct checkpoint *cp)
{
	reg->unexplained.unproven += reg->unconfirmed;
	reg->unconfirmed = 0;
	reg->banks = 0;
	reg->unexplained.resets += checkpoint_is_reset(cp);
	reg->unexplained.resumes += checkpoint_is(cp, TSM_CHECKPOINT_RESUME);
	/* That a command reset it is all that there is to say. */
	if (!checkpoint_is_reset(cp) && !reg->restart_line)
		reg->restart_line = cp->line;
}

/*
 * Whether the beginning of a trimmed log tells of extends from elsewhere that no
 * line before it tells of: they were found just before the trim.
 */
static bool counts_more(const struct replay_register *reg,
			const struct checkpoint *cp)
{
	return cp->foreign > reg->unexplained.foreign &&
	       (checkpoint_is(cp, TSM_CHECKPOINT_TRIM) ||
		checkpoint_is(cp, TSM_CHECKPOINT_UNSURE));
}

static void count_foreign(struct replay_register *reg,
			  const struct checkpoint *cp)
{
	struct unexplained *unexplained = &reg->unexplained;

	if (checkpoint_is(cp, TSM_CHECKPOINT_FOREIGN)) {
		unexplained->foreign++;
		unexplained->lines++;
	}
	if (cp->has_foreign)
		unexplained->foreign = cp->foreign;
	if (unexplained->foreign && !unexplained->has_since) {
		unexplained->has_since = true;
		unexplained->since = cp->recnum;
	}
}

static bool same_value(const struct replay_register *reg,
		       const struct checkpoint *cp)
{
	enum bank_id bank;

	for (bank = 0; bank_next(reg->banks & cp->value.banks, &bank); bank++)
		if (memcmp(reg->value[bank], cp->value.digest[bank],
			   banks[bank].size))
			return false;
	return true;
}

/* Whether logs that others keep lead from the value of @reg to that of @cp. */
static int is_explained(struct replay *replay,
			const struct replay_register *reg,
			const struct checkpoint *cp, struct error *err)
{
	if (!replay->earlier || !checkpoint_is(cp, TSM_CHECKPOINT_FOREIGN) ||
	    !cp->value.banks || reg->differs)
		return 0;
	return earlier_leads(replay->earlier, reg->name,
			     reg->banks & cp->value.banks, reg->value,
			     cp->value.digest, err);
}

/* Whether they do so from what is before the log to its first value. */
static int begin_explained(struct replay *replay, struct replay_register *reg,
			   const struct checkpoint *cp, struct error *err)
{
	const struct replay_register *before;
	int ret;

	if (!replay->earlier || !replay->before)
		return 0;
	before = replay_find(replay->before, reg->name);
	if (!before)
		return 0;
	ret = earlier_leads(replay->earlier, reg->name,
			    before->banks & cp->value.banks, before->value,
			    cp->value.digest, err);
	if (ret < 0)
		return -1;
	reg->begins_explained = ret;
	return 0;
}

/* Check @cp against what the replay of @reg gives, if it has to follow. */
static void follow_checkpoint(struct replay *replay,
			      struct replay_register *reg,
			      const struct checkpoint *cp, bool explained)
{
	check_banks(replay, reg, cp);
	if (reg->differs || explained)
		return;
	if (checkpoint_restarts(cp) ||
	    (counts_more(reg, cp) && !same_value(reg, cp)))
		restart(reg, cp);
	else
		check_checkpoint(replay, reg, cp);
	if (!reg->differs)
		reg->unconfirmed = 0;
}

/*
 * The value at the beginning of the log is not known from this log: it may be
 * the one that the log before it ends with.
 */
static void go_on_from_before(struct replay *replay,
			      struct replay_register *reg)
{
	const struct replay_register *before;

	if (!replay->before || replay->before->next != replay->first)
		return;
	before = replay_find(replay->before, reg->name);
	if (!before || before->differs)
		return;
	reg->banks = before->banks;
	reg->has_others = before->has_others;
	reg->any_banks = before->any_banks;
	reg->from_before = reg->banks;
	memcpy(reg->value, before->value, sizeof(reg->value));
	reg->unexplained.foreign = before->unexplained.foreign;
}

/* A checkpoint without a value. */
static void apply_unsure(struct replay_register *reg,
			 const struct checkpoint *cp)
{
	if (counts_more(reg, cp)) {
		/* Not one extend ahead, but somewhere else. */
		if (reg->banks)
			restart(reg, cp);
		reg->banks = 0;
	}
	if (!reg->unsure)
		reg->unsure_line = cp->line;
	reg->unsure = true;
	if (!reg->start_line) {
		reg->start_line = cp->line;
		reg->start_recnum = cp->recnum;
	}
}

static void apply_value(struct replay_register *reg,
			const struct checkpoint *cp)
{
	enum bank_id bank;

	if (!reg->first_line) {
		reg->first_line = cp->line;
		memcpy(reg->first_value, cp->value.digest,
		       sizeof(reg->first_value));
	}
	/* Whatever they were, they did not have to lead here. */
	if (!reg->banks) {
		reg->unexplained.unproven += reg->unconfirmed;
		reg->unconfirmed = 0;
	}
	if (!reg->banks || reg->any_banks)
		reg->has_others = checkpoint_is(cp, TSM_CHECKPOINT_TRIM);
	reg->any_banks = false;
	reg->unsure = false;
	reg->banks |= cp->value.banks;
	for (bank = 0; bank_next(cp->value.banks, &bank); bank++)
		memcpy(reg->value[bank], cp->value.digest[bank],
		       banks[bank].size);
	reg->start_line = cp->line;
	reg->start_recnum = cp->recnum;
	reg->stretch_records = 0;
	match(reg);
}

static int apply_checkpoint(struct replay *replay, const struct checkpoint *cp,
			    struct error *err)
{
	struct replay_register *reg = replay_find(replay, cp->value.name);
	bool has_value = cp->value.banks;
	int explained;

	if (replay_leaves_out(replay, cp->value.name))
		return 0;
	if (!reg) {
		reg = add_register(replay, cp, err);
		if (!reg)
			return -1;
		if (!has_value)
			go_on_from_before(replay, reg);
		else if (begin_explained(replay, reg, cp, err))
			return -1;
	} else if (reg->is_old) {
		/* The records in between are gone: nothing to follow from. */
		reg->banks = 0;
		reg->stretches = 0;
	} else if (has_value && reg->any_banks) {
		/* Now it is known which ones there are. */
		reg->banks &= cp->value.banks;
	}
	explained = is_explained(replay, reg, cp, err);
	if (explained < 0)
		return -1;
	if (has_value && reg->banks && !reg->differs)
		follow_checkpoint(replay, reg, cp, explained);
	reg->stretches += has_value;
	if (reg->differs)
		return 0;
	reg->is_old = cp->recnum < replay->first;
	if (has_value)
		apply_value(reg, cp);
	else
		apply_unsure(reg, cp);
	if (explained)
		reg->unconfirmed = 0;
	else
		count_foreign(reg, cp);
	return at_point(replay, reg, err);
}

/* Apply the checkpoints that come before the next record. */
static int apply_checkpoints(struct replay *replay, struct error *err)
{
	struct checkpoint *cp = &replay->next_checkpoint;
	int ret;

	for (;;) {
		if (!replay->has_checkpoint) {
			ret = checkpoint_next(&replay->lines, cp, err);
			if (ret < 0)
				return error_prefix(err, "checkpoints");
			if (!ret)
				return 0;
			replay->has_checkpoint = true;
		}
		if (cp->recnum > replay->next)
			return 0;
		if (apply_checkpoint(replay, cp, err))
			return -1;
		replay->has_checkpoint = false;
	}
}

/* An extend may be of some banks only: the others stay as they are then. */
static void check_record_banks(struct replay *replay,
			       struct replay_register *reg,
			       const struct cel_record *rec)
{
	char mine[BANK_SET_TEXT], theirs[BANK_SET_TEXT];
	struct finding *finding;

	if (!reg->banks || reg->has_others || !(rec->banks & ~reg->banks))
		return;
	finding = add_finding(replay, reg);
	finding->line = reg->start_line;
	set_records(finding, rec->recnum, rec->recnum);
	set_text(finding,
		 "record %" PRIu64
		 " (byte offset %zu) has banks %s, checkpoint line %lu has %s",
		 rec->recnum, rec->offset, bank_set_text(rec->banks, theirs),
		 reg->start_line, bank_set_text(reg->banks, mine));
}

static int extend(struct replay *replay, struct replay_register *reg,
		  const struct cel_record *rec, struct error *err)
{
	enum bank_id bank;

	for (bank = 0; bank_next(reg->banks & rec->banks, &bank); bank++)
		if (hasher_digest(&replay->hasher, bank, reg->value[bank],
				  banks[bank].size, rec->digest[bank],
				  banks[bank].size, reg->value[bank], err))
			return -1;
	reg->stretch_records++;
	match(reg);
	return at_point(replay, reg, err);
}

static struct replay_register *register_of_record(struct replay *replay,
						  const struct cel_record *rec,
						  struct error *err)
{
	struct replay_register **reg =
		&replay->by_index[rec->is_ccmr][rec->index];
	char name[REGISTER_NAME_SIZE];

	if (!*reg)
		*reg = replay_find(replay, register_name(rec->is_ccmr,
							 rec->index, name));
	if (*reg && !(*reg)->is_old)
		return *reg;
	error_set(err,
		  "log: byte offset %zu: record %" PRIu64
		  " extends %s, but no checkpoint gives a value to start with",
		  rec->offset, rec->recnum,
		  register_name(rec->is_ccmr, rec->index, name));
	return NULL;
}

static int apply_record(struct replay *replay, const struct cel_record *rec,
			struct error *err)
{
	struct replay_register *reg;
	enum content_binding binding;

	if (rec->recnum != replay->next) {
		replay_report(replay, NULL,
			      "byte offset %zu of the log: record %" PRIu64
			      " stands where record %" PRIu64
			      " belongs: records are missing or out of order",
			      rec->offset, rec->recnum, replay->next);
		return 0;
	}
	if (rec->is_nv) {
		if (!replay->nv_records++)
			replay->first_nv = rec->recnum;
		replay->next++;
		return 0;
	}
	if (replay->leave_out &&
	    replay->leave_out->has[rec->is_ccmr][rec->index]) {
		replay->next++;
		return 0;
	}
	reg = register_of_record(replay, rec, err);
	if (!reg)
		return -1;
	replay->next++;
	if (replay->earlier)
		earlier_pass(replay->earlier, rec);
	if (content_check(rec, &replay->hasher, &binding, err))
		return -1;
	content_count_record(&replay->content, rec, binding);
	reg->records++;
	reg->unconfirmed++;
	if (!reg->differs)
		check_record_banks(replay, reg, rec);
	return reg->differs ? 0 : extend(replay, reg, rec, err);
}

/*
 * Find out where the log starts: with its first record or, if it has none,
 * where its last checkpoint is.
 */
static int find_first(struct replay *replay, struct error *err)
{
	struct cel_reader cel = replay->cel;
	struct line_reader lines = replay->lines;
	struct checkpoint cp;
	struct cel_record rec;
	int ret;

	ret = cel_next(&cel, &rec, err);
	if (ret < 0)
		return error_prefix(err, "log");
	if (ret) {
		replay_set_first(replay, rec.recnum);
		return 0;
	}
	do {
		ret = checkpoint_next(&lines, &cp, err);
	} while (ret > 0);
	if (ret < 0)
		return error_prefix(err, "checkpoints");
	replay_set_first(replay, lines.recnum);
	return 0;
}

int replay_feed(struct replay *replay, struct error *err)
{
	struct cel_record rec;
	int ret;

	if (!replay->started && find_first(replay, err))
		return -1;
	while (!replay->broken) {
		if (apply_checkpoints(replay, err))
			return -1;
		ret = cel_next(&replay->cel, &rec, err);
		if (ret < 0)
			return error_prefix(err, "log");
		if (!ret)
			break;
		if (apply_record(replay, &rec, err))
			return -1;
	}
	return 0;
}

static void report_after_end(struct replay *replay, const struct checkpoint *cp)
{
	replay_report(replay, NULL,
		      "checkpoint line %lu is of record %" PRIu64
		      ", but the log ends before record %" PRIu64
		      ": records are missing",
		      cp->line, cp->recnum, replay->next);
}

/* Checkpoints that wait for records after the end of the log. */
static int finish_checkpoints(struct replay *replay, uint64_t next,
			      struct error *err)
{
	struct checkpoint *cp = &replay->next_checkpoint;
	int ret = replay->has_checkpoint;

	while (ret > 0) {
		if (cp->recnum > next)
			report_after_end(replay, cp);
		ret = checkpoint_next(&replay->lines, cp, err);
	}
	return ret ? error_prefix(err, "checkpoints") : 0;
}

void replay_report_unsure(struct replay *replay)
{
	size_t i;

	for (i = 0; i < replay->nr_registers; i++) {
		struct replay_register *reg = &replay->registers[i];

		if (!reg->unsure || reg->differs || replay->broken)
			continue;
		add_finding(replay, reg)->line = reg->unsure_line;
		set_text(
			&replay->findings[replay->nr_findings - 1],
			"is unsure: the end of its last extend is not known (checkpoint line %lu), so it may have a value that the log does not have",
			reg->unsure_line);
	}
}

int replay_finish(struct replay *replay, uint64_t next, const char *source,
		  struct error *err)
{
	struct replay_register *reg;
	enum bank_id bank;

	if (replay->broken)
		return 0;
	if (finish_checkpoints(replay, next, err))
		return -1;
	if (replay->broken)
		return 0;
	for (reg = replay->registers;
	     reg < replay->registers + replay->nr_registers; reg++) {
		for (bank = 0; bank_next(reg->expected & ~reg->matched, &bank);
		     bank++) {
			if (reg->differs)
				break;
			add_value_finding(replay, reg, bank, reg->expect[bank],
					  0, source);
		}
	}
	return 0;
}
