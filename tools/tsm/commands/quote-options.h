/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of verify that are about a quote.
 */
#ifndef TSM_LOG_COMMANDS_QUOTE_OPTIONS_H
#define TSM_LOG_COMMANDS_QUOTE_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

#include "base/error.h"
#include "commands/source.h"
#include "formats/register.h"
#include "quotes/quote.h"
#include "replay/earlier.h"

/* As many files of one kind as anybody has. */
#define QUOTE_FILES_MAX 16

struct quote_files {
	const char *names[QUOTE_FILES_MAX];
	int nr;
};

struct quote_options {
	bool any; /* one of them was given */
	bool strict; /* what is unexplained is not verified; set by verify */
	bool is_collection; /* all is from one directory; set by verify */
	struct earlier earlier; /* as of other logs; set by verify */
	struct register_set leave_out;
	const char *quote;
	const char *signature;
	const char *pcrs;
	const char *ak;
	const char *svsm_report;
	const char *manifest;
	const char *ek;
	const char *nonce;
	struct quote_files roots;
	struct quote_files certificates;
	struct quote_files crls;
};

/* Values of long options, after those of a source and of verify. */
enum {
	QUOTE_OPT_QUOTE = SOURCE_OPT_END + 64,
	QUOTE_OPT_SIGNATURE,
	QUOTE_OPT_PCRS,
	QUOTE_OPT_AK,
	QUOTE_OPT_SVSM_REPORT,
	QUOTE_OPT_MANIFEST,
	QUOTE_OPT_EK,
	QUOTE_OPT_NONCE,
	QUOTE_OPT_ROOT,
	QUOTE_OPT_CERT,
	QUOTE_OPT_CRL,
};

/* clang-format off */
#define QUOTE_OPTIONS \
	{ "quote", required_argument, NULL, QUOTE_OPT_QUOTE }, \
	{ "signature", required_argument, NULL, QUOTE_OPT_SIGNATURE }, \
	{ "pcrs", required_argument, NULL, QUOTE_OPT_PCRS }, \
	{ "ak", required_argument, NULL, QUOTE_OPT_AK }, \
	{ "svsm-report", required_argument, NULL, QUOTE_OPT_SVSM_REPORT }, \
	{ "manifest", required_argument, NULL, QUOTE_OPT_MANIFEST }, \
	{ "ek", required_argument, NULL, QUOTE_OPT_EK }, \
	{ "nonce", required_argument, NULL, QUOTE_OPT_NONCE }, \
	{ "root", required_argument, NULL, QUOTE_OPT_ROOT }, \
	{ "cert", required_argument, NULL, QUOTE_OPT_CERT }, \
	{ "crl", required_argument, NULL, QUOTE_OPT_CRL }
/* clang-format on */

#define QUOTE_HELP                                                                         \
	"      --quote FILE        a TDX quote, an SNP report or the message of a\n"       \
	"                          TPM's quote\n"                                          \
	"      --signature FILE    the signature of a TPM's quote\n"                       \
	"      --pcrs FILE         the PCR values of a TPM's quote\n"                      \
	"      --ak FILE           the attestation key of a TPM that you trust\n"          \
	"      --svsm-report FILE  the SNP report of the SVSM that the TPM is in, and\n"   \
	"      --manifest FILE     what that says of its services: with these, --root\n"   \
	"                          must vouch for the TPM's endorsement key\n"             \
	"      --ek FILE           the endorsement key of the TPM for which you had the\n" \
	"                          attestation key activate a credential\n"                \
	"      --nonce HEX         what the quote must have as its nonce\n"                \
	"      --root FILE         certificates that you trust; can be repeated, as can\n" \
	"      --cert FILE         certificates between these and the quote, and\n"        \
	"      --crl FILE          revocation lists\n"

/*
 * Whether @option is one of these; if so, keep its argument. @wrong becomes what
 * is wrong with it, if something is.
 */
bool quote_option(struct quote_options *options, int option,
		  const char **wrong);

/*
 * Read all files that the options name into @quote, which quote_init() made.
 * Returns 0, or -1 with @err set.
 */
int quote_options_read(const struct quote_options *options, struct quote *quote,
		       struct error *err);

/*
 * The part of verify that is for the collection at @path, from tsm-log quote. Who is
 * trusted, and the nonce, are in @options.
 */
int verify_collection(const char *path, const struct quote_options *options,
		      bool json);

/* The part of verify that is for a quote and the files that @source names. */
int verify_quote(const struct quote_options *options,
		 const struct source *source, bool json);

#endif
