/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The TDX module and the host of a TDX guest, to each other.
 */
#ifndef TEE_EMU_TDX_H
#define TEE_EMU_TDX_H

#include "sha384.h"
#include "vcpu.h"

#define TDX_REPORTDATA_SIZE 64
#define TDX_RTMR_COUNT 4

/* TDREPORT_STRUCT: Intel TDX Module ABI, "Measurement and Attestation" */
struct tdx_report_mac {
	u8 type;
	u8 subtype;
	u8 version;
	u8 reserved_3[13];
	u8 cpusvn[16];
	u8 tee_tcb_info_hash[SHA384_SIZE];
	u8 tdinfo_hash[SHA384_SIZE];
	u8 reportdata[TDX_REPORTDATA_SIZE];
	u8 reserved_192[32];
	u8 mac[32];
} __packed;

struct tdx_tee_tcb_info {
	u64 valid;
	u8 tee_tcb_svn[16];
	u8 mrseam[SHA384_SIZE];
	u8 mrsignerseam[SHA384_SIZE];
	u64 attributes;
	u8 reserved_128[111];
} __packed;

struct tdx_tdinfo {
	u64 attributes;
	u64 xfam;
	u8 mrtd[SHA384_SIZE];
	u8 mrconfigid[SHA384_SIZE];
	u8 mrowner[SHA384_SIZE];
	u8 mrownerconfig[SHA384_SIZE];
	u8 rtmr[TDX_RTMR_COUNT][SHA384_SIZE];
	u8 servtd_hash[SHA384_SIZE];
	u8 reserved_448[64];
} __packed;

struct tdx_report {
	struct tdx_report_mac mac;
	struct tdx_tee_tcb_info tcb;
	u8 reserved_495[17];
	struct tdx_tdinfo tdinfo;
} __packed;

_Static_assert(offsetof(struct tdx_report, mac.reportdata) == 128, "TDREPORT");
_Static_assert(offsetof(struct tdx_report, tcb) == 256, "TDREPORT");
_Static_assert(offsetof(struct tdx_report, tdinfo.mrtd) == 528, "TDREPORT");
_Static_assert(offsetof(struct tdx_report, tdinfo.rtmr) == 720, "TDREPORT");
_Static_assert(sizeof(struct tdx_report) == 1024, "TDREPORT");

/* What the guest may pass as an address: with or without the shared bit. */
void *tdx_guest_memory(u64 address);
void tdx_extend(size_t rtmr, const u8 *digest);
bool tdx_report_is_genuine(const struct tdx_report *report);
void tdx_host_setup(void);
void tdx_host_call(struct vcpu *vcpu);

#endif
