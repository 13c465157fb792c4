// SPDX-License-Identifier: GPL-2.0
/*
 * SHA-384, the hash of TDX registers and of SNP launch digests, and SHA-512, of
 * an SVSM's manifest: FIPS 180-4, 6.4 and 6.5 (SHA-384 is SHA-512 with another
 * start, cut to 48 bytes).
 */
#include "sha384.h"
#include "string.h"

#define BLOCK_SIZE 128
#define ROUNDS 80
#define STATE_WORDS 8

/* Fractional parts of the square roots of the first eight primes. */
static const u64 initial_state_512[STATE_WORDS] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
	0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
	0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* Fractional parts of the square roots of the 9th to the 16th prime. */
static const u64 initial_state_384[STATE_WORDS] = {
	0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17,
	0x152fecd8f70e5939, 0x67332667ffc00b31, 0x8eb44a8768581511,
	0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
};

/* Fractional parts of the cube roots of the first eighty primes. */
static const u64 round_constants[ROUNDS] = {
	0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f,
	0xe9b5dba58189dbbc, 0x3956c25bf348b538, 0x59f111f1b605d019,
	0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242,
	0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
	0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
	0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3,
	0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65, 0x2de92c6f592b0275,
	0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
	0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f,
	0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
	0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc,
	0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
	0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6,
	0x92722c851482353b, 0xa2bfe8a14cf10364, 0xa81a664bbc423001,
	0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
	0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
	0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99,
	0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb,
	0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc,
	0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
	0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915,
	0xc67178f2e372532b, 0xca273eceea26619c, 0xd186b8c721c0c207,
	0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba,
	0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
	0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
	0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a,
	0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static u64 rotate_right(u64 x, unsigned int n)
{
	return x >> n | x << (64 - n);
}

static u64 load_be64(const u8 *bytes)
{
	u64 value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void store_be64(u8 *bytes, u64 value)
{
	for (int i = 0; i < 8; i++)
		bytes[i] = value >> (56 - 8 * i);
}

static void add_block(u64 *state, const u8 *block)
{
	u64 w[ROUNDS];
	u64 a = state[0], b = state[1], c = state[2], d = state[3];
	u64 e = state[4], f = state[5], g = state[6], h = state[7];

	for (int t = 0; t < 16; t++)
		w[t] = load_be64(block + 8 * t);
	for (int t = 16; t < ROUNDS; t++) {
		u64 x = w[t - 15], y = w[t - 2];

		w[t] = (rotate_right(y, 19) ^ rotate_right(y, 61) ^ y >> 6) +
		       w[t - 7] +
		       (rotate_right(x, 1) ^ rotate_right(x, 8) ^ x >> 7) +
		       w[t - 16];
	}
	for (int t = 0; t < ROUNDS; t++) {
		u64 t1 = h +
			 (rotate_right(e, 14) ^ rotate_right(e, 18) ^
			  rotate_right(e, 41)) +
			 ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
		u64 t2 = (rotate_right(a, 28) ^ rotate_right(a, 34) ^
			  rotate_right(a, 39)) +
			 ((a & b) ^ (a & c) ^ (b & c));

		h = g;
		g = f;
		f = e;
		e = d + t1;
		d = c;
		c = b;
		b = a;
		a = t1 + t2;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

static void hash(const u64 *start, const void *data, size_t length, u8 *digest,
		 size_t digest_size)
{
	const u8 *bytes = data;
	u8 tail[2 * BLOCK_SIZE] = {};
	u64 state[STATE_WORDS];
	size_t rest = length % BLOCK_SIZE;
	size_t tail_length;

	memcpy(state, start, sizeof(state));
	for (size_t i = 0; i < length - rest; i += BLOCK_SIZE)
		add_block(state, bytes + i);

	/* A one bit, zeros, and the length in bits as 128-bit number. */
	memcpy(tail, bytes + length - rest, rest);
	tail[rest] = 0x80;
	tail_length = rest + 1 + 16 <= BLOCK_SIZE ? BLOCK_SIZE : 2 * BLOCK_SIZE;
	store_be64(tail + tail_length - 8, (u64)length * 8);
	for (size_t i = 0; i < tail_length; i += BLOCK_SIZE)
		add_block(state, tail + i);

	for (size_t i = 0; i < digest_size / 8; i++)
		store_be64(digest + 8 * i, state[i]);
}

/**
 * sha384() - hash
 * @data: the data
 * @length: its length in bytes
 * @digest: where to put SHA384_SIZE bytes; may be part of @data
 */
void sha384(const void *data, size_t length, u8 *digest)
{
	hash(initial_state_384, data, length, digest, SHA384_SIZE);
}

/**
 * sha512() - hash
 * @data: the data
 * @length: its length in bytes
 * @digest: where to put SHA512_SIZE bytes; may be part of @data
 */
void sha512(const void *data, size_t length, u8 *digest)
{
	hash(initial_state_512, data, length, digest, SHA512_SIZE);
}
