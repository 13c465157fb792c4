/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TDX quotes, versions 4 and 5: Intel TDX DCAP Quoting Library API.
 */
#ifndef TSM_LOG_QUOTES_TDX_H
#define TSM_LOG_QUOTES_TDX_H

#include <stdbool.h>

#include "quotes/certificates.h"
#include "quotes/checks.h"
#include "quotes/reader.h"

#define TDX_RTMRS 4
#define TDX_MR_SIZE 48
#define TDX_REPORTDATA_SIZE 64

/* All spans point into the bytes of the quote. */
struct tdx_quote {
	unsigned int version;
	unsigned int body_type; /* of version 5: 2 or 3; else 0 */
	struct span signed_part; /* header and body */

	struct span tee_tcb_svn;
	struct span mrseam;
	uint64_t attributes;
	struct span mrtd;
	struct span mrconfigid;
	struct span mrowner;
	struct span mrownerconfig;
	struct span rtmr[TDX_RTMRS];
	struct span reportdata;

	bool is_signed; /* if not, all that follows is empty */
	struct span signature;
	struct span key;
	struct span qe_report;
	struct span qe_signature;
	struct span qe_auth;
	/* PEM of the PCK's certificate chain; empty if it is not in the quote. */
	struct span chain;
	unsigned int chain_type; /* what is there instead */
};

/* Whether the bytes begin as a TDX quote of any version does. */
bool tdx_recognised(struct span file);

/* Returns 0, or -1 with @err set. */
int tdx_parse(struct tdx_quote *quote, struct span file, struct error *err);

/**
 * tdx_check() - check who vouches for a quote
 * @quote: as parsed
 * @trust: roots and so on
 * @checks: gets what was checked and what was not
 * @err: what is malformed within the quote, on failure
 *
 * From the attestation key that signed the quote over the quoting enclave's
 * report, which names that key, to the platform's key (PCK) that signed the
 * report, and its certificates.
 *
 * Return: 0, or -1 if the quote is malformed.
 */
int tdx_check(const struct tdx_quote *quote, const struct trust *trust,
	      struct checks *checks, struct error *err);

#endif
