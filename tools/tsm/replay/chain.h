/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check of an archived log: of the segments of one instance of a provider,
 * from the first to the last, and from there to the log in the kernel.
 *
 * Each segment is replayed alone. Two segments chain if the records of the
 * second one follow on those of the first one, and if the values with which it
 * begins are those that the replay of the first one ends with. So what is in an
 * archive is one log, with the same force as if it had never been cut.
 */
#ifndef TSM_LOG_CHAIN_H
#define TSM_LOG_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "replay/replay.h"
#include "replay/verify.h"
#include "sources/archive.h"
#include "sources/boot.h"
#include "sources/segment.h"

struct chain_finding {
	char segment[SEGMENT_NAME_SIZE]; /* empty: the log in the kernel, or */
	bool of_all; /* of all that there is of this log */
	struct finding finding;
};

struct chain {
	const char *provider;
	const char *instance;
	struct boot boot; /* what it is of */
	uint64_t number_before; /* of the log that the archive has before it, or 0 */

	bool failed; /* could not check all: error says why */
	struct error error;

	size_t nr_segments; /* that have been checked */
	uint64_t first; /* the first record that is archived */
	uint64_t next; /* the one after the last */
	size_t nr_registers;
	struct content_count content;

	bool untrimmed; /* see archive_is_untrimmed() */

	bool strict; /* what is unexplained is not verified */
	struct register_set leave_out; /* these registers do not count */
	struct unexplained *unexplained; /* of each register, in all of it */
	size_t nr_unexplained;

	struct chain_finding *findings;
	size_t nr_findings;

	/* The log goes on in the kernel, and this is the check of it there. */
	bool is_live;
	struct verification live;
};

/*
 * Check what is in @dir, the directory of @chain->instance, and that it chains
 * to the log of the provider under @root; with NULL, only what is in @dir.
 */
enum verify_result chain_verify(struct chain *chain,
				const struct archive_dir *dir,
				const char *root);

enum verify_result chain_result(const struct chain *chain);

/* Whether the log says that something happened, but not what. */
bool chain_unexplained(const struct chain *chain);

void chain_free(struct chain *chain);

#endif
