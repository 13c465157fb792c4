// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers and their banks: made from a definition, found by name.
 *
 * A register is a directory, and its kobject frees it. The provider's device
 * holds all of its registers, so that whoever holds the device, as handles and
 * open files do, may use them.
 */

#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cel.h"
#include "tsm.h"

/**
 * tsm_register_find() - find a register by its name
 * @provider: whose register it is
 * @name: the name
 *
 * Context: Any context. The registers of a provider never change, and live as
 * long as the caller's reference to it.
 *
 * Return: the register, or %NULL.
 */
struct tsm_register *tsm_register_find(struct tsm_provider *provider,
				       const char *name)
{
	struct tsm_register *reg;

	list_for_each_entry(reg, &provider->registers, node) {
		if (!strcmp(reg->name, name))
			return reg;
	}

	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_register_find);

/**
 * tsm_bank_extend() - extend a value as a record says
 * @bank: whose value it is
 * @extend: the record, of @bank's register
 * @value: the value, @bank->size bytes; stays as it is if the record is not of this
 *	bank, or if this kernel does not have the hash
 *
 * Context: Any context.
 */
void tsm_bank_extend(const struct tsm_bank *bank,
		     const struct cel_extend *extend, u8 *value)
{
	const u8 *digest = cel_digest_of(extend, bank->alg);

	if (digest && tsm_hash_available(bank->algo))
		tsm_hash_extend(bank->algo, value, digest);
}

static void register_release(struct kobject *kobj)
{
	struct tsm_register *reg = container_of(kobj, struct tsm_register,
						kobj);

	tsm_pending_free(reg);
	kfree(reg->name);
	kfree(reg);
}

const struct kobj_type tsm_register_ktype = {
	.release = register_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = tsm_register_groups,
};

static void init_bank(struct tsm_bank *bank, struct tsm_register *reg,
		      const struct tsm_measurement_register *mr)
{
	bank->reg = reg;
	bank->mr = mr;
	bank->algo = mr->mr_hash;
	if (reg->logged)
		bank->alg = tsm_hash_tcg_alg(mr->mr_hash);
	bank->size = mr->mr_size;
	if (!reg->strongest || bank->size > reg->strongest->size)
		reg->strongest = bank;
}

/* Make the register whose first bank is @mr. */
static int create_register(struct tsm_provider *provider,
			   const struct tsm_measurement *tm,
			   const struct tsm_measurement_register *mr)
{
	const struct tsm_measurement_register *end = tm->mrs + tm->nr_mrs;
	const struct tsm_measurement_register *other;
	struct tsm_register *reg;
	unsigned int nr_banks = 0;

	for (other = mr; other < end; other++)
		nr_banks += !strcmp(other->mr_name, mr->mr_name);

	reg = kzalloc_flex(*reg, banks, nr_banks);
	if (!reg)
		return -ENOMEM;

	reg->nr_banks = nr_banks;
	INIT_LIST_HEAD(&reg->pending);
	kobject_init(&reg->kobj, &tsm_register_ktype);
	list_add_tail(&reg->node, &provider->registers);

	reg->name = kstrdup(mr->mr_name, GFP_KERNEL);
	if (!reg->name)
		return -ENOMEM;

	reg->unsure_len = tsm_checkpoint_unsure_len(reg);
	reg->provider = provider;
	reg->extensible = mr->mr_flags & TSM_MR_F_WRITABLE;
	reg->live = mr->mr_flags & TSM_MR_F_LIVE;
	reg->index = tsm_mr_index(tm, mr);
	reg->logged = reg->extensible || tsm_mr_is_told(tm, mr);

	nr_banks = 0;
	for (other = mr; other < end; other++) {
		if (!strcmp(other->mr_name, mr->mr_name))
			init_bank(&reg->banks[nr_banks++], reg, other);
	}
	provider->line_size = max(provider->line_size,
				  tsm_checkpoint_max_len(reg));

	return 0;
}

/**
 * tsm_register_create_all() - make the registers of a provider that have a hash
 * @provider: the provider
 * @tm: its definition, which tsm_check_definition() has accepted
 *
 * Elements of @tm->mrs that share a name become the banks of one register.
 *
 * Context: Process context, may sleep. Nobody else knows @provider yet.
 *
 * Return: 0, or -ENOMEM; tsm_register_put_all() frees what was made either way.
 */
int tsm_register_create_all(struct tsm_provider *provider,
			    const struct tsm_measurement *tm)
{
	for (size_t i = 0; i < tm->nr_mrs; i++) {
		const struct tsm_measurement_register *mr = &tm->mrs[i];
		int rc;

		if (mr->mr_flags & TSM_MR_F_NOHASH ||
		    tsm_register_find(provider, mr->mr_name))
			continue;

		rc = create_register(provider, tm, mr);
		if (rc)
			return rc;
	}

	provider->line = kmalloc(provider->line_size, GFP_KERNEL);

	return provider->line ? 0 : -ENOMEM;
}

/**
 * tsm_register_put_all() - give up the registers of a provider
 * @provider: the provider, which nobody uses any more
 *
 * Context: Process context.
 */
void tsm_register_put_all(struct tsm_provider *provider)
{
	struct tsm_register *reg, *next;

	list_for_each_entry_safe(reg, next, &provider->registers, node)
		kobject_put(&reg->kobj);
}
