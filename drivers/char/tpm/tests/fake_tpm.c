// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TPM 2.0 in software for KUnit tests.
 */

#include <crypto/hash_info.h>
#include <crypto/sha1.h>
#include <crypto/sha2.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "../tpm.h"
#include "fake_tpm.h"

static u8 *put_u8(u8 *p, u8 value)
{
	*p = value;

	return p + 1;
}

static u8 *put_u16(u8 *p, u16 value)
{
	put_unaligned_be16(value, p);

	return p + 2;
}

static u8 *put_u32(u8 *p, u32 value)
{
	put_unaligned_be32(value, p);

	return p + 4;
}

static u8 *put_selection(u8 *p, u16 alg_id, u32 pcrs)
{
	p = put_u16(p, alg_id);
	p = put_u8(p, TPM2_PCR_SELECT_MIN);
	for (int i = 0; i < TPM2_PCR_SELECT_MIN; i++)
		p = put_u8(p, pcrs >> (8 * i));

	return p;
}

static struct fake_bank *find_bank(struct fake_tpm *tpm, u16 alg_id)
{
	for (int i = 0; i < tpm->nr_banks; i++) {
		if (tpm->banks[i].alg_id == alg_id)
			return &tpm->banks[i];
	}

	return NULL;
}

static u8 *get_capability(struct fake_tpm *tpm, u8 *p)
{
	p = put_u8(p, 0);
	p = put_u32(p, TPM2_CAP_PCRS);
	p = put_u32(p, tpm->nr_banks);
	for (int i = 0; i < tpm->nr_banks; i++)
		p = put_selection(p, tpm->banks[i].alg_id, tpm->banks[i].pcrs);

	return p;
}

/* What is asked for is one PCR in several banks, as selections of 6 bytes each. */
static u8 *pcr_read(struct fake_tpm *tpm, const u8 *command, u8 *p)
{
	u32 count = get_unaligned_be32(command), pcrs = 0;
	const u8 *selections = command + 4;
	u32 nr_digests = 0;
	u8 *counter;

	p = put_u32(p, 0);
	p = put_u32(p, count);
	memcpy(p, selections, 6 * count);
	p += 6 * count;
	counter = p;
	p = put_u32(p, 0);
	for (u32 i = 0; i < count; i++) {
		const u8 *selection = selections + 6 * i;
		struct fake_bank *bank;

		bank = find_bank(tpm, get_unaligned_be16(selection));
		pcrs = get_unaligned_le24(selection + 3);
		if (!bank || !(bank->pcrs & pcrs))
			continue;
		p = put_u16(p, bank->size);
		memcpy(p, bank->values[__ffs(pcrs)], bank->size);
		p += bank->size;
		nr_digests++;
	}
	put_u32(counter, nr_digests);

	return p;
}

static void hash(const struct fake_bank *bank, const u8 *data, size_t len,
		 u8 *digest)
{
	switch (bank->alg_id) {
	case TPM_ALG_SHA1:
		sha1(data, len, digest);
		break;
	case TPM_ALG_SHA256:
		sha256(data, len, digest);
		break;
	case TPM_ALG_SHA384:
		sha384(data, len, digest);
		break;
	case TPM_ALG_SHA512:
		sha512(data, len, digest);
		break;
	}
}

/**
 * fake_tpm_extend_bank() - extend a PCR in one bank
 * @bank: the bank, whose &fake_bank.extended_by is the digest
 * @pcr: the PCR; nothing happens if the bank does not have it
 */
void fake_tpm_extend_bank(struct fake_bank *bank, u32 pcr)
{
	u8 data[2 * TPM2_MAX_DIGEST_SIZE];

	if (pcr >= TPM2_PLATFORM_PCR || !(bank->pcrs & BIT(pcr)))
		return;

	memcpy(data, bank->values[pcr], bank->size);
	memcpy(data + bank->size, bank->extended_by, bank->size);
	hash(bank, data, 2 * bank->size, bank->values[pcr]);
}

/* The parameters of a command with one handle. */
static const u8 *params_of(const u8 *command)
{
	command += 4;

	return command + 4 + get_unaligned_be32(command);
}

static void pcr_extend(struct fake_tpm *tpm, const u8 *command)
{
	u32 pcr = get_unaligned_be32(command);
	u32 count;

	command = params_of(command);
	count = get_unaligned_be32(command);
	command += 4;
	for (u32 i = 0; i < count; i++) {
		struct fake_bank *bank;

		bank = find_bank(tpm, get_unaligned_be16(command));
		if (!bank)
			return;
		memcpy(bank->extended_by, command + 2, bank->size);
		command += 2 + bank->size;
		fake_tpm_extend_bank(bank, pcr);
	}
}

/* The answer to a command with a session: its parameters, and an empty HMAC. */
static u8 *pcr_event(struct fake_tpm *tpm, const u8 *command, u8 *p)
{
	const u8 *event = params_of(command);
	u32 pcr = get_unaligned_be32(command);
	u8 *size = p, *params = p + 4;

	p = put_u32(params, tpm->nr_banks);
	for (unsigned int i = 0; i < tpm->nr_banks; i++) {
		struct fake_bank *bank = &tpm->banks[i];

		hash(bank, event + 2, get_unaligned_be16(event),
		     bank->extended_by);
		fake_tpm_extend_bank(bank, pcr);
		p = put_u16(p, bank->alg_id);
		memcpy(p, bank->extended_by, bank->size);
		p += bank->size;
	}
	put_u32(size, p - params);

	return put_u8(put_u32(p, 0), 0);
}

static void pcr_reset(struct fake_tpm *tpm, const u8 *command)
{
	u32 pcr = get_unaligned_be32(command);

	for (unsigned int i = 0; i < tpm->nr_banks; i++)
		memset(tpm->banks[i].values[pcr], 0, TPM2_MAX_DIGEST_SIZE);
}

static size_t finish(u8 *answer, u16 tag, size_t len, u32 rc)
{
	put_u16(answer, tag);
	put_u32(answer + 2, len);
	put_u32(answer + 6, rc);

	return len;
}

/* Do what a command says that changes a PCR. Returns the end of the answer. */
static u8 *change(struct fake_tpm *tpm, u32 code, const u8 *command, u8 *end)
{
	switch (code) {
	case TPM2_CC_PCR_EXTEND:
		pcr_extend(tpm, command);
		break;
	case TPM2_CC_PCR_EVENT:
		end = pcr_event(tpm, command, end);
		break;
	case TPM2_CC_PCR_RESET:
		pcr_reset(tpm, command);
		break;
	}

	return end;
}

static int fake_send(struct tpm_chip *chip, u8 *buf, size_t bufsiz, size_t len)
{
	struct fake_tpm *tpm = dev_get_drvdata(&chip->dev);
	u8 *end = buf + TPM_HEADER_SIZE;
	u16 tag = TPM2_ST_NO_SESSIONS;
	bool changes = false;
	u8 *command;
	u32 code;

	if (len < TPM_HEADER_SIZE)
		return -EINVAL;

	command = kmemdup(buf, len, GFP_KERNEL);
	if (!command)
		return -ENOMEM;

	code = get_unaligned_be32(command + 6);
	tpm->nr_commands++;
	switch (code) {
	case TPM2_CC_GET_CAPABILITY:
		end = get_capability(tpm, end);
		break;
	case TPM2_CC_PCR_READ:
		end = pcr_read(tpm, command + TPM_HEADER_SIZE, end);
		break;
	default:
		changes = true;
	}
	tpm->nr_extends += code == TPM2_CC_PCR_EXTEND;
	if (changes && tpm->nr_retries) {
		tpm->nr_retries--;
		kfree(command);
		return finish(buf, tag, TPM_HEADER_SIZE, TPM2_RC_RETRY);
	}
	if (changes && !tpm->idle && (!tpm->error || tpm->acts))
		end = change(tpm, code, command + TPM_HEADER_SIZE, end);
	if (code == TPM2_CC_PCR_EVENT || code == TPM2_CC_EVENT_SEQUENCE_COMPLETE)
		tag = TPM2_ST_SESSIONS;
	kfree(command);

	if (changes && tpm->error < 0)
		return tpm->error;
	if (changes && tpm->error > 0)
		return finish(buf, TPM2_ST_NO_SESSIONS, TPM_HEADER_SIZE,
			      tpm->error);

	len = end - buf;
	if (tpm->mangle)
		len = tpm->mangle(tpm, buf, len);

	return finish(buf, tag, len, 0);
}

static int fake_recv(struct tpm_chip *chip, u8 *buf, size_t len)
{
	return -EIO;
}

static const struct tpm_class_ops fake_ops = {
	.send = fake_send,
	.recv = fake_recv,
};

/**
 * fake_tpm_pcr_extend() - what tpm2_pcr_extend() does without a session
 * @chip: see tpm2_pcr_extend()
 * @pcr: see tpm2_pcr_extend()
 * @digests: see tpm2_pcr_extend()
 * @sent: see tpm2_pcr_extend()
 *
 * For a kernel that has sessions, which the TPM here does not know.
 *
 * Return: see tpm2_pcr_extend()
 */
int fake_tpm_pcr_extend(struct tpm_chip *chip, u32 pcr,
			struct tpm_digest *digests, bool *sent)
{
	struct tpm_buf *buf __free(kfree) = kzalloc(TPM_BUFSIZE, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;

	tpm_buf_init(buf, TPM_BUFSIZE);
	tpm_buf_reset(buf, TPM2_ST_SESSIONS, TPM2_CC_PCR_EXTEND);
	tpm_buf_append_u32(buf, pcr);
	tpm_buf_append_empty_auth(buf, TPM2_RS_PW);
	tpm_buf_append_u32(buf, chip->nr_allocated_banks);
	for (u32 i = 0; i < chip->nr_allocated_banks; i++) {
		tpm_buf_append_u16(buf, digests[i].alg_id);
		tpm_buf_append(buf, digests[i].digest,
			       chip->allocated_banks[i].digest_size);
	}
	*sent = true;

	return tpm_transmit_cmd(chip, buf, 0, NULL);
}

/**
 * fake_tpm_create() - make a TPM without banks, which is not registered
 *
 * Return: the TPM or an error pointer
 */
struct fake_tpm *fake_tpm_create(void)
{
	struct fake_tpm *tpm = kzalloc_obj(*tpm);

	if (!tpm)
		return ERR_PTR(-ENOMEM);

	tpm->chip = tpm_chip_alloc(NULL, &fake_ops);
	if (IS_ERR(tpm->chip)) {
		struct tpm_chip *chip = tpm->chip;

		kfree(tpm);
		return ERR_CAST(chip);
	}
	tpm->chip->flags |= TPM_CHIP_FLAG_TPM2 | TPM_CHIP_FLAG_SYNC |
			    TPM_CHIP_FLAG_HWRNG_DISABLED;
	dev_set_drvdata(&tpm->chip->dev, tpm);

	return tpm;
}

/**
 * fake_tpm_destroy() - free a TPM
 * @tpm: the TPM, which is not registered
 */
void fake_tpm_destroy(struct fake_tpm *tpm)
{
	put_device(&tpm->chip->dev);
	kfree(tpm);
}

/**
 * fake_tpm_add_bank() - give a TPM one more bank
 * @tpm: the TPM, which is not registered
 * @alg_id: the bank's hash
 * @pcrs: a bitmap of the PCRs that it has
 */
void fake_tpm_add_bank(struct fake_tpm *tpm, u16 alg_id, u32 pcrs)
{
	struct tpm_chip *chip = tpm->chip;
	struct tpm_bank_info *info = &chip->allocated_banks[chip->nr_allocated_banks];
	enum hash_algo algo = HASH_ALGO__LAST;

	for (int i = 0; i < HASH_ALGO__LAST; i++) {
		if (tpm2_find_hash_alg(i) == alg_id)
			algo = i;
	}
	info->alg_id = alg_id;
	info->crypto_id = algo;
	info->digest_size = algo == HASH_ALGO__LAST ? 32 : hash_digest_size[algo];
	chip->nr_allocated_banks++;
	tpm->banks[tpm->nr_banks++] = (struct fake_bank) {
		.alg_id = alg_id,
		.size = info->digest_size,
		.pcrs = pcrs,
	};
}
