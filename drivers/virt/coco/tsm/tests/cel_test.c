// SPDX-License-Identifier: GPL-2.0-only
/*
 * The encoder: byte for byte, and for random records by a decoder that shares
 * nothing with it.
 */

#include <kunit/test.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "cel.h"
#include "replay.h"

#define RANDOM_LOGS	2000
#define RANDOM_RECORDS	4

static unsigned long cel_seed;
module_param(cel_seed, ulong, 0444);
MODULE_PARM_DESC(cel_seed, "Seed of the random records, as a failure told it (default: another one each time)");

/* All of a record. */
static void encode(u8 *buf, const struct cel_record *record)
{
	size_t head = cel_encode_head(buf, record);

	memcpy(buf + head, record->content->data, record->content->size);
}

static void expect_encoding(struct kunit *test, const struct cel_record *record,
			    const u8 *golden, size_t size)
{
	/* One byte more, which must stay as it is. */
	u8 *buf = kunit_kzalloc(test, size + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, cel_record_size(record), size);

	buf[size] = 0x5a;
	encode(buf, record);
	KUNIT_EXPECT_MEMEQ(test, buf, golden, size);
	KUNIT_EXPECT_EQ(test, buf[size], 0x5a);
}

static void test_digest_only(struct kunit *test)
{
	static const u8 value[] = { [0 ... 47] = 0xab };
	static const struct cel_digest digest = { 0x0c, 48, value };
	static const struct tsm_content content = {
		.type = TSM_CEL_CONTENT_PCCLIENT_STD,
		.event_type = TSM_EV_COMPACT_HASH,
	};
	static const struct cel_record record = {
		.recnum = 0,
		.index_type = TSM_CEL_CCMR,
		.index = 4,
		.nr_digests = 1,
		.digests = &digest,
		.content = &content,
	};
	static const u8 golden[] = {
		0x00, 0, 0, 0, 8,	0, 0, 0, 0, 0, 0, 0, 0,
		0x6c, 0, 0, 0, 1,	4,
		0x03, 0, 0, 0, 0x35,	0x0c, 0, 0, 0, 0x30, [29 ... 76] = 0xab,
		0x05, 0, 0, 0, 14,
			0, 0, 0, 0, 4,	0, 0, 0, 0x0c,
			1, 0, 0, 0, 0,
	};

	expect_encoding(test, &record, golden, sizeof(golden));
}

static void test_event_in_three_banks(struct kunit *test)
{
	static const u8 sha1[] = { [0 ... 19] = 0x01 };
	static const u8 sha256[] = { [0 ... 31] = 0x02 };
	static const u8 sha384[] = { [0 ... 47] = 0x03 };
	static const struct cel_digest digests[] = {
		{ 0x04, 20, sha1 }, { 0x0b, 32, sha256 }, { 0x0c, 48, sha384 },
	};
	static const struct tsm_content content = {
		.type = TSM_CEL_CONTENT_PCCLIENT_STD,
		.event_type = TSM_EV_ACTION,
		.size = 4,
		.data = "a\0b\n",
	};
	static const struct cel_record record = {
		.recnum = 0x0123456789abcdef,
		.index_type = TSM_CEL_PCR,
		.index = 23,
		.nr_digests = 3,
		.digests = digests,
		.content = &content,
	};
	static const u8 golden[] = {
		0x00, 0, 0, 0, 8,
			0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
		0x01, 0, 0, 0, 1,	23,
		0x03, 0, 0, 0, 115,
			0x04, 0, 0, 0, 20, [29 ... 48] = 0x01,
			0x0b, 0, 0, 0, 32, [54 ... 85] = 0x02,
			0x0c, 0, 0, 0, 48, [91 ... 138] = 0x03,
		0x05, 0, 0, 0, 18,
			0, 0, 0, 0, 4,	0, 0, 0, 5,
			1, 0, 0, 0, 4,	'a', 0, 'b', '\n',
	};

	expect_encoding(test, &record, golden, sizeof(golden));
}

/* What is not PCCLIENT_STD stands there as its writer made it. */
static void test_other_content(struct kunit *test)
{
	static const u8 value[] = { [0 ... 31] = 0x04 };
	static const struct cel_digest digest = { 0x0b, 32, value };
	static const struct tsm_content content = {
		.type = 80,
		.size = 3,
		.data = "cos",
	};
	static const struct cel_record record = {
		.recnum = 2,
		.index_type = TSM_CEL_PCR,
		.index = 13,
		.nr_digests = 1,
		.digests = &digest,
		.content = &content,
	};
	static const u8 golden[] = {
		0x00, 0, 0, 0, 8,	0, 0, 0, 0, 0, 0, 0, 2,
		0x01, 0, 0, 0, 1,	13,
		0x03, 0, 0, 0, 0x25,	0x0b, 0, 0, 0, 0x20, [29 ... 60] = 0x04,
		0x50, 0, 0, 0, 3,	'c', 'o', 's',
	};

	expect_encoding(test, &record, golden, sizeof(golden));
}

/* The lengths of TLVs need their second byte here. */
static void test_longest_event(struct kunit *test)
{
	static const u8 value[] = { [0 ... 31] = 0x77 };
	static const struct cel_digest digest = { 0x0b, 32, value };
	u8 *event = kunit_kzalloc(test, TSM_EVENT_MAX_SIZE, GFP_KERNEL);
	const struct tsm_content content = {
		.type = TSM_CEL_CONTENT_PCCLIENT_STD,
		.event_type = TSM_EV_ACTION,
		.size = TSM_EVENT_MAX_SIZE,
		.data = event,
	};
	struct cel_record record = {
		.recnum = 1,
		.index_type = TSM_CEL_PCR,
		.index = 8,
		.nr_digests = 1,
		.digests = &digest,
		.content = &content,
	};
	struct seen_record seen;
	size_t size = cel_record_size(&record);
	u8 *buf = kunit_kzalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, event);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (int i = 0; i < TSM_EVENT_MAX_SIZE; i++)
		event[i] = i * 7;

	encode(buf, &record);
	KUNIT_ASSERT_PTR_EQ(test, replay_parse(buf, buf + size, &seen),
			    buf + size);
	KUNIT_EXPECT_EQ(test, seen.recnum, 1);
	KUNIT_EXPECT_EQ(test, seen.index, 8);
	KUNIT_EXPECT_EQ(test, seen.event_size, TSM_EVENT_MAX_SIZE);
	KUNIT_EXPECT_MEMEQ(test, seen.event, event, TSM_EVENT_MAX_SIZE);
}

/* A record of anything that can be encoded, whether it makes sense or not. */
struct random_record {
	struct cel_record record;
	struct tsm_content content;
	struct cel_digest digests[TSM_MAX_BANKS];
	u8 values[TSM_MAX_BANKS][U8_MAX];
	u8 event[TSM_EVENT_MAX_SIZE];
};

static u32 random_below(struct rnd_state *state, u32 n)
{
	return prandom_u32_state(state) % n;
}

static void make_random(struct rnd_state *state, struct random_record *random)
{
	struct cel_record *record = &random->record;
	struct tsm_content *content = &random->content;
	u32 longest = random_below(state, 2) ? 64 : TSM_EVENT_MAX_SIZE;

	prandom_bytes_state(state, random->values, sizeof(random->values));
	prandom_bytes_state(state, random->event, sizeof(random->event));
	record->recnum = (u64)prandom_u32_state(state) << 32 |
			 prandom_u32_state(state);
	record->index_type = prandom_u32_state(state);
	record->index = prandom_u32_state(state);
	record->nr_digests = 1 + random_below(state, TSM_MAX_BANKS);
	record->digests = random->digests;
	for (unsigned int i = 0; i < record->nr_digests; i++) {
		random->digests[i].alg = prandom_u32_state(state);
		random->digests[i].size = prandom_u32_state(state);
		random->digests[i].value = random->values[i];
	}
	record->content = content;
	content->type = random_below(state, 2) ? TSM_CEL_CONTENT_PCCLIENT_STD :
		random_below(state, U8_MAX - TSM_CEL_CONTENT_IMA_TLV + 1) +
		TSM_CEL_CONTENT_IMA_TLV;
	content->event_type = prandom_u32_state(state);
	content->size = random_below(state, longest + 1);
	content->data = random->event;
}

static void expect_seen(struct kunit *test, const struct cel_record *record,
			const struct seen_record *seen, unsigned long seed)
{
	const struct tsm_content *content = record->content;
	const u8 *data;
	size_t size;

	KUNIT_ASSERT_EQ_MSG(test, seen->recnum, record->recnum,
			    "cel_seed=%lu", seed);
	KUNIT_ASSERT_EQ_MSG(test, seen->index_type, record->index_type,
			    "cel_seed=%lu", seed);
	KUNIT_ASSERT_EQ_MSG(test, seen->index, record->index, "cel_seed=%lu",
			    seed);
	KUNIT_ASSERT_EQ_MSG(test, seen->nr_digests, record->nr_digests,
			    "cel_seed=%lu", seed);
	for (unsigned int i = 0; i < record->nr_digests; i++) {
		const struct cel_digest *digest = &record->digests[i];

		KUNIT_ASSERT_EQ_MSG(test, seen->alg[i], digest->alg,
				    "cel_seed=%lu", seed);
		KUNIT_ASSERT_EQ_MSG(test, seen->digest_size[i], digest->size,
				    "cel_seed=%lu", seed);
		KUNIT_ASSERT_MEMEQ_MSG(test, seen->digest[i], digest->value,
				       digest->size, "cel_seed=%lu", seed);
	}
	KUNIT_ASSERT_EQ_MSG(test, seen->content, content->type, "cel_seed=%lu",
			    seed);
	if (content->type == TSM_CEL_CONTENT_PCCLIENT_STD) {
		KUNIT_ASSERT_EQ_MSG(test, seen->event_type, content->event_type,
				    "cel_seed=%lu", seed);
		data = seen->event;
		size = seen->event_size;
	} else {
		data = seen->value;
		size = seen->value_size;
	}
	KUNIT_ASSERT_EQ_MSG(test, size, content->size, "cel_seed=%lu", seed);
	KUNIT_ASSERT_MEMEQ_MSG(test, data, content->data, size, "cel_seed=%lu",
			       seed);
}

/* Records one after the other, as in a log, are decoded to what they were. */
static void test_random_logs(struct kunit *test)
{
	unsigned long seed = cel_seed ?: get_random_u32();
	struct random_record *randoms;
	struct rnd_state state;
	size_t room;
	u8 *buf;

	room = RANDOM_RECORDS * (sizeof(*randoms) + 100);
	randoms = kunit_kcalloc(test, RANDOM_RECORDS, sizeof(*randoms),
				GFP_KERNEL);
	buf = kunit_kzalloc(test, room, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, randoms);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	prandom_seed_state(&state, seed);

	for (int log = 0; log < RANDOM_LOGS; log++) {
		struct seen_record seen;
		const u8 *p = buf;
		u8 *end = buf;

		memset(buf, 0x5a, room);
		for (int i = 0; i < RANDOM_RECORDS; i++) {
			make_random(&state, &randoms[i]);
			encode(end, &randoms[i].record);
			end += cel_record_size(&randoms[i].record);
		}
		KUNIT_ASSERT_LT(test, end - buf, room);
		KUNIT_ASSERT_EQ_MSG(test, *end, 0x5a, "cel_seed=%lu", seed);

		for (int i = 0; i < RANDOM_RECORDS; i++) {
			p = replay_parse(p, end, &seen);
			KUNIT_ASSERT_NOT_NULL_MSG(test, p, "cel_seed=%lu",
						  seed);
			expect_seen(test, &randoms[i].record, &seen, seed);
		}
		KUNIT_ASSERT_PTR_EQ_MSG(test, p, end, "cel_seed=%lu", seed);
	}
}

static struct kunit_case cel_test_cases[] = {
	KUNIT_CASE(test_digest_only),
	KUNIT_CASE(test_event_in_three_banks),
	KUNIT_CASE(test_other_content),
	KUNIT_CASE(test_longest_event),
	KUNIT_CASE(test_random_logs),
	{}
};

static struct kunit_suite cel_test_suite = {
	.name = "tsm-cel",
	.test_cases = cel_test_cases,
};

kunit_test_suite(cel_test_suite);
