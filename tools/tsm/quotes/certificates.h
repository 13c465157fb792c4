/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates, revocation lists, and chains of them up to a root that the user
 * names. Everything comes from files: nothing is ever fetched.
 */
#ifndef TSM_LOG_QUOTES_CERTIFICATES_H
#define TSM_LOG_QUOTES_CERTIFICATES_H

#include <stdbool.h>
#include <openssl/x509.h>

#include "quotes/checks.h"
#include "base/error.h"
#include "quotes/reader.h"

struct trust {
	struct stack_st_X509 *roots; /* what the user trusts */
	struct stack_st_X509
		*others; /* what may be between; nobody vouches for it */
	struct stack_st_X509_CRL *crls;
};

/* Returns 0, or -1 with @err set; after both, the caller calls trust_free(). */
int trust_init(struct trust *trust, struct error *err);
void trust_free(struct trust *trust);

/**
 * certificates_read() - add the certificates in a file to a list
 * @list: the list
 * @file: PEM, one certificate in DER, or the table of certificates that the
 *	host of an SNP guest hands out
 * @err: what is wrong, on failure
 *
 * Return: 0, or -1; also if there is no certificate.
 */
int certificates_read(struct stack_st_X509 *list, struct span file,
		      struct error *err);

/* The same for revocation lists, in PEM or one in DER. */
int crls_read(struct stack_st_X509_CRL *list, struct span file,
	      struct error *err);

/**
 * certificates_read_pem() - add the certificates of a chain within a quote
 * @list: the list
 * @text: PEM and nothing else, with an optional NUL at its end
 * @err: what is wrong, on failure
 *
 * Return: 0, or -1; also if there is anything in the text that is not part of
 * a certificate.
 */
int certificates_read_pem(struct stack_st_X509 *list, struct span text,
			  struct error *err);

/**
 * chain_check() - follow the chain of a certificate to a root
 * @trust: roots, other certificates, revocation lists
 * @leaf: the certificate
 * @between: the certificates that came with the quote, which must all be in
 *	the chain; can be NULL
 * @name: the check's name
 * @what: what the leaf is called in its texts
 * @checks: gets the result, and what is said of revocation
 *
 * Return: whether it leads to one of the roots.
 */
bool chain_check(const struct trust *trust, X509 *leaf,
		 struct stack_st_X509 *between, const char *name,
		 const char *what, struct checks *checks);

/* The subject, cut and made harmless. */
#define SUBJECT_TEXT 96
const char *certificate_subject(const X509 *certificate,
				char out[SUBJECT_TEXT]);

/**
 * certificate_extension() - the content of an extension
 * @certificate: the certificate
 * @oid: of the extension, in digits and dots
 * @content: points into the certificate
 *
 * Return: whether there is one.
 */
bool certificate_extension(const X509 *certificate, const char *oid,
			   struct span *content);

#endif
