// SPDX-License-Identifier: GPL-2.0
/*
 * The operation "tpm": extend a PCR by the command TPM2_PCR_Extend, as a program
 * that speaks to the TPM itself does.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define TPM_ST_SESSIONS 0x8002
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

static void *prepare(char **args)
{
	struct tpm_state *state = calloc(1, sizeof(*state));
	uint32_t size;

	if (!state)
		die("no memory");
	state->fd = open_file(args[1], O_RDWR);

	put16(state, TPM_ST_SESSIONS);
	put32(state, 0); /* the size, below */
	put32(state, TPM_CC_PCR_EXTEND);
	put32(state, to_number(args[0]));
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
	size = htobe32(state->size);
	memcpy(state->command + 2, &size, sizeof(size));

	return state;
}

static void extend(const struct tpm_state *state)
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
		die("tpm: TPM2_PCR_Extend failed with %#x", be32toh(code));
}

static void run(void *state, long count)
{
	for (long i = 0; i < count; i++)
		extend(state);
}

const struct operation tpm_operation = {
	.name = "tpm",
	.usage = "PCR DEVICE",
	.nr_args = 2,
	.prepare = prepare,
	.run = run,
};
