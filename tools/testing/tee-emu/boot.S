/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the multiboot entry in 32-bit protected mode to emulator_main() in long
 * mode, with SVM enabled.
 *
 * A multiboot image is what QEMU's -kernel loads without any boot loader on a
 * disk, and it comes with modules (-initrd), a command line and a memory map.
 */
#include "asm.h"

#define MULTIBOOT_MAGIC		0x1badb002
/* Page-aligned modules, a memory map, and the load addresses given here. */
#define MULTIBOOT_FLAGS		0x00010003

	.section .multiboot, "a"
	.balign 4
header:
	.long	MULTIBOOT_MAGIC
	.long	MULTIBOOT_FLAGS
	.long	-(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)
	.long	header
	.long	image_start
	.long	image_data_end
	.long	image_end
	.long	boot_entry

	.text
	.code32
	.globl	boot_entry
boot_entry:
	cli
	cld
	movl	$stack_top, %esp
	movl	%eax, %ebp		/* the loader's magic */
	movl	%ebx, %esi		/* struct multiboot_info */

	/*
	 * Everything from here on needs long mode, 1 GB pages and SVM; where
	 * one is missing there is no C to say so yet.
	 */
	movl	$0x80000000, %eax
	cpuid
	cmpl	$0x80000001, %eax
	jb	unsuitable
	movl	$0x80000001, %eax
	cpuid
	testl	$CPUID_EXT_ECX_SVM, %ecx
	jz	unsuitable
	andl	$(CPUID_EXT_EDX_LM | CPUID_EXT_EDX_PDPE1GB), %edx
	cmpl	$(CPUID_EXT_EDX_LM | CPUID_EXT_EDX_PDPE1GB), %edx
	jne	unsuitable

	movl	$X86_CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$boot_pml4, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	movl	$(EFER_SVME | EFER_NXE | EFER_LME | EFER_SCE), %eax
	xorl	%edx, %edx
	wrmsr
	movl	$(X86_CR0_PG | X86_CR0_WP | X86_CR0_NE | X86_CR0_ET | X86_CR0_PE), %eax
	movl	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$SELECTOR_CODE, $long_mode

unsuitable:
	movl	$unsuitable_text, %esi
	movw	$COM1_DATA, %dx
1:	lodsb
	testb	%al, %al
	jz	2f
	outb	%al, %dx
	jmp	1b
2:	movw	$ACPI_PM1_CONTROL, %dx
	movw	$ACPI_SLEEP_S5, %ax
	outw	%ax, %dx
3:	hlt
	jmp	3b

	.code64
long_mode:
	movl	$SELECTOR_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%ebp, %edi
	movl	%esi, %esi
	call	emulator_main
1:	hlt
	jmp	1b

	.section .rodata
unsuitable_text:
	.ascii	"\r\ntee-emu: this CPU model lacks SVM, long mode or 1 GB pages: "
	.asciz	"run QEMU with -cpu max,phys-bits=52\r\n"

	.balign 8
	/* Linux asks for its own selectors, 0x10 and 0x18; we use them too. */
gdt:
	.quad	0
	.quad	0
	.quad	0x00af9b000000ffff	/* SELECTOR_CODE: 64-bit code */
	.quad	0x00cf93000000ffff	/* SELECTOR_DATA: flat data */
gdt_end:
	.globl	gdt_pointer
gdt_pointer:
	.word	gdt_end - gdt - 1
	.quad	gdt

	/* The first 4 GB, one to one, until paging.c has the whole map. */
	.data
	.balign	4096
boot_pml4:
	.quad	boot_pdpt + (PTE_PRESENT | PTE_WRITE)
	.fill	511, 8, 0
boot_pdpt:
	.quad	0x00000000 + (PTE_PRESENT | PTE_WRITE | PTE_LARGE)
	.quad	0x40000000 + (PTE_PRESENT | PTE_WRITE | PTE_LARGE)
	.quad	0x80000000 + (PTE_PRESENT | PTE_WRITE | PTE_LARGE)
	.quad	0xc0000000 + (PTE_PRESENT | PTE_WRITE | PTE_LARGE)
	.fill	508, 8, 0

	.bss
	.balign	16
	.skip	16384
stack_top:

	.section .note.GNU-stack, "", @progbits
