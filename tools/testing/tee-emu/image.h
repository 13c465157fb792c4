/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_IMAGE_H
#define TEE_EMU_IMAGE_H

/* Where the emulator itself is in memory: emulator.lds. */
extern const char image_start[], image_end[];

#endif
