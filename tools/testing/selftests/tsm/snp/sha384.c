// SPDX-License-Identifier: GPL-2.0
/*
 * sha384 TEXT - the SHA-384 digest of a text, in hex.
 *
 * busybox, which a test's root file system may be made of, has no sha384sum.
 */
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	unsigned char digest[SHA384_DIGEST_LENGTH];

	if (argc != 2) {
		fprintf(stderr, "usage: sha384 TEXT\n");
		return 2;
	}
	SHA384((unsigned char *)argv[1], strlen(argv[1]), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		printf("%02x", digest[i]);
	putchar('\n');
	return 0;
}
