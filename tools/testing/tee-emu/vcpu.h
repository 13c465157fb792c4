/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_VCPU_H
#define TEE_EMU_VCPU_H

#include "svm.h"
#include "types.h"

#define VECTOR_UD 6
#define VECTOR_DF 8
#define VECTOR_GP 13
#define VECTOR_VE 20

#define OPCODE_LENGTH 4

/* The order is known to vmrun.S. */
struct guest_registers {
	u64 rax, rcx, rdx, rbx, rbp, rsi, rdi;
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
};

struct vcpu {
	struct vmcb *vmcb;
	struct guest_registers regs;
	u64 entry;
};

struct cpuid_result {
	u32 eax, ebx, ecx, edx;
};

struct boot_params;

/**
 * struct tee_ops - what a kind of confidential guest adds to a plain one
 * @name: as in tee.mode=
 * @bit_is_private: the address bit marks private pages, rather than shared ones
 * @setup: prepare what the guest finds in memory, and the intercepts
 * @cpuid: change the CPU's answer to what such a guest would see
 * @instruction: execute an instruction that only such a guest has; false if
 *	it is none, and the guest gets #UD
 * @msr: read (@write false) or write an MSR; false if it is none of this
 *	guest's own, and the CPU shall do it; NULL if none is intercepted
 * @virtualize: turn an intercepted CPUID, I/O or HLT into #VE; false, or
 *	NULL, to execute it for the guest instead
 */
struct tee_ops {
	const char *name;
	bool bit_is_private;
	void (*setup)(struct vcpu *vcpu, struct boot_params *params);
	void (*cpuid)(u32 leaf, u32 subleaf, struct cpuid_result *result);
	bool (*instruction)(struct vcpu *vcpu, const u8 *opcode);
	bool (*msr)(struct vcpu *vcpu, u32 msr, bool write);
	bool (*virtualize)(struct vcpu *vcpu);
};

extern const struct tee_ops tdx_ops;
extern const struct tee_ops snp_ops;
extern const struct tee_ops svsm_ops;

void vcpu_setup(struct vcpu *vcpu, u64 entry, u64 boot_params);
__noreturn void vcpu_loop(struct vcpu *vcpu, const struct tee_ops *tee);
void vcpu_skip(struct vcpu *vcpu, unsigned int length);
void vcpu_inject(struct vcpu *vcpu, unsigned int vector);
void vcpu_wait(void);
void vcpu_intercept_msr(struct vcpu *vcpu, u32 msr);
void vcpu_intercept_ports(struct vcpu *vcpu, u16 first, unsigned int count);

/* vmrun.S */
void vmrun(u64 vmcb, struct guest_registers *regs);
extern const char park_code[];

/* cpuid.c */
void cpuid_native(u32 leaf, u32 subleaf, struct cpuid_result *result);
void cpuid_guest(const struct tee_ops *tee, u64 cr4, u32 leaf, u32 subleaf,
		 struct cpuid_result *result);

#endif
