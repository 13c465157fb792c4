// SPDX-License-Identifier: GPL-2.0
/*
 * The operations "hashed" and "agent": events where the kernel keeps no log.
 *
 * Both hash the event and extend by mainline's file in sysfs. That is all of
 * "hashed". An agent keeps the log as well. There, extend and log are two steps
 * in user space, so an agent that must not lose either writes ahead what it is
 * going to do, and makes it durable: a crash in between can then be repaired.
 * Per event:
 *
 *	write-ahead file	the record, fsync()
 *	register		hash, extend
 *	log			append the record, fsync()
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

struct agent_state {
	int ahead;
	int register_file;
	int log;
	size_t event_size;
	unsigned char event[4096];
	/* The digest and the event */
	unsigned char record[EVP_MAX_MD_SIZE + 4096];
};

static void must(int success, const char *what)
{
	if (!success)
		die("agent: %s: %s", what, strerror(errno));
}

static void *prepare_hashed(char **args)
{
	struct agent_state *state = calloc(1, sizeof(*state));

	if (!state)
		die("no memory");
	state->event_size = to_number(args[0]);
	if (state->event_size > sizeof(state->event))
		die("an event of %zu bytes is too long", state->event_size);
	memset(state->event, 'e', state->event_size);
	state->register_file = open_file(args[1], O_WRONLY);

	return state;
}

static size_t hash(struct agent_state *state)
{
	unsigned int size;

	must(EVP_Digest(state->event, state->event_size, state->record, &size,
			EVP_sha384(), NULL),
	     "cannot hash");

	return size;
}

static void extend(struct agent_state *state, size_t size)
{
	must(pwrite(state->register_file, state->record, size, 0) ==
		     (ssize_t)size,
	     "register");
}

static void run_hashed(void *state, long count)
{
	for (long i = 0; i < count; i++)
		extend(state, hash(state));
}

const struct operation hashed_operation = {
	.name = "hashed",
	.usage = "SIZE REGISTER-FILE",
	.nr_args = 2,
	.prepare = prepare_hashed,
	.run = run_hashed,
};

static void *prepare_agent(char **args)
{
	struct agent_state *state = prepare_hashed(args);
	char path[256];

	snprintf(path, sizeof(path), "%s/ahead", args[2]);
	state->ahead = open_file(path, O_WRONLY | O_CREAT);
	snprintf(path, sizeof(path), "%s/log", args[2]);
	state->log = open_file(path, O_WRONLY | O_CREAT | O_APPEND);

	return state;
}

static void add_event(struct agent_state *state)
{
	size_t digest_size = hash(state);
	ssize_t size = digest_size + state->event_size;

	memcpy(state->record + digest_size, state->event, state->event_size);

	must(pwrite(state->ahead, state->record, size, 0) == size,
	     "write-ahead file");
	must(!fsync(state->ahead), "write-ahead file");
	extend(state, digest_size);
	must(write(state->log, state->record, size) == size, "log");
	must(!fsync(state->log), "log");
}

static void run_agent(void *state, long count)
{
	for (long i = 0; i < count; i++)
		add_event(state);
}

const struct operation agent_operation = {
	.name = "agent",
	.usage = "SIZE REGISTER-FILE DIRECTORY",
	.nr_args = 3,
	.prepare = prepare_agent,
	.run = run_agent,
};
