/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measurement registers of an Intel TDX guest.
 */
#ifndef __TSM_TDX_H
#define __TSM_TDX_H

#include <crypto/sha2.h>
#include <linux/err.h>
#include <linux/kconfig.h>
#include <linux/types.h>

struct tsm_tdx;

/* MRTD, MRCONFIGID, MROWNER, MROWNERCONFIG, and RTMR0 to RTMR3. */
#define TSM_TDX_NR_MRS		8
#define TSM_TDX_MRS_SIZE	(TSM_TDX_NR_MRS * SHA384_DIGEST_SIZE)

/**
 * struct tsm_tdx_ops - how the owner of a TD's registers gets at them
 * @read: write the registers as they are now to @mrs, %TSM_TDX_MRS_SIZE bytes in
 *	the order in which TDINFO_STRUCT has them (Intel TDX Module ABI Reference
 *	Specification): MRTD, MRCONFIGID, MROWNER, MROWNERCONFIG, RTMR0 to RTMR3
 * @extend: extend RTMR @rtmr by @digest, %SHA384_DIGEST_SIZE bytes
 *
 * They are called one at a time, in process context, and may sleep, but must not
 * give up for a signal. They return 0 or what the TDX module has failed with;
 * after -EBUSY, when nothing has happened, they are called again.
 */
struct tsm_tdx_ops {
	int (*read)(void *mrs);
	int (*extend)(unsigned int rtmr, const u8 *digest);
};

#if IS_ENABLED(CONFIG_TSM_MEASUREMENT_TDX)

struct tsm_tdx *tsm_tdx_register(const char *name,
				 const struct tsm_tdx_ops *ops);
void tsm_tdx_unregister(struct tsm_tdx *tdx);
int tsm_tdx_extend(struct tsm_tdx *tdx, unsigned int rtmr, const u8 *digest);

#else

static inline struct tsm_tdx *tsm_tdx_register(const char *name,
					       const struct tsm_tdx_ops *ops)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline void tsm_tdx_unregister(struct tsm_tdx *tdx)
{
}

static inline int tsm_tdx_extend(struct tsm_tdx *tdx, unsigned int rtmr,
				 const u8 *digest)
{
	return -EOPNOTSUPP;
}

#endif /* IS_ENABLED(CONFIG_TSM_MEASUREMENT_TDX) */

#endif /* __TSM_TDX_H */
