/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an SVSM attests of its virtual TPM: an SNP report for VMPL0, where the SVSM
 * is, over a nonce and the manifest of its services. AMD's Secure VM Service Module
 * for SEV-SNP Guests, 58019: Attestation Protocol, vTPM Protocol.
 */
#ifndef TSM_LOG_QUOTES_SVSM_H
#define TSM_LOG_QUOTES_SVSM_H

#include <stdbool.h>

#include "quotes/certificates.h"
#include "quotes/checks.h"
#include "quotes/reader.h"
#include "quotes/snp.h"
#include "quotes/tpm.h"

/* What Linux passes on as the nonce, all of it. */
#define SVSM_NONCE_SIZE 64

/* All spans point into the bytes of the files. */
struct svsm_attestation {
	struct snp_report report;
	struct span manifest;
	/* It is of all services, each with its name, and not of one without. */
	bool names_services;
	struct tpm_key ek; /* the vTPM's */
};

/**
 * svsm_parse() - read an SVSM's report and manifest
 * @svsm: the result, for svsm_free()
 * @report: the SNP report
 * @manifest: of all services of the SVSM, or of the vTPM in version 0
 * @err: what is wrong, on failure
 *
 * Return: 0, or -1.
 */
int svsm_parse(struct svsm_attestation *svsm, struct span report,
	       struct span manifest, struct error *err);
void svsm_free(struct svsm_attestation *svsm);

/**
 * svsm_check() - check who vouches for a vTPM
 * @svsm: as parsed
 * @nonce: of up to SVSM_NONCE_SIZE bytes, which zeros follow; with data NULL if it
 *	is not known
 * @ek: the endorsement key that the user knows the vTPM by, or NULL
 * @ak: the attestation key that is said to be in the vTPM, or NULL
 * @trust: as for snp_check()
 * @checks: gets what was checked and what was not; ->anchored becomes whether the
 *	endorsement key is vouched for by something that the user trusts
 *
 * That an attestation key is in the same TPM as the endorsement key, which cannot
 * sign, no quote shows.
 */
void svsm_check(const struct svsm_attestation *svsm, struct span nonce,
		const struct tpm_key *ek, const struct tpm_key *ak,
		const struct trust *trust, struct checks *checks);

#endif
