/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check of a log: of a provider here, or of files from anywhere.
 */
#ifndef TSM_LOG_VERIFY_H
#define TSM_LOG_VERIFY_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "replay/firmware.h"
#include "replay/point.h"
#include "replay/replay.h"
#include "sources/log.h"

/* The first ones are exit statuses of tsm-log verify. */
enum verify_result {
	VERIFY_OK = 0,
	VERIFY_DIFFERS = 1,
	VERIFY_UNCHECKED = 2,
	/* Verified, but not all that happened is explained, which had to be. */
	VERIFY_UNEXPLAINED,
};

struct verification {
	const char *name; /* of the provider, or NULL: files */
	const char *compared; /* what with, or NULL */
	bool quoted; /* it is compared with a quote, whose report says how */
	bool strict; /* what is unexplained is not verified */
	bool failed; /* could not check: error says why */
	struct error error;
	struct log log;
	struct replay replay;

	/* If this is set, the log begins in this archive; see archived.h. */
	const char *archive;

	/* Where the registers had the values that they are compared with. */
	struct point point;

	/* What comes before it, or NULL; see struct replay. */
	const struct replay *before;

	/* It goes on elsewhere, where a register can settle that is unsure. */
	bool goes_on;

	/*
	 * If this is set, the log must follow on the firmware's log in this
	 * file; see follow.h.
	 */
	const char *firmware_path;
	bool firmware_optional; /* if the log was trimmed, it need not follow */
	struct firmware firmware;
	struct replay booted; /* what that leads to, as ->before */
	struct earlier
		earlier; /* if it has files, these explain what is not logged */
	struct register_set leave_out; /* these registers do not count */
	size_t followed; /* registers that do */
	size_t others; /* that only the firmware's log has, and compared */
};

/*
 * Check the log in ->log, which the caller filled. @values: register values to
 * compare with, or NULL.
 */
enum verify_result verify_buffers(struct verification *v,
				  const struct buffer *values);

/* Check the log of the provider @name under @root against its registers. */
enum verify_result verify_provider(struct verification *v, const char *root,
				   const char *name);

enum verify_result verify_result(const struct verification *v);

/*
 * Whether the log has to follow on the firmware's. If not, there may be one that the
 * registers which the log does not have are compared with.
 */
bool verify_follows_firmware(const struct verification *v);

/* Whether the log says that something happened, but not what. */
bool verify_unexplained(const struct verification *v);

/* The exit status that tells of @result. */
int verify_status(enum verify_result result);

void verify_free(struct verification *v);

#endif
