/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Constants that assembly and C share: control registers, MSRs, page table
 * bits, selectors, and the I/O ports of QEMU's PC that the emulator uses.
 */
#ifndef TEE_EMU_ASM_H
#define TEE_EMU_ASM_H

#define X86_CR0_PE 0x00000001
#define X86_CR0_ET 0x00000010
#define X86_CR0_NE 0x00000020
#define X86_CR0_WP 0x00010000
#define X86_CR0_PG 0x80000000

#define X86_CR4_PAE 0x00000020

#define MSR_EFER 0xc0000080
#define EFER_SCE 0x0001
#define EFER_LME 0x0100
#define EFER_LMA 0x0400
#define EFER_NXE 0x0800
#define EFER_SVME 0x1000

#define PTE_PRESENT 0x001
#define PTE_WRITE 0x002
#define PTE_USER 0x004
#define PTE_LARGE 0x080

#define CPUID_EXT_ECX_SVM 0x00000004
#define CPUID_EXT_EDX_PDPE1GB 0x04000000
#define CPUID_EXT_EDX_LM 0x20000000

/* What the Linux boot protocol calls __BOOT_CS and __BOOT_DS. */
#define SELECTOR_CODE 0x10
#define SELECTOR_DATA 0x18

#define COM1_DATA 0x3f8
#define COM1_LINE_STATUS 0x3fd
/* Where SeaBIOS puts the power management registers, on pc and on q35. */
#define ACPI_PM1_CONTROL 0x604
#define ACPI_SLEEP_S5 0x2000
/* QEMU's isa-debug-exit, if there is one: ends QEMU with an exit status. */
#define DEBUG_EXIT 0xf4

#endif
