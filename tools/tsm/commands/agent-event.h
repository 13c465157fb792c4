/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events in the forms of agents that measure, byte for byte: so their verifiers
 * recognize them, whoever has measured them.
 */
#ifndef TSM_LOG_AGENT_EVENT_H
#define TSM_LOG_AGENT_EVENT_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "commands/new-record.h"

enum agent {
	AGENT_NONE,
	AGENT_AAEL, /* of Confidential Containers */
	AGENT_COS, /* the launcher of Container-Optimized OS */
	AGENT_DSTACK,
	AGENT_SYSTEMD,
};

struct agent_event {
	enum agent agent;
	const char *argument; /* of the option */
	const char *domain; /* AGENT_AAEL */
	const char *operation;
	/* AGENT_SYSTEMD: a file with the key of an HMAC, or NULL. */
	const char *secret;
};

/* Take the option of @agent. Returns what is wrong with it, or NULL. */
const char *agent_event_option(struct agent_event *event, enum agent agent,
			       const char *argument, struct new_record *record);

/*
 * Make the content of @record of @text, to which the agent's form is added; @set are
 * the banks of the register. Returns 0, or -1 with @err set.
 */
int agent_event_make(const struct agent_event *event, struct new_record *record,
		     unsigned int set, const uint8_t *text, size_t len,
		     struct buffer *content, struct error *err);

#endif
