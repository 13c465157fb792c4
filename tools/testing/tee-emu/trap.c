// SPDX-License-Identifier: GPL-2.0
/*
 * Exceptions of the emulator itself, which are bugs: say where.
 */
#include "console.h"
#include "trap.h"
#include "x86.h"

#define NR_EXCEPTIONS 32
#define ENTRY_SIZE 16
#define GATE_INTERRUPT 0x8e00

struct gate {
	u16 offset_low;
	u16 selector;
	u16 flags;
	u16 offset_middle;
	u32 offset_high;
	u32 reserved;
} __packed;

static struct gate idt[NR_EXCEPTIONS] __aligned(16);

void trap_report(u64 vector, u64 error, u64 rip, u64 cr2)
{
	die("exception %llu, error code %llx, at RIP %llx, CR2 %llx: a bug in the emulator",
	    vector, error, rip, cr2);
}

/**
 * trap_setup() - have exceptions of the emulator reported
 */
void trap_setup(void)
{
	struct {
		u16 limit;
		u64 base;
	} __packed pointer = { sizeof(idt) - 1, ptr_to_phys(idt) };

	for (u64 i = 0; i < NR_EXCEPTIONS; i++) {
		u64 entry = trap_entries + i * ENTRY_SIZE;

		idt[i].offset_low = entry;
		idt[i].selector = SELECTOR_CODE;
		idt[i].flags = GATE_INTERRUPT;
		idt[i].offset_middle = entry >> 16;
		idt[i].offset_high = entry >> 32;
	}
	asm volatile("lidt %0" : : "m"(pointer));
}
