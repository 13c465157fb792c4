// SPDX-License-Identifier: GPL-2.0
/*
 * Isolation: a private page cannot be used as shared, nor the reverse.
 *
 * With tee.isolate the guest gets nested tables of its own, in which each page
 * of its memory is present once only, where its state says: with the shared bit
 * (TDX) or without the C-bit (SEV) if it is shared, and at the other place if it
 * is private. All memory is private at first. The guest's page state changes
 * move pages; a use at the wrong place is a nested page fault, and ends the run.
 * So a driver that forgets to convert a buffer is found, and so is one that goes
 * on using a page as it was before.
 *
 * What is not memory (devices, the firmware's tables, the emulator) stays
 * present at both places.
 */
#include <asm/bootparam.h>

#include "asm.h"
#include "console.h"
#include "fault.h"
#include "isolation.h"
#include "paging.h"
#include "string.h"
#include "vcpu.h"

#define ENTRIES 512
#define SIZE_2M (2ULL << 20)
#define SHIFT_4K 12
#define SHIFT_2M 21
#define SHIFT_1G 30
#define SIZE_TABLE_1G (ENTRIES * (1ULL << SHIFT_1G))

#define TABLE_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_USER)
#define ENTRY_ADDRESS 0x00007ffffffff000ULL

#define E820_RAM 1

/* Two for each gigabyte of memory, two for 2 MB that are not of one state. */
#define POOL_PAGES 256
static u64 pool[POOL_PAGES][ENTRIES] __aligned(PAGE_SIZE);
static size_t pool_used;

static u64 root[ENTRIES] __aligned(PAGE_SIZE);
/* Without and with the address bit, for addresses below 512 GB. */
static u64 halves[2][ENTRIES] __aligned(PAGE_SIZE);

/* What an SEV guest starts with: everything with the C-bit. */
static u64 launch_root[ENTRIES] __aligned(PAGE_SIZE);
static u64 launch_map[ENTRIES] __aligned(PAGE_SIZE);

static const struct boot_params *memory_map;
static unsigned int private_half;

/*
 * Replace an entry for a large page by a table of 512 smaller ones that says
 * the same.
 */
static u64 *split(u64 *entry, unsigned int shift)
{
	u64 *table;
	u64 flags = *entry & (PTE_WRITE | PTE_USER | PTE_PRESENT);

	if (!(*entry & PTE_LARGE))
		return phys_to_ptr(*entry & ENTRY_ADDRESS);
	if (pool_used == POOL_PAGES)
		die("the guest's shared pages are too scattered for tee.isolate: use less memory");
	table = pool[pool_used++];
	if (shift > SHIFT_4K)
		flags |= PTE_LARGE;
	for (u64 i = 0; i < ENTRIES; i++)
		table[i] = ((*entry & ENTRY_ADDRESS) + (i << shift)) | flags;
	*entry = ptr_to_phys(table) | TABLE_FLAGS;
	return table;
}

static void set_present(u64 *entry, bool present)
{
	*entry = present ? *entry | PTE_PRESENT : *entry & ~(u64)PTE_PRESENT;
}

/* One page, or 2 MB at once, in one half. */
static void map(unsigned int half, u64 address, u64 size, bool present)
{
	u64 *megabytes = split(&halves[half][address >> SHIFT_1G], SHIFT_2M);
	u64 *entry = &megabytes[(address >> SHIFT_2M) % ENTRIES];

	if (size == SIZE_2M && *entry & PTE_LARGE) {
		set_present(entry, present);
		return;
	}
	for (u64 end = address + size; address < end; address += PAGE_SIZE) {
		u64 *pages = split(entry, SHIFT_4K);

		set_present(&pages[(address >> SHIFT_4K) % ENTRIES], present);
	}
}

/* How much of the guest's memory there is from @address on. */
static u64 memory_after(u64 address)
{
	for (size_t i = 0; i < memory_map->e820_entries; i++) {
		const struct boot_e820_entry *entry =
			&memory_map->e820_table[i];
		u64 end = (entry->addr + entry->size) & ~(PAGE_SIZE - 1ULL);

		if (entry->type == E820_RAM && end <= SIZE_TABLE_1G &&
		    address >= align_up(entry->addr, PAGE_SIZE) &&
		    address < end)
			return end - address;
	}
	return 0;
}

static void change_state(u64 start, u64 size, bool shared)
{
	u64 step;

	for (u64 address = start; address < start + size; address += step) {
		u64 rest = start + size - address;
		u64 memory = memory_after(address);

		step = PAGE_SIZE;
		if (is_aligned(address, SIZE_2M) && rest >= SIZE_2M &&
		    memory >= SIZE_2M)
			step = SIZE_2M;
		if (!memory)
			continue;
		map(private_half, address, step, !shared);
		map(!private_half, address, step, shared);
	}
}

/**
 * isolation_setup() - make all of the guest's memory private
 * @vcpu: the processor
 * @params: boot parameters, with the memory map
 * @bit_is_private: the address bit marks private pages, not shared ones
 */
void isolation_setup(struct vcpu *vcpu, const struct boot_params *params,
		     bool bit_is_private)
{
	const u64 *identity = phys_to_ptr(paging_root());
	const u64 *gigabytes = phys_to_ptr(identity[0] & ENTRY_ADDRESS);

	memory_map = params;
	private_half = bit_is_private;
	memcpy(root, identity, sizeof(root));
	for (unsigned int half = 0; half < ARRAY_SIZE(halves); half++) {
		memcpy(halves[half], gigabytes, sizeof(halves[half]));
		root[half * ENTRIES / 2] = ptr_to_phys(halves[half]) |
					   TABLE_FLAGS;
	}
	for (size_t i = 0; i < params->e820_entries; i++) {
		const struct boot_e820_entry *entry = &params->e820_table[i];
		u64 start = align_up(entry->addr, PAGE_SIZE);

		change_state(start, memory_after(start), false);
	}
	vcpu->vmcb->control.nested_cr3 = ptr_to_phys(root);

	if (bit_is_private) {
		for (size_t i = 0; i < ENTRIES; i++)
			launch_map[i] = gigabytes[i] | TEE_ADDRESS_MASK;
		launch_root[0] = ptr_to_phys(launch_map) | TABLE_FLAGS;
		vcpu->vmcb->save.cr3 = ptr_to_phys(launch_root);
	}
}

/**
 * isolation_convert() - the guest changes the state of pages
 * @start: address of the first, without the address bit
 * @size: size of all, in bytes
 * @shared: they become shared, rather than private
 */
void isolation_convert(u64 start, u64 size, bool shared)
{
	if (!memory_map || fault_take(FAULT_CONVERT_LOST))
		return;
	trace("%llx bytes at %llx become %s", size, start,
	      shared ? "shared" : "private");
	change_state(start, size, shared);
}

/**
 * isolation_breach() - what a nested page fault means
 * @address: the guest physical address
 * @info: the exit information of the fault
 *
 * A SEV processor ignores the C-bit as it reads page tables or instructions:
 * they are private. Linux relies on that for the page tables of its
 * decompressor. Such a page becomes present at both places.
 *
 * Return: a text to end the run with; NULL if the guest can go on.
 */
const char *isolation_breach(u64 address, u64 info)
{
	u64 page = address & ENTRY_ADDRESS;
	bool bit = address & TEE_ADDRESS_MASK;

	if (!memory_map || !memory_after(page))
		return "used an address that is no memory";
	if (bit == private_half)
		return "used a shared page as private";
	if (private_half && info & (NPF_PAGE_WALK | NPF_FETCH)) {
		map(!private_half, page, PAGE_SIZE, true);
		return NULL;
	}
	return "used a private page as shared";
}
