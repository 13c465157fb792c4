/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Open files, and whether their offsets still mean what they meant.
 */
#ifndef __TSM_READERS_H
#define __TSM_READERS_H

#include <linux/fs.h>
#include <linux/maple_tree.h>
#include <linux/types.h>

/**
 * struct tsm_readers - the open files whose offsets are valid
 * @moved: offset 0 has moved at least once
 * @valid: files that were read at offset 0 since it has last moved
 */
struct tsm_readers {
	bool moved;
	struct maple_tree valid;
};

void tsm_readers_init(struct tsm_readers *readers);
void tsm_readers_destroy(struct tsm_readers *readers);
int __must_check tsm_readers_admit(struct tsm_readers *readers,
				   const struct file *file, u64 off);
void tsm_readers_dismiss(struct tsm_readers *readers);

#endif /* __TSM_READERS_H */
