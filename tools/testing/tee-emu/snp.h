/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firmware, the host and the SVSM of an SNP guest, to each other.
 */
#ifndef TEE_EMU_SNP_H
#define TEE_EMU_SNP_H

#include "vcpu.h"

#define VMPL_COUNT 4
#define VMPCK_SIZE 32

/* AMD SEV-SNP Firmware ABI Specification, "Secrets Page" */
struct snp_secrets {
	u32 version;
	u32 imi_enabled;
	u32 family_model_stepping;
	u32 reserved_c;
	u8 gosvw[16];
	u8 vmpck[VMPL_COUNT][VMPCK_SIZE];
	u8 guest_area_0[96];
	u8 vmsa_tweak_bitmap[64];
	/* The SVSM's part: AMD publication 58019 */
	u64 svsm_base;
	u64 svsm_size;
	u64 svsm_caa;
	u32 svsm_max_version;
	u8 svsm_guest_vmpl;
	u8 reserved_15d[PAGE_SIZE - 0x15d];
} __packed;

_Static_assert(offsetof(struct snp_secrets, svsm_base) == 0x140, "secrets");
_Static_assert(sizeof(struct snp_secrets) == PAGE_SIZE, "secrets");

/* Firmware status, in the lower half of a guest request's result */
#define SNP_SUCCESS 0
#define SNP_INVALID_ADDRESS 0x09
#define SNP_INVALID_PARAM 0x16
#define SNP_AEAD_OFLOW 0x1d
#define SNP_BAD_MEASUREMENT 0x0b

#define SNP_REPORT_SIZE 0x4a0

/* snp.c */
void snp_firmware_setup(struct snp_secrets *secrets, unsigned int vmpl);
void snp_firmware_report(unsigned int vmpl, const u8 *data, void *out);
u32 snp_firmware_request(u64 request_address, u64 response_address);

/* snp-host.c */
struct snp_secrets *snp_host_setup(struct vcpu *vcpu,
				   struct boot_params *params,
				   unsigned int vmpl);
void snp_cpuid(u32 leaf, u32 subleaf, struct cpuid_result *result);
bool snp_instruction(struct vcpu *vcpu, const u8 *opcode);
bool snp_msr(struct vcpu *vcpu, u32 index, bool write);

/* svsm.c */
void svsm_call(struct vcpu *vcpu);

#endif
