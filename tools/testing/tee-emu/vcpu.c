// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's only processor: its control block, and what happens when it
 * exits to the emulator.
 *
 * Next to nothing is intercepted. Interrupts, exceptions, page faults, I/O
 * ports, nearly all MSRs and all of the devices' memory go straight between
 * the guest and QEMU; the guest's exits are the instructions by which a
 * confidential guest speaks to its firmware or host, and CPUID.
 *
 * QEMU's SVM has neither "next RIP" nor decode assists, so the emulator knows
 * the lengths of the instructions, and reads the guest's memory to tell one
 * undefined opcode from another.
 */
#include "console.h"
#include "isolation.h"
#include "paging.h"
#include "port.h"
#include "string.h"
#include "vcpu.h"
#include "x86.h"

#define LENGTH_CPUID 2
#define LENGTH_MSR 2

#define ASID_GUEST 1
#define ASID_PARK 2

#define RFLAGS_FIXED BIT(1)
#define RFLAGS_IF BIT(9)

#define SEGMENT_CODE_64 0xa9b
#define SEGMENT_DATA 0xc93

#define DR6_RESET 0xffff0ff0
#define DR7_RESET 0x400
#define PAT_RESET 0x0007040600070406ULL

/* MSR permission map: 2 bits an MSR, 2 KB for each of three ranges. */
#define MSRPM_RANGE 0x2000
static u8 msr_map[2 * PAGE_SIZE] __aligned(PAGE_SIZE);
/* I/O permission map: a bit a port, and 3 bytes more for the last ones. */
static u8 io_map[3 * PAGE_SIZE] __aligned(PAGE_SIZE);

static u8 host_save_area[PAGE_SIZE] __aligned(PAGE_SIZE);
static struct vmcb guest_vmcb;
static struct vmcb park_vmcb;

/* 64-bit mode with the emulator's own page tables, interrupts as given. */
static void vmcb_setup(struct vmcb *vmcb, u32 asid, u64 rip, u64 rflags)
{
	struct vmcb_control *control = &vmcb->control;
	struct vmcb_save *save = &vmcb->save;
	struct vmcb_segment data = {
		.selector = SELECTOR_DATA,
		.attributes = SEGMENT_DATA,
		.limit = 0xffffffff,
	};
	struct {
		u16 limit;
		u64 base;
	} __packed gdtr;

	asm volatile("sgdt %0" : "=m"(gdtr));

	control->intercept4 = INTERCEPT_VMRUN;
	control->iopm_base = ptr_to_phys(io_map);
	control->msrpm_base = ptr_to_phys(msr_map);
	control->asid = asid;
	control->nested_control = NESTED_PAGING_ENABLE;
	control->nested_cr3 = paging_root();

	save->es = data;
	save->ss = data;
	save->ds = data;
	save->fs = data;
	save->gs = data;
	save->cs.selector = SELECTOR_CODE;
	save->cs.attributes = SEGMENT_CODE_64;
	save->cs.limit = 0xffffffff;
	save->gdtr.base = gdtr.base;
	save->gdtr.limit = gdtr.limit;
	save->efer = EFER_SVME | EFER_LME | EFER_LMA;
	save->cr0 = X86_CR0_PG | X86_CR0_NE | X86_CR0_ET | X86_CR0_PE;
	save->cr3 = paging_root();
	save->cr4 = X86_CR4_PAE;
	save->dr6 = DR6_RESET;
	save->dr7 = DR7_RESET;
	save->pat = PAT_RESET;
	save->rflags = RFLAGS_FIXED | rflags;
	save->rip = rip;
}

/**
 * vcpu_setup() - prepare to enter Linux by its 64-bit boot protocol
 * @vcpu: the processor
 * @entry: the kernel's 64-bit entry point
 * @boot_params: address of its struct boot_params
 */
void vcpu_setup(struct vcpu *vcpu, u64 entry, u64 boot_params)
{
	struct vmcb_control *control;

	wrmsr(MSR_VM_HSAVE_PA, ptr_to_phys(host_save_area));

	vmcb_setup(&guest_vmcb, ASID_GUEST, entry, 0);
	control = &guest_vmcb.control;
	control->intercept3 |= INTERCEPT_CPUID | INTERCEPT_SHUTDOWN;
	control->intercept4 |= INTERCEPT_VMMCALL | INTERCEPT_VMLOAD |
			       INTERCEPT_VMSAVE | INTERCEPT_STGI |
			       INTERCEPT_CLGI | INTERCEPT_SKINIT;
	control->intercept_exception = BIT(VECTOR_UD);

	vcpu->vmcb = &guest_vmcb;
	vcpu->entry = entry;
	vcpu->regs.rsi = boot_params;

	vmcb_setup(&park_vmcb, ASID_PARK, ptr_to_phys(park_code), RFLAGS_IF);
	park_vmcb.control.intercept3 = INTERCEPT_INTR | INTERCEPT_NMI |
				       INTERCEPT_SMI | INTERCEPT_SHUTDOWN;
}

/**
 * vcpu_intercept_msr() - have tee_ops::msr called for an MSR
 * @vcpu: the processor
 * @msr: one of the 0xc0010000 range, where AMD's are
 *
 * From the first such call on, MSRs outside of the three ranges of the map
 * exit as well: see exit_msr().
 */
void vcpu_intercept_msr(struct vcpu *vcpu, u32 msr)
{
	u32 bit = (2 * MSRPM_RANGE + (msr & (MSRPM_RANGE - 1))) * 2;

	msr_map[bit / 8] |= 3 << (bit % 8);
	vcpu->vmcb->control.intercept3 |= INTERCEPT_MSR;
}

/**
 * vcpu_intercept_ports() - have port_access(), or #VE, for some I/O ports
 * @vcpu: the processor
 * @first: the first port
 * @count: how many
 */
void vcpu_intercept_ports(struct vcpu *vcpu, u16 first, unsigned int count)
{
	for (unsigned int port = first; port < first + count; port++)
		io_map[port / 8] |= 1 << (port % 8);
	vcpu->vmcb->control.intercept3 |= INTERCEPT_IOIO;
}

/**
 * vcpu_skip() - let the guest go on after the instruction it exited at
 * @vcpu: the processor
 * @length: the instruction's length
 */
void vcpu_skip(struct vcpu *vcpu, unsigned int length)
{
	vcpu->vmcb->save.rip += length;
	vcpu->vmcb->control.interrupt_shadow = 0;
}

/**
 * vcpu_inject() - have the guest take an exception where it exited
 * @vcpu: the processor
 * @vector: the exception; one with an error code gets 0
 */
void vcpu_inject(struct vcpu *vcpu, unsigned int vector)
{
	struct vmcb_control *control = &vcpu->vmcb->control;

	control->event = EVENT_VALID | EVENT_TYPE_EXCEPTION | vector;
	control->event_error = 0;
	if (vector == VECTOR_DF || vector == VECTOR_GP)
		control->event |= EVENT_HAS_ERROR_CODE;
}

/**
 * vcpu_wait() - wait until there is an interrupt for the guest
 *
 * The interrupt must stay pending for the guest to take it, so the emulator
 * cannot halt by itself: it has no way to receive an interrupt and give it
 * back. Another guest that halts with interrupts enabled, and whose
 * interrupts are intercepted, exits at the right time with the interrupt
 * still pending.
 */
void vcpu_wait(void)
{
	struct guest_registers regs = {};

	park_vmcb.save.rip = ptr_to_phys(park_code);
	vmrun(ptr_to_phys(&park_vmcb), &regs);
}

static void exit_cpuid(struct vcpu *vcpu, const struct tee_ops *tee)
{
	struct guest_registers *regs = &vcpu->regs;
	struct cpuid_result result;

	cpuid_guest(tee, vcpu->vmcb->save.cr4, regs->rax, regs->rcx, &result);
	regs->rax = result.eax;
	regs->rbx = result.ebx;
	regs->rcx = result.ecx;
	regs->rdx = result.edx;
	vcpu_skip(vcpu, LENGTH_CPUID);
}

/* TDCALL, VMGEXIT, PVALIDATE and RMPADJUST, or really nothing. */
static void exit_undefined(struct vcpu *vcpu, const struct tee_ops *tee)
{
	struct vmcb_save *save = &vcpu->vmcb->save;
	u8 opcode[OPCODE_LENGTH];

	/* The kernel speaks for the guest; its processes do not. */
	if (save->cpl == 0 &&
	    paging_fetch(save->cr0, save->cr3, save->rip, opcode,
			 sizeof(opcode)) &&
	    tee->instruction(vcpu, opcode))
		vcpu_skip(vcpu, OPCODE_LENGTH);
	else
		vcpu_inject(vcpu, VECTOR_UD);
}

/* An MSR that is not the guest firmware's own business is passed through. */
static void exit_msr(struct vcpu *vcpu, const struct tee_ops *tee)
{
	struct guest_registers *regs = &vcpu->regs;
	bool write = vcpu->vmcb->control.exit_info_1;
	u32 msr = regs->rcx;
	u64 value;

	if (tee->msr(vcpu, msr, write)) {
		vcpu_skip(vcpu, LENGTH_MSR);
		return;
	}
	if (write) {
		wrmsr(msr, regs->rdx << 32 | lower_32_bits(regs->rax));
	} else {
		value = rdmsr(msr);
		regs->rax = lower_32_bits(value);
		regs->rdx = upper_32_bits(value);
	}
	vcpu_skip(vcpu, LENGTH_MSR);
}

static void exit_io(struct vcpu *vcpu)
{
	u64 info = vcpu->vmcb->control.exit_info_1;
	u64 *rax = &vcpu->regs.rax;
	unsigned int size = IOIO_SIZE(info);
	u64 mask = BIT(8 * size) - 1;
	u32 value;

	if (info & IOIO_STRING) {
		vcpu_inject(vcpu, VECTOR_GP);
		return;
	}
	value = port_access(IOIO_PORT(info), size, info & IOIO_IN, *rax & mask);
	if (info & IOIO_IN)
		*rax = size == 4 ? value : (*rax & ~mask) | (value & mask);
	/* For I/O, and only there, QEMU gives the next RIP. */
	vcpu->vmcb->save.rip = vcpu->vmcb->control.exit_info_2;
	vcpu->vmcb->control.interrupt_shadow = 0;
}

static void handle_exit(struct vcpu *vcpu, const struct tee_ops *tee)
{
	struct vmcb *vmcb = vcpu->vmcb;
	const char *breach;

	switch (vmcb->control.exit_code) {
	case SVM_EXIT_CPUID:
		if (!tee->virtualize || !tee->virtualize(vcpu))
			exit_cpuid(vcpu, tee);
		break;
	case SVM_EXIT_IOIO:
		if (!tee->virtualize || !tee->virtualize(vcpu))
			exit_io(vcpu);
		break;
	case SVM_EXIT_HLT:
		tee->virtualize(vcpu);
		break;
	case SVM_EXIT_EXCP_BASE + VECTOR_UD:
	case SVM_EXIT_VMMCALL:
		exit_undefined(vcpu, tee);
		break;
	case SVM_EXIT_MSR:
		exit_msr(vcpu, tee);
		break;
	case SVM_EXIT_VMRUN:
	case SVM_EXIT_VMLOAD:
	case SVM_EXIT_VMSAVE:
	case SVM_EXIT_STGI:
	case SVM_EXIT_CLGI:
	case SVM_EXIT_SKINIT:
		/* The guest has no SVM of its own. */
		vcpu_inject(vcpu, VECTOR_UD);
		break;
	case SVM_EXIT_SHUTDOWN:
		say("the guest's RIP is %llx, CR2 %llx, CR3 %llx; it was entered at %llx",
		    vmcb->save.rip, vmcb->save.cr2, vmcb->save.cr3,
		    vcpu->entry);
		die("the guest had a triple fault; see README.rst, \"When a guest dies early\"");
	case SVM_EXIT_NPF:
		breach = isolation_breach(vmcb->control.exit_info_2,
					  vmcb->control.exit_info_1);
		if (breach)
			die("the guest, at RIP %llx, %s: physical address %llx",
			    vmcb->save.rip, breach, vmcb->control.exit_info_2);
		/* What the processor was delivering is still to come. */
		vmcb->control.event = vmcb->control.exit_interrupt_info;
		vmcb->control.event_error = vmcb->control.exit_interrupt_error;
		break;
	default:
		die("unexpected exit %llx at RIP %llx (%llx, %llx): a bug in the emulator",
		    vmcb->control.exit_code, vmcb->save.rip,
		    vmcb->control.exit_info_1, vmcb->control.exit_info_2);
	}
}

/**
 * vcpu_loop() - run the guest for ever
 * @vcpu: the processor
 * @tee: what kind of guest it is
 */
void vcpu_loop(struct vcpu *vcpu, const struct tee_ops *tee)
{
	struct vmcb_save *save = &vcpu->vmcb->save;

	for (;;) {
		/* VMRUN insists on it, and the guest does not know of it. */
		save->efer |= EFER_SVME;
		save->rax = vcpu->regs.rax;
		vmrun(ptr_to_phys(vcpu->vmcb), &vcpu->regs);
		vcpu->regs.rax = save->rax;
		handle_exit(vcpu, tee);
	}
}
