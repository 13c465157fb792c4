/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One provider under stress: what its threads share.
 */
#ifndef STRESS_H
#define STRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "providers.h"
#include "replay.h"

#define NR_WRITERS 4

struct stress {
	struct provider provider;
	/* Its name now: a TPM may get another number. */
	const char *_Atomic name;
	/* It goes and comes back, so anything can fail because it is gone. */
	bool mortal;
	atomic_bool stop;
	atomic_bool stop_writers;
	atomic_int failures;
	/* Events of each writer that were taken. */
	atomic_ulong written[NR_WRITERS];
	/* Events of each writer that were seen in the log. */
	uint64_t seen[NR_WRITERS];
	/* Records before this number are not needed any more. */
	atomic_ullong archived;
	/* For how often what is rare has happened. */
	atomic_ulong refused;
	atomic_ulong stale;
	atomic_ulong trims;
	atomic_ulong lives;
};

/* What a thread is told. */
struct stress_thread {
	struct stress *stress;
	int id;
	unsigned int seed;
};

/* Count a failure, and say what it is unless there are many already. */
void complain(struct stress *stress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Is @rc, an error, nothing but a sign that the provider is gone? */
bool is_gone(const struct stress *stress, long rc);

/* A random number below @n. */
unsigned int below(struct stress_thread *thread, unsigned int n);

/* Threads, which end when they shall stop. */
void *stress_write(void *thread);
void *stress_limits(void *thread);
void *stress_read_log(void *thread);
void *stress_read_index(void *thread);
void *stress_seek(void *thread);
void *stress_read_registers(void *thread);
void *stress_poll(void *thread);

/*
 * For the replay, with the &struct stress as its argument: is this what a writer
 * wrote, and in its order?
 */
bool stress_look(void *stress, const struct replay_record *record);

#endif /* STRESS_H */
