// SPDX-License-Identifier: GPL-2.0
/*
 * A TPM behind /dev/vtpmx that is the guest's own, with somebody in between.
 */

#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vtpm_proxy.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "interposer.h"

#define MAX_MESSAGE		4096
#define HEADER_SIZE		10

#define ST_NO_SESSIONS		0x8001
#define ST_SESSIONS		0x8002
#define CC_PCR_READ		0x17e
#define CC_PCR_EXTEND		0x182
#define RC_LOCALITY		0x907

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void put16(uint8_t *p, uint16_t value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value);
}

static const EVP_MD *find_hash(uint16_t alg)
{
	switch (alg) {
	case 0x4:
		return EVP_sha1();
	case 0xb:
		return EVP_sha256();
	case 0xc:
		return EVP_sha384();
	case 0xd:
		return EVP_sha512();
	default:
		return NULL;
	}
}

/* What the TPM answers to a command. */
static size_t ask_tpm(struct interposer *self, const uint8_t *command,
		      size_t size, uint8_t *answer)
{
	ssize_t len;

	if (write(self->tpm, command, size) != (ssize_t)size)
		return 0;
	len = read(self->tpm, answer, MAX_MESSAGE);

	return len < HEADER_SIZE ? 0 : len;
}

static size_t answer_header(uint8_t *answer, uint16_t tag, size_t size,
			    uint32_t rc)
{
	put16(answer, tag);
	put32(answer + 2, size);
	put32(answer + 6, rc);

	return size;
}

/* Success of a command without results, with an HMAC of somebody else's. */
static size_t forged_success(uint8_t *answer)
{
	uint8_t *p = answer + HEADER_SIZE;

	put32(p, 0);
	put16(p + 4, 32);
	memset(p + 6, 0x11, 32);
	p[38] = 1;
	put16(p + 39, 32);
	memset(p + 41, 0x22, 32);

	return answer_header(answer, ST_SESSIONS, HEADER_SIZE + 73, 0);
}

/* Remember what was extended. */
static bool take_digests(struct interposer *self, const uint8_t *command,
			 size_t size)
{
	const uint8_t *p = command + HEADER_SIZE + 4;
	const uint8_t *end = command + size;

	p += 4 + get32(p);
	self->nr_digests = get32(p);
	if (self->nr_digests > INTERPOSER_MAX_BANKS)
		return false;
	p += 4;
	for (unsigned int i = 0; i < self->nr_digests; i++) {
		struct interposer_digest *digest = &self->digests[i];
		const EVP_MD *md = find_hash(get16(p));

		if (!md || p + 2 + EVP_MD_size(md) > end)
			return false;
		digest->alg = get16(p);
		memcpy(digest->value, p + 2, EVP_MD_size(md));
		p += 2 + EVP_MD_size(md);
	}

	return p == end;
}

static size_t on_extend(struct interposer *self, const uint8_t *command,
			size_t size, uint8_t *answer)
{
	if (!take_digests(self, command, size))
		return 0;

	self->nr_extends++;
	switch (self->mode) {
	case INTERPOSER_DROP:
		return forged_success(answer);
	case INTERPOSER_REPLACE:
		return ask_tpm(self, command, size, answer) ?
		       forged_success(answer) : 0;
	case INTERPOSER_REFUSE:
		return ask_tpm(self, command, size, answer) ?
		       answer_header(answer, ST_NO_SESSIONS, HEADER_SIZE,
				     RC_LOCALITY) : 0;
	default:
		return ask_tpm(self, command, size, answer);
	}
}

/* HASH(value || digest) in place of the value of a bank. */
static void extend(const struct interposer *self, uint16_t alg, uint8_t *value)
{
	const EVP_MD *md = find_hash(alg);

	for (unsigned int i = 0; md && i < self->nr_digests; i++) {
		const struct interposer_digest *digest = &self->digests[i];
		EVP_MD_CTX *ctx;

		if (digest->alg != alg)
			continue;
		ctx = EVP_MD_CTX_new();
		EVP_DigestInit_ex(ctx, md, NULL);
		EVP_DigestUpdate(ctx, value, EVP_MD_size(md));
		EVP_DigestUpdate(ctx, digest->value, EVP_MD_size(md));
		EVP_DigestFinal_ex(ctx, value, NULL);
		EVP_MD_CTX_free(ctx);
	}
}

/* The kernel selects by 3 bytes in each bank. */
static size_t on_read(struct interposer *self, const uint8_t *command,
		      size_t size, uint8_t *answer)
{
	size_t len = ask_tpm(self, command, size, answer);
	uint8_t *p = answer + HEADER_SIZE + 4, *selection;
	uint32_t count;

	if (!len || get32(answer + 6) || !self->forge_reads)
		return len;

	if (get16(answer) == ST_SESSIONS)
		p += 4;
	count = get32(p);
	selection = p + 4;
	p = selection + 6 * count + 4;
	for (uint32_t i = 0; i < count; i++, selection += 6) {
		if (selection[3 + INTERPOSER_PCR / 8] ==
		    1 << INTERPOSER_PCR % 8) {
			extend(self, get16(selection), p + 2);
			self->nr_reads++;
		}
		p += 2 + get16(p);
	}

	return len;
}

static size_t answer_command(struct interposer *self, const uint8_t *command,
			     size_t size, uint8_t *answer)
{
	switch (get32(command + 6)) {
	case TPM2_CC_SET_LOCALITY:
		return answer_header(answer, ST_NO_SESSIONS, HEADER_SIZE, 0);
	case CC_PCR_EXTEND:
		if (get32(command + HEADER_SIZE) == INTERPOSER_PCR)
			return on_extend(self, command, size, answer);
		return ask_tpm(self, command, size, answer);
	case CC_PCR_READ:
		return on_read(self, command, size, answer);
	default:
		return ask_tpm(self, command, size, answer);
	}
}

/* Until the kernel takes the device away, after the last close. */
static void *serve(void *arg)
{
	struct interposer *self = arg;
	uint8_t command[MAX_MESSAGE], answer[MAX_MESSAGE];
	ssize_t size;
	size_t len;

	while ((size = read(self->kernel, command, sizeof(command))) >= HEADER_SIZE) {
		len = answer_command(self, command, size, answer);
		if (!len) {
			self->failed = true;
			len = answer_header(answer, ST_NO_SESSIONS, HEADER_SIZE,
					    0x101);
		}
		if (write(self->kernel, answer, len) != (ssize_t)len)
			self->failed = true;
	}

	return NULL;
}

int interposer_start(struct interposer *interposer)
{
	struct vtpm_proxy_new_dev device = { .flags = VTPM_PROXY_FLAG_TPM2 };
	int vtpmx, rc;

	memset(interposer, 0, sizeof(*interposer));
	/*
	 * With its resource manager, which ends with us what the kernel began
	 * there: a TPM has room for three sessions.
	 */
	interposer->tpm = open("/dev/tpmrm0", O_RDWR | O_CLOEXEC);
	if (interposer->tpm < 0)
		return -errno;
	vtpmx = open("/dev/vtpmx", O_RDWR | O_CLOEXEC);
	if (vtpmx < 0 || ioctl(vtpmx, VTPM_PROXY_IOC_NEW_DEV, &device)) {
		rc = -errno;
		close(interposer->tpm);
		return rc;
	}
	close(vtpmx);
	interposer->kernel = device.fd;
	interposer->number = device.tpm_num;

	return -pthread_create(&interposer->thread, NULL, serve, interposer);
}

void interposer_stop(struct interposer *interposer)
{
	/* The thread waits in a read, which holds the file. */
	pthread_cancel(interposer->thread);
	pthread_join(interposer->thread, NULL);
	close(interposer->kernel);
	close(interposer->tpm);
}
