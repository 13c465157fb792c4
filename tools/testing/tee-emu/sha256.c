// SPDX-License-Identifier: GPL-2.0
/*
 * SHA-256, which ECDSA P-256 in TDX quotes signs: FIPS 180-4, 6.2.
 */
#include "sha256.h"
#include "string.h"

#define BLOCK_SIZE 64
#define ROUNDS 64
#define STATE_WORDS 8

/* Fractional parts of the square roots of the first eight primes. */
static const u32 initial_state[STATE_WORDS] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* Fractional parts of the cube roots of the first 64 primes. */
static const u32 round_constants[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static u32 rotate_right(u32 x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

static u32 load_be32(const u8 *bytes)
{
	return (u32)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static void store_be32(u8 *bytes, u32 value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = value >> (24 - 8 * i);
}

static void add_block(u32 *state, const u8 *block)
{
	u32 w[ROUNDS];
	u32 a = state[0], b = state[1], c = state[2], d = state[3];
	u32 e = state[4], f = state[5], g = state[6], h = state[7];

	for (int t = 0; t < 16; t++)
		w[t] = load_be32(block + 4 * t);
	for (int t = 16; t < ROUNDS; t++) {
		u32 x = w[t - 15], y = w[t - 2];

		w[t] = (rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10) +
		       w[t - 7] +
		       (rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3) +
		       w[t - 16];
	}
	for (int t = 0; t < ROUNDS; t++) {
		u32 t1 = h +
			 (rotate_right(e, 6) ^ rotate_right(e, 11) ^
			  rotate_right(e, 25)) +
			 ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
		u32 t2 = (rotate_right(a, 2) ^ rotate_right(a, 13) ^
			  rotate_right(a, 22)) +
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

/**
 * sha256() - hash
 * @data: the data
 * @length: its length in bytes
 * @digest: where to put SHA256_SIZE bytes
 */
void sha256(const void *data, size_t length, u8 *digest)
{
	const u8 *bytes = data;
	u8 tail[2 * BLOCK_SIZE] = {};
	u32 state[STATE_WORDS];
	size_t rest = length % BLOCK_SIZE;
	size_t tail_length;

	memcpy(state, initial_state, sizeof(state));
	for (size_t i = 0; i < length - rest; i += BLOCK_SIZE)
		add_block(state, bytes + i);

	/* A one bit, zeros, and the length in bits as 64-bit number. */
	memcpy(tail, bytes + length - rest, rest);
	tail[rest] = 0x80;
	tail_length = rest + 1 + 8 <= BLOCK_SIZE ? BLOCK_SIZE : 2 * BLOCK_SIZE;
	store_be32(tail + tail_length - 8, (u64)length * 8 >> 32);
	store_be32(tail + tail_length - 4, length * 8);
	for (size_t i = 0; i < tail_length; i += BLOCK_SIZE)
		add_block(state, tail + i);

	for (size_t i = 0; i < STATE_WORDS; i++)
		store_be32(digest + 4 * i, state[i]);
}
