/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_AES_GCM_H
#define TEE_EMU_AES_GCM_H

#include "types.h"

#define AES256_KEY_SIZE 32
#define GCM_IV_SIZE 12
#define GCM_TAG_SIZE 16

/**
 * struct gcm_message - what a message is made of, apart from its text
 * @key: AES256_KEY_SIZE bytes
 * @iv: GCM_IV_SIZE bytes
 * @aad: additional data, authenticated and not encrypted
 * @aad_length: its length
 */
struct gcm_message {
	const u8 *key;
	const u8 *iv;
	const void *aad;
	size_t aad_length;
};

void aes256_gcm_encrypt(const struct gcm_message *message, const void *plain,
			size_t length, void *cipher, u8 *tag);
bool aes256_gcm_decrypt(const struct gcm_message *message, const void *cipher,
			size_t length, void *plain, const u8 *tag);

#endif
