// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz target: TDX quotes and the certificates in them. The input is the quote.
 */
#include "fuzz-quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence evidence = { 0 };
	struct error err;

	if (quote_init(&evidence.quote, &err))
		abort();
	evidence.quote.file = fuzz_buffer(data, size);
	fuzz_evidence(&evidence);
	return 0;
}
