/* SPDX-License-Identifier: GPL-2.0 */
/*
 * void vmrun(u64 vmcb, struct guest_registers *regs)
 *
 * Runs the guest until its next exit. VMRUN itself switches RAX, RSP, RIP,
 * RFLAGS, the control registers and CS, SS, DS, ES; the other general
 * registers are switched here. FS, GS, TR and the MSRs of VMLOAD stay the
 * guest's all the time, and so do the floating point registers: the emulator
 * touches none of them.
 */
	.text
	.code64
	.globl	vmrun
vmrun:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rsi

	/* struct guest_registers, without its RAX, which is in the VMCB */
	movq	%rdi, %rax
	movq	0x08(%rsi), %rcx
	movq	0x10(%rsi), %rdx
	movq	0x18(%rsi), %rbx
	movq	0x20(%rsi), %rbp
	movq	0x30(%rsi), %rdi
	movq	0x38(%rsi), %r8
	movq	0x40(%rsi), %r9
	movq	0x48(%rsi), %r10
	movq	0x50(%rsi), %r11
	movq	0x58(%rsi), %r12
	movq	0x60(%rsi), %r13
	movq	0x68(%rsi), %r14
	movq	0x70(%rsi), %r15
	movq	0x28(%rsi), %rsi
	vmrun	%rax

	/* The exit has restored our RAX and RSP, and nothing else. */
	movq	(%rsp), %rax
	movq	%rcx, 0x08(%rax)
	movq	%rdx, 0x10(%rax)
	movq	%rbx, 0x18(%rax)
	movq	%rbp, 0x20(%rax)
	movq	%rsi, 0x28(%rax)
	movq	%rdi, 0x30(%rax)
	movq	%r8, 0x38(%rax)
	movq	%r9, 0x40(%rax)
	movq	%r10, 0x48(%rax)
	movq	%r11, 0x50(%rax)
	movq	%r12, 0x58(%rax)
	movq	%r13, 0x60(%rax)
	movq	%r14, 0x68(%rax)
	movq	%r15, 0x70(%rax)

	popq	%rsi
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret

/*
 * What runs while the guest waits for an interrupt; see vcpu_wait().
 */
	.globl	park_code
park_code:
	hlt
	jmp	park_code

	.section .note.GNU-stack, "", @progbits
