// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The check of a log: of a provider here, or of files from anywhere.
 */
#include <errno.h>
#include <inttypes.h>

#include "replay/follow.h"
#include "replay/verify.h"
#include "sources/archived.h"
#include "sources/provider.h"

/* A trim while the log is being read makes it start anew. */
#define ATTEMPTS 5

enum verify_result verify_result(const struct verification *v)
{
	/* A difference that was found stays one, whatever happened then. */
	if (v->replay.nr_findings)
		return VERIFY_DIFFERS;
	if (v->failed)
		return VERIFY_UNCHECKED;
	return v->strict && verify_unexplained(v) ? VERIFY_UNEXPLAINED :
						    VERIFY_OK;
}

int verify_status(enum verify_result result)
{
	return result == VERIFY_UNEXPLAINED ? VERIFY_DIFFERS : (int)result;
}

bool verify_follows_firmware(const struct verification *v)
{
	return v->firmware_path && !(v->firmware_optional && v->replay.first);
}

bool verify_unexplained(const struct verification *v)
{
	const struct replay *replay = &v->replay;
	struct unexplained unlogged;
	size_t i;

	for (i = 0; i < v->point.nr; i++)
		if (v->point.values[i].unsure)
			return true;
	for (i = 0; i < replay->nr_registers; i++)
		if (is_unexplained(&replay->registers[i].unexplained))
			return true;
	for (i = 0; i < FIRMWARE_REGISTERS; i++)
		if (is_unexplained(firmware_unexplained(&v->firmware, (int)i,
							&unlogged)))
			return true;
	return false;
}

void verify_free(struct verification *v)
{
	replay_free(&v->replay);
	replay_free(&v->booted);
	firmware_free(&v->firmware);
	point_free(&v->point);
	earlier_free(&v->earlier);
	log_free(&v->log);
}

static int expect_value(struct verification *v,
			const struct register_value *value, unsigned long line,
			struct error *err)
{
	struct replay_register *reg = replay_find(&v->replay, value->name);
	enum bank_id bank;

	if (replay_leaves_out(&v->replay, value->name))
		return 0;
	if (!reg && v->firmware_path &&
	    firmware_find(&v->firmware, value->name))
		return follow_compare(v, value->name, value->banks,
				      value->digest, err);
	if (!reg)
		return error_set(err, "line %lu: no checkpoint of register %s",
				 line, value->name);
	if (reg->expected)
		return error_set(err, "line %lu: a second value of register %s",
				 line, value->name);
	for (bank = 0; bank_next(value->banks, &bank); bank++) {
		/* Without a value, it is unsure, and is found to be so. */
		if (reg->banks && !reg->any_banks &&
		    !(reg->banks & BANK_BIT(bank)))
			return error_set(err,
					 "line %lu: no bank %s of register %s",
					 line, banks[bank].name, value->name);
		replay_expect(reg, bank, value->digest[bank]);
	}
	return point_add(&v->point, value) ? 0 : error_set(err, "no memory");
}

static int expect_values(struct verification *v, const struct buffer *values,
			 struct error *err)
{
	struct line_reader reader = { .text = values };
	struct register_value value;
	int ret;

	while ((ret = register_value_next(&reader, &value, err)) > 0)
		if (expect_value(v, &value, reader.line, err))
			return error_prefix(err, "values");
	if (!ret && !reader.line)
		ret = error_set(err, "no line REGISTER ALGO:HEX[,ALGO:HEX...]");
	return ret ? error_prefix(err, "values") : 0;
}

/* Each register had its value, but not all of them at once. */
static void report_two_moments(struct verification *v)
{
	size_t i;

	for (i = 0; i < v->point.nr; i++)
		replay_report(
			&v->replay,
			replay_find(&v->replay, v->point.values[i].value.name),
			"has the value of the values file before record %" PRIu64
			", but not where the others have theirs: these are values of two moments, or of another order of the records",
			v->point.values[i].at);
}

/*
 * The values are of one moment, and the log may have gone on since: at its end
 * they need not be there any more.
 */
static int find_point(struct verification *v, struct error *err)
{
	bool all_seen = true;
	size_t i;

	if (point_find(&v->point, &v->replay, err))
		return -1;
	for (i = 0; i < v->point.nr; i++) {
		const struct point_value *value = &v->point.values[i];
		struct replay_register *reg =
			replay_find(&v->replay, value->value.name);

		all_seen &= value->seen;
		if (value->seen)
			reg->matched = reg->expected;
	}
	if (all_seen && !v->point.found && !v->replay.nr_findings)
		report_two_moments(v);
	return 0;
}

/* What a register goes on from whose value the log does not begin with. */
static int find_before(struct verification *v, struct error *err)
{
	v->replay.before = v->before;
	if (v->leave_out.any)
		v->replay.leave_out = &v->leave_out;
	if (!v->firmware_path)
		return 0;
	if (follow_read(v, err))
		return -1;
	v->replay.before = &v->booted;
	if (!v->earlier.nr_files)
		return 0;
	v->replay.earlier = &v->earlier;
	return earlier_read(&v->earlier, v->firmware.is_ccmr, err);
}

static int check_buffers(struct verification *v, const struct buffer *values,
			 struct error *err)
{
	struct replay *replay = &v->replay;

	if (replay_init(replay, &v->log.cel, &v->log.checkpoints, err) ||
	    find_before(v, err) || replay_feed(replay, err) ||
	    (values && !replay->broken && expect_values(v, values, err)))
		return -1;
	if (!v->goes_on)
		replay_report_unsure(replay);
	if (values && !replay->broken && find_point(v, err))
		return -1;
	if (replay_finish(replay, replay->next, "the values file has", err))
		return -1;
	if (verify_follows_firmware(v))
		return follow_check(v, NULL, err);
	if (v->firmware_path && v->earlier.nr_files)
		return error_set(
			err,
			"the log begins with record %" PRIu64
			", and earlier logs are replayed from power-on: they explain nothing of it",
			replay->first);
	return 0;
}

enum verify_result verify_buffers(struct verification *v,
				  const struct buffer *values)
{
	if (values)
		v->compared = "the values file";
	v->failed = check_buffers(v, values, &v->error);
	return verify_result(v);
}

static int expect_live(struct replay *replay, const struct provider *provider,
		       struct replay_register *reg, struct error *err)
{
	char live_text[BANK_SET_TEXT], log_text[BANK_SET_TEXT];
	struct live_value live;
	enum bank_id bank;

	if (provider_read_register(provider, reg->name, &live, err)) {
		/* Then it is unsure because of that, and will stay so. */
		if (!reg->unsure || err->code == ENODEV)
			return -1;
		replay_report(replay, reg, "is unsure: %s", err->text);
		return 0;
	}
	if (reg->any_banks)
		reg->banks &= live.banks;
	if (reg->banks && live.banks != reg->banks &&
	    (!reg->has_others || reg->banks & ~live.banks)) {
		replay_report(replay, reg,
			      "has live banks %s; checkpoint line %lu has %s",
			      bank_set_text(live.banks, live_text),
			      reg->start_line,
			      bank_set_text(reg->banks, log_text));
		return 0;
	}
	if (reg->banks)
		live.banks &= reg->banks;
	for (bank = 0; bank_next(live.banks, &bank); bank++)
		replay_expect(reg, bank, live.digest[bank]);
	return 0;
}

/* What can be extended must be in the log. */
static int check_extensible(struct replay *replay,
			    const struct provider *provider, struct error *err)
{
	char **names;
	int nr = provider_extensible(provider, &names, err);
	int i, ret = 0;

	if (nr < 0)
		return -1;
	for (i = 0; i < nr && (replay_find(replay, names[i]) ||
			       replay_leaves_out(replay, names[i]));
	     i++)
		;
	if (i < nr)
		ret = error_set(err, "no checkpoint of %s, which is extensible",
				names[i]);
	names_free(names, nr);
	return ret;
}

static int expect_all_live(struct replay *replay,
			   const struct provider *provider, struct error *err)
{
	size_t i;

	for (i = 0; i < replay->nr_registers; i++)
		if (expect_live(replay, provider, &replay->registers[i], err))
			return -1;
	return check_extensible(replay, provider, err);
}

/* The order of the readings is what replay.h says it must be. */
static int check_live(struct verification *v, const struct provider *provider,
		      struct error *err)
{
	struct replay *replay = &v->replay;
	uint64_t first, next, end;

	if (log_read(&v->log, provider, 0, err))
		return -1;
	first = v->log.first;
	if (v->archive &&
	    archived_prepend(&v->log, v->archive, provider, &first, err))
		return -1;
	if (replay_init(replay, &v->log.cel, &v->log.checkpoints, err) ||
	    find_before(v, err))
		return -1;
	replay_set_first(replay, first);
	if (replay_feed(replay, err))
		return -1;
	if (replay->broken)
		return 0;
	if (provider_read_number(provider, "next_record", &next, err) ||
	    expect_all_live(replay, provider, err) ||
	    log_read_more(&v->log, err) || replay_feed(replay, err))
		return -1;
	if (replay->next < next)
		replay_report(replay, NULL,
			      "the log ends before record %" PRIu64
			      ", but next_record says %" PRIu64
			      ": records are missing",
			      replay->next, next);
	replay_report_unsure(replay);
	if (provider_read_number(provider, "next_record", &end, err) ||
	    replay_finish(replay, end, "the live register has", err))
		return -1;
	if (!v->firmware_path)
		return 0;
	return follow_check(v, provider, err);
}

enum verify_result verify_provider(struct verification *v, const char *root,
				   const char *name)
{
	struct error *err = &v->error;
	struct provider provider;
	int attempts = 0;

	v->name = name;
	v->compared = "the live registers";
	v->failed = provider_open(&provider, root, name, err);
	if (!v->failed) {
		do {
			verify_free(v);
			v->failed = check_live(v, &provider, err);
		} while (v->failed && err->code == ESTALE &&
			 ++attempts < ATTEMPTS);
		/* A part of a log that has moved on tells nothing. */
		if (v->failed && err->code == ESTALE)
			verify_free(v);
	}
	provider_close(&provider);
	return verify_result(v);
}
