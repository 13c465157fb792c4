// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz target: SNP reports, manifests of SVSMs, files of certificates and of
 * revocation lists. The input is a report, a manifest, which may be empty, and
 * certificates, each after its length, and a list.
 */
#include "fuzz-quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence evidence = { 0 };
	struct trust *trust = &evidence.quote.trust;
	struct buffer file;
	struct error err;

	if (quote_init(&evidence.quote, &err))
		abort();
	evidence.quote.file = fuzz_take(&data, &size);
	evidence.quote.manifest = fuzz_take(&data, &size);
	file = fuzz_take(&data, &size);
	certificates_read(trust->others, (struct span){ file.data, file.len },
			  &err);
	buffer_free(&file);
	file = fuzz_buffer(data, size);
	crls_read(trust->crls, (struct span){ file.data, file.len }, &err);
	buffer_free(&file);
	evidence.quote.has_nonce = true;
	evidence.quote.nonce_len = SVSM_NONCE_SIZE;
	fuzz_evidence(&evidence);
	return 0;
}
