// SPDX-License-Identifier: GPL-2.0
/*
 * The TDX module, from the guest's side: CPUID, TDCALL, TDREPORT and RTMRs.
 *
 * Intel TDX Module Base Architecture Specification and ABI Reference. What the
 * guest asks of its host (TDG.VP.VMCALL) is in tdx-host.c.
 *
 * A real TDX module lets no port I/O through, nor CPUID leaves that it knows
 * nothing of, nor HLT: the guest gets a virtualization exception, #VE, and
 * asks its host by hypercall. Here the instructions are simply executed, which
 * is much faster; tee.strict has the exceptions.
 */
#include <asm/vmx.h>

#include "ccel.h"
#include "cmdline.h"
#include "console.h"
#include "fault.h"
#include "paging.h"
#include "string.h"
#include "tdx.h"

/* TDCALL leaves */
#define TDG_VP_VMCALL 0
#define TDG_VP_INFO 1
#define TDG_MR_RTMR_EXTEND 2
#define TDG_VP_VEINFO_GET 3
#define TDG_MR_REPORT 4
#define TDG_MEM_PAGE_ACCEPT 6
#define TDG_VM_RD 7
#define TDG_VM_WR 8

/* Completion status: a code in the upper half, details in the lower. */
#define TDX_SUCCESS 0
#define TDX_OPERAND_INVALID 0xc000010000000000ULL
#define TDX_OPERAND_BUSY 0x8000020000000000ULL
#define TDX_METADATA_FIELD_ID_INCORRECT 0xc0000c0000000000ULL
#define TDX_NO_VALID_VE_INFO 0xc000070400000000ULL
#define TDX_SYS_ERROR 0xc000050500000000ULL

/* Operand identifiers, for the lower half */
#define OPERAND_RAX 0
#define OPERAND_RCX 1
#define OPERAND_RDX 2
#define OPERAND_R8 8

#define ATTRIBUTES_SEPT_VE_DISABLE BIT(28)

/* TDCS fields, for TDG.VM.RD and TDG.VM.WR */
#define TDCS_CONFIG_FLAGS 0x1110000300000016ULL
#define TDCS_TD_CTLS 0x1110000300000017ULL
#define TDCS_NOTIFY_ENABLES 0x9100000000000010ULL
#define TDCS_TOPOLOGY_ENUM_CONFIGURED 0x9100000000000019ULL

#define TD_CTLS_ENUM_TOPOLOGY BIT(1)
#define TD_CTLS_REDUCE_VE BIT(3)

#define REPORT_TYPE_TDX 0x81
#define REPORT_ALIGN 1024
#define REPORTDATA_ALIGN 64
#define EXTEND_ALIGN 64
#define TCB_INFO_VALID 0x301ff

#define CPUID_TDX 0x21
/* A Sapphire Rapids; any other Intel family 6 would do. */
#define CPUID_SIGNATURE 0x000806f8

static const u8 tdcall_opcode[OPCODE_LENGTH] = { 0x66, 0x0f, 0x01, 0xcc };

static struct tdx_tdinfo tdinfo;
static struct tdx_tee_tcb_info tcb_info;
static u8 cpusvn[16];
static u64 td_controls, notify_enables;

static bool strict;

static struct {
	bool valid;
	u64 reason;
	u64 qualification;
	u64 length;
} ve;

static void setup(struct vcpu *vcpu, struct boot_params *params)
{
	struct vmcb_control *control = &vcpu->vmcb->control;
	static const char *const rtmr_names[TDX_RTMR_COUNT] = {
		"rtmr0",
		"rtmr1",
		"rtmr2",
		"rtmr3",
	};
	struct cpuid_result xsave;

	cpuid_native(0xd, 0, &xsave);
	tdinfo.attributes = ATTRIBUTES_SEPT_VE_DISABLE;
	tdinfo.xfam = (u64)xsave.edx << 32 | xsave.eax;
	cmdline_register("mrtd", tdinfo.mrtd, SHA384_SIZE);
	cmdline_register("mrconfigid", tdinfo.mrconfigid, SHA384_SIZE);
	cmdline_register("mrowner", tdinfo.mrowner, SHA384_SIZE);
	cmdline_register("mrownerconfig", tdinfo.mrownerconfig, SHA384_SIZE);
	/* Without an option as the TDX module starts them: all zeros. */
	for (size_t i = 0; i < TDX_RTMR_COUNT; i++)
		cmdline_bytes(rtmr_names[i], tdinfo.rtmr[i], SHA384_SIZE);
	if (cmdline_flag("ccel"))
		ccel_setup(params);

	tcb_info.valid = TCB_INFO_VALID;
	cmdline_register("mrseam", tcb_info.mrseam, SHA384_SIZE);

	tdx_host_setup();
	strict = cmdline_flag("strict");
	if (strict) {
		vcpu_intercept_ports(vcpu, 0, 0x10000);
		control->intercept3 |= INTERCEPT_HLT;
	}
}

static u32 four_characters(const char *s)
{
	return s[0] | s[1] << 8 | s[2] << 16 | s[3] << 24;
}

static void cpuid(u32 leaf, u32 subleaf, struct cpuid_result *result)
{
	(void)subleaf;
	switch (leaf) {
	case 0:
		/*
		 * With AMD as vendor the kernel would set up TDX, and then
		 * take itself for an SEV guest.
		 */
		result->eax = CPUID_TDX;
		result->ebx = four_characters("Genu");
		result->edx = four_characters("ineI");
		result->ecx = four_characters("ntel");
		break;
	case 1:
		result->eax = CPUID_SIGNATURE;
		break;
	case CPUID_TDX:
		result->eax = 0;
		result->ebx = four_characters("Inte");
		result->edx = four_characters("lTDX");
		result->ecx = four_characters("    ");
		break;
	case 0x80000000:
		result->eax = 0x80000008;
		result->ebx = 0;
		result->ecx = 0;
		result->edx = 0;
		break;
	case 0x80000001:
		/* What Intel has of it: LAHF, LZCNT, PREFETCHW; SYSCALL, ... */
		result->ecx &= BIT(0) | BIT(5) | BIT(8);
		result->edx &= BIT(11) | BIT(20) | BIT(26) | BIT(27) | BIT(29);
		break;
	}
}

/**
 * tdx_guest_memory() - memory that the guest passes by address
 * @address: its physical address, with or without the shared bit
 */
void *tdx_guest_memory(u64 address)
{
	return phys_to_ptr(address & ~TEE_ADDRESS_MASK);
}

/* The TDX module takes private memory only. */
static bool is_private(u64 address, u64 align)
{
	return is_aligned(address, align) && address < TEE_ADDRESS_MASK;
}

/*
 * A real one is an HMAC by a key of the processor's, which nobody but the
 * processor can check. This serves the same purpose, to tell a report that was
 * made here from one that was not.
 */
static void make_mac(const struct tdx_report *report, u8 *mac)
{
	u8 digest[SHA384_SIZE];

	sha384(report, offsetof(struct tdx_report, mac.mac), digest);
	memcpy(mac, digest, sizeof(report->mac.mac));
}

/**
 * tdx_report_is_genuine() - is it as TDG.MR.REPORT made it?
 * @report: the TDREPORT
 */
bool tdx_report_is_genuine(const struct tdx_report *report)
{
	u8 digest[SHA384_SIZE], mac[sizeof(report->mac.mac)];

	make_mac(report, mac);
	if (memcmp(mac, report->mac.mac, sizeof(mac)))
		return false;
	sha384(&report->tdinfo, sizeof(report->tdinfo), digest);
	return !memcmp(digest, report->mac.tdinfo_hash, sizeof(digest));
}

/**
 * tdx_extend() - extend an RTMR
 * @rtmr: its number
 * @digest: by what
 */
void tdx_extend(size_t rtmr, const u8 *digest)
{
	u8 both[2 * SHA384_SIZE];

	memcpy(both, tdinfo.rtmr[rtmr], SHA384_SIZE);
	memcpy(both + SHA384_SIZE, digest, SHA384_SIZE);
	sha384(both, sizeof(both), tdinfo.rtmr[rtmr]);
}

static u64 mr_report(const struct guest_registers *regs)
{
	/* The guest may have REPORTDATA in the buffer for the report. */
	static struct tdx_report report;
	static const u8 foreign[SHA384_SIZE];

	if (fault_take(FAULT_REPORT_BUSY))
		return TDX_OPERAND_BUSY;
	if (!is_private(regs->rcx, REPORT_ALIGN) ||
	    fault_take(FAULT_REPORT_INVALID))
		return TDX_OPERAND_INVALID | OPERAND_RCX;
	if (!is_private(regs->rdx, REPORTDATA_ALIGN))
		return TDX_OPERAND_INVALID | OPERAND_RDX;
	if ((u8)regs->r8)
		return TDX_OPERAND_INVALID | OPERAND_R8;

	if (fault_take(FAULT_EXTEND_FOREIGN))
		tdx_extend(TDX_RTMR_COUNT - 1, foreign);
	memset(&report, 0, sizeof(report));
	report.tdinfo = tdinfo;
	report.tcb = tcb_info;
	report.mac.type = REPORT_TYPE_TDX;
	memcpy(report.mac.cpusvn, cpusvn, sizeof(cpusvn));
	sha384(&report.tcb, sizeof(report.tcb), report.mac.tee_tcb_info_hash);
	sha384(&report.tdinfo, sizeof(report.tdinfo), report.mac.tdinfo_hash);
	memcpy(report.mac.reportdata, tdx_guest_memory(regs->rdx),
	       TDX_REPORTDATA_SIZE);
	make_mac(&report, report.mac.mac);
	memcpy(tdx_guest_memory(regs->rcx), &report, sizeof(report));
	return TDX_SUCCESS;
}

static u64 mr_rtmr_extend(const struct guest_registers *regs)
{
	if (fault_take(FAULT_EXTEND_BUSY))
		return TDX_OPERAND_BUSY;
	if (!is_private(regs->rcx, EXTEND_ALIGN) ||
	    fault_take(FAULT_EXTEND_INVALID))
		return TDX_OPERAND_INVALID | OPERAND_RCX;
	if (regs->rdx >= TDX_RTMR_COUNT)
		return TDX_OPERAND_INVALID | OPERAND_RDX;

	tdx_extend(regs->rdx, tdx_guest_memory(regs->rcx));

	if (fault_take(FAULT_EXTEND_UNCLEAR))
		return TDX_SYS_ERROR;
	return TDX_SUCCESS;
}

static u64 vp_info(struct guest_registers *regs)
{
	regs->rcx = GUEST_PHYSICAL_BITS;
	regs->rdx = tdinfo.attributes;
	regs->r8 = BIT(32) | 1; /* one virtual processor, of one */
	regs->r9 = 0;
	regs->r10 = 0;
	regs->r11 = 0;
	return TDX_SUCCESS;
}

static u64 vp_veinfo_get(struct guest_registers *regs)
{
	if (!ve.valid)
		return TDX_NO_VALID_VE_INFO;
	ve.valid = false;
	regs->rcx = ve.reason;
	regs->rdx = ve.qualification;
	regs->r8 = 0;
	regs->r9 = 0;
	regs->r10 = ve.length;
	return TDX_SUCCESS;
}

static u64 vm_read(struct guest_registers *regs)
{
	switch (regs->rdx) {
	case TDCS_CONFIG_FLAGS:
		regs->r8 = 0;
		break;
	case TDCS_TD_CTLS:
		regs->r8 = td_controls;
		break;
	case TDCS_NOTIFY_ENABLES:
		regs->r8 = notify_enables;
		break;
	case TDCS_TOPOLOGY_ENUM_CONFIGURED:
		regs->r8 = 1;
		break;
	default:
		regs->r8 = 0;
		return TDX_METADATA_FIELD_ID_INCORRECT | OPERAND_RDX;
	}
	return TDX_SUCCESS;
}

static u64 vm_write(struct guest_registers *regs)
{
	u64 value = regs->r8, mask = regs->r9;
	u64 *field, writable;

	switch (regs->rdx) {
	case TDCS_TD_CTLS:
		field = &td_controls;
		writable = TD_CTLS_ENUM_TOPOLOGY;
		if (!strict)
			writable |= TD_CTLS_REDUCE_VE;
		break;
	case TDCS_NOTIFY_ENABLES:
		field = &notify_enables;
		writable = BIT(0);
		break;
	default:
		return TDX_METADATA_FIELD_ID_INCORRECT | OPERAND_RDX;
	}
	if (value & mask & ~writable)
		return TDX_OPERAND_INVALID | OPERAND_R8;
	regs->r8 = *field;
	*field = (*field & ~mask) | (value & mask);
	return TDX_SUCCESS;
}

static bool instruction(struct vcpu *vcpu, const u8 *opcode)
{
	struct guest_registers *regs = &vcpu->regs;
	u64 leaf = regs->rax & 0xffff;

	if (memcmp(opcode, tdcall_opcode, OPCODE_LENGTH))
		return false;

	switch (leaf) {
	case TDG_VP_VMCALL:
		tdx_host_call(vcpu);
		regs->rax = TDX_SUCCESS;
		return true;
	case TDG_VP_INFO:
		regs->rax = vp_info(regs);
		break;
	case TDG_MR_RTMR_EXTEND:
		regs->rax = mr_rtmr_extend(regs);
		break;
	case TDG_VP_VEINFO_GET:
		regs->rax = vp_veinfo_get(regs);
		return true;
	case TDG_MR_REPORT:
		regs->rax = mr_report(regs);
		break;
	case TDG_MEM_PAGE_ACCEPT:
		/* All memory is the guest's from the start. */
		regs->rax = TDX_SUCCESS;
		return true;
	case TDG_VM_RD:
		regs->rax = vm_read(regs);
		break;
	case TDG_VM_WR:
		regs->rax = vm_write(regs);
		break;
	default:
		regs->rax = TDX_OPERAND_INVALID | OPERAND_RAX;
	}
	trace("TDCALL leaf %llu, operand rdx %llx: status %llx", leaf,
	      regs->rdx, regs->rax);
	return true;
}

/* The exit qualification of VMX, from the exit information of SVM. */
static u64 io_qualification(u64 info)
{
	return (u64)IOIO_PORT(info) << 16 | (info & IOIO_REP ? BIT(5) : 0) |
	       (info & IOIO_STRING ? BIT(4) : 0) |
	       (info & IOIO_IN ? BIT(3) : 0) | (IOIO_SIZE(info) - 1);
}

static bool virtualize(struct vcpu *vcpu)
{
	const struct vmcb *vmcb = vcpu->vmcb;
	u32 leaf = vcpu->regs.rax;

	if (!strict)
		return false;

	switch (vmcb->control.exit_code) {
	case SVM_EXIT_CPUID:
		/* The range that belongs to the host */
		if (leaf < 0x40000000 || leaf > 0x4fffffff)
			return false;
		ve.reason = EXIT_REASON_CPUID;
		ve.qualification = 0;
		ve.length = 2;
		break;
	case SVM_EXIT_IOIO:
		ve.reason = EXIT_REASON_IO_INSTRUCTION;
		ve.qualification = io_qualification(vmcb->control.exit_info_1);
		ve.length = vmcb->control.exit_info_2 - vmcb->save.rip;
		break;
	default:
		ve.reason = EXIT_REASON_HLT;
		ve.qualification = 0;
		ve.length = 1;
	}
	vcpu_inject(vcpu, ve.valid ? VECTOR_DF : VECTOR_VE);
	ve.valid = true;
	return true;
}

const struct tee_ops tdx_ops = {
	.name = "tdx",
	.setup = setup,
	.cpuid = cpuid,
	.instruction = instruction,
	.virtualize = virtualize,
};
