// SPDX-License-Identifier: GPL-2.0
/*
 * The Linux loader: Documentation/arch/x86/boot.rst, "64-bit boot protocol".
 *
 * The first module is a bzImage, another one, if there is one, the initrd; keys
 * to sign with are a third kind. The initrd stays where QEMU put it; the kernel
 * moves above all modules, to an address that suits it. The guest's memory map is
 * the firmware's, less the emulator's own memory.
 */
#include "cmdline.h"
#include "console.h"
#include "image.h"
#include "keys.h"
#include "loader.h"
#include "string.h"

#define BOOT_SIGNATURE 0x53726448 /* "HdrS" */
#define BOOT_PROTOCOL_MIN 0x020c /* the first with xloadflags */
#define LOADER_TYPE_UNDEFINED 0xff
#define SECTOR_SIZE 512
#define ENTRY_64 0x200

#define E820_RAM 1
#define E820_RESERVED 2

/* What the guest needs for itself, beyond its image and initrd. */
#define MEMORY_FOR_GUEST (128 << 20)
#define MEMORY_ADVICE "-m 512, or more for a large initrd"

#define MB(bytes) ((unsigned int)((bytes) >> 20))

static struct boot_params boot_params __aligned(PAGE_SIZE);
static char guest_cmdline[PAGE_SIZE];

static void add_e820(u64 start, u64 end, u32 type)
{
	struct boot_e820_entry *entry;

	if (start >= end)
		return;
	if (boot_params.e820_entries == E820_MAX_ENTRIES_ZEROPAGE)
		die("the firmware's memory map has more than %u entries",
		    E820_MAX_ENTRIES_ZEROPAGE);
	entry = &boot_params.e820_table[boot_params.e820_entries++];
	entry->addr = start;
	entry->size = end - start;
	entry->type = type;
}

/* The firmware's map, with a hole where the emulator is. */
static void load_memory_map(const struct multiboot_info *info)
{
	u64 ours_start = ptr_to_phys(image_start);
	u64 ours_end = ptr_to_phys(image_end);
	u32 offset = 0;

	if (!(info->flags & MULTIBOOT_INFO_MMAP))
		die("the boot loader gave no memory map");
	while (offset < info->mmap_length) {
		const struct multiboot_mmap *map =
			phys_to_ptr(info->mmap + offset);
		u64 start = map->address;
		u64 end = start + map->length;

		offset += map->size + sizeof(map->size);
		if (start < ours_end && end > ours_start) {
			add_e820(start, ours_start, map->type);
			add_e820(ours_start, ours_end, E820_RESERVED);
			add_e820(ours_end, end, map->type);
		} else {
			add_e820(start, end, map->type);
		}
	}
}

static bool is_memory(u64 start, u64 end)
{
	for (size_t i = 0; i < boot_params.e820_entries; i++) {
		const struct boot_e820_entry *entry =
			&boot_params.e820_table[i];

		if (entry->type == E820_RAM && entry->addr <= start &&
		    end <= entry->addr + entry->size)
			return true;
	}
	return false;
}

/* Where the kernel can run: above all modules, at its own alignment. */
static u64 choose_address(const struct setup_header *header, u64 modules_end)
{
	u64 address = header->pref_address;

	if (address < modules_end) {
		if (!header->relocatable_kernel)
			die("build the kernel with CONFIG_RELOCATABLE=y: modules are at %llx",
			    address);
		address = align_up(modules_end, header->kernel_alignment);
	}
	if (!is_memory(address, address + header->init_size + MEMORY_FOR_GUEST))
		die("too little memory: all ends at %u MB and needs %u MB more; give QEMU %s",
		    MB(address + header->init_size), MB(MEMORY_FOR_GUEST),
		    MEMORY_ADVICE);
	return address;
}

static void load_kernel(const struct multiboot_module *kernel, u64 modules_end)
{
	const u8 *image = phys_to_ptr(kernel->start);
	size_t size = kernel->end - kernel->start;
	struct setup_header *header = &boot_params.hdr;
	size_t header_offset = offsetof(struct boot_params, hdr);
	size_t header_end, sectors, setup_size;
	u64 address;

	if (size < PAGE_SIZE)
		die("the first module is no bzImage: it has %u bytes only",
		    (unsigned int)size);
	/* The header says itself where it ends: the jump over it is there. */
	header_end = 0x202 + image[0x201];
	if (header_end > header_offset + sizeof(*header))
		header_end = header_offset + sizeof(*header);
	memcpy(header, image + header_offset, header_end - header_offset);
	if (header->header != BOOT_SIGNATURE)
		die("the first module is no bzImage: give -initrd bzImage,initrd in this order");
	if (header->version < BOOT_PROTOCOL_MIN ||
	    !(header->xloadflags & XLF_KERNEL_64))
		die("the kernel has no 64-bit entry point: it must be an x86-64 one");

	sectors = header->setup_sects ? header->setup_sects : 4;
	setup_size = (sectors + 1) * SECTOR_SIZE;
	if (setup_size >= size)
		die("the bzImage is truncated");
	address = choose_address(header, modules_end);
	memcpy(phys_to_ptr(address), image + setup_size, size - setup_size);

	header->code32_start = address;
	header->type_of_loader = LOADER_TYPE_UNDEFINED;
}

/* What comes after the kernel: keys, and one initrd at most. */
static void load_others(const struct multiboot_module *modules, size_t count)
{
	struct setup_header *header = &boot_params.hdr;

	for (size_t i = 1; i < count; i++) {
		if (keys_take(&modules[i]))
			continue;
		if (header->ramdisk_size)
			die("more than one initrd: a comma in a name must be written twice");
		header->ramdisk_image = modules[i].start;
		header->ramdisk_size = modules[i].end - modules[i].start;
	}
}

static void load_cmdline(void)
{
	const char *line = cmdline_guest();
	size_t length = strlen(line);

	if (length > boot_params.hdr.cmdline_size ||
	    length >= sizeof(guest_cmdline))
		die("the command line has %u characters, and this kernel takes %u",
		    (unsigned int)length, boot_params.hdr.cmdline_size);
	memcpy(guest_cmdline, line, length + 1);
	boot_params.hdr.cmd_line_ptr = ptr_to_phys(guest_cmdline);
}

/**
 * loader_load() - put the guest's kernel into place
 * @info: what the multiboot loader says
 *
 * Return: its struct boot_params.
 */
struct boot_params *loader_load(const struct multiboot_info *info)
{
	const struct multiboot_module *modules = phys_to_ptr(info->modules);
	u64 modules_end = 0;

	if (!(info->flags & MULTIBOOT_INFO_MODULES) || !info->modules_count)
		die("there is no kernel: give QEMU -initrd 'bzImage' or -initrd 'bzImage,initrd'");
	for (size_t i = 0; i < info->modules_count; i++)
		if (modules[i].end > modules_end)
			modules_end = modules[i].end;

	load_memory_map(info);
	/* QEMU copies modules that do not fit into nowhere. */
	if (!is_memory(ptr_to_phys(image_end), modules_end))
		die("too little memory: the kernel and the initrd alone need %u MB; give QEMU %s",
		    MB(modules_end) + 1, MEMORY_ADVICE);
	load_kernel(&modules[0], modules_end);
	load_others(modules, info->modules_count);
	load_cmdline();
	return &boot_params;
}

/**
 * loader_entry() - where the guest starts
 * @params: what loader_load() returned
 */
u64 loader_entry(const struct boot_params *params)
{
	return params->hdr.code32_start + ENTRY_64;
}
