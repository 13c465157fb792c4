/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A verifier of the logs that takes them piece by piece, so that a log can be
 * followed while the kernel drops what has been seen.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLAY_MAX_BANKS 128
#define REPLAY_MAX_DIGEST 64

struct replay_bank {
	char reg[64];
	char algo[16];
	EVP_MD *md;
	size_t size;
	uint8_t value[REPLAY_MAX_DIGEST];
	/* There has been a record of it. */
	bool extended;
};

/* What a record says; pointers are into the log. */
struct replay_record {
	uint64_t number;
	char reg[16];
	/* That of the first bank. */
	const uint8_t *digest;
	/* Type of the content. */
	uint8_t content;
	/* The event data, or the whole value of content that is no event. */
	const uint8_t *event;
	size_t event_size;
	/* What the digests are the hash of, if the content is bound. */
	const uint8_t *measured;
	size_t measured_size;
	/* The register was extended by a digest, and nothing is said of it. */
	bool bare;
	/* In every bank; set before the record is looked at. */
	bool bound;
};

/*
 * The state of a verifier between two pieces of a log. Zeroes are that of one
 * that has seen nothing.
 */
struct replay {
	struct replay_bank banks[REPLAY_MAX_BANKS];
	int nr_banks;
	EVP_MD_CTX *ctx;
	/* Number of the next record, once the first one has been seen. */
	bool started;
	uint64_t next;
	/* Records whose content is neither bound nor missing. */
	uint64_t nr_claims;
	/* Called for each record if it is set; false stops the replay. */
	bool (*look)(void *arg, const struct replay_record *record);
	void *arg;
};

/*
 * All functions that return bool say on standard output what is wrong before
 * they return false.
 */

/*
 * Replay a piece: all of log/cel, and of log/checkpoints as it was read after
 * that. Records that have been seen are skipped. Checkpoints after the last
 * record are left for the next piece. @checkpoints is changed.
 */
bool replay_piece(struct replay *replay, const char *cel, size_t size,
		  char *checkpoints);

/* The same for the last piece, all of whose checkpoints are replayed. */
bool replay_last_piece(struct replay *replay, const char *cel, size_t size,
		       char *checkpoints);

/* Compare with the registers of @provider. */
bool replay_equals_registers(const struct replay *replay, const char *provider);

/*
 * The number of the record at @p, which is @left bytes from the end of what was
 * read. Returns its size, or 0 if there is no whole record.
 */
size_t replay_record(const char *p, size_t left, uint64_t *number);

void replay_free(struct replay *replay);

#endif /* REPLAY_H */
