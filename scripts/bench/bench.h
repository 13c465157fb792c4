/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the benchmark program share.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct operation - something whose cost is measured
 * @name: what it is called on the command line
 * @usage: its arguments
 * @nr_args: how many these are
 * @prepare: open what it needs, and return the state that @run gets
 * @run: do it so many times
 */
struct operation {
	const char *name;
	const char *usage;
	int nr_args;
	void *(*prepare)(char **args);
	void (*run)(void *state, long count);
};

extern const struct operation write_operation;
extern const struct operation hashed_operation;
extern const struct operation agent_operation;
extern const struct operation tpm_operation;
extern const struct operation tpm_with_operation;
extern const struct operation stream_operation;
extern const struct operation record_operation;
extern const struct operation last_operation;

/* bench.c */
void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
uint64_t now(void);
long to_number(const char *text);
int open_file(const char *path, int flags);
long read_number(const char *dir, const char *name);

/**
 * struct side - one side of a comparison
 * @name: what it is called in the samples
 * @operation: what it does
 * @state: what it does it with
 */
struct side {
	const char *name;
	const struct operation *operation;
	void *state;
};

#define MAX_SIDES 4

/**
 * struct comparison - what is measured side by side
 * @sides: the sides
 * @nr_sides: how many these are
 */
struct comparison {
	struct side sides[MAX_SIDES];
	int nr_sides;
};

/* compare.c */
void parse_sides(struct comparison *comparison, int nr_words, char **words);
void run_comparison(const struct comparison *comparison, const char *row,
		    long at, long rounds, long count);
int compare_command(int argc, char **argv);

/* memory.c */
/**
 * struct memory - what the kernel uses and what is left
 * @free: bytes that nobody uses, those on the processors' own lists included
 * @slab: bytes of slabs
 * @vmalloc: bytes of vmalloc
 */
struct memory {
	long free;
	long slab;
	long vmalloc;
};

void measure_memory(struct memory *memory);

/* growth.c, load.c, files.c */
int growth_command(int argc, char **argv);
int load_command(int argc, char **argv);
int files_command(int argc, char **argv);

#endif /* BENCH_H */
