/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A TPM behind /dev/vtpmx that is the guest's own, with somebody in between who may
 * drop, and forge, what concerns one PCR.
 */
#ifndef INTERPOSER_H
#define INTERPOSER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What happens to a TPM2_PCR_Extend of the PCR. */
enum interposer_mode {
	/* Nothing. */
	INTERPOSER_HONEST,
	/* The TPM does not get it. The answer says success. */
	INTERPOSER_DROP,
	/* The TPM gets it. The answer says success, but not in the TPM's words. */
	INTERPOSER_REPLACE,
	/* The TPM gets it. The answer says that it has refused. */
	INTERPOSER_REFUSE,
};

#define INTERPOSER_PCR		16
#define INTERPOSER_MAX_BANKS	8

struct interposer_digest {
	uint16_t alg;
	uint8_t value[64];
};

struct interposer {
	/* The chip that the kernel has for it: /dev/tpmN. */
	unsigned int number;
	atomic_int mode;
	/* TPM2_PCR_Read of the PCR says what it were after the last extend. */
	atomic_bool forge_reads;
	/* What the interposer has done. */
	atomic_int nr_extends;
	atomic_int nr_reads;
	/* Set when it could not do its work. */
	atomic_bool failed;

	struct interposer_digest digests[INTERPOSER_MAX_BANKS];
	unsigned int nr_digests;
	int kernel;
	int tpm;
	pthread_t thread;
};

/* Begin to be a TPM, which the kernel takes a while to accept. 0 or -errno. */
int interposer_start(struct interposer *interposer);
void interposer_stop(struct interposer *interposer);

#endif /* INTERPOSER_H */
