// SPDX-License-Identifier: GPL-2.0
/*
 * The SVSM: a program at VMPL0 of an SNP guest that serves the kernel at a
 * lower privilege level, here VMPL2.
 *
 * AMD's Secure VM Service Module for SEV-SNP Guests, publication 58019. A call
 * has its protocol and number in RAX, arguments in RCX, RDX, R8 and R9, and
 * its result in RAX. There are the core protocol, as far as one processor
 * needs it, the attestation protocol and the vTPM protocol.
 */
#include "acpi.h"
#include "console.h"
#include "fault.h"
#include "image.h"
#include "keys.h"
#include "paging.h"
#include "sha384.h"
#include "snp.h"
#include "string.h"
#include "tpm.h"

#define SVSM_GUEST_VMPL 2
#define SVSM_VERSION 1

#define PROTOCOL(rax) upper_32_bits(rax)
#define CALL(rax) lower_32_bits(rax)

#define PROTOCOL_CORE 0
#define CORE_REMAP_CA 0
#define CORE_PVALIDATE 1
#define CORE_QUERY_PROTOCOL 6

#define PROTOCOL_ATTEST 1
#define ATTEST_SERVICES 0
#define ATTEST_SINGLE_SERVICE 1

#define PROTOCOL_VTPM 2
#define VTPM_QUERY 0
#define VTPM_CMD 1

#define SVSM_SUCCESS 0
#define SVSM_ERR_UNSUPPORTED_PROTOCOL 0x80000001
#define SVSM_ERR_UNSUPPORTED_CALL 0x80000002
#define SVSM_ERR_INVALID_ADDRESS 0x80000003
#define SVSM_ERR_INVALID_PARAMETER 0x80000005
#define SVSM_ERR_INVALID_REQUEST 0x80000006

/* The only platform command of the vTPM protocol, and its number */
#define TPM_SEND_COMMAND 8

struct calling_area {
	u8 call_pending;
	u8 memory_available;
	u8 reserved[PAGE_SIZE - 2];
} __packed;

struct pvalidate_call {
	u16 entries;
	u16 next;
	u32 reserved;
} __packed;

#define PVALIDATE_MAX_ENTRIES 510

struct vtpm_request {
	u32 command;
	u8 locality;
	u32 size;
	u8 data[PAGE_SIZE - 9];
} __packed;

struct vtpm_response {
	u32 size;
	u8 data[PAGE_SIZE - 4];
} __packed;

struct location {
	u64 address;
	u32 size;
	u32 reserved;
} __packed;

#define GUID_SIZE 16

struct attest_call {
	struct location report;
	struct location nonce;
	struct location manifest;
	struct location certificates;
	u8 service[GUID_SIZE];
	u32 manifest_version;
	u32 reserved;
} __packed;

#define NONCE_MAX 64

/* The manifest of all services, which are one: this, and then what that says. */
struct services {
	u8 guid[GUID_SIZE];
	u32 size;
	u32 count;
	struct {
		u8 guid[GUID_SIZE];
		u32 offset;
		u32 size;
	} __packed vtpm;
} __packed;

/* 63849ebb-3d92-4670-a1ff-58f9c94b87bb */
static const u8 services_guid[GUID_SIZE] = {
	0xbb, 0x9e, 0x84, 0x63, 0x92, 0x3d, 0x70, 0x46,
	0xa1, 0xff, 0x58, 0xf9, 0xc9, 0x4b, 0x87, 0xbb,
};

/* c476f1eb-0123-45a5-9641-b4e7dde5bfe3 */
static const u8 vtpm_guid[GUID_SIZE] = {
	0xeb, 0xf1, 0x76, 0xc4, 0x23, 0x01, 0xa5, 0x45,
	0x96, 0x41, 0xb4, 0xe7, 0xdd, 0xe5, 0xbf, 0xe3,
};

static struct calling_area *calling_area;

static u64 remap_calling_area(u64 address)
{
	if (!is_aligned(address, PAGE_SIZE) || address >= TEE_ADDRESS_MASK)
		return SVSM_ERR_INVALID_ADDRESS;
	calling_area = phys_to_ptr(address);
	return SVSM_SUCCESS;
}

/* All of the entries at once: acceptance is not kept track of. */
static u64 pvalidate(u64 address)
{
	struct pvalidate_call *call = phys_to_ptr(address);

	if (!is_aligned(address, 8) || address >= TEE_ADDRESS_MASK)
		return SVSM_ERR_INVALID_ADDRESS;
	if (!call->entries || call->entries > PVALIDATE_MAX_ENTRIES ||
	    call->next >= call->entries)
		return SVSM_ERR_INVALID_REQUEST;
	call->next = call->entries;
	return SVSM_SUCCESS;
}

/* Newest and oldest version of a protocol, or 0 if there is none. */
static u64 query_protocol(u64 query)
{
	u32 protocol = upper_32_bits(query), version = lower_32_bits(query);

	if ((protocol != PROTOCOL_CORE && protocol != PROTOCOL_ATTEST &&
	     protocol != PROTOCOL_VTPM) ||
	    version != SVSM_VERSION)
		return 0;
	return (u64)SVSM_VERSION << 32 | SVSM_VERSION;
}

static u64 vtpm_command(u64 address)
{
	struct vtpm_request *request = phys_to_ptr(address);
	struct vtpm_response *response = phys_to_ptr(address);
	static u8 buffer[PAGE_SIZE];
	u32 size;

	if (fault_take(FAULT_VTPM_REFUSED))
		return SVSM_ERR_INVALID_REQUEST;
	if (!is_aligned(address, PAGE_SIZE) || address >= TEE_ADDRESS_MASK)
		return SVSM_ERR_INVALID_ADDRESS;
	if (request->command != TPM_SEND_COMMAND || request->locality ||
	    request->size > sizeof(request->data))
		return SVSM_ERR_INVALID_PARAMETER;
	memcpy(buffer, request->data, request->size);
	size = tpm_transmit(buffer, request->size, sizeof(response->data));
	if (!size)
		return SVSM_ERR_INVALID_REQUEST;
	response->size = size;
	memcpy(response->data, buffer, size);
	return SVSM_SUCCESS;
}

/* All services are the vTPM, of which it has what a manifest of that alone has. */
static size_t services_manifest(u8 *manifest, size_t size)
{
	struct services *services = (struct services *)manifest;
	size_t length = tpm_endorsement_key(manifest + sizeof(*services),
					    size - sizeof(*services));

	if (!length)
		return 0;
	memcpy(services->guid, services_guid, GUID_SIZE);
	services->size = sizeof(*services) + length;
	services->count = 1;
	memcpy(services->vtpm.guid, vtpm_guid, GUID_SIZE);
	services->vtpm.offset = sizeof(*services);
	services->vtpm.size = length;
	return services->size;
}

/* For one service there is more than for all of them. */
static bool service_is_known(const struct attest_call *call)
{
	return !memcmp(call->service, vtpm_guid, GUID_SIZE) &&
	       !call->manifest_version;
}

/*
 * What the SVSM says of its vTPM, in the manifest's version 0, is the public part of
 * the endorsement key, as TPMT_PUBLIC. The report, which the SVSM asks for at VMPL0,
 * has the hash of the guest's nonce and of the manifest.
 */
static u64 attest(struct guest_registers *regs, bool all)
{
	struct attest_call *call = phys_to_ptr(regs->rcx);
	u32 room_report = call->report.size, room = call->manifest.size;
	u32 room_certificates = call->certificates.size;
	static u8 input[NONCE_MAX + PAGE_SIZE];
	u8 *manifest, data[SHA512_SIZE];
	size_t length, certificates_length;
	const u8 *certificates;

	if ((!all && !service_is_known(call)) || call->nonce.size > NONCE_MAX ||
	    call->nonce.address >= TEE_ADDRESS_MASK ||
	    call->report.address >= TEE_ADDRESS_MASK ||
	    call->manifest.address >= TEE_ADDRESS_MASK ||
	    call->certificates.address >= TEE_ADDRESS_MASK)
		return SVSM_ERR_INVALID_PARAMETER;
	manifest = input + call->nonce.size;
	length = all ? services_manifest(manifest, PAGE_SIZE) :
		       tpm_endorsement_key(manifest, PAGE_SIZE);
	if (!length)
		return SVSM_ERR_INVALID_REQUEST;
	certificates = keys_item(KEYS_SNP_CERTIFICATES, &certificates_length);

	regs->rcx = length;
	regs->rdx = certificates_length;
	regs->r8 = SNP_REPORT_SIZE;
	if (room < length || room_certificates < certificates_length ||
	    room_report < SNP_REPORT_SIZE)
		return SVSM_ERR_INVALID_PARAMETER;
	memcpy(input, phys_to_ptr(call->nonce.address), call->nonce.size);
	sha512(input, call->nonce.size + length, data);
	memcpy(phys_to_ptr(call->manifest.address), manifest, length);
	if (certificates)
		memcpy(phys_to_ptr(call->certificates.address), certificates,
		       certificates_length);
	snp_firmware_report(0, data, phys_to_ptr(call->report.address));
	return SVSM_SUCCESS;
}

static u64 attest_protocol(struct guest_registers *regs)
{
	u32 call = CALL(regs->rax);

	if (call != ATTEST_SERVICES && call != ATTEST_SINGLE_SERVICE)
		return SVSM_ERR_UNSUPPORTED_CALL;
	if (!is_aligned(regs->rcx, 8) || regs->rcx >= TEE_ADDRESS_MASK)
		return SVSM_ERR_INVALID_ADDRESS;
	return attest(regs, call == ATTEST_SERVICES);
}

static u64 core_protocol(struct guest_registers *regs)
{
	switch (CALL(regs->rax)) {
	case CORE_REMAP_CA:
		return remap_calling_area(regs->rcx);
	case CORE_PVALIDATE:
		return pvalidate(regs->rcx);
	case CORE_QUERY_PROTOCOL:
		regs->rcx = query_protocol(regs->rcx);
		return SVSM_SUCCESS;
	default:
		return SVSM_ERR_UNSUPPORTED_CALL;
	}
}

static u64 vtpm_protocol(struct guest_registers *regs)
{
	switch (CALL(regs->rax)) {
	case VTPM_QUERY:
		regs->rcx = BIT(TPM_SEND_COMMAND);
		regs->rdx = 0;
		return SVSM_SUCCESS;
	case VTPM_CMD:
		return vtpm_command(regs->rcx);
	default:
		return SVSM_ERR_UNSUPPORTED_CALL;
	}
}

/**
 * svsm_call() - the guest has asked its host to run VMPL0
 * @vcpu: the processor
 */
void svsm_call(struct vcpu *vcpu)
{
	struct guest_registers *regs = &vcpu->regs;
	u64 call = regs->rax;

	/* The host may run the SVSM for no reason: then there is no call. */
	if (!calling_area->call_pending)
		return;

	/* Before the call: REMAP_CA moves the area. */
	calling_area->call_pending = 0;
	switch (PROTOCOL(call)) {
	case PROTOCOL_CORE:
		regs->rax = core_protocol(regs);
		break;
	case PROTOCOL_ATTEST:
		regs->rax = attest_protocol(regs);
		break;
	case PROTOCOL_VTPM:
		regs->rax = vtpm_protocol(regs);
		break;
	default:
		regs->rax = SVSM_ERR_UNSUPPORTED_PROTOCOL;
	}
	trace("SVSM protocol %u call %u: result %llx", PROTOCOL(call),
	      CALL(call), regs->rax);
}

static void setup(struct vcpu *vcpu, struct boot_params *params)
{
	struct snp_secrets *secrets;

	tpm_setup();
	acpi_hide_tpm();
	secrets = snp_host_setup(vcpu, params, SVSM_GUEST_VMPL);
	secrets->svsm_base = ptr_to_phys(image_start);
	secrets->svsm_size = image_end - image_start;
	secrets->svsm_max_version = SVSM_VERSION;
	secrets->svsm_guest_vmpl = SVSM_GUEST_VMPL;
	calling_area = phys_to_ptr(secrets->svsm_caa);
}

const struct tee_ops svsm_ops = {
	.name = "svsm",
	.bit_is_private = true,
	.setup = setup,
	.cpuid = snp_cpuid,
	.instruction = snp_instruction,
	.msr = snp_msr,
};
