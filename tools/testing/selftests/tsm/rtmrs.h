/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Items in /sys/kernel/config/tsm/rtmrs.
 */
#ifndef RTMRS_H
#define RTMRS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RTMRS_ROOT	"/sys/kernel/config/tsm/rtmrs"
#define RTMRS_MODULE	"tsm_rtmr_configfs"

/*
 * Load the module anew, with no items, for the registers of @provider; NULL for
 * those that it takes by itself. All functions return -errno on failure.
 */
int rtmrs_load(const char *provider);

/* Remove all items, and the module. */
int rtmrs_unload(void);

int rtmrs_make(const char *item);
int rtmrs_remove(const char *item);

/* An item that has the register @index. */
int rtmrs_claim(const char *item, unsigned int index);

int rtmrs_open(int flags, const char *item, const char *file);

/* Open, one read() or write(), close. */
ssize_t rtmrs_read(const char *item, const char *file, void *buf, size_t size);
ssize_t rtmrs_write(const char *item, const char *file, const void *data,
		    size_t len);

#endif /* RTMRS_H */
