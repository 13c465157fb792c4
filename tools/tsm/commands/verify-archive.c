// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log verify DIR: check all that is in an archive.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/command.h"
#include "output/chain-report.h"
#include "output/json.h"
#include "output/report.h"
#include "replay/chain.h"
#include "sources/archive.h"
#include "sources/archived.h"
#include "sources/boot.h"

struct check {
	const struct archive_check *how;
	char provider[REGISTER_NAME_SIZE]; /* the last one, and of its logs */
	uint64_t number; /* the last one's */
	bool separator; /* JSON: an object was printed before */
	size_t nr_segments;
	bool differs;
	bool unchecked;
};

static void unchecked(void *data, const struct error *err)
{
	struct check *check = data;

	fflush(stdout);
	fprintf(stderr, "tsm-log: could not check: %s\n", err->text);
	check->unchecked = true;
}

static void show_object(struct check *check, struct json_object *object)
{
	fputs(check->separator ? ",\n" : "\n", stdout);
	check->separator = true;
	json_print(stdout, object);
	json_object_put(object);
}

static void show(struct check *check, const struct chain *chain)
{
	char label[REGISTER_NAME_SIZE + INSTANCE_SIZE];
	struct error err;

	if (check->how->json)
		show_object(check, chain_json(chain));
	else
		chain_text(chain, stdout);
	if (chain->failed)
		err = chain->error;
	else if (chain->is_live && chain->live.failed)
		err = chain->live.error;
	else
		return;
	snprintf(label, sizeof(label), "%s/%s", chain->provider,
		 chain->instance);
	error_prefix(&err, label);
	unchecked(check, &err);
}

/* The path of @name in @dir, if that is there. */
static bool find_file(const struct archive_dir *dir, const char *name,
		      char path[PATH_MAX])
{
	int len = snprintf(path, PATH_MAX, "%s/%s", dir->path, name);

	return len > 0 && len < PATH_MAX && !access(path, F_OK);
}

/* From power-on, by the firmware's log and systemd's that were kept with it. */
static void follow_firmware(struct check *check, const char *label,
			    const struct archive_dir *dir)
{
	char firmware[PATH_MAX], systemd[PATH_MAX];
	struct verification v = { .name = label,
				  .leave_out = check->how->leave_out,
				  .strict = check->how->strict };
	enum verify_result result;

	if (!find_file(dir, BOOT_FIRMWARE, firmware)) {
		error_set(&v.error, "%s: there is no log of the firmware",
			  label);
		unchecked(check, &v.error);
		return;
	}
	v.firmware_path = firmware;
	if (find_file(dir, BOOT_SYSTEMD, systemd))
		earlier_add(&v.earlier, systemd);
	v.failed = archived_read(&v.log, dir, &v.error);
	if (!v.failed)
		verify_buffers(&v, NULL);
	if (check->how->json)
		show_object(check, report_json(&v));
	else
		report_text(&v, stdout);
	if (v.failed) {
		error_prefix(&v.error, label);
		unchecked(check, &v.error);
	}
	result = verify_result(&v);
	if (verify_status(result) == VERIFY_DIFFERS)
		check->differs = true;
	verify_free(&v);
}

/* The number of the log before, of the same provider. */
static uint64_t number_before(struct check *check, const char *provider,
			      const struct boot *boot)
{
	uint64_t before = strcmp(check->provider, provider) ? 0 : check->number;

	snprintf(check->provider, sizeof(check->provider), "%s", provider);
	check->number = boot->number;
	return before;
}

static void check_instance(void *data, const char *provider, const char *name,
			   const struct archive_dir *dir,
			   const struct boot *boot)
{
	struct check *check = data;
	struct chain chain = { .provider = provider,
			       .instance = name,
			       .boot = *boot,
			       .number_before =
				       number_before(check, provider, boot),
			       .strict = check->how->strict,
			       .leave_out = check->how->leave_out,
			       .live.strict = check->how->strict };
	char label[REGISTER_NAME_SIZE + INSTANCE_SIZE];

	chain_verify(&chain, dir, check->how->root);
	if (verify_status(chain_result(&chain)) == VERIFY_DIFFERS)
		check->differs = true;
	if (chain.nr_segments || chain.failed || boot->number)
		show(check, &chain);
	check->nr_segments += chain.nr_segments;
	snprintf(label, sizeof(label), "%s/%s", provider, name);
	if (check->how->follow_firmware && chain.nr_segments)
		follow_firmware(check, label, dir);
	chain_free(&chain);
}

static void check_archive(struct check *check, const char *path)
{
	static const struct archive_visitor visitor = { check_instance,
							unchecked };
	struct error err;

	archive_visit(path, &visitor, check);
	/* To have checked nothing must not pass for a success. */
	if (check->nr_segments || check->unchecked)
		return;
	error_set(&err, "there is no segment in %s", path);
	unchecked(check, &err);
}

int verify_archive(const char *path, const struct archive_check *how)
{
	struct check check = { .how = how };

	check_archive(&check, path);
	if (check.differs)
		return VERIFY_DIFFERS;
	return check.unchecked ? VERIFY_UNCHECKED : VERIFY_OK;
}
