/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs that read logs, and what their parsers take.
 *
 * Most of them refuse a log as a whole if there is one record in it that they do
 * not know, and say little of why. So all that is known of them is asked before
 * anything is written for them.
 */
#ifndef TSM_LOG_CONSUMER_H
#define TSM_LOG_CONSUMER_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/cel.h"
#include "formats/content.h"
#include "output/export.h"

/* A record of the log or, in the same form, an entry of the firmware's. */
struct consumer_record {
	const struct cel_record *rec;
	enum content_binding binding;
};

struct consumer {
	const char *name;
	enum export_format format;
	unsigned int banks; /* that it knows */

	/*
	 * It replays from what the registers are at power-on, and compares the
	 * results with what hardware signed: so no record may be missing.
	 */
	bool compares;
	/* It has all registers of the hardware, so none can be left out. */
	bool whole;
	/* All records must be of PCRs, or all of CC measurement registers. */
	bool one_kind;

	/* Registers that it takes, and how they are called in messages. */
	bool (*takes_register)(bool is_ccmr, uint8_t index);
	const char *registers;

	/* What it does not take of the content, or NULL. */
	const char *(*refuses)(const struct consumer_record *record);
	/* It takes events that are a digest alone. */
	bool takes_bare;
};

/* NULL if there is none of this name. */
const struct consumer *consumer_find(const char *name);

#endif
