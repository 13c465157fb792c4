// SPDX-License-Identifier: GPL-2.0
/*
 * compare ROW ROUNDS COUNT SIDE OPERATION ARGUMENT... [SIDE OPERATION ...]
 *
 * Measure operations side by side: in each round every side does its operation
 * COUNT times. What else the machine does then meets all sides alike, and a
 * ratio can be taken round by round.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"

static const struct operation *const operations[] = {
	&write_operation,  &hashed_operation,	&agent_operation,
	&tpm_operation,	   &tpm_with_operation, &stream_operation,
	&record_operation, &last_operation,
};

static const struct operation *find_operation(const char *name)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]);
	     i++) {
		if (!strcmp(operations[i]->name, name))
			return operations[i];
	}
	die("there is no operation '%s'", name);
}

/* Returns the number of words that were the side's. */
static int parse_side(struct side *side, char **words, int nr_words)
{
	const struct operation *operation;

	if (nr_words < 2)
		die("a side is: NAME OPERATION ARGUMENT...");
	operation = find_operation(words[1]);
	if (nr_words < 2 + operation->nr_args)
		die("usage: %s %s", operation->name, operation->usage);
	side->name = words[0];
	side->operation = operation;
	side->state = operation->prepare(words + 2);

	return 2 + operation->nr_args;
}

void parse_sides(struct comparison *comparison, int nr_words, char **words)
{
	comparison->nr_sides = 0;
	while (nr_words) {
		int used;

		if (comparison->nr_sides == MAX_SIDES)
			die("there are more than %d sides", MAX_SIDES);
		used = parse_side(&comparison->sides[comparison->nr_sides++],
				  words, nr_words);
		words += used;
		nr_words -= used;
	}
}

static void run_side(const struct side *side, const char *row, long at,
		     long round, long count)
{
	uint64_t start = now();
	uint64_t end;

	side->operation->run(side->state, count);
	end = now();
	/* The round before the first fills caches, and does not count. */
	if (round < 0)
		return;
	printf("{\"row\": \"%s\", \"at\": %ld, \"side\": \"%s\", \"round\": %ld, \"count\": %ld, \"ns\": %llu}\n",
	       row, at, side->name, round, count,
	       (unsigned long long)(end - start));
}

/* @at tells apart the samples of a row that is measured at several sizes. */
void run_comparison(const struct comparison *comparison, const char *row,
		    long at, long rounds, long count)
{
	int nr_sides = comparison->nr_sides;

	for (long round = -1; round < rounds; round++) {
		/* In turn each side is the first. */
		for (int i = 0; i < nr_sides; i++)
			run_side(&comparison->sides[(round + 1 + i) % nr_sides],
				 row, at, round, count);
	}
}

int compare_command(int argc, char **argv)
{
	struct comparison comparison;

	if (argc < 3)
		die("usage: compare ROW ROUNDS COUNT SIDE OPERATION ...");
	parse_sides(&comparison, argc - 3, argv + 3);
	run_comparison(&comparison, argv[0], 0, to_number(argv[1]),
		       to_number(argv[2]));

	return 0;
}
