// SPDX-License-Identifier: GPL-2.0
/*
 * The host of a TDX guest, as the guest reaches it by TDG.VP.VMCALL: Intel's
 * Guest-Hypervisor Communication Interface (GHCI) for TDX.
 */
#include <asm/vmx.h>

#include "cmdline.h"
#include "console.h"
#include "ecdsa.h"
#include "isolation.h"
#include "keys.h"
#include "paging.h"
#include "port.h"
#include "string.h"
#include "tdx.h"
#include "x86.h"

#define VMCALL_GET_TD_VM_CALL_INFO 0x10000
#define VMCALL_MAP_GPA 0x10001
#define VMCALL_GET_QUOTE 0x10002
#define VMCALL_REPORT_FATAL_ERROR 0x10003

/* Status, in R10 */
#define VMCALL_SUCCESS 0
#define VMCALL_INVALID_OPERAND 0x8000000000000000ULL
#define VMCALL_ALIGN_ERROR 0x8000000000000002ULL
#define VMCALL_SUBFUNC_UNSUPPORTED 0x8000000000000003ULL

#define DIRECTION_WRITE 1

struct quote_buffer {
	u64 version;
	u64 status;
	u32 in_length;
	u32 out_length;
	u8 data[];
} __packed;

#define QUOTE_BUFFER_VERSION 1
#define QUOTE_SUCCESS 0
#define QUOTE_ERROR 0x8000000000000000ULL

/* Intel TDX DCAP quoting library API, "TD Quote format", versions 4 and 5 */
struct quote_header {
	u16 version;
	u16 key_type;
	u32 tee_type;
	u32 reserved;
	u8 vendor_id[16];
	u8 user_data[20];
} __packed;

/* In version 5 only */
struct quote_body_header {
	u16 type;
	u32 size;
} __packed;

struct quote_body {
	u8 tee_tcb_svn[16];
	u8 mrseam[SHA384_SIZE];
	u8 mrsignerseam[SHA384_SIZE];
	u64 seam_attributes;
	u64 attributes;
	u64 xfam;
	u8 mrtd[SHA384_SIZE];
	u8 mrconfigid[SHA384_SIZE];
	u8 mrowner[SHA384_SIZE];
	u8 mrownerconfig[SHA384_SIZE];
	u8 rtmr[TDX_RTMR_COUNT][SHA384_SIZE];
	u8 reportdata[TDX_REPORTDATA_SIZE];
} __packed;

/* What TDX 1.5 has more: another TCB_SVN, and the hash of service TDs. */
#define QUOTE_BODY_1_5_MORE 64

_Static_assert(sizeof(struct quote_header) == 48, "quote");
_Static_assert(sizeof(struct quote_body) == 584, "quote");

#define QUOTE_VERSION_OLD 4
#define QUOTE_VERSION_NEW 5
#define QUOTE_KEY_ECDSA_P256 2
#define QUOTE_TEE_TDX 0x81
#define QUOTE_BODY_TDX_1_5 3

/* Of the signature data, without the certification data. */
#define QUOTE_SIGNATURE_SIZE (2 * P256_SIZE)

static u16 quote_version;

/**
 * tdx_host_setup() - take the host's options
 */
void tdx_host_setup(void)
{
	quote_version = cmdline_number("quote", QUOTE_VERSION_OLD);
	if (quote_version != QUOTE_VERSION_OLD &&
	    quote_version != QUOTE_VERSION_NEW)
		die("tee.quote is 4 or 5");
}

/* The body of a quote is what the report says. */
static void make_body(struct quote_body *body, const struct tdx_report *report)
{
	memset(body, 0, sizeof(*body));
	memcpy(body->tee_tcb_svn, report->tcb.tee_tcb_svn,
	       sizeof(body->tee_tcb_svn));
	memcpy(body->mrseam, report->tcb.mrseam, SHA384_SIZE);
	memcpy(body->mrsignerseam, report->tcb.mrsignerseam, SHA384_SIZE);
	body->seam_attributes = report->tcb.attributes;
	body->attributes = report->tdinfo.attributes;
	body->xfam = report->tdinfo.xfam;
	memcpy(body->mrtd, report->tdinfo.mrtd, SHA384_SIZE);
	memcpy(body->mrconfigid, report->tdinfo.mrconfigid, SHA384_SIZE);
	memcpy(body->mrowner, report->tdinfo.mrowner, SHA384_SIZE);
	memcpy(body->mrownerconfig, report->tdinfo.mrownerconfig, SHA384_SIZE);
	memcpy(body->rtmr, report->tdinfo.rtmr, sizeof(body->rtmr));
	memcpy(body->reportdata, report->mac.reportdata, TDX_REPORTDATA_SIZE);
}

/* Append to what is at @quote; returns the end. */
static u8 *append(u8 *end, const void *data, size_t length)
{
	memcpy(end, data, length);
	return end + length;
}

/* What is signed: header and body. */
static u8 *make_signed_part(u8 *quote, const struct tdx_report *report)
{
	static const u8 more[QUOTE_BODY_1_5_MORE];
	struct quote_header header = {
		.version = quote_version,
		.key_type = QUOTE_KEY_ECDSA_P256,
		.tee_type = QUOTE_TEE_TDX,
	};
	struct quote_body_header body_header = {
		.type = QUOTE_BODY_TDX_1_5,
		.size = sizeof(struct quote_body) + sizeof(more),
	};
	struct quote_body body;
	u8 *end = append(quote, &header, sizeof(header));

	make_body(&body, report);
	if (quote_version == QUOTE_VERSION_OLD)
		return append(end, &body, sizeof(body));
	end = append(end, &body_header, sizeof(body_header));
	end = append(end, &body, sizeof(body));
	return append(end, more, sizeof(more));
}

/* The length of the signature data, and that; without keys it is empty. */
static u8 *sign_quote(u8 *quote, u8 *end)
{
	size_t key_length, public_length, certification_length;
	const u8 *key = keys_item(KEYS_TDX_KEY, &key_length);
	const u8 *public = keys_item(KEYS_TDX_PUBLIC, &public_length);
	const u8 *certification =
		keys_item(KEYS_TDX_CERTIFICATION, &certification_length);
	u8 signature[QUOTE_SIGNATURE_SIZE];
	u32 length = 0;

	if (!key)
		return append(end, &length, sizeof(length));
	ecdsa_p256_sha256(key, quote, end - quote, signature);
	length = sizeof(signature) + public_length + certification_length;
	end = append(end, &length, sizeof(length));
	end = append(end, signature, sizeof(signature));
	end = append(end, public, public_length);
	return append(end, certification, certification_length);
}

static u64 get_quote(u64 address, u64 size)
{
	struct quote_buffer *buffer = tdx_guest_memory(address);
	const struct tdx_report *report = (const void *)buffer->data;
	/* As long as the keys can be, and some more. */
	static u8 quote[20 * PAGE_SIZE];
	size_t length;

	if (!is_aligned(address, PAGE_SIZE) || !is_aligned(size, PAGE_SIZE) ||
	    !size || buffer->version != QUOTE_BUFFER_VERSION)
		return VMCALL_INVALID_OPERAND;
	if (buffer->in_length != sizeof(*report) ||
	    !tdx_report_is_genuine(report)) {
		buffer->out_length = 0;
		buffer->status = QUOTE_ERROR;
		return VMCALL_SUCCESS;
	}
	length = sign_quote(quote, make_signed_part(quote, report)) - quote;
	if (length > size - sizeof(*buffer))
		return VMCALL_INVALID_OPERAND;
	memcpy(buffer->data, quote, length);
	buffer->out_length = length;
	buffer->status = QUOTE_SUCCESS;
	return VMCALL_SUCCESS;
}

static u64 map_gpa(struct guest_registers *regs)
{
	u64 address = regs->r12, size = regs->r13;

	if (!is_aligned(address, PAGE_SIZE) || !is_aligned(size, PAGE_SIZE)) {
		regs->r11 = address;
		return VMCALL_ALIGN_ERROR;
	}
	isolation_convert(address & ~TEE_ADDRESS_MASK, size,
			  address & TEE_ADDRESS_MASK);
	return VMCALL_SUCCESS;
}

static u64 access_port(struct guest_registers *regs)
{
	u64 size = regs->r12;

	if ((size != 1 && size != 2 && size != 4) || regs->r14 > 0xffff)
		return VMCALL_INVALID_OPERAND;
	regs->r11 = port_access(regs->r14, size, regs->r13 != DIRECTION_WRITE,
				regs->r15);
	return VMCALL_SUCCESS;
}

static u64 access_memory(struct guest_registers *regs)
{
	u64 address = regs->r14 & ~TEE_ADDRESS_MASK;
	bool write = regs->r13 == DIRECTION_WRITE;

	switch (regs->r12) {
	case 1:
		if (write)
			mmio_write8(address, regs->r15);
		else
			regs->r11 = mmio_read8(address);
		return VMCALL_SUCCESS;
	case 2:
		if (write)
			mmio_write16(address, regs->r15);
		else
			regs->r11 = mmio_read16(address);
		return VMCALL_SUCCESS;
	case 4:
		if (write)
			mmio_write32(address, regs->r15);
		else
			regs->r11 = mmio_read32(address);
		return VMCALL_SUCCESS;
	case 8:
		if (write)
			mmio_write64(address, regs->r15);
		else
			regs->r11 = mmio_read64(address);
		return VMCALL_SUCCESS;
	default:
		return VMCALL_INVALID_OPERAND;
	}
}

static void answer_cpuid(struct vcpu *vcpu)
{
	struct guest_registers *regs = &vcpu->regs;
	struct cpuid_result result;

	cpuid_guest(&tdx_ops, vcpu->vmcb->save.cr4, regs->r12, regs->r13,
		    &result);
	regs->r12 = result.eax;
	regs->r13 = result.ebx;
	regs->r14 = result.ecx;
	regs->r15 = result.edx;
}

static __noreturn void report_fatal_error(const struct guest_registers *regs)
{
	/* The order of the registers is the GHCI's. */
	u64 message[9] = {
		regs->r14, regs->r15, regs->rbx, regs->rdi, regs->rsi,
		regs->r8,  regs->r9,  regs->rdx, 0,
	};

	die("the guest gave up, with error code %llx: %s", regs->r12,
	    (const char *)message);
}

/**
 * tdx_host_call() - TDG.VP.VMCALL
 * @vcpu: the processor
 */
void tdx_host_call(struct vcpu *vcpu)
{
	struct guest_registers *regs = &vcpu->regs;
	u64 function = regs->r11;

	/* Not 0 is for functions of some host's own. */
	if (regs->r10) {
		regs->r10 = VMCALL_SUBFUNC_UNSUPPORTED;
		return;
	}
	regs->r10 = VMCALL_SUCCESS;

	switch (function) {
	case EXIT_REASON_HLT:
		vcpu_wait();
		return;
	case EXIT_REASON_CPUID:
		answer_cpuid(vcpu);
		return;
	case EXIT_REASON_IO_INSTRUCTION:
		regs->r10 = access_port(regs);
		return;
	case EXIT_REASON_MSR_READ:
		regs->r11 = rdmsr(regs->r12);
		break;
	case EXIT_REASON_MSR_WRITE:
		wrmsr(regs->r12, regs->r13);
		break;
	case EXIT_REASON_EPT_VIOLATION:
		regs->r10 = access_memory(regs);
		break;
	case VMCALL_GET_TD_VM_CALL_INFO:
		regs->r11 = 0;
		regs->r12 = 0;
		regs->r13 = 0;
		regs->r14 = 0;
		break;
	case VMCALL_MAP_GPA:
		regs->r10 = map_gpa(regs);
		break;
	case VMCALL_GET_QUOTE:
		regs->r10 = get_quote(regs->r12, regs->r13);
		break;
	case VMCALL_REPORT_FATAL_ERROR:
		report_fatal_error(regs);
	default:
		regs->r10 = VMCALL_SUBFUNC_UNSUPPORTED;
	}
	trace("TDVMCALL %llx: status %llx", function, regs->r10);
}
