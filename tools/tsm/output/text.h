/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event data as text for people. Any byte may be in there: what is printed
 * must neither drive a terminal nor look like something else.
 */
#ifndef TSM_LOG_TEXT_H
#define TSM_LOG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Valid UTF-8, at least one character. */
bool text_is_utf8(const uint8_t *data, size_t len);

/*
 * The next character of @data and how many bytes it takes, or 0 if there is no
 * valid one.
 */
size_t text_decode(const uint8_t *data, size_t len, uint32_t *character);

/* Whether a character can be seen, and leaves others as they are. */
bool text_is_seen(uint32_t character);

/* How many characters of ASCII @data begins with that need no escape in quotes. */
size_t text_plain_bytes(const uint8_t *data, size_t len);

/*
 * Print valid UTF-8 in double quotes on one line, with C escapes: backslash,
 * quote, control and invisible characters and, unless @utf8 says that the
 * reader of @out understands them, all that is not ASCII.
 */
void text_print(FILE *out, const uint8_t *data, size_t len, bool utf8);

#endif
