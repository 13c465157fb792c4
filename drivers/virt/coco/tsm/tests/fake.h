/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A provider for tests, which fails, waits and counts on demand.
 */
#ifndef __TSM_TESTS_FAKE_H
#define __TSM_TESTS_FAKE_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/spinlock.h>
#include <linux/tsm-measurement.h>

#include "hash.h"

/* The elements of &fake.mrs. */
enum fake_mr {
	FAKE_RTMR0,		/* sha384, live */
	FAKE_RTMR1,		/* sha256, live */
	FAKE_SOFT,		/* sha512, its value is mr_value itself */
	FAKE_AGILE_SHA1,	/* three banks of one register */
	FAKE_AGILE_SHA256,
	FAKE_AGILE_SHA384,
	FAKE_LAUNCH,		/* sha384, static */
	FAKE_CLOCK,		/* sha256, live, not extensible */
	FAKE_BLOB,
	FAKE_NR_MRS,
};

/* Numbers of the registers. */
#define FAKE_LAUNCH_INDEX	0
#define FAKE_RTMR0_INDEX	1
#define FAKE_RTMR1_INDEX	2
#define FAKE_SOFT_INDEX		3
#define FAKE_AGILE_INDEX	4

#define FAKE_BLOB_SIZE		100

/**
 * enum fake_fault - how extend() fails, with &fake.error
 * @FAKE_WORKS: it does not
 * @FAKE_FAILS_BEFORE: before the hardware acted
 * @FAKE_FAILS_AFTER: after the hardware acted
 * @FAKE_FAILS_BADLY: after the hardware did something else
 * @FAKE_FAILS_PARTLY: after the hardware extended only the banks in
 *	&fake.acting_banks
 */
enum fake_fault {
	FAKE_WORKS,
	FAKE_FAILS_BEFORE,
	FAKE_FAILS_AFTER,
	FAKE_FAILS_BADLY,
	FAKE_FAILS_PARTLY,
};

/* What others may have done without the core having taken it. */
#define FAKE_MAX_OTHERS	64

/**
 * struct fake_other - something that others do, of which the provider is told
 * @what: what it is told
 * @mr: the first bank of the register
 * @banks: for an extend, a bit for each bank that is extended
 * @acts: the hardware does it
 * @digests: what the banks are extended by
 * @event: what the digests are of
 * @event_size: bytes of @event, 0 if it is not known
 * @hashed: the core has to compute the digests
 * @content: what they say they have measured
 * @content_size: bytes of @content, 0 if they say nothing
 * @fill: for a reset, the byte that the value consists of then
 */
struct fake_other {
	enum tsm_told_what what;
	enum fake_mr mr;
	unsigned long banks;
	bool acts;
	u8 digests[TSM_MAX_BANKS][TSM_DIGEST_MAX_SIZE];
	u8 event[16];
	size_t event_size;
	bool hashed;
	u8 content[40];
	size_t content_size;
	u8 fill;
};

/**
 * struct fake - the provider
 * @tm: what is registered
 * @mrs: the definition, which a test may change before it registers
 * @index: the indexes in the log, likewise
 * @values: what the core sees
 * @hardware: what the hardware has, where the register is live
 * @fault: how extend() fails
 * @error: what it returns then
 * @acting_banks: for %FAKE_FAILS_PARTLY, a bit for each bank of the register
 * @failure: what it says of that
 * @interposed: who forges the answer to an extend makes refresh() tell the same
 *	story, until confirm() works
 * @lying: the first bank of the register that refresh() lies about
 * @lies: what it tells, for each bank
 * @refresh_error: what refresh() and confirm() return, 0 to work
 * @confirm_error: what confirm() returns then instead, if it is not 0
 * @unreadable: the first bank of a register that they cannot read, or -1
 * @refresh_error_after: let so many calls of refresh() work before
 *	@refresh_error
 * @refresh_fails_late: refresh() has its effect although it returns an error
 * @nr_refresh_errors: calls of refresh() that returned an error
 * @nr_refreshes: calls of refresh()
 * @nr_extends: calls of extend()
 * @overlaps: calls that began before another one had ended
 * @busy: a call is running
 * @nr_confirms: calls of confirm()
 * @foreign_during_refresh: extend FAKE_AGILE from elsewhere after that many more
 *	calls of refresh(), 0 for never
 * @nr_foreign_during_refresh: how often that has happened
 * @on_foreign: called when it happens; optional
 * @on_refresh: for a provider that is told, called instead of that
 * @on_extend: called in extend(), before the hardware acts; optional
 * @lock: orders what others do and what the hardware answers
 * @others: what others have done, a ring
 * @nr_taken: how many of them the core has taken
 * @nr_before: how many there were before the last answer
 * @nr_others: how many there are
 * @wait: let extend() say @entered and wait for @proceed, before it acts
 * @wait_after: the same after it acted
 * @entered: extend() waits
 * @proceed: it may go on
 */
struct fake {
	struct tsm_measurement tm;
	struct tsm_measurement_register mrs[FAKE_NR_MRS];
	u8 index[FAKE_NR_MRS];
	u8 values[FAKE_NR_MRS][FAKE_BLOB_SIZE];
	u8 hardware[FAKE_NR_MRS][FAKE_BLOB_SIZE];
	enum fake_fault fault;
	int error;
	enum tsm_failure failure;
	unsigned long acting_banks;
	bool interposed;
	const struct tsm_measurement_register *lying;
	u8 lies[TSM_MAX_BANKS][TSM_DIGEST_MAX_SIZE];
	int refresh_error;
	int confirm_error;
	int unreadable;
	unsigned int refresh_error_after;
	bool refresh_fails_late;
	unsigned int nr_refresh_errors;
	unsigned int nr_refreshes;
	unsigned int nr_confirms;
	unsigned int nr_extends;
	unsigned int overlaps;
	atomic_t busy;
	unsigned int foreign_during_refresh;
	unsigned int nr_foreign_during_refresh;
	void (*on_foreign)(void);
	void (*on_refresh)(void);
	void (*on_extend)(void);
	/* Of all from here to @nr_others, and of the hardware if others act. */
	spinlock_t lock;
	struct fake_other others[FAKE_MAX_OTHERS];
	unsigned int nr_taken;
	unsigned int nr_before;
	unsigned int nr_others;
	bool wait;
	bool wait_after;
	struct completion entered;
	struct completion proceed;
};

struct fake *fake_create(struct kunit *test, const char *name);
struct fake *fake_register(struct kunit *test, const char *name);
void fake_unregister(struct fake *fake);
struct tsm_provider *fake_provider(const struct fake *fake);
void fake_extend_elsewhere(struct fake *fake, enum fake_mr mr, u8 fill);
void fake_tell_of_others(struct fake *fake);
void fake_other(struct fake *fake, const struct fake_other *other);
void fake_other_extend(struct fake *fake, enum fake_mr mr, unsigned long banks,
		       u8 fill);
const u8 *fake_value(const struct fake *fake, enum fake_mr mr);

#endif /* __TSM_TESTS_FAKE_H */
