/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TLVs as those make them who write to append_record, from the format's
 * description alone.
 */
#ifndef __TSM_TESTS_TLV_H
#define __TSM_TESTS_TLV_H

#include <linux/types.h>

#include "fake.h"

u8 *put_tlv(u8 *p, u8 type, const void *value, size_t size);
u8 *put_event(u8 *p, u32 event_type, const void *data, size_t size);
u8 *put_ima_template(u8 *p, const char *name, const void *data, size_t size);
u8 *put_content(u8 *p, u8 type, const void *data, size_t size);
u8 *put_digest(u8 *p, enum fake_mr bank, const u8 *value);
u8 *put_digests(u8 *p, const enum fake_mr *banks, unsigned int nr_banks,
		const u8 *value);

#endif /* __TSM_TESTS_TLV_H */
