/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of events, as the TCG PC Client Platform Firmware Profile names them.
 */
#ifndef TSM_LOG_EVENT_TYPE_H
#define TSM_LOG_EVENT_TYPE_H

#include <stdbool.h>
#include <stdint.h>

/* An event of this type extends nothing, so no record has it. */
#define EVENT_TYPE_NO_ACTION 3

/* Types whose data other programs look into. */
#define EVENT_TYPE_POST_CODE 0x01
#define EVENT_TYPE_EVENT_TAG 0x06
#define EVENT_TYPE_IPL 0x0d
#define EVENT_TYPE_OMIT_BOOT_DEVICE_EVENTS 0x12
#define EVENT_TYPE_EFI_ACTION 0x80000007

/* "EV_ACTION" or so, or NULL if it has no name there. */
const char *event_type_name(uint32_t type);

/* Parse a name, or a number: decimal, or hexadecimal after 0x. */
bool event_type_parse(const char *text, uint32_t *type);

#endif
