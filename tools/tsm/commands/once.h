/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was measured before: events by their keys.
 *
 * An event has the key KEY if it is KEY, or begins with KEY and a space. So the
 * words that an event begins with are its keys, and who chooses events so that
 * the first words tell them apart needs nothing else to find them. "INIT/sha384"
 * is a key of the first line of an agent for confidential containers, and
 * "enter-initrd" one of what systemd measures.
 */
#ifndef TSM_LOG_ONCE_H
#define TSM_LOG_ONCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sources/provider.h"

struct once {
	const char *reg; /* the register */
	const char *key;
	/* The event that would be measured. */
	const uint8_t *event;
	size_t event_len;

	const char *archive; /* directory of trimmed records, or NULL */
	bool ignore_trimmed;

	/* What was found. */
	uint64_t recnum;
	bool same; /* it is the event */
};

/*
 * Look for an event with the key in the log of @provider, and in the archive if
 * records were trimmed. Returns 1 if there is one, 0 if there is none, and -1
 * with @err set, also if that cannot be known.
 */
int once_find(struct once *once, const struct provider *provider,
	      struct error *err);

#endif
