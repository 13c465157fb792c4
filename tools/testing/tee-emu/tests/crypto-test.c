// SPDX-License-Identifier: GPL-2.0
/*
 * The emulator's SHA-384 and AES-256-GCM against published vectors, on the
 * host. Output is KTAP.
 *
 * SHA-384: FIPS 180-4's examples, and the million of "a". AES-256-GCM: test
 * cases 13 to 16 of McGrew and Viega's GCM specification, by their numbers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aes-gcm.h"
#include "sha384.h"

#define MILLION 1000000
#define MAX_TEXT 64

/* Long texts are in two pieces. */
#define PIECES 2

struct hash_vector {
	const char *name;
	const char *text[PIECES];
	const char *digest[PIECES];
};

static const struct hash_vector hash_vectors[] = {
	{ .name = "of nothing",
	  .text = { "", "" },
	  .digest = { "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da",
		      "274edebfe76f65fbd51ad2f14898b95b" } },
	{ .name = "of one block",
	  .text = { "abc", "" },
	  .digest = { "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed",
		      "8086072ba1e7cc2358baeca134c825a7" } },
	{ .name = "of two blocks",
	  .text = { "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn",
		    "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu" },
	  .digest = { "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712",
		      "fcc7c71a557e2db966c3e9fa91746039" } },
};

static const char *const million_digest[PIECES] = {
	"9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b",
	"07b8b3dc38ecc4ebae97ddd87f3d8985"
};

struct gcm_vector {
	const char *name;
	const char *key[PIECES];
	const char *iv[PIECES];
	const char *aad[PIECES];
	const char *plain[PIECES];
	const char *cipher[PIECES];
	const char *tag[PIECES];
};

#define ZEROS_12 "000000000000000000000000"
#define ZEROS_16 "00000000000000000000000000000000"
#define KEY_16 "feffe9928665731c6d6a8f9467308308"
#define IV_12 "cafebabefacedbaddecaf888"

static const struct gcm_vector gcm_vectors[] = {
	{ .name = "test case 13",
	  .key = { ZEROS_16, ZEROS_16 },
	  .iv = { ZEROS_12 },
	  .tag = { "530f8afbc74536b9a963b4f1c4cb738b" } },
	{ .name = "test case 14",
	  .key = { ZEROS_16, ZEROS_16 },
	  .iv = { ZEROS_12 },
	  .plain = { ZEROS_16 },
	  .cipher = { "cea7403d4d606b6e074ec5d3baf39d18" },
	  .tag = { "d0d1c8a799996bf0265b98b5d48ab919" } },
	{ .name = "test case 15",
	  .key = { KEY_16, KEY_16 },
	  .iv = { IV_12 },
	  .plain = { "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
		     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255" },
	  .cipher = { "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
		      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad" },
	  .tag = { "b094dac5d93471bdec1a502270e3cc6c" } },
	{ .name = "test case 16",
	  .key = { KEY_16, KEY_16 },
	  .iv = { IV_12 },
	  .aad = { "feedfacedeadbeeffeedfacedeadbeefabaddad2" },
	  .plain = { "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
		     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39" },
	  .cipher = { "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
		      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" },
	  .tag = { "76fc6ece0f4e1768cddf8853bb2d551b" } },
};

static int number, failures;

static void result(bool ok, const char *what, const char *name)
{
	printf("%s %d - %s %s\n", ok ? "ok" : "not ok", ++number, what, name);
	failures += !ok;
}

static size_t from_hex(const char *const *pieces, u8 *bytes)
{
	size_t length = 0;

	for (int i = 0; i < PIECES; i++) {
		for (const char *hex = pieces[i]; hex && *hex; hex += 2) {
			char digits[3] = { hex[0], hex[1], '\0' };

			bytes[length++] = strtoul(digits, NULL, 16);
		}
	}
	return length;
}

static bool hashes_to(const void *data, size_t length,
		      const char *const *digest)
{
	u8 expected[SHA384_SIZE], got[SHA384_SIZE];

	from_hex(digest, expected);
	sha384(data, length, got);
	return !memcmp(got, expected, SHA384_SIZE);
}

static void test_hash(void)
{
	u8 *million = malloc(MILLION);

	for (size_t i = 0; i < ARRAY_SIZE(hash_vectors); i++) {
		const struct hash_vector *v = &hash_vectors[i];
		char text[2 * MAX_TEXT + 1];

		snprintf(text, sizeof(text), "%s%s", v->text[0], v->text[1]);
		result(hashes_to(text, strlen(text), v->digest), "SHA-384",
		       v->name);
	}
	memset(million, 'a', MILLION);
	result(hashes_to(million, MILLION, million_digest), "SHA-384",
	       "of a million bytes");
	free(million);
}

static void test_gcm(const struct gcm_vector *v)
{
	u8 key[AES256_KEY_SIZE], iv[GCM_IV_SIZE], aad[MAX_TEXT];
	u8 plain[MAX_TEXT], cipher[MAX_TEXT], out[MAX_TEXT];
	u8 expected_tag[GCM_TAG_SIZE], tag[GCM_TAG_SIZE];
	struct gcm_message message = { .key = key, .iv = iv, .aad = aad };
	size_t length = from_hex(v->plain, plain);
	bool ok;

	from_hex(v->key, key);
	from_hex(v->iv, iv);
	from_hex(v->cipher, cipher);
	from_hex(v->tag, expected_tag);
	message.aad_length = from_hex(v->aad, aad);

	aes256_gcm_encrypt(&message, plain, length, out, tag);
	ok = !memcmp(out, cipher, length) &&
	     !memcmp(tag, expected_tag, GCM_TAG_SIZE);
	result(ok, "AES-256-GCM encrypts", v->name);

	ok = aes256_gcm_decrypt(&message, cipher, length, out, tag) &&
	     !memcmp(out, plain, length);
	result(ok, "AES-256-GCM decrypts", v->name);

	memset(out, 0, sizeof(out));
	tag[0] ^= 1;
	ok = !aes256_gcm_decrypt(&message, cipher, length, out, tag);
	for (size_t i = 0; i < sizeof(out); i++)
		ok = ok && !out[i];
	result(ok, "AES-256-GCM refuses a wrong tag of", v->name);
}

int main(void)
{
	puts("KTAP version 1");
	printf("1..%zu\n",
	       ARRAY_SIZE(hash_vectors) + 1 + 3 * ARRAY_SIZE(gcm_vectors));
	test_hash();
	for (size_t i = 0; i < ARRAY_SIZE(gcm_vectors); i++)
		test_gcm(&gcm_vectors[i]);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
