/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An archiver: it reads a log, replays it, and has the kernel drop what it has
 * replayed, over and over.
 */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <stdbool.h>

#include "replay.h"

/* Zeroes are that of one who follows nothing yet. */
struct follow {
	char provider[256];
	/* Open files, which belong to one and the same log. */
	bool open;
	int cel;
	int checkpoints;
	int next_record;
	int trim;
	struct replay replay;
	/* What has been read. */
	char *buf[2];
	size_t room[2];
};

/* Start with the log that @provider has now. 0 or -errno. */
int follow_open(struct follow *follow, const char *provider);

/*
 * Read and replay what there is; @last if no more will come. Returns 0, -ENODEV
 * if the provider is gone, or -EBADMSG after saying what is wrong with the log.
 */
int follow_step(struct follow *follow, bool last);

/* Let the kernel drop all records before number @n. 0 or -errno. */
int follow_trim(const struct follow *follow, uint64_t n);

void follow_close(struct follow *follow);

#endif /* FOLLOW_H */
