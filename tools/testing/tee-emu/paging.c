// SPDX-License-Identifier: GPL-2.0
/*
 * Paging: one map, used three times over.
 *
 * The guest's physical memory is the machine's, address by address, so that
 * QEMU's devices and firmware tables are where the guest expects them. Above,
 * from bit 47 on, the same memory appears again: a TDX guest sets that bit in
 * the addresses of pages that it shares with the host, an SEV guest in those
 * that are its own, and both find what they put there.
 *
 * These tables are the guest's nested tables. They are also the emulator's
 * own page tables and the ones the guest starts with, which may as well be
 * the same.
 */
#include "paging.h"
#include "string.h"
#include "x86.h"

#define ENTRIES 512
#define HALF (ENTRIES / 2)
#define SHIFT_1G 30
#define ADDRESS_MASK 0x00007ffffffff000ULL

/* Nested page walks count as user accesses, hence PTE_USER. */
#define TABLE_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_USER)

static u64 root[ENTRIES] __aligned(PAGE_SIZE);
static u64 gigabytes[HALF][ENTRIES] __aligned(PAGE_SIZE);

/**
 * paging_setup() - map everything below bit 47, twice, and start using that
 *
 * All of it, rather than what there is of memory: newer firmware puts device
 * windows very high.
 */
void paging_setup(void)
{
	for (u64 i = 0; i < HALF; i++) {
		for (u64 j = 0; j < ENTRIES; j++)
			gigabytes[i][j] = (i * ENTRIES + j) << SHIFT_1G |
					  TABLE_FLAGS | PTE_LARGE;
		root[i] = ptr_to_phys(gigabytes[i]) | TABLE_FLAGS;
		root[HALF + i] = root[i];
	}
	write_cr3(paging_root());
}

u64 paging_root(void)
{
	return ptr_to_phys(root);
}

/*
 * Find the physical address of @linear in the guest's four-level tables. The
 * guest has just executed there, so permissions need no check.
 */
static bool translate(u64 cr0, u64 cr3, u64 linear, u64 *physical)
{
	u64 table = cr3 & ADDRESS_MASK;

	if (!(cr0 & X86_CR0_PG)) {
		*physical = linear;
		return true;
	}
	for (int shift = 39; shift >= 12; shift -= 9) {
		u64 *entries = phys_to_ptr(table);
		u64 entry = entries[(linear >> shift) % ENTRIES];
		u64 offset = linear & (BIT(shift) - 1);

		if (!(entry & PTE_PRESENT))
			return false;
		if (shift == 12 || (shift < 39 && (entry & PTE_LARGE))) {
			*physical = (entry & ADDRESS_MASK & ~(BIT(shift) - 1)) |
				    offset;
			return true;
		}
		table = entry & ADDRESS_MASK;
	}
	return false;
}

/**
 * paging_fetch() - read bytes of the guest's code
 * @cr0: the guest's
 * @cr3: the guest's
 * @linear: linear address of the first byte
 * @bytes: where to put them
 * @count: how many
 *
 * Return: false if the guest's page tables do not reach them.
 */
bool paging_fetch(u64 cr0, u64 cr3, u64 linear, u8 *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		u64 physical;

		if (!translate(cr0, cr3, linear + i, &physical))
			return false;
		memcpy(bytes + i, phys_to_ptr(physical), 1);
	}
	return true;
}
