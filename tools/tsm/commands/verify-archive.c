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
	bool strict;
	bool json;
	bool separator; /* JSON: an object was printed before */
	size_t nr_segments;
	bool differs;
	bool unchecked;
};

static void unchecked(struct check *check, const struct error *err)
{
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

static void check_instance(struct check *check,
			   const struct archive_dir *provider,
			   const char *provider_name, const char *name)
{
	struct chain chain = { .provider = provider_name,
			       .instance = name,
			       .strict = check->strict,
			       .live.strict = check->strict };
	struct archive_dir dir;
	struct error err;
	int ret = archive_dir_open(&dir, provider, name, &err);

	if (ret < 0)
		unchecked(check, &err);
	if (ret <= 0)
		return;
	chain_verify(&chain, &dir, check->root);
	if (verify_status(chain_result(&chain)) == VERIFY_DIFFERS)
		check->differs = true;
	if (chain.nr_segments || chain.failed)
		show(check, &chain);
	check->nr_segments += chain.nr_segments;
	chain_free(&chain);
	archive_dir_close(&dir);
}

static void check_provider(struct check *check, const struct archive_dir *top,
			   const char *name)
{
	struct archive_dir dir;
	struct error err;
	char **names;
	int i, nr, ret = archive_dir_open(&dir, top, name, &err);

	if (ret > 0) {
		nr = archive_instances(&dir, &names, &err);
		for (i = 0; i < nr; i++)
			check_instance(check, &dir, name, names[i]);
		if (nr >= 0)
			names_free(names, nr);
		archive_dir_close(&dir);
		ret = nr < 0 ? -1 : 1;
	}
	if (ret < 0)
		unchecked(check, &err);
}

static void check_archive(struct check *check, const char *path)
{
	struct archive_dir top;
	struct error err;
	char **names;
	int i, nr, ret = archive_dir_open(&top, NULL, path, &err);

	if (!ret)
		ret = error_set(&err, "there is no directory %s", path);
	if (ret > 0) {
		nr = archive_providers(&top, &names, &err);
		for (i = 0; i < nr; i++)
			check_provider(check, &top, names[i]);
		if (nr >= 0)
			names_free(names, nr);
		archive_dir_close(&top);
		ret = nr < 0 ? -1 : 1;
	}
	/* To have checked nothing must not pass for a success. */
	if (ret > 0 && !check->nr_segments && !check->unchecked)
		ret = error_set(&err, "there is no segment in %s", path);
	if (ret < 0)
		unchecked(check, &err);
}

int verify_archive(const char *path, const char *root, bool strict, bool json)
{
	struct check check = { .root = root, .strict = strict, .json = json };

	check_archive(&check, path);
	if (check.differs)
		return VERIFY_DIFFERS;
	return check.unchecked ? VERIFY_UNCHECKED : VERIFY_OK;
}
