// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options of verify that are about a quote.
 */
#include <string.h>

#include "commands/quote-options.h"
#include "formats/checkpoint.h"

static void add_file(struct quote_files *files, const char **wrong)
{
	if (files->nr == QUOTE_FILES_MAX)
		*wrong = "too many files of one kind";
	else
		files->names[files->nr++] = optarg;
}

bool quote_option(struct quote_options *options, int option, const char **wrong)
{
	switch (option) {
	case QUOTE_OPT_QUOTE:
		options->quote = optarg;
		break;
	case QUOTE_OPT_SIGNATURE:
		options->signature = optarg;
		break;
	case QUOTE_OPT_PCRS:
		options->pcrs = optarg;
		break;
	case QUOTE_OPT_AK:
		options->ak = optarg;
		break;
	case QUOTE_OPT_SVSM_REPORT:
		options->svsm_report = optarg;
		break;
	case QUOTE_OPT_MANIFEST:
		options->manifest = optarg;
		break;
	case QUOTE_OPT_EK:
		options->ek = optarg;
		break;
	case QUOTE_OPT_NONCE:
		options->nonce = optarg;
		break;
	case QUOTE_OPT_ROOT:
		add_file(&options->roots, wrong);
		break;
	case QUOTE_OPT_CERT:
		add_file(&options->certificates, wrong);
		break;
	case QUOTE_OPT_CRL:
		add_file(&options->crls, wrong);
		break;
	default:
		return false;
	}
	options->any = true;
	return true;
}

static int read_nonce(const char *text, struct quote *quote, struct error *err)
{
	size_t len = strlen(text);

	if (!len || len % 2 || len / 2 > QUOTE_NONCE_MAX ||
	    !hex_parse(text, len, quote->nonce, len / 2))
		return error_set(err,
				 "--nonce must be 1 to %d bytes in hexadecimal",
				 QUOTE_NONCE_MAX);
	quote->nonce_len = len / 2;
	quote->has_nonce = true;
	return 0;
}

static int read_certificates(const struct quote_files *files,
			     struct stack_st_X509 *list, struct error *err)
{
	int i;

	for (i = 0; i < files->nr; i++) {
		struct buffer file = { 0 };
		int ret = buffer_read_path(&file, files->names[i], err);

		if (!ret &&
		    certificates_read(
			    list, (struct span){ file.data, file.len }, err))
			ret = error_prefix(err, files->names[i]);
		buffer_free(&file);
		if (ret)
			return -1;
	}
	return 0;
}

static int read_crls(const struct quote_files *files,
		     struct stack_st_X509_CRL *list, struct error *err)
{
	int i;

	for (i = 0; i < files->nr; i++) {
		struct buffer file = { 0 };
		int ret = buffer_read_path(&file, files->names[i], err);

		if (!ret &&
		    crls_read(list, (struct span){ file.data, file.len }, err))
			ret = error_prefix(err, files->names[i]);
		buffer_free(&file);
		if (ret)
			return -1;
	}
	return 0;
}

static int read_file(const char *path, struct buffer *file, struct error *err)
{
	if (!path)
		return 0;
	if (buffer_read_path(file, path, err))
		return -1;
	return file->len ? 0 : error_set(err, "%s is empty", path);
}

int quote_options_read(const struct quote_options *options, struct quote *quote,
		       struct error *err)
{
	if (read_file(options->quote, &quote->file, err) ||
	    read_file(options->signature, &quote->signature_file, err) ||
	    read_file(options->pcrs, &quote->values_file, err) ||
	    read_file(options->ak, &quote->key_file, err) ||
	    read_file(options->svsm_report, &quote->svsm_file, err) ||
	    read_file(options->manifest, &quote->manifest, err) ||
	    read_file(options->ek, &quote->ek_file, err) ||
	    read_certificates(&options->roots, quote->trust.roots, err) ||
	    read_certificates(&options->certificates, quote->trust.others,
			      err) ||
	    read_crls(&options->crls, quote->trust.crls, err))
		return -1;
	return options->nonce ? read_nonce(options->nonce, quote, err) : 0;
}
