// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measuring into a register of a confidential VM.
 *
 * The register belongs to a provider of measurement registers, which has an event log:
 * there each measurement is one record, written in one step with the extend, that has
 * the template's name and data as its content. IMA's own list has the same measurements
 * in the same order. The PCRs of a TPM have such a log as well, whose owner sees what
 * the TPM is asked for and is told what it is about.
 *
 * The digests are IMA's. They are the hashes of the recorded data, but for a violation,
 * which extends by ones in all bits; that tells it from all others.
 */

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tsm-measurement.h>
#include <linux/unaligned.h>
#include <uapi/linux/tsm-event-log.h>

#include "ima.h"

/*
 * CC MR index of the register that stands for PCRs 8 to 15, and so for IMA's (UEFI
 * specification, "Confidential Computing").
 */
#define IMA_CCMR	3

static struct tsm_register *ima_tsm_register __ro_after_init;
static struct tpm_bank_info ima_tsm_banks[TSM_MAX_BANKS] __ro_after_init;

/* PROVIDER/REGISTER */
static char ima_tsm_name[64] __initdata;

static int __init ima_tsm_setup(char *str)
{
	strscpy(ima_tsm_name, str);

	return 1;
}
__setup("ima_tsm=", ima_tsm_setup);

/* The TPM's number of a hash, by which IMA's entries name their digests. */
static u16 __init to_alg_id(enum hash_algo algo)
{
	switch (algo) {
	case HASH_ALGO_SHA1:
		return TPM_ALG_SHA1;
	case HASH_ALGO_SHA256:
		return TPM_ALG_SHA256;
	case HASH_ALGO_SHA384:
		return TPM_ALG_SHA384;
	case HASH_ALGO_SHA512:
		return TPM_ALG_SHA512;
	case HASH_ALGO_SM3_256:
		return TPM_ALG_SM3_256;
	default:
		/* The log cannot name others either. */
		return TPM_ALG_ERROR;
	}
}

static void __init use(struct tsm_register *reg)
{
	enum hash_algo algos[TSM_MAX_BANKS];

	ima_nr_banks = tsm_measurement_banks(reg, algos);
	for (int i = 0; i < ima_nr_banks; i++) {
		ima_tsm_banks[i] = (struct tpm_bank_info) {
			.alg_id = to_alg_id(algos[i]),
			.digest_size = hash_digest_size[algos[i]],
			.crypto_id = algos[i],
		};
	}
	ima_banks = ima_tsm_banks;
	ima_tsm_register = reg;
}

static struct tsm_register *__init get_named(void)
{
	char name[sizeof(ima_tsm_name)];
	char *mr_name = name;
	char *provider;

	strscpy(name, ima_tsm_name);
	provider = strsep(&mr_name, "/");
	if (!mr_name)
		return ERR_PTR(-EINVAL);

	/* A TPM is not measured into in this way: it has PCRs. */
	struct tsm_register *ccmr __free(tsm_measurement_put) =
		tsm_measurement_get_ccmr(provider, IMA_CCMR);
	if (IS_ERR(ccmr))
		return ccmr;

	return tsm_measurement_get(provider, mr_name);
}

/**
 * ima_tsm_init_named() - measure into the register that ima_tsm= names
 *
 * Context: Process context. Providers that are built in have been registered.
 *
 * Return: %false if none was named, or there is no such register.
 */
bool __init ima_tsm_init_named(void)
{
	struct tsm_register *reg;

	if (!*ima_tsm_name)
		return false;

	reg = get_named();
	if (IS_ERR(reg)) {
		pr_err("ima_tsm=%s names no register of a confidential VM that is there and can be extended (%pe)\n",
		       ima_tsm_name, reg);
		return false;
	}

	use(reg);
	pr_info("Measuring into %s/%s, as ima_tsm= says\n",
		tsm_measurement_provider_name(reg), tsm_measurement_name(reg));

	return true;
}

/**
 * ima_tsm_init_default() - measure into the register that stands for IMA's PCR
 *
 * Context: Process context. Providers that are built in have been registered.
 *
 * Return: %false if there is no such register.
 */
bool __init ima_tsm_init_default(void)
{
	struct tsm_register *reg = tsm_measurement_get_ccmr(NULL, IMA_CCMR);

	if (IS_ERR(reg))
		return false;

	use(reg);
	pr_info("No TPM chip found, measuring into %s/%s\n",
		tsm_measurement_provider_name(reg), tsm_measurement_name(reg));

	return true;
}

/**
 * ima_tsm_exists() - is a register of a confidential VM measured into?
 *
 * Context: Any context.
 *
 * Return: whether one was found at boot.
 */
bool ima_tsm_exists(void)
{
	return ima_tsm_register;
}

static u8 *put_head(u8 *p, u8 type, size_t len)
{
	*p++ = type;
	put_unaligned_be32(len, p);

	return p + sizeof(u32);
}

/* The bytes that the digests are of; see ima_calc_field_array_hash_tfm(). */
static size_t data_size(const struct ima_template_entry *entry, bool is_ima)
{
	const struct ima_template_desc *desc = entry->template_desc;
	size_t size = 0;

	for (int i = 0; i < desc->num_fields; i++) {
		if (!is_ima)
			size += sizeof(u32) + entry->template_data[i].len;
		else if (!strcmp(desc->fields[i]->field_id, "n"))
			size += IMA_EVENT_NAME_LEN_MAX + 1;
		else
			size += entry->template_data[i].len;
	}

	return size;
}

static void put_data(u8 *p, const struct ima_template_entry *entry, bool is_ima)
{
	const struct ima_template_desc *desc = entry->template_desc;

	for (int i = 0; i < desc->num_fields; i++) {
		const struct ima_field_data *field = &entry->template_data[i];
		size_t room = field->len;

		if (!is_ima) {
			if (ima_canonical_fmt)
				put_unaligned_le32(field->len, p);
			else
				put_unaligned(field->len, (u32 *)p);
			p += sizeof(u32);
		} else if (!strcmp(desc->fields[i]->field_id, "n")) {
			room = IMA_EVENT_NAME_LEN_MAX + 1;
			memset(p, 0, room);
		}
		memcpy(p, field->data, field->len);
		p += room;
	}
}

/**
 * ima_tsm_content() - what an event log says of a measurement
 * @entry: the measurement
 * @len: gets the size in bytes
 *
 * Context: Process context, may sleep.
 *
 * Return: a content TLV of type IMA_TEMPLATE (TCG Canonical Event Log Format),
 * which the caller frees by kvfree(), or %NULL if there is no memory.
 */
u8 *ima_tsm_content(const struct ima_template_entry *entry, size_t *len)
{
	const struct ima_template_desc *desc = entry->template_desc;
	const char *name = *desc->name ? desc->name : desc->fmt;
	bool is_ima = !strcmp(desc->name, IMA_TEMPLATE_IMA_NAME);
	size_t name_size = strlen(name);
	size_t size = data_size(entry, is_ima);
	size_t inner = 2 * TSM_CEL_TLV_HEADER_SIZE + name_size + size;
	u8 *content, *p;

	*len = TSM_CEL_TLV_HEADER_SIZE + inner;
	/* A file's name, a signature or a policy may be long. */
	content = kvmalloc(*len, GFP_NOFS);
	if (!content)
		return NULL;

	p = put_head(content, TSM_CEL_CONTENT_IMA_TEMPLATE, inner);
	p = put_head(p, TSM_CEL_IMA_TEMPLATE_NAME, name_size);
	memcpy(p, name, name_size);
	p = put_head(p + name_size, TSM_CEL_IMA_TEMPLATE_DATA, size);
	put_data(p, entry, is_ima);

	return content;
}

/**
 * ima_tsm_extend() - extend the register by a measurement
 * @entry: the measurement
 * @digests: one digest for each bank
 *
 * Context: Process context, may sleep, for as long as the hardware takes.
 *
 * Return: 0 when the register is extended and the record is in its log, or a negative
 * errno as from tsm_extend_record().
 */
int ima_tsm_extend(const struct ima_template_entry *entry,
		   const struct tpm_digest *digests)
{
	struct tsm_digest values[TSM_MAX_BANKS];
	size_t len;
	int rc;

	u8 *content __free(kvfree) = ima_tsm_content(entry, &len);
	if (!content)
		return -ENOMEM;

	for (int i = 0; i < ima_nr_banks; i++) {
		values[i].algo = ima_banks[i].crypto_id;
		values[i].value = digests[i].digest;
	}

	rc = tsm_extend_record(ima_tsm_register, content, len, values,
			       ima_nr_banks);
	if (rc)
		pr_err("Error extending the measurement register, result: %d\n",
		       rc);

	return rc;
}

static enum hash_algo algo_of(u16 alg_id)
{
	for (int i = 0; i < ima_nr_banks; i++) {
		if (ima_banks[i].alg_id == alg_id)
			return ima_banks[i].crypto_id;
	}

	return HASH_ALGO__LAST;
}

/**
 * ima_tsm_read() - read a register of the VM that IMA measures in
 * @index: its CC MR index
 * @digest: its alg_id says which bank; gets the value, or zeros if there is none
 *
 * Context: Process context, may sleep.
 */
void ima_tsm_read(u32 index, struct tpm_digest *digest)
{
	int rc;

	memset(digest->digest, 0, sizeof(digest->digest));
	rc = tsm_measurement_read(ima_tsm_register, index,
				  algo_of(digest->alg_id), digest->digest);
	if (rc)
		pr_err("Error reading measurement register %u, result: %d\n",
		       index, rc);
}
