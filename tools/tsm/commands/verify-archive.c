// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log verify DIR: check all that is in an archive.
 */
#include <stdbool.h>
#include <stdio.h>

#include "commands/command.h"
#include "output/chain-report.h"
#include "output/json.h"
#include "replay/chain.h"
#include "sources/archive.h"

struct check {
	const char *root; /* NULL: do not look at live logs */
	const struct register_set *leave_out;
	bool strict;
	bool json;
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

static void show(struct check *check, const struct chain *chain)
{
	char label[REGISTER_NAME_SIZE + INSTANCE_SIZE];
	struct json_object *object;
	struct error err;

	if (!check->json) {
		chain_text(chain, stdout);
	} else {
		fputs(check->separator ? ",\n" : "\n", stdout);
		check->separator = true;
		object = chain_json(chain);
		json_print(stdout, object);
		json_object_put(object);
	}
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

static void check_instance(void *data, const char *provider, const char *name,
			   const struct archive_dir *dir)
{
	struct check *check = data;
	struct chain chain = { .provider = provider,
			       .instance = name,
			       .strict = check->strict,
			       .leave_out = *check->leave_out,
			       .live.strict = check->strict };

	chain_verify(&chain, dir, check->root);
	if (verify_status(chain_result(&chain)) == VERIFY_DIFFERS)
		check->differs = true;
	if (chain.nr_segments || chain.failed)
		show(check, &chain);
	check->nr_segments += chain.nr_segments;
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

int verify_archive(const char *path, const char *root,
		   const struct register_set *leave_out, bool strict, bool json)
{
	struct check check = { .root = root,
			       .leave_out = leave_out,
			       .strict = strict,
			       .json = json };

	check_archive(&check, path);
	if (check.differs)
		return VERIFY_DIFFERS;
	return check.unchecked ? VERIFY_UNCHECKED : VERIFY_OK;
}
