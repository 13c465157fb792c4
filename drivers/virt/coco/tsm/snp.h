/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers of an SEV-SNP guest.
 */
#ifndef __TSM_SNP_H
#define __TSM_SNP_H

int tsm_snp_register(int vmpck_id);
void tsm_snp_unregister(void);

#endif /* __TSM_SNP_H */
