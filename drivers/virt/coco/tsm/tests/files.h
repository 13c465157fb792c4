/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of a provider.
 */
#ifndef __TSM_TESTS_FILES_H
#define __TSM_TESTS_FILES_H

#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/types.h>

#include "fake.h"

struct file *log_open(const struct fake *fake, const char *name, int flags);
void log_close(struct file *file);
void files_exit(void);
int file_mode(struct fake *fake, const char *path);
bool file_has_write(struct fake *fake, const char *path);
ssize_t file_read_at(struct fake *fake, const char *path, void *buf,
		     size_t count, loff_t off);
ssize_t file_write_at(struct fake *fake, const char *path, const void *data,
		      size_t count, loff_t off);
ssize_t file_write(struct fake *fake, const char *path, const void *data,
		   size_t count);
const char *file_text(struct kunit *test, struct fake *fake, const char *path);
u64 file_number(struct kunit *test, struct fake *fake, const char *path);
unsigned int count_lines(struct kunit *test, struct fake *fake,
			 const char *words);
u8 *file_bytes(struct kunit *test, struct fake *fake, const char *path,
	       size_t *size);

#endif /* __TSM_TESTS_FILES_H */
