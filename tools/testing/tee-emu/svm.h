/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AMD's virtual machine control block, as far as it is used here.
 *
 * AMD64 Architecture Programmer's Manual, volume 2, appendix B. The exit codes
 * come from the kernel's <asm/svm.h>.
 */
#ifndef TEE_EMU_SVM_H
#define TEE_EMU_SVM_H

#include <asm/svm.h>

#include "types.h"

/* vmcb_control::intercept3, byte offset 0xc */
#define INTERCEPT_INTR BIT(0)
#define INTERCEPT_NMI BIT(1)
#define INTERCEPT_SMI BIT(2)
#define INTERCEPT_CPUID BIT(18)
#define INTERCEPT_HLT BIT(24)
#define INTERCEPT_IOIO BIT(27)
#define INTERCEPT_MSR BIT(28)
#define INTERCEPT_SHUTDOWN BIT(31)

/* vmcb_control::intercept4, byte offset 0x10 */
#define INTERCEPT_VMRUN BIT(0)
#define INTERCEPT_VMMCALL BIT(1)
#define INTERCEPT_VMLOAD BIT(2)
#define INTERCEPT_VMSAVE BIT(3)
#define INTERCEPT_STGI BIT(4)
#define INTERCEPT_CLGI BIT(5)
#define INTERCEPT_SKINIT BIT(6)

#define NESTED_PAGING_ENABLE BIT(0)

#define EVENT_VALID BIT(31)
#define EVENT_TYPE_EXCEPTION (3 << 8)
#define EVENT_HAS_ERROR_CODE BIT(11)

/* exit_info_1 of SVM_EXIT_IOIO */
#define IOIO_IN BIT(0)
#define IOIO_STRING BIT(2)
#define IOIO_REP BIT(3)
#define IOIO_SIZE(info) (((info) >> 4) & 7)
#define IOIO_PORT(info) ((u16)((info) >> 16))

/* exit_info_1 of SVM_EXIT_NPF */
#define NPF_FETCH BIT(4)
#define NPF_PAGE_WALK BIT(33)

#define MSR_VM_HSAVE_PA 0xc0010117

struct vmcb_control {
	u32 intercept_cr;
	u32 intercept_dr;
	u32 intercept_exception;
	u32 intercept3;
	u32 intercept4;
	u8 reserved_14[0x40 - 0x14];
	u64 iopm_base;
	u64 msrpm_base;
	u64 tsc_offset;
	u32 asid;
	u8 tlb_control;
	u8 reserved_5d[3];
	u64 interrupt_control;
	u64 interrupt_shadow;
	u64 exit_code;
	u64 exit_info_1;
	u64 exit_info_2;
	u32 exit_interrupt_info;
	u32 exit_interrupt_error;
	u64 nested_control;
	u8 reserved_98[0xa8 - 0x98];
	u32 event;
	u32 event_error;
	u64 nested_cr3;
	u8 reserved_b8[0x400 - 0xb8];
} __packed;

struct vmcb_segment {
	u16 selector;
	u16 attributes;
	u32 limit;
	u64 base;
} __packed;

struct vmcb_save {
	struct vmcb_segment es, cs, ss, ds, fs, gs;
	struct vmcb_segment gdtr, ldtr, idtr, tr;
	u8 reserved_a0[0xcb - 0xa0];
	u8 cpl;
	u32 reserved_cc;
	u64 efer;
	u8 reserved_d8[0x148 - 0xd8];
	u64 cr4;
	u64 cr3;
	u64 cr0;
	u64 dr7;
	u64 dr6;
	u64 rflags;
	u64 rip;
	u8 reserved_180[0x1d8 - 0x180];
	u64 rsp;
	u8 reserved_1e0[0x1f8 - 0x1e0];
	u64 rax;
	u8 reserved_200[0x240 - 0x200];
	u64 cr2;
	u8 reserved_248[0x268 - 0x248];
	u64 pat;
	u8 reserved_270[0xc00 - 0x270];
} __packed;

struct vmcb {
	struct vmcb_control control;
	struct vmcb_save save;
} __packed __aligned(PAGE_SIZE);

_Static_assert(offsetof(struct vmcb, control.exit_code) == 0x70, "VMCB");
_Static_assert(offsetof(struct vmcb, control.nested_cr3) == 0xb0, "VMCB");
_Static_assert(offsetof(struct vmcb, save.efer) == 0x4d0, "VMCB");
_Static_assert(offsetof(struct vmcb, save.rip) == 0x578, "VMCB");
_Static_assert(offsetof(struct vmcb, save.rax) == 0x5f8, "VMCB");
_Static_assert(offsetof(struct vmcb, save.pat) == 0x668, "VMCB");
_Static_assert(sizeof(struct vmcb) == PAGE_SIZE, "VMCB");

#endif
