/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measurement registers of an Intel TDX guest.
 */
#ifndef __TSM_TDX_H
#define __TSM_TDX_H

#include <linux/tsm-measurement.h>
#include <linux/types.h>

/* RTMR0 to RTMR3, MRTD, MRCONFIGID, MROWNER and MROWNERCONFIG. */
#define TSM_TDX_NR_MRS	8

/**
 * struct tsm_tdx - the registers of this TD
 * @tm: the provider
 * @mrs: the registers; their values are inside of @report
 * @mr_index: their CC MR indexes
 * @report: where the TDX module writes a TDREPORT
 * @reportdata: REPORTDATA for it, zeros
 * @digest: from where the TDX module takes a digest
 *
 * The TDX module gets the physical addresses of the last three, so each is an
 * allocation of its own: kmalloc() aligns sizes that are powers of two to
 * themselves, which is what the TDX module asks for.
 */
struct tsm_tdx {
	struct tsm_measurement tm;
	struct tsm_measurement_register mrs[TSM_TDX_NR_MRS];
	u8 mr_index[TSM_TDX_NR_MRS];
	u8 *report;
	u8 *reportdata;
	u8 *digest;
};

struct tsm_tdx *tsm_tdx_create(const char *name);
void tsm_tdx_destroy(struct tsm_tdx *tdx);

#endif /* __TSM_TDX_H */
