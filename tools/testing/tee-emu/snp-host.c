// SPDX-License-Identifier: GPL-2.0
/*
 * The processor and the host of an SNP guest: CPUID, the two MSRs, VMGEXIT,
 * PVALIDATE and RMPADJUST.
 *
 * SEV-ES Guest-Hypervisor Communication Block Standardization, publication
 * 56421. A guest speaks to its host in a page that both see, the GHCB, or,
 * before it has one, in the MSR that otherwise holds the GHCB's address.
 *
 * A real SNP guest gets #VC exceptions for CPUID, port I/O, device memory and
 * some MSRs, and turns them into such calls. Here these instructions are
 * simply executed, and the guest takes no #VC.
 */
#include "cmdline.h"
#include "console.h"
#include "fault.h"
#include "isolation.h"
#include "keys.h"
#include "loader.h"
#include "paging.h"
#include "snp.h"
#include "string.h"

#define MSR_SEV_ES_GHCB 0xc0010130
#define MSR_SEV_STATUS 0xc0010131
#define MSR_SVSM_CAA 0xc001f000

#define SEV_STATUS_SEV BIT(0)
#define SEV_STATUS_SEV_ES BIT(1)
#define SEV_STATUS_SEV_SNP BIT(2)

#define CPUID_SEV 0x8000001f
#define CPUID_SEV_EAX_SEV BIT(1)
#define CPUID_SEV_EAX_SEV_ES BIT(3)
#define CPUID_SEV_EAX_SEV_SNP BIT(4)
#define CPUID_SEV_EAX_SVSM BIT(28)
/* The C-bit costs one bit of physical address. */
#define CPUID_SEV_EBX_REDUCTION 0x40
#define CPUID_SEV_EBX_COHERENCY_SFW_NO BIT(31)

/* The MSR protocol: a code in these bits, data above. */
#define GHCB_CODE_MASK 0xfffULL
#define GHCB_SEV_INFO_REQ 0x002
#define GHCB_SEV_INFO_RESP 0x001
#define GHCB_CPUID_REQ 0x004
#define GHCB_CPUID_RESP 0x005
#define GHCB_PREFERRED_REQ 0x010
#define GHCB_PREFERRED_RESP 0x011
#define GHCB_REGISTER_REQ 0x012
#define GHCB_REGISTER_RESP 0x013
#define GHCB_PAGE_STATE_REQ 0x014
#define GHCB_PAGE_STATE_RESP 0x015
#define GHCB_RUN_VMPL_REQ 0x016
#define GHCB_RUN_VMPL_RESP 0x017
#define GHCB_FEATURES_REQ 0x080
#define GHCB_FEATURES_RESP 0x081
#define GHCB_TERMINATE 0x100

#define GHCB_PROTOCOL_MIN 2ULL
#define GHCB_PROTOCOL_MAX 2ULL

#define FEATURE_SNP BIT(0)
#define FEATURE_MULTI_VMPL BIT(5)

/* The page protocol */
#define EXIT_RUN_VMPL 0x80000018

#define RESULT_OK 0
#define RESULT_MALFORMED 2
#define MALFORMED_NOT_REGISTERED 1
#define MALFORMED_SCRATCH 3
#define MALFORMED_INPUT 5
#define MALFORMED_EVENT 6

/* The host's part of a guest request's result, in the upper half */
#define VMM_ERROR_LENGTH 0x100000000ULL
#define VMM_ERROR_BUSY (2ULL << 32)
#define VMM_ERROR_GENERIC (3ULL << 32)

struct ghcb {
	u8 reserved_0[0x1f8];
	u64 rax;
	u8 reserved_200[0x308 - 0x200];
	u64 rcx;
	u64 rdx;
	u64 rbx;
	u8 reserved_320[0x390 - 0x320];
	u64 exit_code;
	u64 exit_info_1;
	u64 exit_info_2;
	u64 scratch;
	u8 reserved_3b0[0x3f0 - 0x3b0];
	u8 valid_bitmap[16];
	u8 reserved_400[0x800 - 0x400];
	u8 shared_buffer[2032];
	u8 reserved_ff0[10];
	u16 protocol_version;
	u32 usage;
} __packed;

_Static_assert(sizeof(struct ghcb) == PAGE_SIZE, "GHCB");

struct page_state_header {
	u16 current;
	u16 last;
	u32 reserved;
} __packed;

#define PAGE_STATE_ENTRIES 253

/* An entry, and a request by MSR as well, has the page in its middle. */
#define GHCB_PAGE_MASK 0x000ffffffffff000ULL
#define PAGE_OPERATION(entry) ((entry) >> 52 & 0xf)
#define PAGE_SHARED 2
#define PAGE_IS_2M BIT(56)

/* RMP instructions: the result in RAX */
#define RMP_SUCCESS 0
#define RMP_FAIL_PERMISSION 2
#define RFLAGS_STATUS 0x8d5
#define RFLAGS_ZF BIT(6)

static const u8 vmgexit_opcode[OPCODE_LENGTH] = { 0xf3, 0x0f, 0x01, 0xd9 };
static const u8 pvalidate_opcode[OPCODE_LENGTH] = { 0xf2, 0x0f, 0x01, 0xff };
static const u8 rmpadjust_opcode[OPCODE_LENGTH] = { 0xf3, 0x0f, 0x01, 0xfe };

/* What SETUP_CC_BLOB points at: OVMF's, and so not in <asm/bootparam.h>. */
#define CC_BLOB_MAGIC 0x45444d41

struct cc_blob {
	u32 magic;
	u16 version;
	u16 reserved_6;
	u64 secrets;
	u32 secrets_size;
	u32 reserved_14;
	u64 cpuid;
	u32 cpuid_size;
	u32 reserved_24;
} __packed;

struct cpuid_table {
	u32 count;
	u32 reserved_4;
	u64 reserved_8;
	struct {
		u32 leaf;
		u32 subleaf;
		u64 xcr0;
		u64 xss;
		u32 eax, ebx, ecx, edx;
		u64 reserved;
	} __packed entries[64];
} __packed;

/*
 * What firmware leaves for the guest. The kernel reads it while it still runs
 * on the decompressor's page tables, which map 2 MB at a time around some of
 * it: the alignment keeps all of it in one such piece.
 */
static struct {
	struct snp_secrets secrets;
	struct cpuid_table cpuid __aligned(PAGE_SIZE);
	u8 calling_area[PAGE_SIZE] __aligned(PAGE_SIZE);
	struct cc_blob blob;
	struct {
		struct setup_data header;
		u32 blob_address;
	} __packed setup_data;
} firmware_pages __aligned(8 * PAGE_SIZE);

_Static_assert(sizeof(firmware_pages) <= 8 * PAGE_SIZE, "firmware pages");

static unsigned int guest_vmpl;
static u64 ghcb_msr;
static u64 ghcb_registered;

static void fill_cpuid_table(void)
{
	static const u32 leaves[] = {
		0x0,	    0x1,	0x7,	    0xb,       0xd,
		0x80000000, 0x80000001, 0x80000008, CPUID_SEV,
	};
	struct cpuid_table *table = &firmware_pages.cpuid;
	const struct tee_ops *tee = guest_vmpl ? &svsm_ops : &snp_ops;

	for (size_t i = 0; i < ARRAY_SIZE(leaves); i++) {
		struct cpuid_result result;

		cpuid_guest(tee, 0, leaves[i], 0, &result);
		table->entries[i].leaf = leaves[i];
		table->entries[i].xcr0 = leaves[i] == 0xd;
		table->entries[i].eax = result.eax;
		table->entries[i].ebx = result.ebx;
		table->entries[i].ecx = result.ecx;
		table->entries[i].edx = result.edx;
	}
	table->count = ARRAY_SIZE(leaves);
}

/**
 * snp_host_setup() - launch an SNP guest
 * @vcpu: its processor
 * @params: its boot parameters
 * @vmpl: its kernel's privilege level
 *
 * Return: the secrets page, for an SVSM to add its part.
 */
struct snp_secrets *
snp_host_setup(struct vcpu *vcpu, struct boot_params *params, unsigned int vmpl)
{
	struct cc_blob *blob = &firmware_pages.blob;
	struct setup_data *data = (void *)&firmware_pages.setup_data;

	guest_vmpl = vmpl;
	vcpu_intercept_msr(vcpu, MSR_SEV_ES_GHCB);
	vcpu_intercept_msr(vcpu, MSR_SEV_STATUS);

	snp_firmware_setup(&firmware_pages.secrets, vmpl);
	if (vmpl)
		firmware_pages.secrets.svsm_caa =
			ptr_to_phys(firmware_pages.calling_area);
	fill_cpuid_table();

	blob->magic = CC_BLOB_MAGIC;
	blob->secrets = ptr_to_phys(&firmware_pages.secrets);
	blob->secrets_size = PAGE_SIZE;
	blob->cpuid = ptr_to_phys(&firmware_pages.cpuid);
	blob->cpuid_size = PAGE_SIZE;

	data->type = SETUP_CC_BLOB;
	data->len = sizeof(u32);
	firmware_pages.setup_data.blob_address = ptr_to_phys(blob);
	params->hdr.setup_data = ptr_to_phys(data);
	return &firmware_pages.secrets;
}

static u32 four_characters(const char *s)
{
	return s[0] | s[1] << 8 | s[2] << 16 | s[3] << 24;
}

void snp_cpuid(u32 leaf, u32 subleaf, struct cpuid_result *result)
{
	(void)subleaf;
	switch (leaf) {
	case 0x80000000:
		if (result->eax < CPUID_SEV)
			result->eax = CPUID_SEV;
		fallthrough;
	case 0:
		result->ebx = four_characters("Auth");
		result->edx = four_characters("enti");
		result->ecx = four_characters("cAMD");
		break;
	case CPUID_SEV:
		result->eax = CPUID_SEV_EAX_SEV | CPUID_SEV_EAX_SEV_ES |
			      CPUID_SEV_EAX_SEV_SNP;
		if (guest_vmpl)
			result->eax |= CPUID_SEV_EAX_SVSM;
		result->ebx = TEE_ADDRESS_BIT | CPUID_SEV_EBX_REDUCTION |
			      CPUID_SEV_EBX_COHERENCY_SFW_NO;
		result->ecx = 0;
		result->edx = 0;
		break;
	}
}

bool snp_msr(struct vcpu *vcpu, u32 index, bool write)
{
	struct guest_registers *regs = &vcpu->regs;
	u64 value;

	switch (index) {
	case MSR_SEV_ES_GHCB:
		if (write) {
			ghcb_msr = regs->rdx << 32 | lower_32_bits(regs->rax);
			return true;
		}
		value = ghcb_msr;
		break;
	case MSR_SEV_STATUS:
		value = SEV_STATUS_SEV | SEV_STATUS_SEV_ES | SEV_STATUS_SEV_SNP;
		break;
	case MSR_SVSM_CAA:
		value = firmware_pages.secrets.svsm_caa;
		break;
	default:
		return false;
	}
	regs->rax = lower_32_bits(value);
	regs->rdx = upper_32_bits(value);
	return true;
}

static u64 features(void)
{
	return FEATURE_SNP | (guest_vmpl ? FEATURE_MULTI_VMPL : 0);
}

static const char *const linux_reasons[] = {
	"GHCB registration failed",
	"page state change failed",
	"PVALIDATE failed",
	"not at VMPL0",
	"the CPUID table is invalid",
	"CPUID by the host failed",
	"the secrets page is invalid",
	"there is no SVSM",
	"the SVSM claims VMPL0",
	"the SVSM's calling area is invalid",
	"no Secure TSC",
	"the SVSM's calling area could not be remapped",
	"Secure AVIC failed",
};

static __noreturn void terminate(unsigned int set, unsigned int code)
{
	const char *reason = "see enum sev_term and GHCB_TERM_* in the kernel";

	if (set == 1 && code < ARRAY_SIZE(linux_reasons))
		reason = linux_reasons[code];
	if (set == 0 && code == 2)
		reason = "the kernel lacks a feature of this SNP guest";
	die("the guest gave up: reason set %u, code %u (%s)", set, code,
	    reason);
}

static void msr_protocol(struct vcpu *vcpu)
{
	const struct tee_ops *tee = guest_vmpl ? &svsm_ops : &snp_ops;
	u64 request = ghcb_msr;
	struct cpuid_result result;
	u32 value[4];

	switch (request & GHCB_CODE_MASK) {
	case GHCB_SEV_INFO_REQ:
		ghcb_msr = GHCB_PROTOCOL_MAX << 48 | GHCB_PROTOCOL_MIN << 32 |
			   TEE_ADDRESS_BIT << 24 | GHCB_SEV_INFO_RESP;
		break;
	case GHCB_CPUID_REQ:
		cpuid_guest(tee, vcpu->vmcb->save.cr4, request >> 32, 0,
			    &result);
		memcpy(value, &result, sizeof(value));
		ghcb_msr = (u64)value[request >> 30 & 3] << 32 |
			   (request & (3ULL << 30)) | GHCB_CPUID_RESP;
		break;
	case GHCB_PREFERRED_REQ:
		ghcb_msr = ~GHCB_CODE_MASK | GHCB_PREFERRED_RESP;
		break;
	case GHCB_REGISTER_REQ:
		ghcb_registered = request & ~GHCB_CODE_MASK;
		ghcb_msr = ghcb_registered | GHCB_REGISTER_RESP;
		break;
	case GHCB_PAGE_STATE_REQ:
		isolation_convert(request & GHCB_PAGE_MASK, PAGE_SIZE,
				  PAGE_OPERATION(request) == PAGE_SHARED);
		ghcb_msr = GHCB_PAGE_STATE_RESP;
		break;
	case GHCB_RUN_VMPL_REQ:
		if (!guest_vmpl)
			die("the guest calls an SVSM, and there is none");
		svsm_call(vcpu);
		ghcb_msr = GHCB_RUN_VMPL_RESP;
		break;
	case GHCB_FEATURES_REQ:
		ghcb_msr = features() << 12 | GHCB_FEATURES_RESP;
		break;
	case GHCB_TERMINATE:
		terminate(request >> 12 & 0xf, request >> 16 & 0xff);
	default:
		die("the guest made an unknown request by the GHCB MSR: %llx",
		    request);
	}
}

/* All of the entries at once. */
static u64 page_state_change(struct ghcb *ghcb)
{
	u64 buffer = ptr_to_phys(ghcb->shared_buffer);
	struct page_state_header *header = phys_to_ptr(buffer);
	const u64 *entries = phys_to_ptr(buffer + sizeof(*header));

	if (ghcb->scratch != buffer || header->last >= PAGE_STATE_ENTRIES) {
		ghcb->exit_info_2 = MALFORMED_SCRATCH;
		return RESULT_MALFORMED;
	}
	for (; header->current <= header->last; header->current++) {
		u64 entry = entries[header->current];

		isolation_convert(entry & GHCB_PAGE_MASK,
				  entry & PAGE_IS_2M ? 2 << 20 : PAGE_SIZE,
				  PAGE_OPERATION(entry) == PAGE_SHARED);
	}
	ghcb->exit_info_2 = 0;
	return RESULT_OK;
}

/*
 * An extended request also returns certificates: those that came with the keys,
 * or an empty table. Where there is too little room, say how much it takes.
 */
static bool put_certificates(struct ghcb *ghcb)
{
	static const u8 empty_table[24];
	size_t length, pages;
	const u8 *table = keys_item(KEYS_SNP_CERTIFICATES, &length);

	if (!table) {
		table = empty_table;
		length = sizeof(empty_table);
	}
	pages = align_up(length, PAGE_SIZE) / PAGE_SIZE;
	if (ghcb->rbx < pages && keys_item(KEYS_SNP_CERTIFICATES, &length)) {
		ghcb->rbx = pages;
		ghcb->exit_info_2 = VMM_ERROR_LENGTH;
		return false;
	}
	if (ghcb->rbx)
		memcpy(phys_to_ptr(ghcb->rax), table, length);
	return true;
}

static u64 guest_request(struct ghcb *ghcb, bool extended)
{
	if (fault_take(FAULT_REQUEST_BUSY)) {
		ghcb->exit_info_2 = VMM_ERROR_BUSY;
		return RESULT_OK;
	}
	if (fault_take(FAULT_REQUEST_ERROR)) {
		ghcb->exit_info_2 = VMM_ERROR_GENERIC;
		return RESULT_OK;
	}
	if (extended && !put_certificates(ghcb))
		return RESULT_OK;
	ghcb->exit_info_2 =
		snp_firmware_request(ghcb->exit_info_1, ghcb->exit_info_2);
	return RESULT_OK;
}

static void set_valid(struct ghcb *ghcb, size_t offset)
{
	ghcb->valid_bitmap[offset / 64] |= 1 << (offset / 8 % 8);
}

static void page_protocol(struct vcpu *vcpu, struct ghcb *ghcb)
{
	u64 code = ghcb->exit_code;
	u64 result = RESULT_OK;

	switch (code) {
	case SVM_VMGEXIT_NMI_COMPLETE:
		ghcb->exit_info_2 = 0;
		break;
	case SVM_VMGEXIT_PSC:
		result = page_state_change(ghcb);
		break;
	case SVM_VMGEXIT_GUEST_REQUEST:
		result = guest_request(ghcb, false);
		break;
	case SVM_VMGEXIT_EXT_GUEST_REQUEST:
		result = guest_request(ghcb, true);
		break;
	case SVM_VMGEXIT_HV_FEATURES:
		ghcb->exit_info_2 = features();
		break;
	case SVM_VMGEXIT_TERM_REQUEST:
		terminate(ghcb->exit_info_1 & 0xf,
			  ghcb->exit_info_1 >> 4 & 0xff);
	case EXIT_RUN_VMPL:
		if (guest_vmpl) {
			svsm_call(vcpu);
			ghcb->exit_info_2 = 0;
			break;
		}
		fallthrough;
	default:
		result = RESULT_MALFORMED;
		ghcb->exit_info_2 = MALFORMED_EVENT;
	}
	ghcb->exit_info_1 = result;
	trace("VMGEXIT %llx: result %llx, info %llx", code, result,
	      ghcb->exit_info_2);
}

static void vmgexit(struct vcpu *vcpu)
{
	struct ghcb *ghcb;

	if (ghcb_msr & GHCB_CODE_MASK) {
		msr_protocol(vcpu);
		return;
	}
	ghcb = phys_to_ptr(ghcb_msr & ~TEE_ADDRESS_MASK);
	if (ghcb_msr == ghcb_registered) {
		page_protocol(vcpu, ghcb);
	} else {
		ghcb->exit_info_1 = RESULT_MALFORMED;
		ghcb->exit_info_2 = MALFORMED_NOT_REGISTERED;
	}
	set_valid(ghcb, offsetof(struct ghcb, exit_info_1));
	set_valid(ghcb, offsetof(struct ghcb, exit_info_2));
}

/*
 * PVALIDATE and RMPADJUST change the owner's side of a page's state, which is
 * not kept here. They belong to VMPL0; that RMPADJUST fails is how a kernel
 * learns that it runs under an SVSM.
 */
static void rmp_instruction(struct vcpu *vcpu)
{
	struct vmcb_save *save = &vcpu->vmcb->save;

	vcpu->regs.rax = guest_vmpl ? RMP_FAIL_PERMISSION : RMP_SUCCESS;
	save->rflags &= ~(u64)RFLAGS_STATUS;
	if (vcpu->regs.rax == RMP_SUCCESS)
		save->rflags |= RFLAGS_ZF;
}

bool snp_instruction(struct vcpu *vcpu, const u8 *opcode)
{
	if (!memcmp(opcode, vmgexit_opcode, OPCODE_LENGTH)) {
		vmgexit(vcpu);
		return true;
	}
	if (!memcmp(opcode, pvalidate_opcode, OPCODE_LENGTH) ||
	    !memcmp(opcode, rmpadjust_opcode, OPCODE_LENGTH)) {
		rmp_instruction(vcpu);
		return true;
	}
	return false;
}

static void setup(struct vcpu *vcpu, struct boot_params *params)
{
	snp_host_setup(vcpu, params, 0);
}

const struct tee_ops snp_ops = {
	.name = "snp",
	.bit_is_private = true,
	.setup = setup,
	.cpuid = snp_cpuid,
	.instruction = snp_instruction,
	.msr = snp_msr,
};
