// SPDX-License-Identifier: GPL-2.0
/*
 * growth ROUNDS COUNT LONG SHORT RECORDS...
 *
 * Let the log of the provider LONG grow to each number of records, and there
 * measure the kernel's memory, and the cost of an extend and of a read of the
 * last record, beside the same with the provider SHORT, whose log stays short.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"

/* A record of rtmr0 by a digest, see <linux/tsm-event-log.h> */
#define DIGEST_SIZE "48"
#define RECORD_SIZE "96"

#define PATH_SIZE 256

struct provider {
	char log[PATH_SIZE];
	char digest[PATH_SIZE];
};

static void name_files(struct provider *provider, const char *name)
{
	snprintf(provider->log, PATH_SIZE, "/sys/kernel/security/tsm/%s", name);
	snprintf(provider->digest, PATH_SIZE, "/sys/kernel/tsm/%s/rtmr0/digest",
		 name);
}

int growth_command(int argc, char **argv)
{
	struct comparison extends, reads;
	struct provider grown, other;
	struct memory before, after;
	long rounds, count, bytes;

	if (argc < 5)
		die("usage: growth ROUNDS COUNT LONG SHORT RECORDS...");
	rounds = to_number(argv[0]);
	count = to_number(argv[1]);
	name_files(&grown, argv[2]);
	name_files(&other, argv[3]);
	parse_sides(&extends, 10,
		    (char *[]){ "long", "write", "bytes", DIGEST_SIZE,
				grown.digest, "short", "write", "bytes",
				DIGEST_SIZE, other.digest });
	parse_sides(&reads, 8,
		    (char *[]){ "long", "last", grown.log, RECORD_SIZE, "short",
				"last", other.log, RECORD_SIZE });

	/* A record that is read must be there. */
	extends.sides[1].operation->run(extends.sides[1].state, count);

	bytes = read_number(grown.log, "size") + read_number(other.log, "size");
	measure_memory(&before);
	for (int i = 4; i < argc; i++) {
		long records = to_number(argv[i]);
		long have = read_number(grown.log, "next_record");

		if (have > records)
			die("%s has %ld records already", grown.log, have);
		extends.sides[0].operation->run(extends.sides[0].state,
						records - have);
		measure_memory(&after);
		printf("{\"row\": \"memory\", \"at\": %ld, \"bytes\": %ld, \"used\": %ld}\n",
		       records,
		       read_number(grown.log, "size") +
			       read_number(other.log, "size") - bytes,
		       before.free - after.free);
		run_comparison(&reads, "growth-read", records, rounds, count);
		run_comparison(&extends, "growth-extend", records, rounds,
			       count);
	}

	return 0;
}
