// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the watch: what it understands of commands and their answers, and
 * its queue.
 */

#include <kunit/resource.h>
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "../tpm.h"
#include "../tpm-watch.h"
#include "fake_tpm.h"

#define ALL_PCRS	(BIT(TPM2_PLATFORM_PCR) - 1)
#define NO_PCR		0x40000007

struct watch_test {
	struct fake_tpm *tpm;
	struct tpm_watch *watch;
};

static int watch_test_init(struct kunit *test)
{
	struct watch_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	struct fake_tpm *tpm;

	if (!t)
		return -ENOMEM;

	tpm = fake_tpm_create();
	if (IS_ERR(tpm))
		return PTR_ERR(tpm);

	fake_tpm_add_bank(tpm, TPM_ALG_SHA1, ALL_PCRS);
	fake_tpm_add_bank(tpm, TPM_ALG_SHA256, ALL_PCRS);
	fake_tpm_add_bank(tpm, TPM_ALG_SHA384, ALL_PCRS);
	t->tpm = tpm;
	t->watch = tpm_watch_create(tpm->chip, NULL);
	test->priv = t;
	if (!t->watch)
		return -ENOMEM;

	return tpm_chip_watch(tpm->chip, t->watch);
}

static void watch_test_exit(struct kunit *test)
{
	struct watch_test *t = test->priv;

	if (!t)
		return;
	tpm_chip_watch(t->tpm->chip, NULL);
	tpm_watch_destroy(t->watch);
	fake_tpm_destroy(t->tpm);
}

static struct tpm_buf *start_command(struct kunit *test, u32 cc)
{
	struct tpm_buf *buf = kunit_kzalloc(test, TPM_BUFSIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	tpm_buf_init(buf, TPM_BUFSIZE);
	tpm_buf_reset(buf, TPM2_ST_SESSIONS, cc);

	return buf;
}

static struct tpm_buf *make_command(struct kunit *test, u32 cc, u32 pcr)
{
	struct tpm_buf *buf = start_command(test, cc);

	tpm_buf_append_u32(buf, pcr);
	if (cc == TPM2_CC_EVENT_SEQUENCE_COMPLETE)
		tpm_buf_append_u32(buf, 0x80000000);
	tpm_buf_append_empty_auth(buf, TPM2_RS_PW);

	return buf;
}

/* With the password, and a session that encrypts if @attributes say so. */
static struct tpm_buf *make_session_command(struct kunit *test, u32 cc, u32 pcr,
					    u8 attributes)
{
	static const u8 bytes[32] = { 0xff, 0xff };
	struct tpm_buf *buf = start_command(test, cc);

	tpm_buf_append_u32(buf, pcr);
	tpm_buf_append_u32(buf, 9 + 4 + 2 + 16 + 1 + 2 + 32);
	tpm_buf_append_u32(buf, TPM2_RS_PW);
	tpm_buf_append_u16(buf, 0);
	tpm_buf_append_u8(buf, 0);
	tpm_buf_append_u16(buf, 0);
	tpm_buf_append_u32(buf, 0x02000000);
	tpm_buf_append_u16(buf, 16);
	tpm_buf_append(buf, bytes, 16);
	tpm_buf_append_u8(buf, attributes);
	tpm_buf_append_u16(buf, 32);
	tpm_buf_append(buf, bytes, 32);

	return buf;
}

static size_t size_of(u16 alg_id)
{
	return alg_id == TPM_ALG_SHA1 ? 20 : alg_id == TPM_ALG_SHA384 ? 48 : 32;
}

/* A TPML_DIGEST_VALUES whose digests consist of 1, 2 and so on. */
static void append_digests(struct tpm_buf *buf, const u16 *alg_ids,
			   unsigned int nr)
{
	u8 digest[TPM2_MAX_DIGEST_SIZE];

	tpm_buf_append_u32(buf, nr);
	for (unsigned int i = 0; i < nr; i++) {
		memset(digest, i + 1, sizeof(digest));
		tpm_buf_append_u16(buf, alg_ids[i]);
		tpm_buf_append(buf, digest, size_of(alg_ids[i]));
	}
}

static void append_event(struct tpm_buf *buf, const char *event)
{
	tpm_buf_append_u16(buf, strlen(event));
	tpm_buf_append(buf, event, strlen(event));
}

static int send(struct kunit *test, struct tpm_buf *buf)
{
	struct watch_test *t = test->priv;
	int rc;

	KUNIT_ASSERT_EQ(test, tpm_try_get_ops(t->tpm->chip), 0);
	rc = tpm_transmit_cmd(t->tpm->chip, buf, 0, NULL);
	tpm_put_ops(t->tpm->chip);

	return rc;
}

static const u16 all_banks[] = { TPM_ALG_SHA1, TPM_ALG_SHA256, TPM_ALG_SHA384 };

static struct tpm_buf *make_extend(struct kunit *test, u32 pcr)
{
	struct tpm_buf *buf = make_command(test, TPM2_CC_PCR_EXTEND, pcr);

	append_digests(buf, all_banks, ARRAY_SIZE(all_banks));

	return buf;
}

static struct tpm_buf *make_event(struct kunit *test, u32 pcr, const char *event)
{
	struct tpm_buf *buf = make_command(test, TPM2_CC_PCR_EVENT, pcr);

	append_event(buf, event);

	return buf;
}

KUNIT_DEFINE_ACTION_WRAPPER(free_event, kfree, const void *);

/* What happened next, or NULL. */
static struct tpm_watch_event *take(struct kunit *test)
{
	struct watch_test *t = test->priv;
	struct tpm_watch_event *event;

	tpm_watch_mark(t->watch);
	event = tpm_watch_take(t->watch);
	if (event && event != t->watch->lost)
		KUNIT_ASSERT_EQ(test,
				kunit_add_action_or_reset(test, free_event,
							  event), 0);

	return event;
}

static void expect_nothing(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, take(test));
}

static struct tpm_watch_event *expect_next(struct kunit *test,
					   enum tpm_watch_what what, u32 pcr)
{
	struct tpm_watch_event *event = take(test);

	KUNIT_ASSERT_NOT_NULL(test, event);
	KUNIT_EXPECT_EQ(test, event->what, what);
	KUNIT_EXPECT_EQ(test, event->pcr, pcr);

	return event;
}

static struct tpm_watch_event *expect(struct kunit *test,
				      enum tpm_watch_what what, u32 pcr)
{
	struct tpm_watch_event *event = expect_next(test, what, pcr);

	expect_nothing(test);

	return event;
}

static void expect_digest(struct kunit *test,
			  const struct tpm_watch_event *event, unsigned int i,
			  u16 alg_id, u8 fill)
{
	u8 digest[TPM2_MAX_DIGEST_SIZE];

	memset(digest, fill, sizeof(digest));
	KUNIT_ASSERT_LT(test, i, event->nr_digests);
	KUNIT_EXPECT_EQ(test, event->digests[i].alg_id, alg_id);
	KUNIT_EXPECT_MEMEQ(test, event->digests[i].digest, digest,
			   size_of(alg_id));
}

static void test_extend(struct kunit *test)
{
	struct tpm_watch_event *event;

	KUNIT_EXPECT_EQ(test, send(test, make_extend(test, 10)), 0);
	event = expect(test, TPM_WATCH_EXTENDED, 10);
	KUNIT_EXPECT_EQ(test, event->nr_digests, 3);
	for (unsigned int i = 0; i < 3; i++)
		expect_digest(test, event, i, all_banks[i], i + 1);
	KUNIT_EXPECT_FALSE(test, event->has_event);
}

static void test_extend_some_banks(struct kunit *test)
{
	struct tpm_buf *buf = make_command(test, TPM2_CC_PCR_EXTEND, 0);
	static const u16 sha256[] = { TPM_ALG_SHA256 };
	struct tpm_watch_event *event;

	append_digests(buf, sha256, 1);
	KUNIT_EXPECT_EQ(test, send(test, buf), 0);
	event = expect(test, TPM_WATCH_EXTENDED, 0);
	KUNIT_EXPECT_EQ(test, event->nr_digests, 1);
	expect_digest(test, event, 0, TPM_ALG_SHA256, 1);
}

/* A TPM extends a bank as often as it is named. */
static void test_extend_one_bank_twice(struct kunit *test)
{
	struct tpm_buf *buf = make_command(test, TPM2_CC_PCR_EXTEND, 23);
	static const u16 banks[] = {
		TPM_ALG_SHA256, TPM_ALG_SHA1, TPM_ALG_SHA256, TPM_ALG_SHA256,
	};
	struct tpm_watch_event *event;

	append_digests(buf, banks, ARRAY_SIZE(banks));
	KUNIT_EXPECT_EQ(test, send(test, buf), 0);
	event = expect_next(test, TPM_WATCH_EXTENDED, 23);
	KUNIT_EXPECT_EQ(test, event->nr_digests, 2);
	expect_digest(test, event, 0, TPM_ALG_SHA256, 1);
	expect_digest(test, event, 1, TPM_ALG_SHA1, 2);
	event = expect_next(test, TPM_WATCH_EXTENDED, 23);
	KUNIT_EXPECT_EQ(test, event->nr_digests, 1);
	expect_digest(test, event, 0, TPM_ALG_SHA256, 3);
	event = expect(test, TPM_WATCH_EXTENDED, 23);
	KUNIT_EXPECT_EQ(test, event->nr_digests, 1);
	expect_digest(test, event, 0, TPM_ALG_SHA256, 4);
}

/* A hash without a bank has digests of a size that is known, or has not. */
static void test_extend_with_other_hashes(struct kunit *test)
{
	struct tpm_buf *buf = make_command(test, TPM2_CC_PCR_EXTEND, 1);
	static const u16 sm3[] = { TPM_ALG_SM3_256, TPM_ALG_SHA1 };
	static const u16 unknown[] = { TPM_ALG_SHA1, FAKE_ALG_UNKNOWN };
	struct watch_test *t = test->priv;
	struct tpm_watch_event *event;

	t->tpm->idle = true;
	append_digests(buf, sm3, 2);
	KUNIT_EXPECT_EQ(test, send(test, buf), 0);
	event = expect(test, TPM_WATCH_EXTENDED, 1);
	KUNIT_EXPECT_EQ(test, event->nr_digests, 2);
	expect_digest(test, event, 1, TPM_ALG_SHA1, 2);

	buf = make_command(test, TPM2_CC_PCR_EXTEND, 1);
	append_digests(buf, unknown, 2);
	KUNIT_EXPECT_EQ(test, send(test, buf), 0);
	expect(test, TPM_WATCH_LOST, 1);
}

static void expect_event_data(struct kunit *test,
			      const struct tpm_watch_event *event,
			      const char *data)
{
	KUNIT_EXPECT_TRUE(test, event->has_event);
	KUNIT_ASSERT_EQ(test, event->size, strlen(data));
	KUNIT_EXPECT_MEMEQ(test, event->data, data, strlen(data));
}

static void expect_banks_digests(struct kunit *test,
				 const struct tpm_watch_event *event)
{
	struct watch_test *t = test->priv;

	KUNIT_ASSERT_EQ(test, event->nr_digests, 3);
	for (unsigned int i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, event->digests[i].alg_id, all_banks[i]);
		KUNIT_EXPECT_MEMEQ(test, event->digests[i].digest,
				   t->tpm->banks[i].extended_by,
				   size_of(all_banks[i]));
	}
}

static void test_event(struct kunit *test)
{
	struct tpm_watch_event *event;

	KUNIT_EXPECT_EQ(test, send(test, make_event(test, 16, "an event")), 0);
	event = expect(test, TPM_WATCH_EXTENDED, 16);
	expect_event_data(test, event, "an event");
	expect_banks_digests(test, event);

	KUNIT_EXPECT_EQ(test, send(test, make_event(test, 16, "")), 0);
	event = expect(test, TPM_WATCH_EXTENDED, 16);
	expect_event_data(test, event, "");
}

static void test_event_with_sessions(struct kunit *test)
{
	struct tpm_watch_event *event;
	struct tpm_buf *buf;

	buf = make_session_command(test, TPM2_CC_PCR_EVENT, 16, TPM2_SA_AUDIT);
	append_event(buf, "in clear");
	KUNIT_EXPECT_EQ(test, send(test, buf), 0);
	event = expect(test, TPM_WATCH_EXTENDED, 16);
	expect_event_data(test, event, "in clear");

	buf = make_session_command(test, TPM2_CC_PCR_EVENT, 16, TPM2_SA_DECRYPT);
	append_event(buf, "encrypted");
	KUNIT_EXPECT_EQ(test, send(test, buf), 0);
	event = expect(test, TPM_WATCH_EXTENDED, 16);
	KUNIT_EXPECT_FALSE(test, event->has_event);
	expect_banks_digests(test, event);
}

static size_t answer_digests(struct fake_tpm *tpm, u8 *answer, size_t len)
{
	u8 *p = answer + TPM_HEADER_SIZE;

	put_unaligned_be32(4 + 2 + 32, p);
	put_unaligned_be32(1, p + 4);
	put_unaligned_be16(TPM_ALG_SHA256, p + 8);
	memset(p + 10, 9, 32);
	/* The session's: no nonce, its attributes, no HMAC. */
	memset(p + 42, 0, 5);

	return TPM_HEADER_SIZE + 47;
}

static struct tpm_buf *make_sequence_complete(struct kunit *test, u32 pcr)
{
	struct tpm_buf *buf;

	buf = make_command(test, TPM2_CC_EVENT_SEQUENCE_COMPLETE, pcr);
	append_event(buf, "the last piece");

	return buf;
}

static void test_sequence_complete(struct kunit *test)
{
	struct watch_test *t = test->priv;
	struct tpm_watch_event *event;

	t->tpm->mangle = answer_digests;
	KUNIT_EXPECT_EQ(test, send(test, make_sequence_complete(test, 8)), 0);
	event = expect(test, TPM_WATCH_EXTENDED, 8);
	KUNIT_EXPECT_FALSE(test, event->has_event);
	KUNIT_EXPECT_EQ(test, event->nr_digests, 1);
	expect_digest(test, event, 0, TPM_ALG_SHA256, 9);
}

static struct tpm_buf *make_startup(struct kunit *test, u16 type)
{
	struct tpm_buf *buf = start_command(test, TPM2_CC_STARTUP);

	tpm_buf_reset(buf, TPM2_ST_NO_SESSIONS, TPM2_CC_STARTUP);
	tpm_buf_append_u16(buf, type);

	return buf;
}

static void test_resets(struct kunit *test)
{
	struct tpm_watch_event *event;

	KUNIT_EXPECT_EQ(test,
			send(test, make_command(test, TPM2_CC_PCR_RESET, 17)), 0);
	event = expect(test, TPM_WATCH_RESET, 17);
	KUNIT_EXPECT_EQ(test, event->fill, 0);

	KUNIT_EXPECT_EQ(test, send(test, make_startup(test, TPM2_SU_CLEAR)), 0);
	for (u32 pcr = 0; pcr < TPM2_PLATFORM_PCR; pcr++) {
		event = expect_next(test, TPM_WATCH_RESET, pcr);
		KUNIT_EXPECT_EQ(test, event->fill,
				pcr >= 17 && pcr <= 22 ? 0xff : 0);
	}
	expect_nothing(test);

	KUNIT_EXPECT_EQ(test, send(test, make_startup(test, TPM2_SU_STATE)), 0);
	for (u32 pcr = 0; pcr < TPM2_PLATFORM_PCR; pcr++)
		expect_next(test, TPM_WATCH_LOST, pcr);
	expect_nothing(test);
}

static void test_no_pcr(struct kunit *test)
{
	struct watch_test *t = test->priv;

	t->tpm->idle = true;
	send(test, make_extend(test, NO_PCR));
	send(test, make_extend(test, TPM2_PLATFORM_PCR));
	send(test, make_event(test, NO_PCR, "event"));
	send(test, make_command(test, TPM2_CC_PCR_RESET, NO_PCR));
	t->tpm->error = -EIO;
	send(test, make_extend(test, NO_PCR));
	expect_nothing(test);
}

static void test_refused(struct kunit *test)
{
	static const int errors[] = {
		TPM2_RC_LOCALITY, TPM2_RC_HASH, TPM2_RC_INITIALIZE,
		TPM2_RC_COMMAND_CODE,
	};
	struct watch_test *t = test->priv;

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		t->tpm->error = errors[i];
		KUNIT_EXPECT_EQ(test, send(test, make_extend(test, 1)), errors[i]);
		send(test, make_event(test, 1, "event"));
		send(test, make_sequence_complete(test, 1));
		send(test, make_command(test, TPM2_CC_PCR_RESET, 1));
		send(test, make_startup(test, TPM2_SU_CLEAR));
	}
	expect_nothing(test);
}

/* Without an answer, or with one of a TPM that broke. */
static void test_unclear(struct kunit *test)
{
	static const int errors[] = { -ETIME, -EIO, TPM2_RC_FAILURE };
	struct watch_test *t = test->priv;

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		struct tpm_watch_event *event;
		struct tpm_buf *buf;

		t->tpm->error = errors[i];
		KUNIT_EXPECT_EQ(test, send(test, make_extend(test, 1)), errors[i]);
		event = expect(test, TPM_WATCH_UNCLEAR, 1);
		KUNIT_EXPECT_EQ(test, event->nr_digests, 3);
		expect_digest(test, event, 2, TPM_ALG_SHA384, 3);

		send(test, make_event(test, 2, "event"));
		event = expect(test, TPM_WATCH_UNCLEAR, 2);
		KUNIT_EXPECT_EQ(test, event->nr_digests, 0);
		expect_event_data(test, event, "event");

		buf = make_session_command(test, TPM2_CC_PCR_EVENT, 3,
					   TPM2_SA_DECRYPT);
		append_event(buf, "encrypted");
		send(test, buf);
		expect(test, TPM_WATCH_LOST, 3);
		send(test, make_sequence_complete(test, 4));
		expect(test, TPM_WATCH_LOST, 4);
		send(test, make_command(test, TPM2_CC_PCR_RESET, 5));
		expect(test, TPM_WATCH_LOST, 5);
		send(test, make_startup(test, TPM2_SU_CLEAR));
		for (u32 pcr = 0; pcr < TPM2_PLATFORM_PCR; pcr++)
			expect_next(test, TPM_WATCH_LOST, pcr);
		expect_nothing(test);
	}
}

static void test_retries(struct kunit *test)
{
	struct watch_test *t = test->priv;

	t->tpm->nr_retries = 2;
	KUNIT_EXPECT_EQ(test, send(test, make_extend(test, 10)), 0);
	KUNIT_EXPECT_EQ(test, t->tpm->nr_commands, 3);
	expect(test, TPM_WATCH_EXTENDED, 10);
}

/* A command that the TPM takes and we do not understand. */
static void test_malformed_command(struct kunit *test)
{
	struct watch_test *t = test->priv;
	struct tpm_buf *whole[] = {
		make_extend(test, 7), make_event(test, 7, "event"),
	};

	t->tpm->idle = true;
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		struct tpm_buf *buf = start_command(test, 0);

		for (u16 len = 0; len < whole[i]->length; len++) {
			memcpy(buf->data, whole[i]->data, whole[i]->length);
			put_unaligned_be32(len, buf->data + 2);
			send(test, buf);
			if (len < TPM_HEADER_SIZE + 4)
				expect_nothing(test);
			else
				expect(test, TPM_WATCH_LOST, 7);
		}
		memcpy(buf->data, whole[i]->data, whole[i]->length);
		put_unaligned_be32(whole[i]->length + 1, buf->data + 2);
		send(test, buf);
		expect(test, TPM_WATCH_LOST, 7);
	}
}

static void test_malformed_numbers(struct kunit *test)
{
	/* The size of the authorizations, of a nonce in them, and the count. */
	static const size_t offsets[] = { 14, 17, 22, 25, 27, 30 };
	struct watch_test *t = test->priv;

	t->tpm->idle = true;
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		struct tpm_buf *buf = make_extend(test, 7);

		buf->data[offsets[i]] = 0xff;
		send(test, buf);
		expect(test, TPM_WATCH_LOST, 7);
	}
}

static size_t cut(struct fake_tpm *tpm, u8 *answer, size_t len)
{
	return tpm->arg;
}

static void test_malformed_response(struct kunit *test)
{
	struct watch_test *t = test->priv;

	t->tpm->mangle = cut;
	/* Its parameters are three digests in 110 bytes. */
	for (t->tpm->arg = TPM_HEADER_SIZE;
	     t->tpm->arg < TPM_HEADER_SIZE + 4 + 110; t->tpm->arg++) {
		send(test, make_event(test, 7, "event"));
		expect(test, TPM_WATCH_LOST, 7);
	}
	send(test, make_event(test, 7, "event"));
	expect(test, TPM_WATCH_EXTENDED, 7);
}

static void test_own_commands(struct kunit *test)
{
	struct watch_test *t = test->priv;
	struct tpm_chip *chip = t->tpm->chip;

	KUNIT_ASSERT_EQ(test, tpm_try_get_ops(chip), 0);
	tpm_watch_own(t->watch, true);
	tpm_transmit_cmd(chip, make_extend(test, 7), 0, NULL);
	tpm_watch_own(t->watch, false);
	tpm_put_ops(chip);
	expect_nothing(test);
	send(test, make_extend(test, 7));
	expect(test, TPM_WATCH_EXTENDED, 7);
}

/* What is checked by an HMAC is believed when it has been checked. */
static void test_deferred(struct kunit *test)
{
	struct watch_test *t = test->priv;
	struct tpm_chip *chip = t->tpm->chip;
	static const struct {
		int rc;
		enum tpm_watch_what what;
	} cases[] = {
		{ 0, TPM_WATCH_EXTENDED },
		{ -EBADMSG, TPM_WATCH_UNCLEAR },
		{ -ETIME, TPM_WATCH_UNCLEAR },
		{ TPM2_RC_FAILURE, TPM_WATCH_UNCLEAR },
	};

	KUNIT_ASSERT_EQ(test, tpm_try_get_ops(chip), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		tpm_watch_defer(chip);
		tpm_transmit_cmd(chip, make_extend(test, 10), 0, NULL);
		expect_nothing(test);
		tpm_watch_judge(chip, cases[i].rc);
		expect(test, cases[i].what, 10);
	}

	/* A refusal that could be anybody's is none. */
	tpm_watch_defer(chip);
	tpm_transmit_cmd(chip, make_extend(test, 10), 0, NULL);
	tpm_watch_judge(chip, TPM2_RC_LOCALITY);
	if (IS_ENABLED(CONFIG_TCG_TPM2_HMAC))
		expect(test, TPM_WATCH_UNCLEAR, 10);
	else
		expect_nothing(test);

	/* One that was not sent after all says nothing of the next one. */
	tpm_watch_defer(chip);
	tpm_watch_judge(chip, -ENOMEM);
	expect_nothing(test);
	tpm_transmit_cmd(chip, make_extend(test, 10), 0, NULL);
	expect(test, TPM_WATCH_EXTENDED, 10);
	tpm_put_ops(chip);
}

/* Send one that is about what is in @content. */
static void extend_content(struct kunit *test, const void *content, size_t size)
{
	struct watch_test *t = test->priv;
	struct tpm_chip *chip = t->tpm->chip;

	KUNIT_ASSERT_EQ(test, tpm_try_get_ops(chip), 0);
	tpm_watch_content(chip, content, size);
	KUNIT_EXPECT_EQ(test, tpm_transmit_cmd(chip, make_extend(test, 10), 0,
					       NULL), 0);
	tpm_watch_content(chip, NULL, 0);
	tpm_put_ops(chip);
}

static void test_content(struct kunit *test)
{
	struct watch_test *t = test->priv;
	struct tpm_chip *chip = t->tpm->chip;
	struct tpm_watch_event *event;

	extend_content(test, "about this", 10);
	event = expect(test, TPM_WATCH_EXTENDED, 10);
	KUNIT_EXPECT_EQ(test, event->nr_digests, 3);
	KUNIT_EXPECT_FALSE(test, event->has_event);
	KUNIT_EXPECT_TRUE(test, event->has_content);
	KUNIT_ASSERT_EQ(test, event->size, 10);
	KUNIT_EXPECT_MEMEQ(test, event->data, "about this", 10);

	/* The next one is somebody else's. */
	KUNIT_EXPECT_EQ(test, send(test, make_extend(test, 10)), 0);
	event = expect(test, TPM_WATCH_EXTENDED, 10);
	KUNIT_EXPECT_FALSE(test, event->has_content);
	KUNIT_EXPECT_EQ(test, event->size, 0);

	/* It may have happened, and then it was about that. */
	KUNIT_ASSERT_EQ(test, tpm_try_get_ops(chip), 0);
	tpm_watch_content(chip, "about that", 10);
	tpm_watch_defer(chip);
	tpm_transmit_cmd(chip, make_extend(test, 10), 0, NULL);
	tpm_watch_judge(chip, -EBADMSG);
	tpm_watch_content(chip, NULL, 0);
	tpm_put_ops(chip);
	event = expect(test, TPM_WATCH_UNCLEAR, 10);
	KUNIT_EXPECT_TRUE(test, event->has_content);
}

static void *little_memory(size_t size)
{
	return size > sizeof(struct tpm_watch_event) ? NULL :
						       kzalloc(size, GFP_KERNEL);
}

/* That it happened is known also where it is not known what it was about. */
static void test_no_room_for_content(struct kunit *test)
{
	u8 *content = kunit_kzalloc(test, TPM_WATCH_MAX_QUEUED, GFP_KERNEL);
	struct tpm_watch_event *event;

	KUNIT_ASSERT_NOT_NULL(test, content);
	extend_content(test, content, TPM_WATCH_MAX_QUEUED);
	event = expect(test, TPM_WATCH_EXTENDED, 10);
	KUNIT_EXPECT_FALSE(test, event->has_content);
	KUNIT_EXPECT_EQ(test, event->size, 0);
	KUNIT_EXPECT_EQ(test, event->nr_digests, 3);

	kunit_activate_static_stub(test, tpm_watch_alloc, little_memory);
	extend_content(test, content, 10);
	event = expect(test, TPM_WATCH_EXTENDED, 10);
	KUNIT_EXPECT_FALSE(test, event->has_content);
	KUNIT_EXPECT_EQ(test, event->nr_digests, 3);
}

static void *no_memory(size_t size)
{
	return NULL;
}

static void test_no_memory(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, send(test, make_extend(test, 1)), 0);
	kunit_activate_static_stub(test, tpm_watch_alloc, no_memory);
	KUNIT_EXPECT_EQ(test, send(test, make_extend(test, 1)), 0);
	kunit_deactivate_static_stub(test, tpm_watch_alloc);
	/* After a gap nothing of this PCR is of use, but of others it is. */
	KUNIT_EXPECT_EQ(test, send(test, make_extend(test, 1)), 0);
	KUNIT_EXPECT_EQ(test, send(test, make_extend(test, 2)), 0);

	expect_next(test, TPM_WATCH_EXTENDED, 1);
	expect_next(test, TPM_WATCH_EXTENDED, 2);
	expect(test, TPM_WATCH_LOST, 1);
	KUNIT_EXPECT_EQ(test, send(test, make_extend(test, 1)), 0);
	expect(test, TPM_WATCH_EXTENDED, 1);
}

static void test_overflow(struct kunit *test)
{
	unsigned int max = TPM_WATCH_MAX_QUEUED / sizeof(struct tpm_watch_event);
	struct watch_test *t = test->priv;
	struct tpm_watch_event *event;
	unsigned int taken = 0;

	/* More than fit, and none of them fails. */
	for (unsigned int i = 0; i < max + 10; i++) {
		struct tpm_buf *buf = make_extend(test, 9);

		KUNIT_ASSERT_EQ(test, send(test, buf), 0);
		kunit_kfree(test, buf);
	}
	tpm_watch_mark(t->watch);
	KUNIT_EXPECT_LE(test, t->watch->queued, TPM_WATCH_MAX_QUEUED);
	while ((event = tpm_watch_take(t->watch)) && event != t->watch->lost) {
		tpm_watch_put(t->watch, event);
		taken++;
	}
	KUNIT_EXPECT_GT(test, taken, 100);
	KUNIT_EXPECT_LE(test, taken, max);
	KUNIT_EXPECT_PTR_EQ(test, event, t->watch->lost);
	KUNIT_EXPECT_EQ(test, t->watch->queued, 0);
	KUNIT_EXPECT_EQ(test, send(test, make_extend(test, 9)), 0);
	expect(test, TPM_WATCH_EXTENDED, 9);
}

static void test_mark(struct kunit *test)
{
	struct watch_test *t = test->priv;
	struct tpm_watch_event *event;

	send(test, make_extend(test, 1));
	tpm_watch_mark(t->watch);
	send(test, make_extend(test, 2));
	event = tpm_watch_take(t->watch);
	KUNIT_ASSERT_NOT_NULL(test, event);
	KUNIT_EXPECT_EQ(test, event->pcr, 1);
	tpm_watch_put(t->watch, event);
	KUNIT_EXPECT_NULL(test, tpm_watch_take(t->watch));
	expect(test, TPM_WATCH_EXTENDED, 2);
}

/* Tasks that all extend one PCR, by events with their own and a number. */
#define NR_TASKS	4
#define NR_EVENTS	200

struct sender {
	struct tpm_chip *chip;
	struct tpm_watch *watch;
	struct completion done;
	u32 id;
	unsigned int nr;
	int rc;
};

static int send_events(void *arg)
{
	struct tpm_buf *buf = kzalloc(TPM_BUFSIZE, GFP_KERNEL);
	struct sender *sender = arg;

	sender->rc = buf ? 0 : -ENOMEM;
	for (u32 i = 0; !sender->rc && i < sender->nr; i++) {
		/* An overflow is another test. */
		while (sender->watch &&
		       READ_ONCE(sender->watch->queued) >
		       TPM_WATCH_MAX_QUEUED / 2)
			usleep_range(50, 100);
		tpm_buf_init(buf, TPM_BUFSIZE);
		tpm_buf_reset(buf, TPM2_ST_SESSIONS, TPM2_CC_PCR_EVENT);
		tpm_buf_append_u32(buf, 11);
		tpm_buf_append_empty_auth(buf, TPM2_RS_PW);
		tpm_buf_append_u16(buf, 8);
		tpm_buf_append_u32(buf, sender->id);
		tpm_buf_append_u32(buf, i);
		sender->rc = tpm_try_get_ops(sender->chip);
		if (sender->rc)
			break;
		sender->rc = tpm_transmit_cmd(sender->chip, buf, 0, NULL);
		tpm_put_ops(sender->chip);
	}
	kfree(buf);
	complete(&sender->done);

	return 0;
}

static void start_senders(struct kunit *test, struct sender *senders,
			  unsigned int nr, struct tpm_watch *watch)
{
	struct watch_test *t = test->priv;

	for (u32 i = 0; i < NR_TASKS; i++) {
		struct task_struct *task;

		senders[i] = (struct sender) {
			.chip = t->tpm->chip,
			.watch = watch,
			.id = i,
			.nr = nr,
		};
		init_completion(&senders[i].done);
		task = kthread_run(send_events, &senders[i], "tpm-watch-test");
		KUNIT_EXPECT_FALSE(test, IS_ERR(task));
		if (IS_ERR(task))
			complete(&senders[i].done);
	}
}

static void join_senders(struct kunit *test, struct sender *senders)
{
	for (u32 i = 0; i < NR_TASKS; i++) {
		wait_for_completion(&senders[i].done);
		KUNIT_EXPECT_EQ(test, senders[i].rc, 0);
	}
}

/* The order is that in which the TPM got them: only so they give its value. */
static void test_order(struct kunit *test)
{
	struct sender *senders = kunit_kcalloc(test, NR_TASKS, sizeof(*senders),
					       GFP_KERNEL);
	struct fake_bank *replay = kunit_kzalloc(test, sizeof(*replay),
						 GFP_KERNEL);
	struct watch_test *t = test->priv;
	struct tpm_watch_event *event;
	unsigned int taken = 0;
	u32 next[NR_TASKS] = {};

	KUNIT_ASSERT_NOT_NULL(test, senders);
	KUNIT_ASSERT_NOT_NULL(test, replay);
	replay->alg_id = TPM_ALG_SHA256;
	replay->size = 32;
	replay->pcrs = BIT(11);
	start_senders(test, senders, NR_EVENTS, t->watch);
	while (taken < NR_TASKS * NR_EVENTS) {
		tpm_watch_mark(t->watch);
		event = tpm_watch_take(t->watch);
		if (!event) {
			usleep_range(50, 100);
			continue;
		}
		taken++;
		if (event == t->watch->lost) {
			KUNIT_FAIL(test, "something was lost");
			break;
		}
		if (event->size == 8) {
			u32 id = get_unaligned_be32(event->data);

			KUNIT_EXPECT_EQ(test, next[id % NR_TASKS]++,
					get_unaligned_be32(event->data + 4));
		}
		memcpy(replay->extended_by, event->digests[1].digest, 32);
		fake_tpm_extend_bank(replay, 11);
		tpm_watch_put(t->watch, event);
	}
	join_senders(test, senders);
	expect_nothing(test);
	KUNIT_EXPECT_MEMEQ(test, replay->values[11],
			   t->tpm->banks[1].values[11], 32);
}

/* Another one can watch the chip when the first does not any more. */
static void test_one_at_a_time(struct kunit *test)
{
	struct watch_test *t = test->priv;
	struct tpm_watch *other = tpm_watch_create(t->tpm->chip, NULL);

	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_EQ(test, tpm_chip_watch(t->tpm->chip, other), -EBUSY);
	KUNIT_EXPECT_EQ(test, tpm_chip_watch(t->tpm->chip, NULL), 0);
	KUNIT_EXPECT_EQ(test, tpm_chip_watch(t->tpm->chip, other), 0);
	tpm_watch_destroy(t->watch);
	t->watch = other;
}

/* Who watches comes and goes while there are commands. */
static void test_comes_and_goes(struct kunit *test)
{
	struct sender *senders = kunit_kcalloc(test, NR_TASKS, sizeof(*senders),
					       GFP_KERNEL);
	struct watch_test *t = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, senders);
	start_senders(test, senders, 5 * NR_EVENTS, NULL);
	for (int i = 0; i < 50 && t->watch; i++) {
		usleep_range(50, 200);
		tpm_chip_watch(t->tpm->chip, NULL);
		tpm_watch_destroy(t->watch);
		t->watch = tpm_watch_create(t->tpm->chip, NULL);
		KUNIT_EXPECT_NOT_NULL(test, t->watch);
		if (t->watch)
			tpm_chip_watch(t->tpm->chip, t->watch);
	}
	join_senders(test, senders);
}

static struct kunit_case watch_test_cases[] = {
	KUNIT_CASE(test_extend),
	KUNIT_CASE(test_extend_some_banks),
	KUNIT_CASE(test_extend_one_bank_twice),
	KUNIT_CASE(test_extend_with_other_hashes),
	KUNIT_CASE(test_event),
	KUNIT_CASE(test_event_with_sessions),
	KUNIT_CASE(test_sequence_complete),
	KUNIT_CASE(test_resets),
	KUNIT_CASE(test_no_pcr),
	KUNIT_CASE(test_refused),
	KUNIT_CASE(test_unclear),
	KUNIT_CASE(test_retries),
	KUNIT_CASE(test_malformed_command),
	KUNIT_CASE(test_malformed_numbers),
	KUNIT_CASE(test_malformed_response),
	KUNIT_CASE(test_own_commands),
	KUNIT_CASE(test_deferred),
	KUNIT_CASE(test_content),
	KUNIT_CASE(test_no_room_for_content),
	KUNIT_CASE(test_no_memory),
	KUNIT_CASE(test_overflow),
	KUNIT_CASE(test_mark),
	KUNIT_CASE(test_order),
	KUNIT_CASE(test_one_at_a_time),
	KUNIT_CASE(test_comes_and_goes),
	{}
};

static struct kunit_suite watch_test_suite = {
	.name = "tpm-watch",
	.init = watch_test_init,
	.exit = watch_test_exit,
	.test_cases = watch_test_cases,
};

kunit_test_suite(watch_test_suite);
