// SPDX-License-Identifier: GPL-2.0
/*
 * The operation "tpm": extend a PCR by the command TPM2_PCR_Extend, as a program
 * that speaks to the TPM itself does; "random" for a PCR is the command TPM2_GetRandom
 * instead. And "tpm-with", which writes a value to a file before each turn.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define TPM_ST_NO_SESSIONS 0x8001
#define TPM_ST_SESSIONS 0x8002
#define TPM_CC_GET_RANDOM 0x17b
#define TPM_CC_PCR_EXTEND 0x182
#define TPM_RS_PW 0x40000009

/* One digest for each bank that swtpm makes. */
static const struct {
	uint16_t alg;
	size_t size;
} banks[] = {
	{ 0x0004, 20 },
	{ 0x000b, 32 },
	{ 0x000c, 48 },
	{ 0x000d, 64 },
};

#define NR_BANKS (sizeof(banks) / sizeof(banks[0]))

struct tpm_state {
	int fd;
	int setting;
	const char *value;
	size_t size;
	unsigned char command[512];
};

static void put16(struct tpm_state *state, uint16_t value)
{
	value = htobe16(value);
	memcpy(state->command + state->size, &value, sizeof(value));
	state->size += sizeof(value);
}

static void put32(struct tpm_state *state, uint32_t value)
{
	value = htobe32(value);
	memcpy(state->command + state->size, &value, sizeof(value));
	state->size += sizeof(value);
}

static void put_random(struct tpm_state *state)
{
	put16(state, TPM_ST_NO_SESSIONS);
	put32(state, 0); /* the size comes later */
	put32(state, TPM_CC_GET_RANDOM);
	put16(state, 16);
}

static void put_extend(struct tpm_state *state, long pcr)
{
	put16(state, TPM_ST_SESSIONS);
	put32(state, 0);
	put32(state, TPM_CC_PCR_EXTEND);
	put32(state, pcr);
	/* The authorization, of 9 bytes: an empty password */
	put32(state, 9);
	put32(state, TPM_RS_PW);
	put16(state, 0);
	state->command[state->size++] = 0;
	put16(state, 0);
	put32(state, NR_BANKS);
	for (size_t i = 0; i < NR_BANKS; i++) {
		put16(state, banks[i].alg);
		memset(state->command + state->size, 0xa5, banks[i].size);
		state->size += banks[i].size;
	}
}

static void *prepare(char **args)
{
	struct tpm_state *state = calloc(1, sizeof(*state));
	uint32_t size;

	if (!state)
		die("no memory");
	state->setting = -1;
	state->fd = open_file(args[1], O_RDWR);
	if (!strcmp(args[0], "random"))
		put_random(state);
	else
		put_extend(state, to_number(args[0]));
	size = htobe32(state->size);
	memcpy(state->command + 2, &size, sizeof(size));

	return state;
}

static void *prepare_with(char **args)
{
	struct tpm_state *state = prepare(args + 2);

	state->value = args[0];
	state->setting = open_file(args[1], O_WRONLY);

	return state;
}

static void send_command(const struct tpm_state *state)
{
	unsigned char response[512];
	uint32_t code;

	if (write(state->fd, state->command, state->size) !=
	    (ssize_t)state->size)
		die("tpm: cannot send a command: %s", strerror(errno));
	if (read(state->fd, response, sizeof(response)) < 10)
		die("tpm: cannot read a response: %s", strerror(errno));
	memcpy(&code, response + 6, sizeof(code));
	if (code)
		die("tpm: the command failed with %#x", be32toh(code));
}

static void run(void *data, long count)
{
	const struct tpm_state *state = data;

	if (state->setting >= 0 &&
	    pwrite(state->setting, state->value, 1, 0) != 1)
		die("tpm: cannot write the setting: %s", strerror(errno));
	for (long i = 0; i < count; i++)
		send_command(state);
}

const struct operation tpm_operation = {
	.name = "tpm",
	.usage = "PCR DEVICE",
	.nr_args = 2,
	.prepare = prepare,
	.run = run,
};

const struct operation tpm_with_operation = {
	.name = "tpm-with",
	.usage = "VALUE FILE PCR DEVICE",
	.nr_args = 4,
	.prepare = prepare_with,
	.run = run,
};
