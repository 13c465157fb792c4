// SPDX-License-Identifier: GPL-2.0
/*
 * The SNP firmware in the secure processor: attestation reports and derived
 * keys, by encrypted messages.
 *
 * AMD SEV Secure Nested Paging Firmware ABI Specification, publication 56860.
 * A guest has four keys for messages, VMPCK 0 to 3, one for each privilege
 * level; they are in its secrets page. The sequence number of a message is its
 * IV, so the firmware takes each number once only.
 */
#include "aes-gcm.h"
#include "cmdline.h"
#include "console.h"
#include "ecdsa.h"
#include "fault.h"
#include "keys.h"
#include "sha384.h"
#include "snp.h"
#include "string.h"

/* "Guest Messages" */
enum message_type {
	MESSAGE_KEY_REQ = 3,
	MESSAGE_KEY_RSP = 4,
	MESSAGE_REPORT_REQ = 5,
	MESSAGE_REPORT_RSP = 6,
};

#define MESSAGE_ALGORITHM_AES_256_GCM 1
#define MESSAGE_HEADER_VERSION 1
#define MESSAGE_VERSION 1

struct message {
	u8 tag[32];
	u64 sequence;
	u64 reserved_28;
	/* From here on the header is authenticated. */
	u8 algorithm;
	u8 header_version;
	u16 header_size;
	u8 type;
	u8 version;
	u16 size;
	u32 reserved_38;
	u8 vmpck;
	u8 reserved_3d[35];
	u8 payload[PAGE_SIZE - 0x60];
} __packed;

_Static_assert(offsetof(struct message, algorithm) == 0x30, "message");
_Static_assert(offsetof(struct message, payload) == 0x30 + 0x30, "message");

#define AAD_SIZE 0x30

#define REPORT_DATA_SIZE 64

struct report_request {
	u8 report_data[REPORT_DATA_SIZE];
	u32 vmpl;
	u8 reserved_44[28];
} __packed;

/* "ATTESTATION_REPORT Structure", version 5 */
struct attestation_report {
	u32 version;
	u32 guest_svn;
	u64 policy;
	u8 family_id[16];
	u8 image_id[16];
	u32 vmpl;
	u32 signature_algorithm;
	u64 current_tcb;
	u64 platform_info;
	u32 key_info;
	u32 reserved_4c;
	u8 report_data[REPORT_DATA_SIZE];
	u8 measurement[SHA384_SIZE];
	u8 host_data[32];
	u8 id_key_digest[SHA384_SIZE];
	u8 author_key_digest[SHA384_SIZE];
	u8 report_id[32];
	u8 report_id_ma[32];
	u64 reported_tcb;
	u8 cpuid_family;
	u8 cpuid_model;
	u8 cpuid_stepping;
	u8 reserved_18b[21];
	u8 chip_id[64];
	u64 committed_tcb;
	u8 current_version[4];
	u8 committed_version[4];
	u64 launch_tcb;
	u8 reserved_1f8[168];
	u8 signature[512];
} __packed;

_Static_assert(offsetof(struct attestation_report, report_data) == 0x50,
	       "report");
_Static_assert(offsetof(struct attestation_report, measurement) == 0x90,
	       "report");
_Static_assert(offsetof(struct attestation_report, report_id) == 0x140,
	       "report");
_Static_assert(offsetof(struct attestation_report, signature) == 0x2a0,
	       "report");
_Static_assert(sizeof(struct attestation_report) == SNP_REPORT_SIZE, "report");

#define REPORT_VERSION 5
/* Milan: of later families the parts of the TCB and the chip's ID are others. */
#define CPUID_FAMILY 0x19
#define CPUID_MODEL 1
#define CPUID_STEPPING 1
#define SIGNATURE_ECDSA_P384_SHA384 1
/* No migration agent, no SMT restrictions; bit 17 must be one. */
#define POLICY_DEFAULT 0x30000

struct report_response {
	u32 status;
	u32 size;
	u8 reserved_8[24];
	struct attestation_report report;
} __packed;

struct key_request {
	u32 root_key_select;
	u32 reserved_4;
	u64 guest_field_select;
	u32 vmpl;
	u32 guest_svn;
	u64 tcb_version;
} __packed;

struct key_response {
	u32 status;
	u8 reserved_4[28];
	u8 key[32];
} __packed;

static struct attestation_report report;
/* The firmware's own copies: what the guest does to its page is its affair. */
static u8 vmpck[VMPL_COUNT][VMPCK_SIZE];
static u64 sequence[VMPL_COUNT];

/**
 * snp_firmware_setup() - launch the guest
 * @secrets: its secrets page
 * @vmpl: the privilege level at which its kernel runs
 *
 * The keys of more privileged levels are not for the kernel: an SVSM would
 * have cleared them.
 */
void snp_firmware_setup(struct snp_secrets *secrets, unsigned int vmpl)
{
	static const char *const key_names[VMPL_COUNT] = {
		"vmpck0",
		"vmpck1",
		"vmpck2",
		"vmpck3",
	};

	report.version = REPORT_VERSION;
	report.guest_svn = cmdline_number("guest_svn", 0);
	report.policy = cmdline_number("policy", POLICY_DEFAULT);
	report.signature_algorithm = SIGNATURE_ECDSA_P384_SHA384;
	cmdline_register("family_id", report.family_id,
			 sizeof(report.family_id));
	cmdline_register("image_id", report.image_id, sizeof(report.image_id));
	cmdline_register("measurement", report.measurement, SHA384_SIZE);
	cmdline_register("host_data", report.host_data,
			 sizeof(report.host_data));
	cmdline_register("id_key_digest", report.id_key_digest, SHA384_SIZE);
	cmdline_register("author_key_digest", report.author_key_digest,
			 SHA384_SIZE);
	cmdline_register("report_id", report.report_id,
			 sizeof(report.report_id));
	/* No migration agent: all ones. */
	memset(report.report_id_ma, 0xff, sizeof(report.report_id_ma));
	report.cpuid_family = CPUID_FAMILY;
	report.cpuid_model = CPUID_MODEL;
	report.cpuid_stepping = CPUID_STEPPING;
	cmdline_register("chip_id", report.chip_id, SHA384_SIZE);

	secrets->version = 3;
	for (size_t i = 0; i < VMPL_COUNT; i++) {
		u8 digest[SHA384_SIZE];

		sha384(key_names[i], strlen(key_names[i]), digest);
		memcpy(vmpck[i], digest, VMPCK_SIZE);
		if (i >= vmpl)
			memcpy(secrets->vmpck[i], digest, VMPCK_SIZE);
	}
}

/* As the hardware has it: r and s, little-endian, with room to spare. */
#define SIGNATURE_NUMBER_SIZE 72

/* Without keys it stays all zeros. */
static void sign_report(struct attestation_report *signed_report)
{
	size_t length;
	const u8 *key = keys_item(KEYS_SNP_KEY, &length);
	u8 numbers[2 * P384_SIZE];

	if (!key)
		return;
	ecdsa_p384_sha384(key, signed_report,
			  offsetof(struct attestation_report, signature),
			  numbers);
	for (size_t i = 0; i < P384_SIZE; i++) {
		u8 *r = signed_report->signature;
		u8 *s = r + SIGNATURE_NUMBER_SIZE;

		r[i] = numbers[P384_SIZE - 1 - i];
		s[i] = numbers[2 * P384_SIZE - 1 - i];
	}
}

/**
 * snp_firmware_report() - an attestation report
 * @vmpl: the level that asks for it
 * @data: REPORT_DATA
 * @out: where to put SNP_REPORT_SIZE bytes
 */
void snp_firmware_report(unsigned int vmpl, const u8 *data, void *out)
{
	struct attestation_report *made = out;

	*made = report;
	made->vmpl = vmpl;
	memcpy(made->report_data, data, REPORT_DATA_SIZE);
	sign_report(made);
}

/* Whoever holds the key of a level may ask for itself and for those below. */
static void make_report(const struct report_request *request, u8 level,
			struct report_response *response)
{
	memset(response, 0, sizeof(*response));
	if (request->vmpl < level || request->vmpl >= VMPL_COUNT ||
	    fault_take(FAULT_REQUEST_REFUSED)) {
		response->status = SNP_INVALID_PARAM;
		return;
	}
	response->size = sizeof(response->report);
	snp_firmware_report(request->vmpl, request->report_data,
			    &response->report);
}

/* The same request gives the same key, another one gives another. */
static void make_key(const struct key_request *request, u8 level,
		     struct key_response *response)
{
	struct {
		struct key_request request;
		u8 measurement[SHA384_SIZE];
	} __packed input;
	u8 digest[SHA384_SIZE];

	memset(response, 0, sizeof(*response));
	if (request->vmpl < level || request->vmpl >= VMPL_COUNT ||
	    fault_take(FAULT_REQUEST_REFUSED)) {
		response->status = SNP_INVALID_PARAM;
		return;
	}
	input.request = *request;
	memcpy(input.measurement, report.measurement, SHA384_SIZE);
	sha384(&input, sizeof(input), digest);
	memcpy(response->key, digest, sizeof(response->key));
}

static struct gcm_message gcm_of(const struct message *message, u8 *iv)
{
	struct gcm_message gcm = {
		.key = vmpck[message->vmpck],
		.iv = iv,
		.aad = &message->algorithm,
		.aad_length = AAD_SIZE,
	};

	memset(iv, 0, GCM_IV_SIZE);
	memcpy(iv, &message->sequence, sizeof(message->sequence));
	return gcm;
}

/**
 * snp_firmware_request() - SNP_GUEST_REQUEST
 * @request_address: a page with the guest's message
 * @response_address: a page for the answer
 *
 * Return: firmware status.
 */
u32 snp_firmware_request(u64 request_address, u64 response_address)
{
	/* Copies, as both pages are shared with whoever is the host. */
	static struct message request, response;
	static union {
		struct report_request report;
		struct key_request key;
		u8 bytes[PAGE_SIZE];
	} plain;
	struct gcm_message gcm;
	u8 iv[GCM_IV_SIZE];
	u8 level;

	if (!is_aligned(request_address, PAGE_SIZE) ||
	    !is_aligned(response_address, PAGE_SIZE))
		return SNP_INVALID_ADDRESS;
	memcpy(&request, phys_to_ptr(request_address), sizeof(request));
	level = request.vmpck;
	if (request.algorithm != MESSAGE_ALGORITHM_AES_256_GCM ||
	    request.header_version != MESSAGE_HEADER_VERSION ||
	    request.header_size != offsetof(struct message, payload) ||
	    request.version != MESSAGE_VERSION || level >= VMPL_COUNT ||
	    request.size > sizeof(request.payload))
		return SNP_INVALID_PARAM;
	if (request.sequence != sequence[level] + 1)
		return SNP_AEAD_OFLOW;
	gcm = gcm_of(&request, iv);
	if (!aes256_gcm_decrypt(&gcm, request.payload, request.size,
				plain.bytes, request.tag))
		return SNP_BAD_MEASUREMENT;

	memset(&response, 0, sizeof(response));
	response.algorithm = MESSAGE_ALGORITHM_AES_256_GCM;
	response.header_version = MESSAGE_HEADER_VERSION;
	response.header_size = offsetof(struct message, payload);
	response.version = MESSAGE_VERSION;
	response.vmpck = level;
	response.type = request.type + 1;
	response.sequence = request.sequence + 1;

	if (request.type == MESSAGE_REPORT_REQ &&
	    request.size == sizeof(plain.report)) {
		response.size = sizeof(struct report_response);
		make_report(&plain.report, level, (void *)response.payload);
	} else if (request.type == MESSAGE_KEY_REQ &&
		   request.size == sizeof(plain.key)) {
		response.size = sizeof(struct key_response);
		make_key(&plain.key, level, (void *)response.payload);
	} else {
		return SNP_INVALID_PARAM;
	}
	gcm = gcm_of(&response, iv);
	aes256_gcm_encrypt(&gcm, response.payload, response.size,
			   response.payload, response.tag);
	memcpy(phys_to_ptr(response_address), &response, sizeof(response));
	sequence[level] += 2;
	return SNP_SUCCESS;
}
