// SPDX-License-Identifier: GPL-2.0-only
/*
 * For external builds only: watching a chip on a kernel whose TPM core tells nobody
 * what it sends, by a probe of the function that sends it.
 *
 * All commands pass tpm_transmit(), with the chip's mutex held, here as well. What
 * cannot be seen there is what the kernel makes of the HMAC of an answer to a command
 * of its own, which it checks later: of those, too, the response code is all there is.
 *
 * A kernel may have no such probes, or a compiler may have put the function into its
 * callers. So this sends a command, and believes that the chip can be watched when it
 * has seen that one.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/fprobe.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/tpm.h>

#include "../drivers/char/tpm/tpm-measurement.h"
#include "../drivers/char/tpm/tpm-watch.h"
#include "tpm.h"

static bool watch = true;
module_param(watch, bool, 0444);
MODULE_PARM_DESC(watch, "Record what others extend, by a probe of the TPM core (default: Y)");

static bool probing;

/**
 * struct watched - a chip that is watched
 * @node: in the list of them
 * @chip: the chip
 * @watch: who watches it
 * @seen: the probe has seen a command
 */
struct watched {
	struct list_head node;
	struct tpm_chip *chip;
	struct tpm_watch *watch;
	bool seen;
};

/* The list is changed with the chip's mutex held, so an element stays meanwhile. */
static LIST_HEAD(chips);
static DEFINE_SPINLOCK(chips_lock);

static struct watched *find(const struct tpm_chip *chip)
{
	struct watched *watched;

	guard(spinlock)(&chips_lock);

	list_for_each_entry(watched, &chips, node) {
		if (watched->chip == chip)
			return watched;
	}

	return NULL;
}

/* What the end of a call of tpm_transmit() has to know of its beginning. */
struct call {
	struct watched *watched;
	const u8 *buf;
};

/* Returns 0 if the end of the call is of interest. */
static int on_entry(struct fprobe *probe, unsigned long ip, unsigned long parent,
		    struct ftrace_regs *fregs, void *data)
{
	struct tpm_chip *chip = (void *)ftrace_regs_get_argument(fregs, 0);
	struct call *call = data;

	call->watched = find(chip);
	if (!call->watched)
		return 1;

	call->watched->seen = true;
	call->buf = (void *)ftrace_regs_get_argument(fregs, 1);

	return !__tpm_watch_command(call->watched->watch, call->buf,
				    ftrace_regs_get_argument(fregs, 2));
}

static void on_exit(struct fprobe *probe, unsigned long ip, unsigned long parent,
		    struct ftrace_regs *fregs, void *data)
{
	const struct call *call = data;

	__tpm_watch_response(call->watched->watch, call->buf,
			     ftrace_regs_get_return_value(fregs));
}

static struct fprobe probe = {
	.entry_handler = on_entry,
	.exit_handler = on_exit,
	.entry_data_size = sizeof(struct call),
};

static void add(struct tpm_chip *chip, struct watched *watched)
{
	guard(mutex)(&chip->tpm_mutex);
	guard(spinlock)(&chips_lock);

	list_add(&watched->node, &chips);
}

static void remove(struct tpm_chip *chip)
{
	struct watched *watched;

	guard(mutex)(&chip->tpm_mutex);

	watched = find(chip);
	scoped_guard(spinlock, &chips_lock)
		list_del(&watched->node);
	kfree(watched);
}

static bool sees_commands(struct tpm_chip *chip, const struct watched *watched)
{
	u32 pcrs[TPM2_MAX_PCR_BANKS];

	if (tpm_try_get_ops(chip))
		return false;
	tpm2_get_pcr_selection(chip, pcrs);
	tpm_put_ops(chip);

	return watched->seen;
}

/* As in the TPM core. */
int tpm_chip_watch(struct tpm_chip *chip, struct tpm_watch *who)
{
	struct watched *watched;

	if (!who) {
		remove(chip);
		return 0;
	}
	if (!probing)
		return -EOPNOTSUPP;

	watched = kzalloc_obj(*watched);
	if (!watched)
		return -ENOMEM;

	watched->chip = chip;
	watched->watch = who;
	add(chip, watched);
	if (sees_commands(chip, watched))
		return 0;

	dev_warn(&chip->dev, "cannot be watched: what others extend is foreign to the log\n");
	remove(chip);

	return -EOPNOTSUPP;
}

/**
 * tpm_probe_init() - get ready for watching chips
 *
 * Context: Process context, may sleep.
 */
void __init tpm_probe_init(void)
{
	int rc;

	if (!watch)
		return;

	rc = register_fprobe(&probe, "tpm_transmit", NULL);
	probing = !rc;
	if (rc)
		pr_warn("cannot probe the TPM core: %d; what others extend is foreign to the log\n",
			rc);
}

/**
 * tpm_probe_exit() - end what tpm_probe_init() began, when no chip is watched
 *
 * Context: Process context, may sleep.
 */
void tpm_probe_exit(void)
{
	if (probing)
		unregister_fprobe(&probe);
}
