/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The integer types and small helpers that kernel code takes for granted, for
 * a program that has neither a kernel nor a C library under it.
 */
#ifndef TEE_EMU_TYPES_H
#define TEE_EMU_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define BIT(n) (1ULL << (n))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define fallthrough __attribute__((__fallthrough__))
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __noreturn __attribute__((noreturn))
#define __printf(fmt, first) __attribute__((format(printf, fmt, first)))

#define PAGE_SIZE 4096

/* For powers of two */
static inline u64 align_up(u64 value, u64 alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

static inline bool is_aligned(u64 value, u64 alignment)
{
	return (value & (alignment - 1)) == 0;
}

static inline u32 lower_32_bits(u64 value)
{
	return value;
}

static inline u32 upper_32_bits(u64 value)
{
	return value >> 32;
}

/*
 * Physical memory is mapped one to one, the guest's and the emulator's alike.
 */
static inline void *phys_to_ptr(u64 address)
{
	return (void *)address;
}

static inline u64 ptr_to_phys(const void *pointer)
{
	return (u64)pointer;
}

#endif
