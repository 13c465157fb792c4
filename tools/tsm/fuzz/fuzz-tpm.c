// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz target: quotes of TPMs. The input is the signature, the values of PCRs,
 * the public key, each after its length, and the message.
 *
 * The seeds are signed by the keys in them, so these are verified.
 */
#include "fuzz-quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence evidence = { 0 };
	struct error err;

	if (quote_init(&evidence.quote, &err))
		abort();
	evidence.quote.signature_file = fuzz_take(&data, &size);
	evidence.quote.values_file = fuzz_take(&data, &size);
	evidence.quote.key_file = fuzz_take(&data, &size);
	evidence.quote.file = fuzz_buffer(data, size);
	evidence_verify(&evidence);
	fuzz_report(&evidence);
	evidence_free(&evidence);
	return 0;
}
