// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log export --for: a log for another program, which would refuse all of it for
 * one record that it does not know.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/command.h"
#include "commands/export.h"
#include "linux/tsm-event-log.h"
#include "output/report.h"
#include "replay/follow.h"
#include "replay/merge.h"
#include "sources/systemd-log.h"

/* The log, and what was found that the program would not take. */
struct check {
	const struct request *request;
	const struct consumer *consumer;
	struct verification v;
	bool front; /* the firmware's log comes first */
	struct selection selection;
	bool has_kind;
	bool is_ccmr;
	uint64_t refused;
};

static void refuse(struct check *check, const char *where, const char *why,
		   const char *remedy)
{
	check->refused++;
	fprintf(stderr, "tsm-log: %s: %s: %s %s; %s\n",
		export_label(check->request), where, check->consumer->name, why,
		remedy);
}

/* What there is to do about a register's records as a whole. */
static const char *register_remedy(const struct check *check, const char *name,
				   char out[96])
{
	if (check->consumer->whole)
		return "it is for the log of a provider that has these alone";
	snprintf(out, 96, "leave it out: --leave-out %.40s", name);
	return out;
}

static const char *content_remedy(const struct check *check, const char *name,
				  char out[96])
{
	if (check->consumer->takes_bare)
		return "--bare has its digests without the content";
	return register_remedy(check, name, out);
}

static void check_register(struct check *check, const struct cel_record *rec,
			   const char *where, const char *name)
{
	char why[96], remedy[96];

	if (check->consumer->takes_register(rec->is_ccmr, rec->index))
		return;
	snprintf(why, sizeof(why), "takes no registers but %s",
		 check->consumer->registers);
	refuse(check, where, why, register_remedy(check, name, remedy));
}

static void check_kind(struct check *check, const struct cel_record *rec,
		       const char *where, const char *name)
{
	char remedy[96];

	if (!check->has_kind)
		check->is_ccmr = rec->is_ccmr;
	check->has_kind = true;
	if (check->consumer->one_kind && check->is_ccmr != rec->is_ccmr)
		refuse(check, where,
		       "takes no PCRs and CC measurement registers in one log",
		       register_remedy(check, name, remedy));
}

/* The banks that all records have are what is left; there must be one. */
static void check_banks(struct check *check, const struct cel_record *rec,
			const char *where)
{
	char theirs[BANK_SET_TEXT], wanted[BANK_SET_TEXT];
	char why[160];
	unsigned int left = check->selection.banks & rec->banks;

	if (left) {
		check->selection.banks = left;
		return;
	}
	snprintf(why, sizeof(why),
		 "needs a digest for %s, and the record has %s",
		 bank_set_text(check->selection.banks, wanted),
		 bank_set_text(rec->banks, theirs));
	refuse(check, where, why,
	       check->request->bank == BANK_COUNT ?
		       "a log of registers with other banks cannot be one for it" :
		       "take another one by --bank");
}

static void check_content(struct check *check,
			  const struct consumer_record *record,
			  const char *where, const char *name)
{
	const char *why = check->consumer->refuses(record);
	char type[EVENT_TYPE_TEXT], text[200], remedy[96];

	if (!why || check->selection.bare)
		return;
	snprintf(text, sizeof(text),
		 cel_is_event(record->rec) ? "%s (%s)" : "%s %s", why,
		 cel_event_type_text(record->rec, type));
	refuse(check, where, text, content_remedy(check, name, remedy));
}

static void check_record(struct check *check,
			 const struct consumer_record *record)
{
	const struct cel_record *rec = record->rec;
	char name[REGISTER_NAME_SIZE], where[REGISTER_NAME_SIZE + 40];

	register_name(rec->is_ccmr, rec->index, name);
	snprintf(where, sizeof(where), "record %" PRIu64 " (%s)", rec->recnum,
		 name);
	check_register(check, rec, where, name);
	check_kind(check, rec, where, name);
	check_banks(check, rec, where);
	check_content(check, record, where, name);
}

static int check_records(struct check *check, struct error *err)
{
	struct cel_reader reader = { .log = &check->v.log.cel };
	struct hasher hasher = { 0 };
	struct cel_record rec;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0) {
		struct consumer_record record = { .rec = &rec };

		if (selection_leaves_out(&check->selection, &rec))
			continue;
		if (content_check(&rec, &hasher, &record.binding, err))
			break;
		check_record(check, &record);
	}
	hasher_free(&hasher);
	return ret ? -1 : 0;
}

/* The firmware's entries are written as they are, so they must be what it takes. */
static int check_firmware(struct check *check, struct error *err)
{
	static const char remedy[] =
		"the firmware wrote it, and it cannot be left out";
	struct tcg2_reader reader;
	struct tcg2_entry entry;
	int ret;

	if (tcg2_open(&reader, &check->v.firmware.log, err))
		return -1;
	while ((ret = tcg2_next(&reader, &entry, err)) > 0) {
		const struct cel_record rec = {
			.is_ccmr = check->v.firmware.is_ccmr,
			.index = (uint8_t)entry.index,
			.content_type = TSM_CEL_CONTENT_PCCLIENT_STD,
			.event_type = entry.type,
			.event = entry.event,
			.event_len = entry.event_len,
		};
		const struct consumer_record record = { &rec, CONTENT_CLAIMED };
		const char *why = check->consumer->refuses(&record);
		char where[64];

		snprintf(where, sizeof(where),
			 "the firmware's log, byte offset %zu", entry.offset);
		if (why)
			refuse(check, where, why, remedy);
		else if (entry.type != TCG2_EV_NO_ACTION &&
			 !check->consumer->takes_register(rec.is_ccmr,
							  rec.index))
			refuse(check, where, "does not take this register",
			       remedy);
	}
	return ret;
}

/* What the register is at power-on, where no firmware's log says more. */
static bool is_power_on(const struct replay_register *reg, bool is_ccmr,
			uint8_t index, unsigned int set)
{
	uint8_t start[DIGEST_MAX];
	enum bank_id bank;

	memset(start, firmware_starts_with(is_ccmr, index), sizeof(start));
	for (bank = 0; bank_next(set & reg->banks, &bank); bank++)
		if (memcmp(reg->first_value[bank], start, banks[bank].size))
			return false;
	return true;
}

static void check_start(struct check *check, const struct replay_register *reg,
			bool is_ccmr, uint8_t index)
{
	char where[REGISTER_NAME_SIZE + 16], remedy[96];

	snprintf(where, sizeof(where), "register %s", reg->name);
	if (!check->front &&
	    !is_power_on(reg, is_ccmr, index, check->selection.banks))
		refuse(check, where,
		       "replays it from power-on, and the log begins later",
		       check->request->format == EXPORT_CEL ?
			       register_remedy(check, reg->name, remedy) :
			       "give the firmware's log by --firmware-log");
	else if (reg->unexplained.foreign || reg->unexplained.resumes ||
		 reg->unexplained.resets)
		refuse(check, where,
		       "replays it from power-on, and the log has a gap: what somebody else extended, a reset or hibernation",
		       check->consumer->whole ?
			       "there is no such log until the next boot" :
			       register_remedy(check, reg->name, remedy));
}

/* For who compares the replay with what hardware signed, nothing may be missing. */
static void check_starts(struct check *check)
{
	const struct replay *replay = &check->v.replay;
	size_t i;

	for (i = 0; i < replay->nr_registers; i++) {
		const struct replay_register *reg = &replay->registers[i];
		uint8_t index;
		bool is_ccmr;

		if (register_parse(reg->name, &is_ccmr, &index) &&
		    !check->selection.leave_out.has[is_ccmr][index] &&
		    (check->consumer->takes_register(is_ccmr, index)))
			check_start(check, reg, is_ccmr, index);
	}
}

/* What the replay found, but of registers that are left out. */
static uint64_t tell_findings(const struct check *check)
{
	const struct replay *replay = &check->v.replay;
	uint64_t told = 0;
	size_t i;

	for (i = 0; i < replay->nr_findings; i++) {
		const struct finding *finding = &replay->findings[i];
		uint8_t index;
		bool is_ccmr;

		if (register_parse(finding->name, &is_ccmr, &index) &&
		    check->selection.leave_out.has[is_ccmr][index])
			continue;
		finding_text(finding, export_label(check->request), stderr);
		told++;
	}
	return told;
}

static int check_all(struct check *check, struct error *err)
{
	if (check->front && check_firmware(check, err))
		return -1;
	if (check_records(check, err))
		return -1;
	if (check->consumer->compares)
		check_starts(check);
	if (!check->refused)
		return 0;
	return error_set(err, "%s would refuse this log: not exported",
			 check->consumer->name);
}

/* Where there is one, nobody has to ask for it. */
static void find_front(struct check *check, struct source *source)
{
	const char *path;

	if (!source->follow_firmware && source->provider &&
	    check->request->format != EXPORT_CEL &&
	    check->request->format != EXPORT_PCRLOCK) {
		path = firmware_path(source->root, source->provider,
				     source->firmware_path);
		if (path && !access(path, R_OK))
			source->firmware = path;
	}
	check->front = source->firmware;
}

static int read_log(struct check *check, const struct source *source,
		    struct error *err)
{
	const struct request *request = check->request;
	int ret;

	if (check->consumer->compares || source->firmware) {
		check->v.archive = source->archive;
		check->v.firmware_path = source->firmware;
		ret = export_verify(request, &check->v);
		if (ret)
			*err = check->v.error;
		else if (check->v.replay.broken)
			ret = error_set(err,
					"the log is damaged: not exported");
		else if (check->v.replay.first)
			ret = error_set(
				err,
				"the records before %" PRIu64
				" were trimmed, and %s needs all; give the directory that they were archived in by --archive",
				check->v.replay.first, check->consumer->name);
		return ret;
	}
	ret = source_read(source, source->provider, request->from,
			  &check->v.log, err);
	return ret ? ret : export_check_first(request, &check->v.log, err);
}

static int choose_banks(struct check *check, struct error *err)
{
	char mine[BANK_SET_TEXT], theirs[BANK_SET_TEXT];
	unsigned int set = check->consumer->banks;

	if (check->request->bank != BANK_COUNT)
		set = BANK_BIT(check->request->bank);
	check->selection.banks = set;
	if (check->front)
		check->selection.banks &= check->v.firmware.header.banks;
	if (check->selection.banks)
		return 0;
	return error_set(
		err, "%s needs digests for %s, and the firmware's log has %s",
		check->consumer->name, bank_set_text(set, mine),
		bank_set_text(check->v.firmware.header.banks, theirs));
}

static void tell(const struct check *check)
{
	const char *label = export_label(check->request);

	if (check->selection.left_out)
		fprintf(stderr,
			"tsm-log: %s: without %" PRIu64
			" record%s of registers that were left out\n",
			label, check->selection.left_out,
			plural(check->selection.left_out));
	if (check->selection.bared)
		fprintf(stderr,
			"tsm-log: %s: %" PRIu64
			" record%s without the content, which %s would refuse\n",
			label, check->selection.bared,
			plural(check->selection.bared), check->consumer->name);
}

/* Their order is not known: replayed, they lead to something else. */
void export_tell_lost(const struct request *request,
		      const struct register_set *lost)
{
	char name[REGISTER_NAME_SIZE];
	int is_ccmr, index;

	for (is_ccmr = 0; is_ccmr < 2; is_ccmr++)
		for (index = 0; index <= UINT8_MAX; index++)
			if (lost->has[is_ccmr][index])
				fprintf(stderr,
					"tsm-log: %s: register %s: what %s has of it and our log do not lead to its values together\n",
					export_label(request),
					register_name(is_ccmr, (uint8_t)index,
						      name),
					systemd_log_path());
}

/* It would be read as systemd's the next time, and systemd would append to it. */
static int check_other_file(const char *path, int systemd_fd, struct error *err)
{
	struct stat systemd, output;

	if (!path || stat(path, &output) || fstat(systemd_fd, &systemd) ||
	    output.st_dev != systemd.st_dev || output.st_ino != systemd.st_ino)
		return 0;
	return error_set(err, "%s is systemd's own log: not exported", path);
}

/*
 * Both are of one moment: systemd holds the lock from before an extend until it is
 * logged. So what was extended by then is in both, and nothing in one comes after what
 * the other does not have.
 */
static int read_both(struct check *check, const struct source *source,
		     struct register_set *lost, struct error *err)
{
	const char *path = systemd_log_path();
	int fd = file_open_locked(path, err);
	int ret;

	if (fd < 0)
		return -1;
	ret = check_other_file(check->request->path, fd, err) ||
	      read_log(check, source, err) || choose_banks(check, err) ||
	      merge_logs(&check->v, path, lost, err);
	close(fd);
	return ret ? -1 : 0;
}

static struct check new_check(const struct request *request)
{
	return (struct check){
		.request = request,
		.consumer = request->consumer,
		.selection = {
			.consumer = request->consumer,
			.leave_out = request->leave_out,
			.bare = request->bare,
		},
	};
}

/*
 * Everything that the replay finds wrong without systemd's log, it may explain: so
 * what is lost is all that counts.
 */
int export_merge(const struct request *request, struct register_set *lost,
		 struct error *err)
{
	struct check check = new_check(request);
	int ret;

	ret = read_both(&check, &request->source, lost, err) ||
	      check_all(&check, err) ||
	      selection_apply(&check.selection, &check.v.log, err) ||
	      export_write(request, &check.v.log, NULL, check.selection.banks,
			   err);
	if (!ret)
		tell(&check);
	verify_free(&check.v);
	return ret ? -1 : 0;
}

static int export_checked(struct check *check, const struct source *source,
			  struct error *err)
{
	uint64_t findings;

	if (read_log(check, source, err) || choose_banks(check, err))
		return -1;
	export_tell_nv(check->request, &check->v.log);
	findings = tell_findings(check);
	if (findings && check->consumer->compares)
		return error_set(
			err,
			"%s replays from power-on, and this does not lead to the values of the registers: not exported",
			check->consumer->name);
	if (check_all(check, err) ||
	    selection_apply(&check->selection, &check->v.log, err) ||
	    export_write(check->request, &check->v.log,
			 check->front ? &check->v.firmware : NULL,
			 check->selection.banks, err))
		return -1;
	tell(check);
	return findings ? EXIT_GAP : 0;
}

static int export_alone(const struct request *request, struct error *err)
{
	struct source source = request->source;
	struct check check = new_check(request);
	int ret;

	find_front(&check, &source);
	ret = export_checked(&check, &source, err);
	verify_free(&check.v);
	return ret;
}

int export_for(const struct request *request)
{
	struct register_set lost = { 0 };
	struct error err;
	int ret;

	if (!request->merge) {
		ret = export_alone(request, &err);
	} else {
		ret = export_merge(request, &lost, &err);
		if (!ret && lost.any) {
			export_tell_lost(request, &lost);
			ret = EXIT_GAP;
		}
	}
	return ret < 0 ? export_trouble(request, &err) : ret;
}
