/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the launcher of Container-Optimized OS measures: content of a type of its
 * own, whose value is one TLV: of what kind it is, and a text.
 */
#ifndef TSM_LOG_COS_EVENT_H
#define TSM_LOG_COS_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COS_CONTENT_TYPE 80

/* Whether this can be the value of its content. */
bool cos_event_valid(const uint8_t *data, size_t len);

/* The number of a kind by its name, such as "image-ref"; -1 if there is none. */
int cos_event_kind(const char *name);

#endif
