// SPDX-License-Identifier: GPL-2.0
/*
 * sign-test p256|p384 KEY < DATA: the emulator's signature of what it reads, in
 * hexadecimal, by a private key in hexadecimal; for others to verify.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ecdsa.h"

static void parse_key(const char *text, u8 *key, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned int byte;

		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			exit(EXIT_FAILURE);
		key[i] = byte;
	}
}

int main(int argc, char **argv)
{
	static u8 data[65536];
	u8 key[P384_SIZE], signature[2 * P384_SIZE];
	size_t length, size;

	if (argc != 3)
		return EXIT_FAILURE;
	size = strcmp(argv[1], "p384") ? P256_SIZE : P384_SIZE;
	parse_key(argv[2], key, size);
	length = fread(data, 1, sizeof(data), stdin);
	if (size == P384_SIZE)
		ecdsa_p384_sha384(key, data, length, signature);
	else
		ecdsa_p256_sha256(key, data, length, signature);
	for (size_t i = 0; i < 2 * size; i++)
		printf("%02x", signature[i]);
	putchar('\n');
	return EXIT_SUCCESS;
}
