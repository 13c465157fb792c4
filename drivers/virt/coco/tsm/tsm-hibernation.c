// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hibernation: the memory of before meets the hardware of after.
 *
 * The image that is about to be written may wake up with registers that have
 * been reset, or that have measured the boot of the kernel which loads it. From
 * before the image is made until it is known that the machine is back, a
 * register is therefore looked at before each use. Then every register gets a
 * "resume" checkpoint with the value that it has now. One that cannot be read is
 * unsure until it can be.
 */

#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/export.h>

#include "tsm.h"

/**
 * tsm_hibernate() - the machine is going to hibernate
 * @provider: the provider
 *
 * Looks at all registers, so that what the log says up to here is proven.
 *
 * Context: Process context, may sleep. Takes the log's lock.
 */
void tsm_hibernate(struct tsm_provider *provider)
{
	struct tsm_register *reg;

	guard(mutex)(&provider->log.lock);

	if (tsm_provider_is_gone(provider))
		return;

	list_for_each_entry(reg, &provider->registers, node) {
		/* If it cannot be read, it is less that is proven. */
		if (reg->logged && tsm_look_at(reg))
			reg->moved |= !reg->known;
	}
	provider->hibernating = true;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_hibernate);

/**
 * tsm_resume() - the machine has come back, or did not hibernate after all
 * @provider: the provider
 *
 * Context: Process context, may sleep. Takes the log's lock.
 *
 * Return: 0, or -ENOMEM and some registers wait for another look.
 */
int tsm_resume(struct tsm_provider *provider)
{
	struct tsm_register *reg;

	guard(mutex)(&provider->log.lock);

	if (tsm_provider_is_gone(provider))
		return 0;

	provider->hibernating = false;
	list_for_each_entry(reg, &provider->registers, node) {
		if (!reg->logged || !reg->known)
			continue;
		reg->resuming = true;
		reg->unsure = true;
	}

	return tsm_look_at_unsure(provider);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_resume);
