/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A verifier of event logs, written from the format's description alone.
 */
#ifndef __TSM_TESTS_REPLAY_H
#define __TSM_TESTS_REPLAY_H

#include <kunit/test.h>
#include <linux/types.h>

#include "fake.h"
#include "hash.h"

/**
 * struct seen_record - a record as the verifier sees it
 * @recnum: its number
 * @index_type: the type of the index' TLV
 * @index: the register's index
 * @nr_digests: number of digests
 * @alg: the TLV types of the digests
 * @digest: the digests
 * @digest_size: their sizes
 * @content: type of the content
 * @value: value of the content
 * @value_size: its size
 * @event_type: TCG event type, 0 if the content is not PCCLIENT_STD
 * @event: event data, if it is
 * @event_size: its size
 * @measured: what the digests are the hash of, if the content is bound
 * @measured_size: its size
 */
struct seen_record {
	u64 recnum;
	u8 index_type;
	u8 index;
	unsigned int nr_digests;
	u8 alg[TSM_MAX_BANKS];
	const u8 *digest[TSM_MAX_BANKS];
	u32 digest_size[TSM_MAX_BANKS];
	u8 content;
	const u8 *value;
	u32 value_size;
	u32 event_type;
	const u8 *event;
	u32 event_size;
	const u8 *measured;
	u32 measured_size;
};

const u8 *replay_parse(const u8 *p, const u8 *end, struct seen_record *record);
unsigned int replay_count(struct kunit *test, struct fake *fake);
void replay_last(struct kunit *test, struct fake *fake,
		 struct seen_record *record);
void replay_expect_verified(struct kunit *test, struct fake *fake);
void replay_expect_claims(struct kunit *test, struct fake *fake,
			  unsigned int nr_claims);

#endif /* __TSM_TESTS_REPLAY_H */
