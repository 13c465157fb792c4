/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The crypto-agile event log of the TCG PC Client Platform Firmware Profile,
 * which firmware writes for the PCRs of a TPM 2.0 and, as CCEL, for the
 * measurement registers of confidential VMs. All numbers are little-endian.
 *
 * It begins with a header: an entry in the older format, which has one SHA-1
 * digest, whose event tells the algorithms of the log. Each entry after that
 * has the index of its register, a type, a digest for each of the algorithms,
 * and the event. Some firmware leaves digests out.
 *
 * A log in the older format as a whole is read as well: it has SHA-1 alone.
 */
#ifndef TSM_LOG_TCG2_H
#define TSM_LOG_TCG2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/bank.h"

/* An entry of this type says something and extends nothing. */
#define TCG2_EV_NO_ACTION 3

/* What was measured before the firmware ran, by the hardware. */
#define TCG2_EV_EFI_HCRTM_EVENT 0x80000010

/* More algorithms than that are in no registry. */
#define TCG2_ALGORITHMS_MAX 16

struct tcg2_algorithm {
	uint16_t id; /* TPM_ALG_ID */
	uint16_t size; /* of a digest */
};

struct tcg2_header {
	unsigned int nr_algorithms;
	struct tcg2_algorithm algorithms[TCG2_ALGORITHMS_MAX];
	unsigned int banks; /* those of the algorithms that are known here */
	/* What comes before the algorithms in the event, and after them. */
	uint8_t platform[8];
	uint8_t vendor_info_size;
	const uint8_t *vendor_info;
};

/* Pointers go into the buffer that was parsed. */
struct tcg2_entry {
	size_t offset;
	uint32_t index;
	uint32_t type;
	unsigned int banks;
	const uint8_t *digest[BANK_COUNT];
	const uint8_t *event;
	size_t event_len;
};

struct tcg2_reader {
	const struct buffer *log;
	size_t pos;
	bool sha1_format; /* the older one; the header is made up */
	struct tcg2_header header;
};

/* Parse the header of @log. Returns 0, or -1 with @err set. */
int tcg2_open(struct tcg2_reader *reader, const struct buffer *log,
	      struct error *err);

/*
 * Parse the next entry. Returns 1, or 0 at the end of the log, or -1 with @err
 * set and the reader where it was. Nothing but zeros, or nothing but ones, is
 * the unused end of the memory that the log was written into.
 */
int tcg2_next(struct tcg2_reader *reader, struct tcg2_entry *entry,
	      struct error *err);

/* The header of a log with these banks that no firmware began. */
void tcg2_new_header(struct tcg2_header *header, unsigned int banks);

/* Take all algorithms but those of @banks out of @header. */
void tcg2_keep_banks(struct tcg2_header *header, unsigned int banks);

/*
 * Write the header; write an entry, with the digests of the banks that are in the
 * header. It has these, unless it extends nothing: then zeros do for what it does
 * not have.
 */
void tcg2_write_header(FILE *out, const struct tcg2_header *header);
void tcg2_write_entry(FILE *out, const struct tcg2_header *header,
		      const struct tcg2_entry *entry);

#endif
