/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One function for each instruction that C has no words for.
 */
#ifndef TEE_EMU_X86_H
#define TEE_EMU_X86_H

#include "asm.h"
#include "types.h"

static inline u8 inb(u16 port)
{
	u8 value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline u16 inw(u16 port)
{
	u16 value;

	asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline u32 inl(u16 port)
{
	u32 value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void outb(u8 value, u16 port)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outw(u16 value, u16 port)
{
	asm volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outl(u32 value, u16 port)
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

static inline u32 mmio_read32(u64 address)
{
	return *(volatile u32 *)address;
}

static inline void mmio_write32(u64 address, u32 value)
{
	*(volatile u32 *)address = value;
}

static inline u8 mmio_read8(u64 address)
{
	return *(volatile u8 *)address;
}

static inline void mmio_write8(u64 address, u8 value)
{
	*(volatile u8 *)address = value;
}

#endif
