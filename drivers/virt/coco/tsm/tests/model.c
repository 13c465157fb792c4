// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a provider's registers have been through, and whether its log says so.
 *
 * The judge knows what nobody outside can know: each value that the hardware has
 * had, and each event that it has accepted. With that the two files of the log
 * are checked:
 *
 * - Records are numbered, and each is an event that the hardware has accepted, of
 *   ours or of others where the provider is told of them, in the order in which it
 *   did, for each register. What a caller was promised is there. Content is of the
 *   type that was asked for, and digests are those that were given, or the hash of
 *   what is measured.
 * - No line states a value that the hardware never had, and no extend of ours is
 *   taken for one of others. Those of others are not forgotten, whatever is
 *   trimmed.
 * - Lines and records give the value that the hardware has, or the last line
 *   says that the register is unsure; unless somebody else has extended it and
 *   nobody has looked since. What the log begins with is not unsure where
 *   everything could be read.
 * - No line is superfluous, and others have not more room than they were given.
 *
 * It shares no code with the core, and hashes by itself.
 */

#include <crypto/sha1.h>
#include <crypto/sha2.h>
#include <linux/hex.h>
#include <linux/string.h>

#include "files.h"
#include "model.h"
#include "replay.h"
#include "tsm.h"

const char *const model_names[MODEL_NR_REGS] = {
	[MODEL_RTMR0] = "rtmr0",
	[MODEL_RTMR1] = "rtmr1",
	[MODEL_SOFT] = "soft",
	[MODEL_AGILE] = "agile",
};

/* The first bank of each. */
const enum fake_mr model_mrs[MODEL_NR_REGS] = {
	[MODEL_RTMR0] = FAKE_RTMR0,
	[MODEL_RTMR1] = FAKE_RTMR1,
	[MODEL_SOFT] = FAKE_SOFT,
	[MODEL_AGILE] = FAKE_AGILE_SHA1,
};

static const char *const algo_names[] = {
	[FAKE_RTMR0] = "sha384",
	[FAKE_RTMR1] = "sha256",
	[FAKE_SOFT] = "sha512",
	[FAKE_AGILE_SHA1] = "sha1",
	[FAKE_AGILE_SHA256] = "sha256",
	[FAKE_AGILE_SHA384] = "sha384",
};

static const u8 algs[] = {
	[FAKE_RTMR0] = 0x0c,
	[FAKE_RTMR1] = 0x0b,
	[FAKE_SOFT] = 0x0d,
	[FAKE_AGILE_SHA1] = 0x04,
	[FAKE_AGILE_SHA256] = 0x0b,
	[FAKE_AGILE_SHA384] = 0x0c,
};

static const u8 reg_indexes[MODEL_NR_REGS] = { 1, 2, 3, 4 };

static unsigned int nr_banks(enum model_reg reg)
{
	return reg == MODEL_AGILE ? 3 : 1;
}

static bool had_value(const struct model *model, unsigned int mr, const u8 *value)
{
	size_t size = model->fake->mrs[mr].mr_size;

	for (unsigned int i = model->nr_values[mr]; i--;) {
		if (!memcmp(model->values[mr][i], value, size))
			return true;
	}

	return false;
}

/**
 * model_see() - the hardware may have other values now
 * @model: the model
 */
void model_see(struct model *model)
{
	for (unsigned int mr = 0; mr <= FAKE_AGILE_SHA384; mr++) {
		const u8 *value = fake_value(model->fake, mr);
		unsigned int n = model->nr_values[mr];

		if (n && !memcmp(model->values[mr][n - 1], value,
				 model->fake->mrs[mr].mr_size))
			continue;
		if (n == MODEL_MAX_VALUES) {
			memmove(model->values[mr][0],
				model->values[mr][MODEL_MAX_VALUES / 2],
				MODEL_MAX_VALUES / 2 * TSM_DIGEST_MAX_SIZE);
			n = MODEL_MAX_VALUES / 2;
		}
		memcpy(model->values[mr][n], value,
		       model->fake->mrs[mr].mr_size);
		model->nr_values[mr] = n + 1;
	}
}

/**
 * model_forget() - the log begins anew, and what came before is of no interest
 * @model: the model
 */
void model_forget(struct model *model)
{
	memset(model->nr_values, 0, sizeof(model->nr_values));
	memset(model->moved, 0, sizeof(model->moved));
	memset(model->nr_foreign, 0, sizeof(model->nr_foreign));
	memset(model->nr_moves, 0, sizeof(model->nr_moves));
	memset(model->sure, 0, sizeof(model->sure));
	memset(model->doubtful, 0, sizeof(model->doubtful));
	model->others_limit = 0;
	model->others_size = 0;
	model->first_event = 0;
	model->nr_events = 0;
	model_see(model);
}

static void hash(const char *algo, const u8 *data, size_t len, u8 *out)
{
	if (!strcmp(algo, "sha1"))
		sha1(data, len, out);
	else if (!strcmp(algo, "sha256"))
		sha256(data, len, out);
	else if (!strcmp(algo, "sha384"))
		sha384(data, len, out);
	else
		sha512(data, len, out);
}

/* A replay of the log. */
struct judge {
	struct kunit *test;
	struct model *model;
	u8 values[FAKE_BLOB][TSM_DIGEST_MAX_SIZE];
	bool known[MODEL_NR_REGS];
	bool unsure[MODEL_NR_REGS];
	unsigned int last_order[MODEL_NR_REGS];
	unsigned int nr_foreign[MODEL_NR_REGS];
	u64 first_record;
	bool begun[MODEL_NR_REGS];
	u64 line_at[MODEL_NR_REGS];
	unsigned long reasons[MODEL_NR_REGS];
	bool failed;
};

/* Why there are lines, in the order of the bits of &judge.reasons. */
static const char *const reasons[] = {
	"unsure", "settled", "register", "foreign", "resume", "reset", "trim",
};

#define NO_VALUE_OR_FOLLOWS	GENMASK(1, 0)

#define JUDGE(judge, condition, fmt, ...)				\
do {									\
	if (!(condition)) {						\
		kunit_err((judge)->test, fmt "\n", ##__VA_ARGS__);	\
		(judge)->failed = true;					\
	}								\
} while (0)

static int find_reg(const char *name)
{
	return match_string(model_names, MODEL_NR_REGS, name);
}

static void judge_values(struct judge *judge, int reg, const char *reason,
			 char *values)
{
	bool follows = !strcmp(reason, "settled");
	unsigned int mr = model_mrs[reg];
	char *value;

	for (; (value = strsep(&values, ",")); mr++) {
		char *algo = strsep(&value, ":");
		size_t size = judge->model->fake->mrs[mr].mr_size;
		u8 bytes[TSM_DIGEST_MAX_SIZE];

		if (mr >= model_mrs[reg] + nr_banks(reg) || !value ||
		    strcmp(algo, algo_names[mr]) || strlen(value) != 2 * size ||
		    hex2bin(bytes, value, size)) {
			JUDGE(judge, false, "a malformed value of %s",
			      model_names[reg]);
			return;
		}
		JUDGE(judge, had_value(judge->model, mr, bytes),
		      "%s %s states a value that never was", reason,
		      model_names[reg]);
		if (follows && judge->known[reg])
			JUDGE(judge, !memcmp(bytes, judge->values[mr], size),
			      "settled %s does not follow", model_names[reg]);
		memcpy(judge->values[mr], bytes, size);
	}
	judge->known[reg] = true;
	judge->unsure[reg] = false;
}

/*
 * Lines with no record between them: one that says that it was not known, or is known
 * now, is nothing beside what comes after it, nor is one of the same reason.
 */
static void judge_place(struct judge *judge, int reg, const char *reason, u64 n)
{
	bool opening = !judge->begun[reg] && n == judge->first_record;
	int bit = match_string(reasons, ARRAY_SIZE(reasons), reason);

	if (bit < 0) {
		JUDGE(judge, false, "a line of no reason");
		return;
	}
	if (opening)
		JUDGE(judge, !judge->model->sure[reg] || strcmp(reason, "unsure"),
		      "%s begins unsure for no reason", model_names[reg]);
	if (judge->line_at[reg] != n)
		judge->reasons[reg] = 0;
	JUDGE(judge, !(judge->reasons[reg] & (BIT(bit) | NO_VALUE_OR_FOLLOWS)),
	      "%s of %s has made a line superfluous", reason, model_names[reg]);
	judge->begun[reg] = true;
	judge->line_at[reg] = n;
	/* The opening is no line that others fold. */
	if (!opening)
		judge->reasons[reg] |= BIT(bit);
}

static void judge_line(struct judge *judge, char *line, u64 n)
{
	char *reason, *name;
	int reg;

	strsep(&line, " ");
	reason = strsep(&line, " ");
	name = strsep(&line, " ");
	reg = name ? find_reg(name) : -EINVAL;
	if (reg < 0) {
		JUDGE(judge, false, "a line of no register");
		return;
	}
	judge_place(judge, reg, reason, n);
	if (!strcmp(reason, "foreign"))
		judge->nr_foreign[reg]++;
	if (!strcmp(reason, "unsure"))
		judge->unsure[reg] = true;
	else
		judge_values(judge, reg, reason, strsep(&line, " "));
	/* In the opening, those of before. */
	if (line)
		sscanf(line, "foreign=%u", &judge->nr_foreign[reg]);
}

static char *judge_lines(struct judge *judge, char *lines, u64 recnum)
{
	u64 n;

	while (lines && sscanf(lines, "%llu ", &n) == 1 && n <= recnum)
		judge_line(judge, strsep(&lines, "\n"), n);

	return lines;
}

/* What an event was described by, which its content or its digests begin with. */
static void read_text(const struct seen_record *seen, char text[16])
{
	const u8 *p = seen->measured;
	u32 size = seen->measured_size;

	/* All of it is measured there, from its type on. */
	if (seen->content > 7) {
		p = seen->value;
		size = seen->value_size;
	}
	if (!size) {
		p = seen->digest[0];
		size = 15;
	}
	memcpy(text, p, min(size, 15));
	text[15] = '\0';
}

/* Returns the event, or %NULL if there was none. */
static const struct model_event *judge_event(struct judge *judge, int reg,
					     const struct seen_record *seen,
					     const char *text)
{
	struct model *model = judge->model;
	unsigned int n;

	if (kstrtouint(text, 10, &n) || n >= model->nr_events) {
		JUDGE(judge, false, "a record of nothing that was asked for");
		return NULL;
	}
	JUDGE(judge, model->events[n].content == seen->content,
	      "event %u has content of another type", n);
	if (n < model->first_event)
		return &model->events[n];
	JUDGE(judge, model->events[n].accepted && model->events[n].reg == reg,
	      "event %u of %s is a phantom", n, model_names[reg]);
	JUDGE(judge, model->events[n].order > judge->last_order[reg],
	      "event %u is out of order", n);
	judge->last_order[reg] = model->events[n].order;
	/* What is seen once is not missed later, when it has been trimmed. */
	model->events[n].promised = false;

	return &model->events[n];
}

/* Is it the digest that an event has to have? */
static bool is_right_digest(const struct model_event *event, const char *text,
			    const struct seen_record *seen, unsigned int i,
			    const char *algo)
{
	u8 expected[TSM_DIGEST_MAX_SIZE] = {};

	if (event->given)
		strscpy(expected, text);
	else
		hash(algo, seen->measured, seen->measured_size, expected);

	return !memcmp(expected, seen->digest[i], seen->digest_size[i]);
}

/* The bank that a digest is for, or FAKE_BLOB. Each is named at most once. */
static unsigned int find_bank(int reg, const struct seen_record *seen,
			      unsigned int i)
{
	for (unsigned int mr = model_mrs[reg];
	     mr < model_mrs[reg] + nr_banks(reg); mr++) {
		if (algs[mr] == seen->alg[i])
			return memchr(seen->alg, seen->alg[i], i) ? FAKE_BLOB : mr;
	}

	return FAKE_BLOB;
}

static void judge_record(struct judge *judge, const struct seen_record *seen)
{
	bool told = judge->model->fake->tm.take;
	const struct model_event *event;
	char text[16] = "";
	int reg;

	for (reg = 0; reg < MODEL_NR_REGS; reg++) {
		if (reg_indexes[reg] == seen->index)
			break;
	}
	if (reg == MODEL_NR_REGS ||
	    (seen->nr_digests != nr_banks(reg) && !told)) {
		JUDGE(judge, false, "a record of no register");
		return;
	}

	read_text(seen, text);
	event = judge_event(judge, reg, seen, text);
	for (unsigned int i = 0; i < seen->nr_digests; i++) {
		unsigned int mr = find_bank(reg, seen, i);
		size_t size = judge->model->fake->mrs[mr].mr_size;
		u8 both[2 * TSM_DIGEST_MAX_SIZE];

		if (mr == FAKE_BLOB || seen->digest_size[i] != size) {
			JUDGE(judge, false, "a digest of the wrong size");
			return;
		}
		JUDGE(judge, !event || is_right_digest(event, text, seen, i,
						       algo_names[mr]),
		      "a digest that is not that of event %s", text);
		memcpy(both, judge->values[mr], size);
		memcpy(both + size, seen->digest[i], size);
		hash(algo_names[mr], both, 2 * size, judge->values[mr]);
	}
}

static void judge_end(struct judge *judge, bool settled)
{
	struct model *model = judge->model;

	for (int reg = 0; reg < MODEL_NR_REGS; reg++) {
		unsigned int mr = model_mrs[reg];

		JUDGE(judge, !settled || !judge->unsure[reg],
		      "%s is unsure for no reason", model_names[reg]);
		JUDGE(judge, judge->nr_foreign[reg] <= model->nr_moves[reg],
		      "%s is foreign for no reason", model_names[reg]);
		JUDGE(judge, judge->nr_foreign[reg] >= model->nr_foreign[reg],
		      "%s was foreign and is not any more", model_names[reg]);
		model->nr_foreign[reg] = judge->nr_foreign[reg];
		if (judge->unsure[reg] || model->moved[reg])
			continue;
		JUDGE(judge, judge->known[reg], "%s has no value",
		      model_names[reg]);
		for (unsigned int i = 0; i < nr_banks(reg); i++, mr++)
			JUDGE(judge,
			      !memcmp(judge->values[mr],
				      fake_value(model->fake, mr),
				      model->fake->mrs[mr].mr_size),
			      "%s is not explained", model_names[reg]);
	}
	for (unsigned int n = model->first_event; n < model->nr_events; n++)
		JUDGE(judge, !model->events[n].promised ||
		      judge->unsure[model->events[n].reg],
		      "event %u was promised a record", n);
}

/* Each register may be unsure, which is said in any case, between two records. */
#define UNSURE_LINES_SIZE	(MODEL_NR_REGS * 32)

static void judge_others(struct judge *judge)
{
	struct model *model = judge->model;
	u64 size = file_number(judge->test, model->fake, "log/others_size");

	JUDGE(judge, !model->others_limit ||
	      size <= max(model->others_limit, model->others_size) +
		      UNSURE_LINES_SIZE,
	      "others have %llu bytes of %llu", size, model->others_limit);
	/* What waits for a look has got its room already. */
	model->others_size = size + fake_provider(model->fake)->log.others_held;
}

/**
 * model_check() - does the log tell what has happened?
 * @test: the test
 * @model: the model
 * @settled: everything could be read, so no register may be unsure
 *
 * Return: %true if so. Otherwise the kernel log says what is wrong.
 */
bool model_check(struct kunit *test, struct model *model, bool settled)
{
	struct judge *judge = kunit_kzalloc(test, sizeof(*judge), GFP_KERNEL);
	size_t size, lines_size;
	char *lines, *text;
	const u8 *p, *cel;
	bool failed;
	u64 n;

	KUNIT_ASSERT_NOT_NULL(test, judge);
	judge->test = test;
	judge->model = model;

	text = (char *)file_bytes(test, model->fake, "log/checkpoints",
				  &lines_size);
	cel = file_bytes(test, model->fake, "log/cel", &size);
	n = file_number(test, model->fake, "log/first_record");
	judge->first_record = n;

	lines = text;
	for (p = cel; p && p < cel + size; n++) {
		struct seen_record seen;

		lines = judge_lines(judge, lines, n);
		p = replay_parse(p, cel + size, &seen);
		JUDGE(judge, p && seen.recnum == n, "record %llu is malformed",
		      n);
		if (p)
			judge_record(judge, &seen);
	}
	lines = judge_lines(judge, lines, n);
	JUDGE(judge, !lines || !*lines, "lines after the end: %s", lines);
	judge_end(judge, settled);
	judge_others(judge);

	failed = judge->failed;
	kunit_kfree(test, cel);
	kunit_kfree(test, text);
	kunit_kfree(test, judge);

	return !failed;
}
