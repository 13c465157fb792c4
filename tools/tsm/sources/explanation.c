// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What records without content were.
 */
#include <stdlib.h>
#include <string.h>

#include "sources/explanation.h"

struct explanation {
	enum bank_id bank;
	const uint8_t *digest;
	const struct explanation_file *file;
	size_t offset; /* of the record */
};

bool explanations_add(struct explanations *explanations, const char *path)
{
	if (explanations->nr_files == EXPLANATION_FILES_MAX)
		return false;
	explanations->files[explanations->nr_files++].path = path;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct explanation *one = a, *two = b;
	int order;

	if (one->bank != two->bank)
		return one->bank < two->bank ? -1 : 1;
	order = memcmp(one->digest, two->digest, banks[one->bank].size);
	if (order)
		return order;
	/* The first file and the first record come first. */
	if (one->file != two->file)
		return one->file < two->file ? -1 : 1;
	return one->offset < two->offset ? -1 : one->offset > two->offset;
}

static int add_digests(struct explanations *explanations,
		       const struct explanation_file *file, size_t *size,
		       const struct cel_record *rec, struct error *err)
{
	struct explanation *more;
	enum bank_id bank;

	if (explanations->nr + BANK_COUNT > *size) {
		*size = 2 * (explanations->nr + BANK_COUNT);
		more = realloc(explanations->list, *size * sizeof(*more));
		if (!more)
			return error_set(err, "no memory");
		explanations->list = more;
	}
	for (bank = 0; bank_next(rec->banks, &bank); bank++)
		explanations->list[explanations->nr++] = (struct explanation){
			.bank = bank,
			.digest = rec->digest[bank],
			.file = file,
			.offset = rec->offset,
		};
	return 0;
}

static int read_file(struct explanations *explanations,
		     struct explanation_file *file, size_t *size,
		     struct error *err)
{
	struct cel_reader reader = { .log = &file->cel };
	struct cel_record rec;
	int ret;

	if (buffer_read_locked(&file->cel, file->path, err))
		return -1;
	/* Which kind its registers are of, does not matter to digests. */
	ret = import_any(&file->cel, false, &file->imported, err);
	while (!ret) {
		ret = cel_next(&reader, &rec, err);
		if (!ret)
			return 0;
		ret = ret < 0 || add_digests(explanations, file, size, &rec,
					     err) ?
			      -1 :
			      0;
	}
	return error_prefix(err, file->path);
}

int explanations_read(struct explanations *explanations, struct error *err)
{
	size_t i, size = 0;

	for (i = 0; i < explanations->nr_files; i++)
		if (read_file(explanations, &explanations->files[i], &size,
			      err))
			return -1;
	if (explanations->nr)
		qsort(explanations->list, explanations->nr,
		      sizeof(*explanations->list), compare);
	return 0;
}

/* The first one in the order that is not before @key. */
static size_t lower_bound(const struct explanations *explanations,
			  const struct explanation *key)
{
	size_t low = 0, high = explanations->nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(&explanations->list[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_same_register(const struct explanation_file *file,
			     const struct cel_record *a,
			     const struct cel_record *b)
{
	return !file->imported.has_registers || a->is_ccmr != b->is_ccmr ||
	       a->index == b->index;
}

static bool find_in_bank(const struct explanations *explanations,
			 const struct cel_record *rec, enum bank_id bank,
			 struct explained *explained)
{
	const struct explanation key = {
		.bank = bank,
		.digest = rec->digest[bank],
	};
	size_t i = lower_bound(explanations, &key);

	for (; i < explanations->nr; i++) {
		const struct explanation *found = &explanations->list[i];
		struct cel_reader reader = { .log = &found->file->cel,
					     .pos = found->offset };
		struct error err;

		if (found->bank != bank ||
		    memcmp(found->digest, key.digest, banks[bank].size))
			return false;
		explained->file = found->file;
		explained->bank = bank;
		if (cel_next(&reader, &explained->rec, &err) > 0 &&
		    is_same_register(found->file, rec, &explained->rec))
			return true;
	}
	return false;
}

bool explanations_find(const struct explanations *explanations,
		       const struct cel_record *rec,
		       struct explained *explained)
{
	unsigned int set = rec->banks;

	while (set) {
		enum bank_id bank = bank_strongest(set);

		if (find_in_bank(explanations, rec, bank, explained))
			return true;
		set &= ~BANK_BIT(bank);
	}
	return false;
}

void explanations_free(struct explanations *explanations)
{
	size_t i;

	for (i = 0; i < explanations->nr_files; i++)
		buffer_free(&explanations->files[i].cel);
	free(explanations->list);
	*explanations = (struct explanations){ 0 };
}
