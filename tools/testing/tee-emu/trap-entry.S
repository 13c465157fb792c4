/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exceptions of the emulator itself. There should be none; without these
 * entries each would reset the machine without a word.
 *
 * Interrupts cannot arrive here: the emulator runs with them disabled, and
 * after its first VMRUN with the global interrupt flag clear as well.
 */
#define NR_EXCEPTIONS	32
/* Exceptions that push an error code: 8, 10 to 14, 17, 21, 29 and 30. */
#define HAS_ERROR_CODE	0x60227d00

	.text
	.code64
	.set	vector, 0
	.rept	NR_EXCEPTIONS
	.balign	16
	.if	!((HAS_ERROR_CODE >> vector) & 1)
	pushq	$0
	.endif
	pushq	$vector
	jmp	trap_common
	.set	vector, vector + 1
	.endr

	.balign	16
trap_common:
	popq	%rdi			/* vector */
	popq	%rsi			/* error code */
	popq	%rdx			/* RIP */
	movq	%cr2, %rcx
	andq	$-16, %rsp
	call	trap_report		/* does not return */

	/* The address of the first entry; they are 16 bytes each. */
	.section .rodata
	.globl	trap_entries
	.balign	8
trap_entries:
	.quad	trap_common - 16 * NR_EXCEPTIONS

	.section .note.GNU-stack, "", @progbits
