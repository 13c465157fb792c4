/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One function for each instruction that C has no words for.
 */
#ifndef TEE_EMU_X86_H
#define TEE_EMU_X86_H

#include "asm.h"
#include "types.h"

static inline u8 in8(u16 port)
{
	u8 value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline u16 in16(u16 port)
{
	u16 value;

	asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline u32 in32(u16 port)
{
	u32 value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void out8(u8 value, u16 port)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void out16(u16 value, u16 port)
{
	asm volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void out32(u32 value, u16 port)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline u64 rdmsr(u32 msr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (u64)high << 32 | low;
}

static inline void wrmsr(u32 msr, u64 value)
{
	asm volatile("wrmsr"
		     :
		     : "a"(lower_32_bits(value)), "d"(upper_32_bits(value)),
		       "c"(msr));
}

static inline u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

static inline void write_cr3(u64 value)
{
	asm volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline void cpu_relax(void)
{
	asm volatile("pause");
}

/* Device memory: exactly one access of exactly this size. */
static inline u8 mmio_read8(u64 address)
{
	u8 value;

	asm volatile("movb %1, %0"
		     : "=q"(value)
		     : "m"(*(u8 *)address)
		     : "memory");
	return value;
}

static inline void mmio_write8(u64 address, u8 value)
{
	asm volatile("movb %1, %0"
		     : "=m"(*(u8 *)address)
		     : "q"(value)
		     : "memory");
}

static inline u16 mmio_read16(u64 address)
{
	u16 value;

	asm volatile("movw %1, %0"
		     : "=r"(value)
		     : "m"(*(u16 *)address)
		     : "memory");
	return value;
}

static inline void mmio_write16(u64 address, u16 value)
{
	asm volatile("movw %1, %0"
		     : "=m"(*(u16 *)address)
		     : "r"(value)
		     : "memory");
}

static inline u32 mmio_read32(u64 address)
{
	u32 value;

	asm volatile("movl %1, %0"
		     : "=r"(value)
		     : "m"(*(u32 *)address)
		     : "memory");
	return value;
}

static inline void mmio_write32(u64 address, u32 value)
{
	asm volatile("movl %1, %0"
		     : "=m"(*(u32 *)address)
		     : "r"(value)
		     : "memory");
}

static inline u64 mmio_read64(u64 address)
{
	u64 value;

	asm volatile("movq %1, %0"
		     : "=r"(value)
		     : "m"(*(u64 *)address)
		     : "memory");
	return value;
}

static inline void mmio_write64(u64 address, u64 value)
{
	asm volatile("movq %1, %0"
		     : "=m"(*(u64 *)address)
		     : "r"(value)
		     : "memory");
}

#endif
