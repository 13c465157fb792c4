// SPDX-License-Identifier: GPL-2.0
/*
 * AES-256-GCM, which protects messages between an SNP guest and its firmware:
 * FIPS 197 and NIST SP 800-38D.
 *
 * Written to be read, not to be fast, nor safe from someone who measures its
 * time: a guest exchanges a few messages of some kilobytes, and the keys are
 * no secrets.
 */
#include "aes-gcm.h"
#include "string.h"

#define BLOCK_SIZE 16
#define AES256_ROUNDS 14
#define KEY_WORDS (AES256_KEY_SIZE / 4)
#define SCHEDULE_SIZE (BLOCK_SIZE * (AES256_ROUNDS + 1))

/* Multiplication by x in AES's field of 2^8 elements. */
static u8 times_x(u8 a)
{
	return a << 1 ^ (a & 0x80 ? 0x1b : 0);
}

static u8 multiply(u8 a, u8 b)
{
	u8 product = 0;

	for (; b; b >>= 1, a = times_x(a))
		if (b & 1)
			product ^= a;
	return product;
}

static u8 rotate_left(u8 a, unsigned int n)
{
	return a << n | a >> (8 - n);
}

static u8 sbox[256];

/* FIPS 197, 5.1.1: the inverse, and an affine transformation of it. */
static void make_sbox(void)
{
	if (sbox[0])
		return;
	for (unsigned int a = 0; a < 256; a++) {
		u8 inverse = 1;

		/* The inverse is the 254th power, also of zero. */
		for (int i = 0; i < 254; i++)
			inverse = multiply(inverse, a);
		sbox[a] = inverse ^ rotate_left(inverse, 1) ^
			  rotate_left(inverse, 2) ^ rotate_left(inverse, 3) ^
			  rotate_left(inverse, 4) ^ 0x63;
	}
}

/* FIPS 197, 5.2 */
static void expand_key(const u8 *key, u8 *schedule)
{
	u8 round_constant = 1;

	make_sbox();
	memcpy(schedule, key, AES256_KEY_SIZE);
	for (size_t i = AES256_KEY_SIZE; i < SCHEDULE_SIZE; i += 4) {
		u8 *word = schedule + i;
		size_t position = i / 4 % KEY_WORDS;

		memcpy(word, word - 4, 4);
		if (position == 0) {
			u8 first = word[0];

			word[0] = sbox[word[1]] ^ round_constant;
			word[1] = sbox[word[2]];
			word[2] = sbox[word[3]];
			word[3] = sbox[first];
			round_constant = times_x(round_constant);
		} else if (position == 4) {
			for (int j = 0; j < 4; j++)
				word[j] = sbox[word[j]];
		}
		for (int j = 0; j < 4; j++)
			word[j] ^= word[j - AES256_KEY_SIZE];
	}
}

static void add_round_key(u8 *state, const u8 *schedule, int round)
{
	for (int i = 0; i < BLOCK_SIZE; i++)
		state[i] ^= schedule[round * BLOCK_SIZE + i];
}

/* Byte substitution and row shift in one go; columns are 4 bytes each. */
static void substitute_and_shift(u8 *state)
{
	u8 old[BLOCK_SIZE];

	memcpy(old, state, BLOCK_SIZE);
	for (int column = 0; column < 4; column++)
		for (int row = 0; row < 4; row++)
			state[4 * column + row] =
				sbox[old[4 * ((column + row) % 4) + row]];
}

static void mix_columns(u8 *state)
{
	for (u8 *c = state; c < state + BLOCK_SIZE; c += 4) {
		u8 all = c[0] ^ c[1] ^ c[2] ^ c[3];
		u8 first = c[0];

		c[0] ^= all ^ times_x(c[0] ^ c[1]);
		c[1] ^= all ^ times_x(c[1] ^ c[2]);
		c[2] ^= all ^ times_x(c[2] ^ c[3]);
		c[3] ^= all ^ times_x(c[3] ^ first);
	}
}

static void encrypt_block(const u8 *schedule, const u8 *in, u8 *out)
{
	u8 state[BLOCK_SIZE];

	memcpy(state, in, BLOCK_SIZE);
	add_round_key(state, schedule, 0);
	for (int round = 1; round <= AES256_ROUNDS; round++) {
		substitute_and_shift(state);
		if (round < AES256_ROUNDS)
			mix_columns(state);
		add_round_key(state, schedule, round);
	}
	memcpy(out, state, BLOCK_SIZE);
}

/*
 * A GCM block is an element of a field of 2^128, the first bit of its first
 * byte the constant term. @hash becomes (@hash + @block) * @key.
 */
static void ghash_block(u8 *hash, const u8 *key, const u8 *block)
{
	u8 power[BLOCK_SIZE], product[BLOCK_SIZE] = {};

	memcpy(power, key, BLOCK_SIZE);
	for (int i = 0; i < BLOCK_SIZE; i++)
		hash[i] ^= block[i];
	for (int bit = 0; bit < 128; bit++) {
		bool carry = power[BLOCK_SIZE - 1] & 1;

		if (hash[bit / 8] & 0x80 >> bit % 8)
			for (int i = 0; i < BLOCK_SIZE; i++)
				product[i] ^= power[i];
		for (int i = BLOCK_SIZE - 1; i > 0; i--)
			power[i] = power[i] >> 1 | power[i - 1] << 7;
		power[0] = power[0] >> 1 ^ (carry ? 0xe1 : 0);
	}
	memcpy(hash, product, BLOCK_SIZE);
}

static void ghash(u8 *hash, const u8 *key, const u8 *data, size_t length)
{
	for (size_t i = 0; i < length; i += BLOCK_SIZE) {
		u8 block[BLOCK_SIZE] = {};
		size_t rest = length - i;

		memcpy(block, data + i, rest < BLOCK_SIZE ? rest : BLOCK_SIZE);
		ghash_block(hash, key, block);
	}
}

static void store_be32(u8 *bytes, u32 value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = value >> (24 - 8 * i);
}

/* SP 800-38D, 7: the tag over @cipher. */
static void make_tag(const u8 *schedule, const struct gcm_message *message,
		     const u8 *cipher, size_t length, u8 *tag)
{
	u8 key[BLOCK_SIZE] = {}, hash[BLOCK_SIZE] = {};
	u8 lengths[BLOCK_SIZE] = {}, counter[BLOCK_SIZE];

	encrypt_block(schedule, key, key);
	ghash(hash, key, message->aad, message->aad_length);
	ghash(hash, key, cipher, length);
	store_be32(lengths + 4, message->aad_length * 8);
	store_be32(lengths + 12, length * 8);
	ghash_block(hash, key, lengths);

	memcpy(counter, message->iv, GCM_IV_SIZE);
	store_be32(counter + GCM_IV_SIZE, 1);
	encrypt_block(schedule, counter, tag);
	for (int i = 0; i < GCM_TAG_SIZE; i++)
		tag[i] ^= hash[i];
}

/* Encryption and decryption are the same: the counter's blocks are added. */
static void add_key_stream(const u8 *schedule, const u8 *iv, const u8 *in,
			   size_t length, u8 *out)
{
	u8 counter[BLOCK_SIZE], stream[BLOCK_SIZE];

	memcpy(counter, iv, GCM_IV_SIZE);
	for (size_t i = 0; i < length; i++) {
		if (i % BLOCK_SIZE == 0) {
			/* The first counter value, 1, is that of the tag. */
			store_be32(counter + GCM_IV_SIZE, i / BLOCK_SIZE + 2);
			encrypt_block(schedule, counter, stream);
		}
		out[i] = in[i] ^ stream[i % BLOCK_SIZE];
	}
}

/**
 * aes256_gcm_encrypt() - encrypt and authenticate
 * @message: key, IV and additional data
 * @plain: the text
 * @length: its length, below 512 MB
 * @cipher: where to put the encrypted text; may be @plain
 * @tag: where to put GCM_TAG_SIZE bytes
 */
void aes256_gcm_encrypt(const struct gcm_message *message, const void *plain,
			size_t length, void *cipher, u8 *tag)
{
	u8 schedule[SCHEDULE_SIZE];

	expand_key(message->key, schedule);
	add_key_stream(schedule, message->iv, plain, length, cipher);
	make_tag(schedule, message, cipher, length, tag);
}

/**
 * aes256_gcm_decrypt() - verify and decrypt
 * @message: key, IV and additional data
 * @cipher: the encrypted text
 * @length: its length, below 512 MB
 * @plain: where to put the text; may be @cipher
 * @tag: GCM_TAG_SIZE bytes
 *
 * Return: false if the tag is wrong; @plain is not touched then.
 */
bool aes256_gcm_decrypt(const struct gcm_message *message, const void *cipher,
			size_t length, void *plain, const u8 *tag)
{
	u8 schedule[SCHEDULE_SIZE], expected[GCM_TAG_SIZE];

	expand_key(message->key, schedule);
	make_tag(schedule, message, cipher, length, expected);
	if (memcmp(tag, expected, GCM_TAG_SIZE))
		return false;
	add_key_stream(schedule, message->iv, cipher, length, plain);
	return true;
}
