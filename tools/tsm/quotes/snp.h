/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attestation reports of SEV-SNP: AMD's SEV-SNP Firmware ABI, 56860.
 */
#ifndef TSM_LOG_QUOTES_SNP_H
#define TSM_LOG_QUOTES_SNP_H

#include <stdbool.h>

#include "quotes/certificates.h"
#include "quotes/checks.h"
#include "quotes/reader.h"

#define SNP_REPORT_SIZE 0x4a0
#define SNP_REPORTDATA_SIZE 64

/* All spans point into the bytes of the report. */
struct snp_report {
	unsigned int version;
	uint64_t policy;
	uint32_t vmpl;
	uint32_t key_info;
	uint64_t reported_tcb;
	struct span reportdata;
	struct span measurement;
	struct span host_data;
	struct span id_key_digest;
	struct span author_key_digest;
	struct span report_id;
	struct span chip_id;
	struct span cpuid; /* family, model, stepping; empty before version 3 */
	struct span signed_part;
	struct span signature; /* with what is reserved around it */
};

/* Whether the bytes can be such a report. */
bool snp_recognised(struct span file);

/* Returns 0, or -1 with @err set. */
int snp_parse(struct snp_report *report, struct span file, struct error *err);

/**
 * snp_check() - check who vouches for a report
 * @report: as parsed
 * @trust: roots and so on; the VCEK's or VLEK's certificate is among the others
 * @checks: gets what was checked and what was not
 */
void snp_check(const struct snp_report *report, const struct trust *trust,
	       struct checks *checks);

#endif
