// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCRs of TPM 2.0 chips as measurement registers.
 *
 * Each chip is a provider of the chip's name, which comes and goes with the chip
 * (tpm_svsm, for instance, may be loaded at any time, and drivers can be
 * unbound). The driver core tells by a class interface: it adds a chip when its
 * device has been added, and removes it before the device goes, while the chip
 * still works.
 *
 * A PCR has one bank for each hash that the chip has allocated, and an extend
 * changes all of them at once. Anybody with access to /dev/tpm0 can extend PCRs
 * as well, so values are always read from the chip.
 *
 * Which PCRs can be extended here is up to the administrator, because a PCR
 * should have one log: firmware measures into the first ones, IMA into 10.
 * What the default has is what the PC Client Platform leaves to the operating
 * system, as 8, 9 and 11 to 15, and 16 and 23, which can be reset, for tests and
 * applications.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/tpm.h>
#include <linux/tsm-measurement.h>

static char *pcrs = "8-9,11-16,23";
module_param(pcrs, charp, 0444);
MODULE_PARM_DESC(pcrs, "PCRs that can be extended, as a list (default: 8-9,11-16,23)");

/* "pcr" and its number. */
#define NAME_SIZE	8

/**
 * struct tsm_tpm - the PCRs of one chip
 * @tm: the provider, of the chip's name
 * @node: in the list of chips
 * @chip: the chip, of which this holds a reference
 * @pcr_names: the registers' names
 * @nr_banks: number of banks of each PCR
 * @banks: the chip's numbers of these banks
 * @mrs: the banks of PCR 0, then those of PCR 1 and so on, in the chip's order
 * @mr_index: the PCR that each element of @mrs belongs to
 * @values: the value of each element of @mrs
 * @digests: what tpm_pcr_extend() takes, one digest per bank
 */
struct tsm_tpm {
	struct tsm_measurement tm;
	struct list_head node;
	struct tpm_chip *chip;
	char pcr_names[TPM2_PLATFORM_PCR][NAME_SIZE];
	unsigned int nr_banks;
	u8 banks[TPM2_MAX_PCR_BANKS];
	struct tsm_measurement_register *mrs;
	u8 *mr_index;
	u8 (*values)[TPM2_MAX_DIGEST_SIZE];
	struct tpm_digest *digests;
};

/* The driver core adds and removes chips one at a time. */
static LIST_HEAD(chips);
static DECLARE_BITMAP(extensible, TPM2_PLATFORM_PCR);

static struct tsm_tpm *to_tsm_tpm(struct tsm_measurement *tm)
{
	return container_of(tm, struct tsm_tpm, tm);
}

/*
 * The TPM core returns errnos for what happened on the way to the chip, and
 * positive TPM_RC codes for what the chip answered; it has logged the latter.
 */
static int to_errno(int rc)
{
	if (rc == -ETIME)
		return -ETIMEDOUT;

	return rc > 0 ? -EIO : rc;
}

static const struct tpm_bank_info *bank_info(const struct tsm_tpm *tpm,
					     unsigned int bank)
{
	return &tpm->chip->allocated_banks[tpm->banks[bank]];
}

static int refresh(struct tsm_measurement *tm,
		   const struct tsm_measurement_register *mr)
{
	struct tsm_tpm *tpm = to_tsm_tpm(tm);
	size_t i = mr - tpm->mrs;
	struct tpm_digest digest = {
		.alg_id = bank_info(tpm, i % tpm->nr_banks)->alg_id,
	};
	int rc;

	rc = tpm_pcr_read(tpm->chip, tpm->mr_index[i], &digest);
	if (rc)
		return to_errno(rc);

	memcpy(mr->mr_value, digest.digest, mr->mr_size);

	return 0;
}

static int extend(struct tsm_measurement *tm,
		  const struct tsm_measurement_register *mr,
		  const u8 *const digests[])
{
	struct tsm_tpm *tpm = to_tsm_tpm(tm);

	for (unsigned int i = 0; i < tpm->nr_banks; i++)
		memcpy(tpm->digests[i].digest, digests[i], mr[i].mr_size);

	return to_errno(tpm_pcr_extend(tpm->chip, tpm->mr_index[mr - tpm->mrs],
				       tpm->digests));
}

/*
 * A chip may have a bank whose hash the kernel does not know. Such a bank is not
 * shown.
 */
static void find_banks(struct tsm_tpm *tpm)
{
	for (u32 i = 0; i < tpm->chip->nr_allocated_banks; i++) {
		if (tpm->chip->allocated_banks[i].crypto_id != HASH_ALGO__LAST)
			tpm->banks[tpm->nr_banks++] = i;
	}
}

static void define_pcr(struct tsm_tpm *tpm, unsigned int pcr, bool writable)
{
	for (unsigned int i = 0; i < tpm->nr_banks; i++) {
		const struct tpm_bank_info *bank = bank_info(tpm, i);
		size_t n = pcr * tpm->nr_banks + i;

		tpm->mrs[n] = (struct tsm_measurement_register) {
			.mr_name = tpm->pcr_names[pcr],
			.mr_value = tpm->values[n],
			.mr_size = bank->digest_size,
			.mr_hash = bank->crypto_id,
			.mr_flags = TSM_MR_F_READABLE | TSM_MR_F_LIVE |
				    (writable ? TSM_MR_F_WRITABLE : 0),
		};
		tpm->mr_index[n] = pcr;
	}
}

static void destroy(struct tsm_tpm *tpm)
{
	kfree(tpm->digests);
	kfree(tpm->values);
	kfree(tpm->mr_index);
	kfree(tpm->mrs);
	put_device(&tpm->chip->dev);
	kfree(tpm);
}

DEFINE_FREE(tsm_tpm, struct tsm_tpm *, if (_T) destroy(_T))

static struct tsm_tpm *create(struct tpm_chip *chip)
{
	struct tsm_tpm *tpm __free(tsm_tpm) = kzalloc_obj(*tpm);
	bool extend_any;
	size_t nr_mrs;

	if (!tpm)
		return NULL;

	get_device(&chip->dev);
	tpm->chip = chip;
	find_banks(tpm);
	nr_mrs = TPM2_PLATFORM_PCR * tpm->nr_banks;
	tpm->mrs = kzalloc_objs(*tpm->mrs, nr_mrs);
	tpm->mr_index = kzalloc_objs(*tpm->mr_index, nr_mrs);
	tpm->values = kzalloc_objs(*tpm->values, nr_mrs);
	tpm->digests = kzalloc_objs(*tpm->digests, tpm->nr_banks);
	if (!tpm->mrs || !tpm->mr_index || !tpm->values || !tpm->digests)
		return NULL;

	/* An extend needs a digest for every bank that the chip has. */
	extend_any = tpm->nr_banks == chip->nr_allocated_banks;
	if (!extend_any)
		pr_warn("%s: a bank has a hash that the kernel does not know, so no PCR can be extended here\n",
			dev_name(&chip->dev));

	for (unsigned int i = 0; i < tpm->nr_banks; i++)
		tpm->digests[i].alg_id = bank_info(tpm, i)->alg_id;
	for (unsigned int pcr = 0; pcr < TPM2_PLATFORM_PCR; pcr++) {
		snprintf(tpm->pcr_names[pcr], NAME_SIZE, "pcr%u", pcr);
		define_pcr(tpm, pcr, extend_any && test_bit(pcr, extensible));
	}

	tpm->tm = (struct tsm_measurement) {
		.name = dev_name(&chip->dev),
		.parent = &chip->dev,
		.mrs = tpm->mrs,
		.nr_mrs = nr_mrs,
		.mr_index = tpm->mr_index,
		.index_space = TSM_INDEX_PCR,
		.refresh = refresh,
		.extend = extend,
	};

	return_ptr(tpm);
}

/*
 * A chip that cannot be a provider is no reason for it not to be a TPM: say why,
 * and leave it alone. TPM 1.2 chips and chips that wait for new firmware have no
 * PCRs for us.
 */
static int add_chip(struct device *dev)
{
	struct tpm_chip *chip = to_tpm_chip(dev);
	int rc;

	if (tpm_is_firmware_upgrade(chip) || tpm_is_tpm2(chip) <= 0)
		return 0;

	struct tsm_tpm *tpm __free(tsm_tpm) = create(chip);
	rc = tpm ? tsm_register_measurement(&tpm->tm) : -ENOMEM;
	if (rc) {
		pr_err("%s: no registers: %d\n", dev_name(dev), rc);
		return rc;
	}

	list_add(&no_free_ptr(tpm)->node, &chips);

	return 0;
}

static void remove_chip(struct device *dev)
{
	struct tsm_tpm *tpm;

	list_for_each_entry(tpm, &chips, node) {
		if (&tpm->chip->dev != dev)
			continue;
		list_del(&tpm->node);
		tsm_unregister_measurement(&tpm->tm);
		destroy(tpm);
		return;
	}
}

static struct class_interface chip_interface = {
	.add_dev = add_chip,
	.remove_dev = remove_chip,
};

static int __init tsm_tpm_init(void)
{
	int rc;

	rc = bitmap_parselist(pcrs, extensible, TPM2_PLATFORM_PCR);
	if (rc) {
		pr_err("pcrs=%s is not a list of PCRs 0 to %d\n", pcrs,
		       TPM2_PLATFORM_PCR - 1);
		return rc;
	}

	chip_interface.class = &tpm_class;

	return class_interface_register(&chip_interface);
}
module_init(tsm_tpm_init);

static void __exit tsm_tpm_exit(void)
{
	class_interface_unregister(&chip_interface);
}
module_exit(tsm_tpm_exit);

MODULE_DESCRIPTION("PCRs of TPM 2.0 chips as measurement registers");
MODULE_LICENSE("GPL");
