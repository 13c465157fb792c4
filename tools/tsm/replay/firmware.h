/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's own event log, from power-on to when Linux took over: what the
 * kernel's log of the same registers goes on from.
 */
#ifndef TSM_LOG_FIRMWARE_H
#define TSM_LOG_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/tcg2.h"
#include "replay/unexplained.h"

/* Those that an entry can name. */
#define FIRMWARE_REGISTERS 256

struct firmware_register {
	uint64_t entries; /* that extended it */
	uint8_t value[BANK_COUNT][DIGEST_MAX]; /* what they lead to */
	bool compared; /* with a value that it must have: once */
	bool unlogged; /* no log has anything that leads to that value */
};

struct firmware {
	struct buffer log;
	struct tcg2_header header; /* with the banks that all entries have */
	unsigned int left_out; /* those that the header has, too */
	bool sha1_format; /* see tcg2.h */
	bool is_ccmr; /* its indices are CC measurement registers, not PCRs */
	uint64_t entries; /* that extended a register */
	bool has_hcrtm; /* PCR 0 begins with an H-CRTM event */
	bool is_launched; /* there was a dynamic launch */
	struct firmware_register *registers; /* by index, 0 to 255 */
};

/*
 * What no log explains of the register with that index; returns @out. Nothing, if
 * there is no log of the firmware's.
 */
const struct unexplained *firmware_unexplained(const struct firmware *firmware,
					       int index,
					       struct unexplained *out);

/*
 * The byte that a register's value is full of at power-on. PCR 0 can have more, and a
 * dynamic launch sets the PCRs that start with ones to zero.
 */
uint8_t firmware_starts_with(bool is_ccmr, uint8_t index);

/*
 * Where the firmware's log for a provider's registers is, if there is one: beside
 * the provider's own log, of which @root has a copy if it is not PROVIDER_ROOT; or
 * where the kernel had it before. Returns @out, or NULL if the copy has none.
 */
#define FIRMWARE_PATH_SIZE 4096
const char *firmware_path(const char *root, const char *provider,
			  char out[FIRMWARE_PATH_SIZE]);

/*
 * Read and replay the log in the file @path. Returns 0, or -1 with @err set;
 * after both, the caller calls firmware_free().
 */
int firmware_read(struct firmware *firmware, const char *path, bool is_ccmr,
		  struct error *err);

/* The same with the log in firmware->log, which the caller filled. */
int firmware_replay(struct firmware *firmware, bool is_ccmr, struct error *err);

/*
 * NULL if the log cannot have a register of this name, as it cannot have mrtd,
 * which is of what was there before the firmware ran.
 */
struct firmware_register *firmware_find(const struct firmware *firmware,
					const char *name);

void firmware_free(struct firmware *firmware);

#endif
