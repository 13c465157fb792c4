// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open files, and whether their offsets still mean what they meant.
 *
 * The files of a log begin with what is there: when records are dropped, offset
 * 0 moves on to the first one left, and a program that was reading somewhere in
 * the middle would go on at another place. Two halves of two records can look
 * like a third one, which never was. So such a read must fail instead.
 *
 * That needs something to be known of each open file, and sysfs keeps nothing
 * for its users there: they learn of reads, and not of open() and close(). What
 * can be known is which files were read at offset 0 since it has last moved.
 * These, and no others, may be read elsewhere too. The next move makes all of
 * them invalid again, so what they take does not add up.
 *
 * A file that is closed stays in the set. The next one may get its address, and
 * is then valid without having been read at 0: it has no offsets from before
 * the move, because it was not open then.
 *
 * The owner's lock protects all of it.
 */

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/xarray.h>

#include "readers.h"

/**
 * tsm_readers_init() - begin with offsets that have never moved
 * @readers: the set
 *
 * Context: Any context.
 */
void tsm_readers_init(struct tsm_readers *readers)
{
	readers->moved = false;
	mt_init(&readers->valid);
}

/**
 * tsm_readers_destroy() - free the memory of the set
 * @readers: the set, which nobody uses any more
 *
 * Context: Process context.
 */
void tsm_readers_destroy(struct tsm_readers *readers)
{
	mtree_destroy(&readers->valid);
}

/**
 * tsm_readers_admit() - may a file be read at an offset?
 * @readers: the set
 * @file: the open file; only its address is used
 * @off: the offset
 *
 * Context: Process context, may sleep. The owner's lock is held.
 *
 * Return: 0, -ESTALE if the offset is from before the last move, or -ENOMEM.
 */
int tsm_readers_admit(struct tsm_readers *readers, const struct file *file,
		      u64 off)
{
	unsigned long key = (unsigned long)file;

	if (!readers->moved || mtree_load(&readers->valid, key))
		return 0;
	if (off)
		return -ESTALE;

	return mtree_store(&readers->valid, key, xa_mk_value(1), GFP_KERNEL);
}

/**
 * tsm_readers_dismiss() - offset 0 has moved
 * @readers: the set
 *
 * Context: Process context. The owner's lock is held.
 */
void tsm_readers_dismiss(struct tsm_readers *readers)
{
	readers->moved = true;
	mtree_destroy(&readers->valid);
}
