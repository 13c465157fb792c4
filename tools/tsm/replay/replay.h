/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replay of a log from its checkpoints.
 *
 * The replay keeps a value per register and bank. A checkpoint line gives a
 * register's value or, where the register has one already, must agree with it;
 * a record turns the value into HASH(value || digest). In the end the values
 * are compared with what the caller expects, for instance the live registers.
 *
 * What is found wrong with the log is a finding; the replay keeps the first of
 * each register. What makes the check impossible, such as a malformed record,
 * is an error.
 *
 * A log that grows meanwhile. An extend that is part of a register's value is
 * in every log that was read after the value. So the caller feeds the log,
 * reads the values, sets them as expected, reads what was added to the log
 * meanwhile and feeds that too: each value must be one that the register has
 * at the end of the first part or takes within the second. Nobody has to be
 * stopped for it, and nothing has to be tried again.
 */
#ifndef TSM_LOG_REPLAY_H
#define TSM_LOG_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "formats/bank.h"
#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "formats/content.h"
#include "formats/register.h"
#include "replay/earlier.h"
#include "replay/unexplained.h"

/* An index in the log has one byte; static registers come on top. */
#define REPLAY_REGISTERS_MAX 512

struct replay_register {
	char name[REGISTER_NAME_SIZE];
	unsigned int banks; /* 0: no line has given a value yet */
	uint8_t value[BANK_COUNT][DIGEST_MAX];

	/*
	 * It has more banks than these, which the log gives no value of: the
	 * kernel that trimmed it could not compute their hash.
	 */
	bool has_others;

	/*
	 * It began with a value that is not from this log, but from what came
	 * before it. Until a line gives a value, @any_banks says that the banks
	 * are of that, and the register may have others.
	 */
	bool from_before;
	bool any_banks;

	/*
	 * Whether the register may have another value than this, since that
	 * checkpoint: it may be one extend ahead of the log, or nobody knows.
	 */
	bool unsure;
	unsigned long unsure_line;

	struct unexplained unexplained;
	uint64_t unconfirmed; /* records after the last value that follows */

	uint64_t records;
	uint64_t stretches; /* one starts at each checkpoint */

	/*
	 * The value is from before the first record, and no checkpoint came
	 * after: a trim drops records, but gives the values of all registers
	 * that can be extended. So this is one that cannot.
	 */
	bool is_old;

	/*
	 * The first checkpoint with a value, and the first that nothing explains
	 * (0: there is none).
	 */
	unsigned long first_line;
	uint8_t first_value[BANK_COUNT][DIGEST_MAX];
	unsigned long restart_line;

	/* Earlier logs lead to its first value from that of ->before. */
	bool begins_explained;

	/* The stretch that the replay is in. */
	unsigned long start_line;
	uint64_t start_recnum;
	uint64_t stretch_records;
	uint64_t last_recnum;

	unsigned int expected; /* banks that there is an expected value for */
	unsigned int matched;
	uint8_t expect[BANK_COUNT][DIGEST_MAX];

	bool differs; /* has a finding; its replay ended there */
};

struct finding {
	char name[REGISTER_NAME_SIZE]; /* empty: of the log as a whole */
	enum bank_id bank; /* BANK_COUNT: of no bank */
	bool has_records;
	uint64_t first_record;
	uint64_t last_record;
	unsigned long line; /* of the checkpoints, or 0 */
	char text[512];
};

struct replay;

/*
 * Is called when @reg got a value, or the value that it has became unsure.
 * Returns 0, or -1 with @err set.
 */
typedef int (*replay_observer)(struct replay *replay,
			       const struct replay_register *reg,
			       void *observer, struct error *err);

struct replay {
	struct cel_reader cel;
	struct line_reader lines;
	struct checkpoint next_checkpoint;
	bool has_checkpoint; /* next_checkpoint is read, but not applied */

	bool started;
	uint64_t first; /* number of the first record */
	uint64_t next; /* number of the next record */
	bool broken; /* records are missing: nothing after that counts */
	struct content_count content;
	uint64_t nv_records; /* of NV indices: nothing here tells of their values */
	uint64_t first_nv;

	struct replay_register *registers;
	size_t nr_registers;
	/* By the numbers of the log: [is_ccmr][index]. */
	struct replay_register *by_index[2][256];

	struct finding *findings;
	size_t nr_findings;

	/*
	 * The replay of what comes before the log, or NULL. Of a register whose
	 * value is not known at the beginning of the log, the value there goes on.
	 */
	const struct replay *before;

	/* Logs that others keep of the registers, or NULL; see earlier.h. */
	struct earlier *earlier;

	/* Registers that do not count, or NULL. */
	const struct register_set *leave_out;

	struct hasher hasher;

	replay_observer observe; /* see replay_observe() */
	void *observer;
};

/* The buffers stay the caller's. Returns 0, or -1 with @err set. */
int replay_init(struct replay *replay, const struct buffer *cel,
		const struct buffer *checkpoints, struct error *err);
void replay_free(struct replay *replay);

/*
 * The record that the log must start with. Without this, it is what the log
 * starts with.
 */
void replay_set_first(struct replay *replay, uint64_t first);

/* Whether the register is one that does not count. */
bool replay_leaves_out(const struct replay *replay, const char *name);

/* Call @observe at each point of the replay, with @observer. */
void replay_observe(struct replay *replay, replay_observer observe,
		    void *observer);

/*
 * Replay all that is in the buffers and was not replayed yet. Checkpoints of
 * records after the end of the log wait. Returns 0, or -1 with @err set.
 */
int replay_feed(struct replay *replay, struct error *err);

/* NULL if no checkpoint named it. */
struct replay_register *replay_find(const struct replay *replay,
				    const char *name);

/* Expect @digest in a bank that the register has, or has when it has a value. */
void replay_expect(struct replay_register *reg, enum bank_id bank,
		   const uint8_t *digest);

/*
 * Add a finding about @reg, which ends the replay of that register; or, if it
 * is NULL, about the log as a whole, which ends the replay.
 */
void replay_report(struct replay *replay, struct replay_register *reg,
		   const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Add what the caller found about the register @name, in @bank unless that is
 * BANK_COUNT, and at the checkpoint @line unless that is 0. It may be of
 * registers that the replay does not know; one finding of each.
 */
void replay_add_finding(struct replay *replay, const char *name,
			enum bank_id bank, unsigned long line,
			const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/*
 * Add a finding for each register that is unsure at the end. This is for the
 * end of what there is, before replay_finish().
 */
void replay_report_unsure(struct replay *replay);

/*
 * End the replay: values that were expected and did not come are findings, and
 * so is a checkpoint of a record after @next. @source says in findings where
 * the expected values are from. Returns 0, or -1 with @err set.
 */
int replay_finish(struct replay *replay, uint64_t next, const char *source,
		  struct error *err);

#endif
