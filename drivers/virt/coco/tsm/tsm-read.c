// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading registers.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>

#include "tsm.h"

static int bring_up_to_date(struct tsm_bank *bank)
{
	struct tsm_register *reg = bank->reg;

	if (reg->logged)
		return tsm_look_at(reg);
	if (reg->live)
		return tsm_hw_refresh(reg->provider, reg->banks[0].mr);

	return 0;
}

static int read_locked(struct tsm_bank *bank, u8 *value)
{
	int rc;

	if (tsm_provider_is_gone(bank->reg->provider))
		return -ENODEV;

	rc = bring_up_to_date(bank);
	if (rc)
		return rc;

	memcpy(value, bank->mr->mr_value, bank->size);

	return 0;
}

/**
 * tsm_mr_read() - read one bank of a register
 * @bank: the bank
 * @value: where its value goes, @bank->size bytes
 *
 * If the value of an extensible register is not what the log says, a checkpoint
 * is written first; if that fails, so does the read, and the next one tries
 * again.
 *
 * Context: Process context, may sleep. Takes the log's lock.
 *
 * Return: 0, -EINTR if a signal came while waiting, -ENODEV if the provider is
 * gone, -ENOMEM, -ENOSPC if others have no room left in the log, or what the
 * provider's refresh() returned.
 */
int tsm_mr_read(struct tsm_bank *bank, u8 *value)
{
	int rc;

	ACQUIRE(mutex_intr, lock)(&bank->reg->provider->log.lock);
	rc = ACQUIRE_ERR(mutex_intr, &lock);
	if (rc)
		return rc;

	return read_locked(bank, value);
}
EXPORT_SYMBOL_FOR_MODULES(tsm_mr_read, "tsm-rtmr-configfs");

/**
 * tsm_mr_read_uninterruptible() - as tsm_mr_read(), but no signal ends the wait
 * @bank: the bank
 * @value: where its value goes, @bank->size bytes
 *
 * Context: Process context, may sleep. Takes the log's lock.
 *
 * Return: as tsm_mr_read(), but never -EINTR of a signal to the caller.
 */
int tsm_mr_read_uninterruptible(struct tsm_bank *bank, u8 *value)
{
	guard(mutex)(&bank->reg->provider->log.lock);

	return read_locked(bank, value);
}

/**
 * tsm_mr_read_blob() - read a register that has no hash
 * @provider: whose register it is
 * @mr: the register
 * @buf: where its bytes go
 * @off: offset of the first byte
 * @count: how many at most
 *
 * Context: Process context, may sleep. Takes the log's lock.
 *
 * Return: the number of bytes read, -EINTR, -ENODEV, or what the provider's
 * refresh() returned.
 */
int tsm_mr_read_blob(struct tsm_provider *provider,
		     const struct tsm_measurement_register *mr, void *buf,
		     loff_t off, size_t count)
{
	int rc;

	ACQUIRE(mutex_intr, lock)(&provider->log.lock);
	rc = ACQUIRE_ERR(mutex_intr, &lock);
	if (rc)
		return rc;
	if (tsm_provider_is_gone(provider))
		return -ENODEV;

	if (mr->mr_flags & TSM_MR_F_LIVE) {
		rc = tsm_hw_refresh(provider, mr);
		if (rc)
			return rc;
	}

	return memory_read_from_buffer(buf, count, &off, mr->mr_value,
				       mr->mr_size);
}
