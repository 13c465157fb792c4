// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a log follows on the firmware's log of the same registers.
 */
#include <inttypes.h>
#include <string.h>

#include "formats/register.h"
#include "replay/follow.h"

/* Whether it is a log of PCRs: registers of a provider are of one kind. */
static int find_kind(const struct verification *v, bool *is_ccmr,
		     struct error *err)
{
	struct line_reader lines = { .text = &v->log.checkpoints };
	struct checkpoint cp;
	int ret = checkpoint_next(&lines, &cp, err);

	if (ret < 0)
		return error_prefix(err, "checkpoints");
	if (!ret)
		return error_set(
			err,
			"there are no checkpoints, so nothing that could follow on the firmware's log");
	*is_ccmr = strncmp(cp.value.name, "pcr", 3) != 0;
	return 0;
}

/* The end of the firmware's log as that of a log before ours. */
static int fill_booted(struct verification *v, struct error *err)
{
	const struct firmware *firmware = &v->firmware;
	struct replay *booted = &v->booted;
	int i;

	if (replay_init(booted, &v->log.cel, &v->log.checkpoints, err))
		return -1;
	for (i = 0; i < FIRMWARE_REGISTERS; i++) {
		struct replay_register *reg =
			&booted->registers[booted->nr_registers];

		register_name(firmware->is_ccmr, (uint8_t)i, reg->name);
		if (register_is_mrtd(reg->name))
			continue;
		reg->banks = firmware->header.banks;
		reg->has_others = true;
		reg->any_banks = true;
		memcpy(reg->value, firmware->registers[i].value,
		       sizeof(reg->value));
		booted->nr_registers++;
	}
	return 0;
}

int follow_read(struct verification *v, struct error *err)
{
	bool is_ccmr;

	if (find_kind(v, &is_ccmr, err) ||
	    firmware_read(&v->firmware, v->firmware_path, is_ccmr, err))
		return -1;
	return fill_booted(v, err);
}

/* The banks to compare; 0 with @err set if there are none. */
static unsigned int common_banks(const struct verification *v, const char *name,
				 unsigned int set, struct error *err)
{
	char mine[BANK_SET_TEXT], theirs[BANK_SET_TEXT];
	unsigned int common = set & v->firmware.header.banks;

	if (!common)
		error_set(
			err,
			"the firmware's log has no digests for the banks of %s, which are %s; it has %s",
			name, bank_set_text(set, mine),
			v->firmware.header.banks ?
				bank_set_text(v->firmware.header.banks,
					      theirs) :
				"none that are known and in all entries");
	return common;
}

/* The first of @set in which two values differ, or BANK_COUNT. */
static enum bank_id find_difference(unsigned int set,
				    const uint8_t a[BANK_COUNT][DIGEST_MAX],
				    const uint8_t b[BANK_COUNT][DIGEST_MAX])
{
	enum bank_id bank;

	for (bank = 0; bank_next(set, &bank); bank++)
		if (memcmp(a[bank], b[bank], banks[bank].size))
			break;
	return bank;
}

int follow_compare(struct verification *v, const char *name, unsigned int set,
		   const uint8_t value[BANK_COUNT][DIGEST_MAX],
		   struct error *err)
{
	struct firmware_register *reg = firmware_find(&v->firmware, name);
	char mine[2 * DIGEST_MAX + 1], theirs[2 * DIGEST_MAX + 1];
	enum bank_id bank;

	if (reg->compared)
		return error_set(err, "a second value of register %s", name);
	set = common_banks(v, name, set, err);
	if (!set)
		return -1;
	reg->compared = true;
	bank = find_difference(set, reg->value, value);
	if (bank != BANK_COUNT && v->earlier.nr_files) {
		int ret = earlier_leads(&v->earlier, name, set, reg->value,
					value, err);

		if (ret < 0)
			return -1;
		if (ret)
			bank = BANK_COUNT;
	}
	/* Somebody has extended it whose log is elsewhere, as IMA's is. */
	reg->unlogged = bank != BANK_COUNT && !reg->entries;
	if (reg->unlogged)
		return 0;
	v->others++;
	if (bank != BANK_COUNT)
		replay_add_finding(
			&v->replay, name, bank, 0,
			"the firmware's log gives %s, in %s it is %s",
			hex_text(reg->value[bank], banks[bank].size, mine),
			v->compared,
			hex_text(value[bank], banks[bank].size, theirs));
	return 0;
}

static int check_register(struct verification *v,
			  const struct replay_register *reg, struct error *err)
{
	struct firmware_register *start =
		firmware_find(&v->firmware, reg->name);
	char mine[2 * DIGEST_MAX + 1], theirs[2 * DIGEST_MAX + 1];
	unsigned int set;
	enum bank_id bank;

	if (register_is_mrtd(reg->name))
		return 0;
	if (!start)
		return error_set(err,
				 "the firmware's log cannot have a register %s",
				 reg->name);
	/* Nothing to compare; that it is unsure, is a finding already. */
	if (!reg->banks)
		return 0;
	set = common_banks(v, reg->name, reg->banks, err);
	if (!set)
		return -1;
	bank = find_difference(set, start->value, reg->first_value);
	/* From where it goes on, the replay has compared what leads to it. */
	if (reg->from_before || reg->begins_explained)
		bank = BANK_COUNT;
	/* Without a record it is as one that is not in the log at all. */
	start->unlogged = bank != BANK_COUNT && !start->entries &&
			  !reg->records;
	if (start->unlogged)
		return 0;
	if (bank != BANK_COUNT)
		replay_add_finding(
			&v->replay, reg->name, bank, reg->first_line,
			"the firmware's log gives %s, checkpoint line %lu has %s: it was extended in between, and no log tells by what",
			hex_text(start->value[bank], banks[bank].size, mine),
			reg->first_line,
			hex_text(reg->first_value[bank], banks[bank].size,
				 theirs));
	else if (reg->unexplained.foreign)
		replay_add_finding(
			&v->replay, reg->name, BANK_COUNT, reg->restart_line,
			"somebody extended it past the log before record %" PRIu64
			", and no log tells by what (checkpoint line %lu)",
			reg->unexplained.since, reg->restart_line);
	else if (reg->unexplained.resumes)
		replay_add_finding(
			&v->replay, reg->name, BANK_COUNT, reg->restart_line,
			"it started anew after hibernation, and no log tells from what (checkpoint line %lu)",
			reg->restart_line);
	else
		v->followed++;
	return 0;
}

static int check_other(struct verification *v, const struct provider *provider,
		       const char *name, struct error *err)
{
	struct live_value live;

	if (replay_leaves_out(&v->replay, name) ||
	    replay_find(&v->replay, name) || !firmware_find(&v->firmware, name))
		return 0;
	return provider_read_register(provider, name, &live, err) ||
			       follow_compare(v, name, live.banks, live.digest,
					      err) ?
		       -1 :
		       0;
}

/*
 * What the log does not have must be as the firmware left it, whether the
 * firmware extended it or not.
 */
static int check_others(struct verification *v, const struct provider *provider,
			struct error *err)
{
	char **names;
	int nr = provider_registers(provider, &names, err);
	int i, ret = 0;

	if (nr < 0)
		return -1;
	for (i = 0; i < nr && !ret; i++)
		ret = check_other(v, provider, names[i], err);
	names_free(names, nr);
	return ret;
}

int follow_check(struct verification *v, const struct provider *provider,
		 struct error *err)
{
	const struct replay *replay = &v->replay;
	size_t i;

	if (replay->broken)
		return 0;
	if (replay->first)
		return error_set(
			err,
			"the log begins with record %" PRIu64
			", the ones before it were trimmed: give the directory that they were archived in by --archive",
			replay->first);
	for (i = 0; i < replay->nr_registers; i++)
		if (check_register(v, &replay->registers[i], err))
			return -1;
	return provider ? check_others(v, provider, err) : 0;
}
