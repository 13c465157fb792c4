// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of what a driver registers.
 *
 * A bad definition is a bug in a driver. It is refused as a whole, with a line
 * in the kernel log that tells its author what is wrong, before anything of it
 * is used.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "tsm.h"

/* Names that the driver core uses for itself in a device's directory. */
static const char *const reserved_names[] = {
	"device", "power", "subsystem", "uevent",
};

/*
 * A name becomes the name of a directory and a word of a checkpoint line, and
 * people type it.
 */
static bool name_is_good(const char *name)
{
	size_t len = strnlen(name, TSM_NAME_MAX + 1);

	if (!len || len > TSM_NAME_MAX || name[0] == '.')
		return false;

	for (size_t i = 0; i < len; i++) {
		if (!isascii(name[i]) ||
		    (!isalnum(name[i]) && !strchr("_-.", name[i])))
			return false;
	}

	return true;
}

static const char *
check_register(const struct tsm_measurement *tm,
	       const struct tsm_measurement_register *mr)
{
	if (match_string(reserved_names, ARRAY_SIZE(reserved_names),
			 mr->mr_name) >= 0)
		return "the name is reserved";
	if (!mr->mr_value)
		return "no mr_value";
	if (!mr->mr_size)
		return "mr_size is 0";
	if (!(mr->mr_flags & TSM_MR_F_READABLE))
		return "TSM_MR_F_READABLE is missing";
	if ((mr->mr_flags & TSM_MR_F_LIVE) && !tm->refresh)
		return "TSM_MR_F_LIVE needs refresh()";
	if (tsm_mr_index(tm, mr) != TSM_INDEX_NONE &&
	    tsm_mr_index(tm, mr) > TSM_INDEX_MAX)
		return "mr_index is out of range";

	if (mr->mr_flags & TSM_MR_F_NOHASH) {
		if (mr->mr_flags & TSM_MR_F_WRITABLE)
			return "a register without a hash cannot be extended";
		return NULL;
	}

	if ((unsigned int)mr->mr_hash >= HASH_ALGO__LAST)
		return "mr_hash is unknown";
	if (mr->mr_size != hash_digest_size[mr->mr_hash])
		return "mr_size is not the digest size of mr_hash";

	if (mr->mr_flags & TSM_MR_F_WRITABLE) {
		if (!tm->extend)
			return "TSM_MR_F_WRITABLE needs extend()";
		if (tsm_mr_index(tm, mr) == TSM_INDEX_NONE)
			return "TSM_MR_F_WRITABLE needs mr_index";
	}
	if ((mr->mr_flags & TSM_MR_F_WRITABLE || tsm_mr_is_told(tm, mr)) &&
	    tsm_hash_tcg_alg(mr->mr_hash) < 0)
		return "the log cannot name mr_hash";

	return NULL;
}

/* Do @a and @b, two elements of @tm->mrs, go together? */
static const char *check_pair(const struct tsm_measurement *tm,
			      const struct tsm_measurement_register *a,
			      const struct tsm_measurement_register *b)
{
	bool same_index = tsm_mr_index(tm, a) == tsm_mr_index(tm, b);

	if (strcmp(a->mr_name, b->mr_name))
		return same_index && tsm_mr_index(tm, a) != TSM_INDEX_NONE ?
		       "mr_index is another register's" : NULL;

	if (a->mr_flags != b->mr_flags)
		return "banks differ in mr_flags";
	if (a->mr_flags & TSM_MR_F_NOHASH || a->mr_hash == b->mr_hash)
		return "defined twice";
	if (!same_index)
		return "banks differ in mr_index";

	return NULL;
}

static const char *check_registers(const struct tsm_measurement *tm, size_t *bad)
{
	for (size_t i = 0; i < tm->nr_mrs; i++) {
		const char *reason;

		*bad = i;
		reason = check_register(tm, &tm->mrs[i]);
		for (size_t j = 0; j < i && !reason; j++)
			reason = check_pair(tm, &tm->mrs[j], &tm->mrs[i]);
		if (reason)
			return reason;
	}

	return NULL;
}

/**
 * tsm_check_definition() - may a driver register this?
 * @tm: the definition
 *
 * Context: Any context.
 *
 * Return: 0, or -EINVAL after saying in the kernel log what is wrong.
 */
int tsm_check_definition(const struct tsm_measurement *tm)
{
	const char *reason;
	size_t bad;

	if (!tm || !tm->name || !name_is_good(tm->name)) {
		pr_err("a provider needs a name of letters, digits and _-.\n");
		return -EINVAL;
	}
	if (!tm->mrs || !tm->nr_mrs) {
		pr_err("%s: no registers\n", tm->name);
		return -EINVAL;
	}
	if (tm->index_space != TSM_INDEX_PCR &&
	    tm->index_space != TSM_INDEX_CCMR) {
		pr_err("%s: index_space is unknown\n", tm->name);
		return -EINVAL;
	}
	if (!tm->firmware && tm->firmware_size) {
		pr_err("%s: firmware_size without firmware\n", tm->name);
		return -EINVAL;
	}

	for (size_t i = 0; i < tm->nr_mrs; i++) {
		if (!tm->mrs[i].mr_name || !name_is_good(tm->mrs[i].mr_name)) {
			pr_err("%s: register %zu needs a name of letters, digits and _-.\n",
			       tm->name, i);
			return -EINVAL;
		}
	}

	reason = check_registers(tm, &bad);
	if (reason) {
		pr_err("%s: register %s: %s\n", tm->name, tm->mrs[bad].mr_name,
		       reason);
		return -EINVAL;
	}

	return 0;
}
