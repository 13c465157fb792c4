/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records in the TLV encoding of the TCG Canonical Event Log Format, written.
 */
#ifndef TSM_LOG_CEL_WRITE_H
#define TSM_LOG_CEL_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/cel.h"

/*
 * Write a number of @size bytes, the head of a TLV, or a TLV whose value is a
 * number; return the byte after it.
 */
uint8_t *cel_put_number(uint8_t *p, uint64_t number, size_t size);
uint8_t *cel_put_header(uint8_t *p, uint8_t type, size_t len);
uint8_t *cel_put_number_tlv(uint8_t *p, uint8_t type, uint64_t number,
			    size_t size);

/* What @rec is of: a register, whose index has @size bytes, or an NV index. */
uint8_t *cel_put_index(uint8_t *p, const struct cel_record *rec, size_t size);

/*
 * Append @rec to @out as the kernel writes it, with its digests for the banks of
 * @set. Its ->content is what counts of the content. Returns 0, or -1 with @err set.
 */
int cel_append(struct buffer *out, const struct cel_record *rec,
	       unsigned int set, struct error *err);

/*
 * Append the TLV of an event's content of the PC client profile. Returns 0, or -1
 * with @err set.
 */
int cel_append_event(struct buffer *out, uint32_t type, const uint8_t *event,
		     size_t len, struct error *err);

#endif
