// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The check of an archived log.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "linux/tsm-event-log.h"
#include "replay/chain.h"

/* What a segment, or the log in the kernel, is checked against. */
struct link {
	struct segment segment;
	struct verification v; /* of its records, alone */
};

enum verify_result chain_result(const struct chain *chain)
{
	enum verify_result live = VERIFY_OK;

	if (chain->is_live)
		live = verify_result(&chain->live);
	/* A difference that was found stays one, whatever happened then. */
	if (chain->nr_findings || live == VERIFY_DIFFERS)
		return VERIFY_DIFFERS;
	if (chain->failed)
		return VERIFY_UNCHECKED;
	if (live == VERIFY_OK && chain->strict && chain_unexplained(chain))
		return VERIFY_UNEXPLAINED;
	return live;
}

bool chain_unexplained(const struct chain *chain)
{
	size_t i;

	for (i = 0; i < chain->nr_unexplained; i++)
		if (is_unexplained(&chain->unexplained[i]))
			return true;
	return false;
}

void chain_free(struct chain *chain)
{
	free(chain->findings);
	free(chain->unexplained);
	verify_free(&chain->live);
	*chain = (struct chain){ 0 };
}

static int fail(struct chain *chain, const struct error *err)
{
	chain->failed = true;
	chain->error = *err;
	return -1;
}

/* Another finding, all zeros but for its place; NULL if there is no memory. */
static struct finding *add_finding(struct chain *chain,
				   const struct segment *segment)
{
	size_t size = (chain->nr_findings + 1) * sizeof(*chain->findings);
	struct chain_finding *findings = realloc(chain->findings, size);
	struct error err;

	if (!findings) {
		error_set(&err, "no memory for what differs");
		fail(chain, &err);
		return NULL;
	}
	chain->findings = findings;
	findings += chain->nr_findings++;
	*findings = (struct chain_finding){ .finding.bank = BANK_COUNT };
	if (segment)
		segment_name(segment, findings->segment);
	return &findings->finding;
}

static void report(struct chain *chain, const struct segment *segment,
		   const char *name, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void report(struct chain *chain, const struct segment *segment,
		   const char *name, const char *format, ...)
{
	struct finding *finding = add_finding(chain, segment);
	va_list args;

	if (!finding)
		return;
	snprintf(finding->name, sizeof(finding->name), "%s", name ? name : "");
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

/* What is unexplained of the register @name; NULL if there is no memory. */
static struct unexplained *unexplained_of(struct chain *chain, const char *name)
{
	struct unexplained *list = chain->unexplained;
	struct error err;
	size_t i;

	for (i = 0; i < chain->nr_unexplained; i++)
		if (!strcmp(list[i].name, name))
			return &list[i];
	list = realloc(list, (i + 1) * sizeof(*list));
	if (!list) {
		error_set(&err, "no memory for what is unexplained");
		fail(chain, &err);
		return NULL;
	}
	chain->unexplained = list;
	chain->nr_unexplained++;
	list[i] = (struct unexplained){ 0 };
	snprintf(list[i].name, sizeof(list[i].name), "%s", name);
	return &list[i];
}

/*
 * Add up what is unexplained in @replay, which comes after all that was added.
 * The counts of foreign extends are of all that came before, too.
 */
static void add_unexplained(struct chain *chain, const struct replay *replay)
{
	size_t i;

	for (i = 0; i < replay->nr_registers; i++) {
		const struct unexplained *more =
			&replay->registers[i].unexplained;
		struct unexplained *sum = unexplained_of(chain, more->name);

		if (!sum)
			return;
		if (sum->foreign < more->foreign)
			sum->foreign = more->foreign;
		if (!sum->has_since) {
			sum->has_since = more->has_since;
			sum->since = more->since;
		}
		sum->lines += more->lines;
		sum->resets += more->resets;
		sum->resumes += more->resumes;
		sum->unproven += more->unproven;
	}
}

/* The findings of @link from the number @from on. */
static void take_findings(struct chain *chain, const struct link *link,
			  size_t from)
{
	const struct replay *replay = &link->v.replay;
	struct finding *finding;
	size_t i;

	for (i = from; i < replay->nr_findings; i++) {
		finding = add_finding(chain, &link->segment);
		if (finding)
			*finding = replay->findings[i];
	}
}

/* Compare a value at the start of @segment with the end of the one before. */
static void compare_value(struct chain *chain, const struct segment *segment,
			  const struct replay_register *reg,
			  const struct checkpoint *cp)
{
	char before[2 * DIGEST_MAX + 1], here[2 * DIGEST_MAX + 1];
	struct unexplained *unexplained;
	enum bank_id bank;

	/* Not known there or here, and no line says what it has to be. */
	if (!cp->value.banks || !reg->banks)
		return;
	if (cp->value.banks & ~reg->banks) {
		report(chain, segment, reg->name,
		       "checkpoint line %lu does not have the banks of the segment before",
		       cp->line);
		return;
	}
	for (bank = 0; bank_next(cp->value.banks, &bank); bank++) {
		size_t size = banks[bank].size;

		if (!memcmp(reg->value[bank], cp->value.digest[bank], size))
			continue;
		/* An extend from elsewhere, found after that was archived. */
		if (cp->foreign > reg->unexplained.foreign) {
			unexplained = unexplained_of(chain, reg->name);
			if (unexplained)
				unexplained->unproven += reg->unconfirmed;
			return;
		}
		report(chain, segment, reg->name,
		       "the segment before ends with %s:%s, checkpoint line %lu has %s",
		       banks[bank].name,
		       hex_text(reg->value[bank], size, before), cp->line,
		       hex_text(cp->value.digest[bank], size, here));
		return;
	}
}

/* Compare the values that @v begins with to those that @last ends with. */
static int compare_values(struct chain *chain, struct link *last,
			  const struct segment *segment,
			  const struct verification *v)
{
	struct line_reader reader = { .text = &v->log.checkpoints };
	bool seen[REPLAY_REGISTERS_MAX] = { false };
	struct replay *before = &last->v.replay;
	struct replay_register *reg;
	struct checkpoint cp;
	struct error err;
	size_t i;
	int ret;

	while ((ret = checkpoint_next(&reader, &cp, &err)) > 0) {
		if (cp.recnum != v->replay.first ||
		    (!checkpoint_is(&cp, TSM_CHECKPOINT_TRIM) &&
		     !checkpoint_is(&cp, TSM_CHECKPOINT_UNSURE)))
			break;
		if (replay_leaves_out(&v->replay, cp.value.name))
			continue;
		reg = replay_find(before, cp.value.name);
		if (!reg) {
			report(chain, segment, cp.value.name,
			       "is not in the segment before");
			continue;
		}
		/* Not the opening any more, but what happened since. */
		if (seen[reg - before->registers])
			break;
		seen[reg - before->registers] = true;
		/* Otherwise its value is known to be wrong, and reported. */
		if (!reg->differs)
			compare_value(chain, segment, reg, &cp);
	}
	if (ret < 0)
		return fail(chain, &err);
	for (i = 0; i < before->nr_registers; i++)
		if (!seen[i])
			report(chain, segment, before->registers[i].name,
			       "no checkpoint gives the value that it begins with");
	return 0;
}

/* Whether the records and values of @v follow on those of @last. */
static int follow(struct chain *chain, struct link *last,
		  const struct segment *segment, const struct verification *v)
{
	uint64_t wanted = last->v.replay.next, first = v->replay.first;

	/* Where the segment before ends is not known then. */
	if (last->v.replay.broken)
		return 0;
	if (first == wanted)
		return compare_values(chain, last, segment, v);
	if (first > wanted)
		report(chain, segment, NULL,
		       "begins with record %" PRIu64 ": the records %" PRIu64
		       " to %" PRIu64 " are not archived",
		       first, wanted, first - 1);
	else
		report(chain, segment, NULL,
		       "begins with record %" PRIu64
		       ", but the segment before has the records up to %" PRIu64,
		       first, wanted - 1);
	return 0;
}

/* Whether the records are those that the name of the segment says. */
static void check_name(struct chain *chain, const struct link *link)
{
	const struct replay *replay = &link->v.replay;
	const struct segment *segment = &link->segment;

	if (replay->broken)
		return;
	if (replay->first != segment->first || replay->next != segment->next)
		report(chain, segment, NULL,
		       "does not have the records that its name says");
	if (replay->lines.recnum < segment->first ||
	    replay->lines.recnum > segment->next)
		report(chain, segment, NULL,
		       "has checkpoints of other records than its own");
}

/* The last segment is all that there is. */
static void report_unsure(struct chain *chain, struct link *last)
{
	struct replay *replay = &last->v.replay;
	size_t known = replay->nr_findings;

	replay_report_unsure(replay);
	take_findings(chain, last, known);
}

static void count(struct chain *chain, const struct replay *replay)
{
	if (!chain->nr_segments++)
		chain->first = replay->first;
	chain->next = replay->next;
	chain->nr_registers = replay->nr_registers;
	content_count_add(&chain->content, &replay->content);
}

/* Check @segment, which follows on @last, and make it the last one. */
static int check_segment(struct chain *chain, const struct archive_dir *dir,
			 const struct segment *segment, struct link *last)
{
	struct link link = { .segment = *segment,
			     .v.goes_on = true,
			     .v.leave_out = chain->leave_out };
	char name[SEGMENT_NAME_SIZE];
	struct error err;
	int ret;

	ret = segment_read(dir->fd, segment, &link.v.log.cel,
			   &link.v.log.checkpoints, &err);
	if (!ret) {
		if (chain->nr_segments)
			link.v.before = &last->v.replay;
		verify_buffers(&link.v, NULL);
		take_findings(chain, &link, 0);
		if (link.v.failed) {
			err = link.v.error;
			ret = error_prefix(&err, segment_name(segment, name));
		}
	}
	if (ret) {
		fail(chain, &err);
	} else {
		check_name(chain, &link);
		if (chain->nr_segments) {
			add_unexplained(chain, &last->v.replay);
			ret = follow(chain, last, segment, &link.v);
		}
		count(chain, &link.v.replay);
	}
	verify_free(&last->v);
	*last = link;
	last->v.replay.before = NULL;
	last->v.replay.leave_out = NULL;
	/* The replay was of the buffers where they were before. */
	last->v.replay.cel.log = &last->v.log.cel;
	last->v.replay.lines.text = &last->v.log.checkpoints;
	return ret;
}

/* Check the segments that are not checked yet. */
static int check_segments(struct chain *chain, const struct archive_dir *dir,
			  struct link *last)
{
	struct segment *segments;
	struct error err;
	int nr = archive_segments(dir, &segments, &err);
	int i, ret = 0;

	if (nr < 0)
		return fail(chain, &err);
	for (i = 0; i < nr && !ret; i++)
		if (!chain->nr_segments ||
		    segment_compare(&segments[i], &last->segment) > 0)
			ret = check_segment(chain, dir, &segments[i], last);
	free(segments);
	return ret;
}

/* Whether the provider that there is now is the one that was archived. */
static bool is_live(const struct chain *chain, const char *root)
{
	char instance[INSTANCE_SIZE];
	struct provider provider;
	struct error err;
	bool live;

	live = !provider_open(&provider, root, chain->provider, &err) &&
	       !instance_of(&provider, instance, &err) &&
	       !strcmp(instance, chain->instance);
	provider_close(&provider);
	return live;
}

/*
 * Archived, but not yet trimmed: the log in the kernel must begin with what the
 * last segment has.
 */
static int compare_untrimmed(struct chain *chain, const struct link *last)
{
	const struct log *live = &chain->live.log, *archived = &last->v.log;
	struct error err;
	size_t lines;

	/* Those at the next record may still become others. */
	if (checkpoint_find(&archived->checkpoints, chain->next, &lines, &err))
		return fail(chain, &err);
	if (chain->live.replay.first != last->segment.first ||
	    live->cel.len < archived->cel.len ||
	    live->checkpoints.len < lines ||
	    memcmp(live->cel.data, archived->cel.data, archived->cel.len) ||
	    memcmp(live->checkpoints.data, archived->checkpoints.data, lines))
		report(chain, NULL, NULL,
		       "begins with record %" PRIu64
		       ", but not with the records of the last segment",
		       chain->live.replay.first);
	return 0;
}

/*
 * The log in the kernel begins where the last segment ends. New lines there may
 * have been added to that segment, and not yet been trimmed.
 */
static int compare_trimmed(struct chain *chain, struct link *last)
{
	const struct buffer *lines = &chain->live.log.checkpoints;
	size_t opening, pos;
	struct error err;

	if (checkpoint_opening(lines, &opening, &err))
		return fail(chain, &err);
	if (segment_has_opening(&last->v.log.checkpoints, lines, opening, &pos))
		return 0;
	return follow(chain, last, NULL, &chain->live);
}

/* Returns 1 if the log was archived and trimmed meanwhile. */
static int check_live(struct chain *chain, struct link *last, const char *root)
{
	struct verification *live = &chain->live;
	enum verify_result result;

	verify_free(live);
	live->before = &last->v.replay;
	live->leave_out = chain->leave_out;
	result = verify_provider(live, root, chain->provider);
	/* It may have gone meanwhile, and may have come anew. */
	chain->is_live = is_live(chain, root);
	if (!chain->is_live || result == VERIFY_UNCHECKED)
		return 0;
	if (live->replay.first > chain->next)
		return 1;
	return live->replay.first < chain->next ?
		       compare_untrimmed(chain, last) :
		       compare_trimmed(chain, last);
}

/* The kernel's log begins later: is there a segment that came meanwhile? */
static int check_to_live(struct chain *chain, const struct archive_dir *dir,
			 struct link *last, const char *root)
{
	size_t checked;
	int ret;

	while ((ret = check_live(chain, last, root)) > 0) {
		checked = chain->nr_segments;
		if (check_segments(chain, dir, last))
			return -1;
		if (chain->nr_segments == checked)
			return follow(chain, last, NULL, &chain->live);
	}
	return ret;
}

/* The line @cp has been counted, and comes again. */
static void uncount(struct chain *chain, const struct checkpoint *cp)
{
	struct unexplained *sum = unexplained_of(chain, cp->value.name);

	if (!sum)
		return;
	sum->lines -= checkpoint_is(cp, TSM_CHECKPOINT_FOREIGN);
	sum->resets -= checkpoint_is_reset(cp);
	sum->resumes -= checkpoint_is(cp, TSM_CHECKPOINT_RESUME);
}

/*
 * Lines alone were archived, and the log still begins with them: leave those of
 * the segment out.
 */
static void uncount_untrimmed(struct chain *chain, const struct link *last)
{
	const struct buffer *live = &chain->live.log.checkpoints;
	struct line_reader reader = { .text = &last->v.log.checkpoints };
	struct checkpoint cp;
	struct error err;
	size_t opening;

	if (checkpoint_opening(live, &opening, &err) ||
	    !segment_is_untrimmed(reader.text, live, opening, chain->untrimmed,
				  &reader.pos))
		return;
	reader.pos += opening;
	while (checkpoint_next(&reader, &cp, &err) > 0)
		if (segment_is_line_in(&cp, live) &&
		    !replay_leaves_out(&chain->live.replay, cp.value.name))
			uncount(chain, &cp);
}

/* What is unexplained in the last segment and in the live log. */
static void add_end(struct chain *chain, const struct link *last)
{
	const struct replay *live = &chain->live.replay;

	/* Before it is trimmed, the live log has what the segment has. */
	if (!chain->is_live || live->first >= chain->next)
		add_unexplained(chain, &last->v.replay);
	if (!chain->is_live)
		return;
	if (live->first == chain->next)
		uncount_untrimmed(chain, last);
	if (live->first >= chain->next)
		content_count_add(&chain->content, &live->content);
	add_unexplained(chain, live);
}

/* The first ones may be gone, as the first segments may, but none in between. */
static void check_number(struct chain *chain)
{
	uint64_t before = chain->number_before;

	if (!before || chain->boot.number <= before + 1)
		return;
	report(chain, NULL, NULL,
	       "is number %" PRIu64 ", but the one before it is number %" PRIu64
	       ": what was between them is missing",
	       chain->boot.number, before);
	if (chain->nr_findings)
		chain->findings[chain->nr_findings - 1].of_all = true;
}

enum verify_result chain_verify(struct chain *chain,
				const struct archive_dir *dir, const char *root)
{
	struct link last = { 0 };

	check_number(chain);
	chain->untrimmed = archive_is_untrimmed(dir);
	/* There are none if the first run of archive was killed. */
	if (!check_segments(chain, dir, &last) && chain->nr_segments && root &&
	    is_live(chain, root))
		check_to_live(chain, dir, &last, root);
	/* The live log goes on from there. */
	if (!chain->is_live)
		report_unsure(chain, &last);
	add_end(chain, &last);
	chain->live.before = NULL;
	chain->live.replay.before = NULL;
	verify_free(&last.v);
	return chain_result(chain);
}
