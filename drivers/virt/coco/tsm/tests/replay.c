// SPDX-License-Identifier: GPL-2.0-only
/*
 * A verifier of event logs, written from the format's description alone.
 *
 * It shares no code with the encoder, so numbers stand here that have names
 * elsewhere.
 */

#include <linux/hex.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "files.h"
#include "replay.h"

struct tlv {
	u8 type;
	u32 len;
	const u8 *value;
};

static const u8 *parse_tlv(const u8 *p, const u8 *end, struct tlv *tlv)
{
	if (!p || end - p < 5)
		return NULL;

	tlv->type = p[0];
	tlv->len = get_unaligned_be32(p + 1);
	tlv->value = p + 5;

	return tlv->len <= end - tlv->value ? tlv->value + tlv->len : NULL;
}

static bool parse_digests(const struct tlv *digests, struct seen_record *record)
{
	const u8 *end = digests->value + digests->len;
	const u8 *p = digests->value;
	struct tlv tlv;

	record->nr_digests = 0;
	while (p < end) {
		unsigned int i = record->nr_digests++;

		p = parse_tlv(p, end, &tlv);
		if (!p || i >= TSM_MAX_BANKS)
			return false;
		record->alg[i] = tlv.type;
		record->digest[i] = tlv.value;
		record->digest_size[i] = tlv.len;
	}

	return record->nr_digests;
}

/* Two TLVs, of the types 0 and 1, are all of it. */
static bool parse_pair(const struct tlv *content, struct tlv *first,
		       struct tlv *second)
{
	const u8 *end = content->value + content->len;
	const u8 *p;

	p = parse_tlv(content->value, end, first);
	p = parse_tlv(p, end, second);

	return p == end && first->type == 0 && second->type == 1;
}

static bool parse_content(const struct tlv *content, struct seen_record *record)
{
	struct tlv first, second;

	record->content = content->type;
	record->value = content->value;
	record->value_size = content->len;
	record->event_type = 0;
	record->event = NULL;
	record->event_size = 0;

	switch (content->type) {
	case 5:
		if (!parse_pair(content, &first, &second) || first.len != 4)
			return false;
		record->event_type = get_unaligned_be32(first.value);
		record->event = second.value;
		record->event_size = second.len;
		break;
	case 7:
		if (!parse_pair(content, &first, &second))
			return false;
		break;
	default:
		if (content->type < 8)
			return false;
		record->measured = content->value - 5;
		record->measured_size = content->len + 5;
		return true;
	}
	record->measured = second.value;
	record->measured_size = second.len;

	return true;
}

/**
 * replay_parse() - parse one record
 * @p: where it begins
 * @end: end of the log
 * @record: where it goes; its pointers point into the log
 *
 * Return: where the next record begins, or %NULL if this one is malformed.
 */
const u8 *replay_parse(const u8 *p, const u8 *end, struct seen_record *record)
{
	struct tlv recnum, index, digests, content;

	p = parse_tlv(p, end, &recnum);
	p = parse_tlv(p, end, &index);
	p = parse_tlv(p, end, &digests);
	p = parse_tlv(p, end, &content);
	if (!p || recnum.type != 0 || recnum.len != 8 || index.len != 1 ||
	    digests.type != 3)
		return NULL;

	record->recnum = get_unaligned_be64(recnum.value);
	record->index_type = index.type;
	record->index = index.value[0];

	if (!parse_digests(&digests, record) ||
	    !parse_content(&content, record))
		return NULL;

	return p;
}

/**
 * replay_count() - count the records, and check that they are numbered
 * @test: the test, which fails if the log is malformed
 * @fake: whose log
 *
 * Return: the number of records that are there.
 */
unsigned int replay_count(struct kunit *test, struct fake *fake)
{
	struct seen_record record;
	u64 first = file_number(test, fake, "log/first_record");
	unsigned int n = 0;
	const u8 *p, *end;
	size_t size;

	p = file_bytes(test, fake, "log/cel", &size);
	for (end = p + size; p && p < end; n++) {
		p = replay_parse(p, end, &record);
		KUNIT_ASSERT_NOT_NULL_MSG(test, p, "record %u is malformed", n);
		KUNIT_EXPECT_EQ(test, record.recnum, first + n);
	}

	return n;
}

/**
 * replay_last() - parse the last record
 * @test: the test, which fails if there is none
 * @fake: whose log
 * @record: where it goes
 */
void replay_last(struct kunit *test, struct fake *fake,
		 struct seen_record *record)
{
	const u8 *p, *end;
	size_t size;

	p = file_bytes(test, fake, "log/cel", &size);
	KUNIT_ASSERT_GT(test, size, 0);
	for (end = p + size; p < end;) {
		p = replay_parse(p, end, record);
		KUNIT_ASSERT_NOT_NULL(test, p);
	}
}

/* A bank's replay. */
struct bank_state {
	const char *name;
	const char *algo;
	u8 index;
	u8 alg;
	u8 value[TSM_DIGEST_MAX_SIZE];
	bool started;
	bool unsure;
};

static struct bank_state banks[] = {
	[FAKE_RTMR0] = { "rtmr0", "sha384", FAKE_RTMR0_INDEX, 0x0c },
	[FAKE_RTMR1] = { "rtmr1", "sha256", FAKE_RTMR1_INDEX, 0x0b },
	[FAKE_SOFT] = { "soft", "sha512", FAKE_SOFT_INDEX, 0x0d },
	[FAKE_AGILE_SHA1] = { "agile", "sha1", FAKE_AGILE_INDEX, 0x04 },
	[FAKE_AGILE_SHA256] = { "agile", "sha256", FAKE_AGILE_INDEX, 0x0b },
	[FAKE_AGILE_SHA384] = { "agile", "sha384", FAKE_AGILE_INDEX, 0x0c },
};

static void mark_unsure(struct kunit *test, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(banks); i++) {
		if (strcmp(banks[i].name, name))
			continue;
		found = true;
		banks[i].unsure = true;
	}
	KUNIT_EXPECT_TRUE_MSG(test, found, "%s", name);
}

/*
 * Take the values of the register named @name from "ALGO:HEX,ALGO:HEX...". Where
 * @follows is set they must be the ones that the replay has, if it has any.
 */
static void take_values(struct kunit *test, struct fake *fake, const char *name,
			char *values, bool follows)
{
	char *value;

	while ((value = strsep(&values, ","))) {
		char *algo = strsep(&value, ":");
		bool found = false;

		KUNIT_ASSERT_NOT_NULL(test, value);
		for (size_t i = 0; i < ARRAY_SIZE(banks); i++) {
			size_t size = fake->mrs[i].mr_size;
			u8 bytes[TSM_DIGEST_MAX_SIZE];

			if (strcmp(banks[i].name, name) ||
			    strcmp(banks[i].algo, algo))
				continue;
			found = true;
			KUNIT_EXPECT_EQ(test, strlen(value), 2 * size);
			KUNIT_EXPECT_EQ(test, hex2bin(bytes, value, size), 0);
			if (follows && banks[i].started)
				KUNIT_EXPECT_MEMEQ(test, bytes, banks[i].value,
						   size);
			memcpy(banks[i].value, bytes, size);
			banks[i].started = true;
			banks[i].unsure = false;
		}
		KUNIT_EXPECT_TRUE_MSG(test, found, "%s %s", name, algo);
	}
}

static void apply_line(struct kunit *test, struct fake *fake, char *line)
{
	char *reason, *name, *values;

	strsep(&line, " ");
	reason = strsep(&line, " ");
	name = strsep(&line, " ");
	KUNIT_ASSERT_NOT_NULL(test, name);

	if (!strcmp(reason, "unsure")) {
		KUNIT_EXPECT_TRUE(test, !line || !strncmp(line, "foreign=", 8));
		mark_unsure(test, name);
		return;
	}

	KUNIT_EXPECT_TRUE_MSG(test, !strcmp(reason, "register") ||
			      !strcmp(reason, "foreign") ||
			      !strcmp(reason, "trim") ||
			      !strcmp(reason, "settled") ||
			      !strcmp(reason, "reset") ||
			      !strcmp(reason, "resume"), "%s", reason);
	KUNIT_ASSERT_NOT_NULL(test, line);
	values = strsep(&line, " ");
	take_values(test, fake, name, values, !strcmp(reason, "settled"));
}

/* Apply the checkpoints that stand before @recnum; return what is left. */
static char *apply_checkpoints(struct kunit *test, struct fake *fake,
			       char *lines, u64 recnum)
{
	while (lines && *lines) {
		u64 n;

		/* Leave the line whole until it is its turn. */
		if (sscanf(lines, "%llu ", &n) != 1)
			KUNIT_FAIL_AND_ABORT(test, "no number: %s", lines);
		if (n > recnum)
			break;

		apply_line(test, fake, strsep(&lines, "\n"));
		KUNIT_ASSERT_NOT_NULL(test, lines);
	}

	return lines;
}

/* A digest came alone. */
static bool is_bare(const struct seen_record *record)
{
	return record->content == 5 && record->event_type == 0xc &&
	       !record->event_size;
}

/* Returns whether the record claims content that it does not prove. */
static bool apply_record(struct kunit *test, struct fake *fake,
			 const struct seen_record *record)
{
	unsigned int used = 0;
	bool bound = true;

	for (size_t i = 0; i < ARRAY_SIZE(banks); i++) {
		if (banks[i].index != record->index)
			continue;
		for (unsigned int d = 0; d < record->nr_digests; d++) {
			u8 expected[TSM_DIGEST_MAX_SIZE];
			enum hash_algo algo;

			if (record->alg[d] != banks[i].alg)
				continue;
			used++;
			algo = match_string(hash_algo_name, HASH_ALGO__LAST,
					    banks[i].algo);
			KUNIT_ASSERT_EQ(test, record->digest_size[d],
					hash_digest_size[algo]);
			tsm_hash_extend(algo, banks[i].value, record->digest[d]);

			tsm_hash(algo, record->measured, record->measured_size,
				 expected);
			bound &= !memcmp(record->digest[d], expected,
					 record->digest_size[d]);
		}
	}

	/*
	 * One digest for each bank, none for anything else. Others may have extended
	 * some banks only.
	 */
	KUNIT_EXPECT_EQ(test, used, record->nr_digests);
	if (fake->tm.take)
		KUNIT_EXPECT_GE(test, used, 1);
	else
		KUNIT_EXPECT_EQ(test, used,
				record->index == FAKE_AGILE_INDEX ? 3 : 1);

	return !bound && !is_bare(record);
}

/**
 * replay_expect_verified() - checkpoints and records must give the hardware's
 * values in every bank of every extensible register, and content be bound
 * @test: the test, which fails if they do not
 * @fake: whose log
 */
void replay_expect_verified(struct kunit *test, struct fake *fake)
{
	replay_expect_claims(test, fake, 0);
}

/**
 * replay_expect_claims() - the same, where some content is not bound
 * @test: the test, which fails if they do not
 * @fake: whose log
 * @nr_claims: number of records whose content is only claimed
 */
void replay_expect_claims(struct kunit *test, struct fake *fake,
			  unsigned int nr_claims)
{
	struct seen_record record;
	const u8 *p, *end;
	char *lines;
	size_t size;
	u64 n = file_number(test, fake, "log/first_record");

	for (size_t i = 0; i < ARRAY_SIZE(banks); i++) {
		banks[i].started = false;
		banks[i].unsure = false;
	}

	lines = (char *)file_text(test, fake, "log/checkpoints");
	p = file_bytes(test, fake, "log/cel", &size);
	for (end = p + size; p < end; n++) {
		p = replay_parse(p, end, &record);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, record.recnum, n);
		lines = apply_checkpoints(test, fake, lines, n);
		KUNIT_EXPECT_EQ(test, record.index_type, 108);
		nr_claims -= apply_record(test, fake, &record);
	}
	KUNIT_EXPECT_EQ(test, nr_claims, 0);
	lines = apply_checkpoints(test, fake, lines, n);
	KUNIT_EXPECT_STREQ(test, lines ?: "", "");
	KUNIT_EXPECT_EQ(test, file_number(test, fake, "log/next_record"), n);

	for (size_t i = 0; i < ARRAY_SIZE(banks); i++) {
		KUNIT_EXPECT_TRUE(test, banks[i].started);
		KUNIT_EXPECT_FALSE(test, banks[i].unsure);
		KUNIT_EXPECT_MEMEQ_MSG(test, banks[i].value, fake_value(fake, i),
				       fake->mrs[i].mr_size, "%s %s",
				       banks[i].name, banks[i].algo);
	}
}
