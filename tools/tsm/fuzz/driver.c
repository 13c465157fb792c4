// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replay of a corpus without libFuzzer: calls a fuzz target with each of the
 * files given, so that inputs which once broke something stay tested with any
 * compiler.
 */
#include <stdio.h>

#include "fuzz.h"

int main(int argc, char **argv)
{
	struct error err;
	int i;

	for (i = 1; i < argc; i++) {
		struct buffer file = { 0 };

		if (buffer_read_path(&file, argv[i], &err)) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		LLVMFuzzerTestOneInput(file.data, file.len);
		buffer_free(&file);
	}
	printf("%d inputs\n", argc - 1);
	return argc > 1 ? 0 : 1;
}
