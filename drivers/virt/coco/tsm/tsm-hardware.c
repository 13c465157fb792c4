// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of the provider's operations.
 *
 * A signal must not end what has reached the hardware half way: nobody would
 * know what became of it. Drivers of slow hardware may wait interruptibly, and
 * there is nothing that a task could do against a fatal signal of its own. So
 * their operations run in a work item, while the task waits for that.
 */

#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "tsm.h"

#include <trace/events/tsm_measurement.h>

/**
 * struct call - a call of an operation
 * @work: makes it
 * @provider: whose operation it is
 * @func: does it
 * @mr: the register's first bank
 * @digests: for extend(), one digest per bank
 * @failure: for extend()
 * @rc: what the operation returned
 */
struct call {
	struct work_struct work;
	struct tsm_provider *provider;
	void (*func)(struct call *call);
	const struct tsm_measurement_register *mr;
	const u8 *const *digests;
	enum tsm_failure failure;
	int rc;
};

static void do_refresh(struct call *call)
{
	const struct tsm_measurement *tm = call->provider->tm;

	call->rc = tm->refresh(tm, call->mr);
}

static void do_confirm(struct call *call)
{
	const struct tsm_measurement *tm = call->provider->tm;

	call->rc = tm->confirm(tm, call->mr);
}

static void do_extend(struct call *call)
{
	const struct tsm_measurement *tm = call->provider->tm;

	call->rc = tm->extend(tm, call->mr, call->digests, &call->failure);
}

static void do_work(struct work_struct *work)
{
	struct call *call = container_of(work, struct call, work);

	call->func(call);
}

/* Can no signal end what the task calls itself? A kernel thread has none. */
static bool is_undisturbed(const struct tsm_provider *provider)
{
	lockdep_assert_held(&provider->log.lock);

	return !provider->tm->slow || current->flags & PF_KTHREAD;
}

static void make(struct call *call)
{
	if (is_undisturbed(call->provider)) {
		call->func(call);
		return;
	}

	INIT_WORK_ONSTACK(&call->work, do_work);
	queue_work(system_dfl_wq, &call->work);
	flush_work(&call->work);
	destroy_work_on_stack(&call->work);
}

/**
 * tsm_hw_refresh() - bring a register up to date
 * @provider: whose register it is
 * @mr: its first bank, or a register without a hash; with %TSM_MR_F_LIVE
 *
 * Context: Process context, may sleep uninterruptibly for as long as the
 * hardware takes. The log's lock is held, and the provider is not gone.
 *
 * Return: 0, or what the provider's refresh() returned.
 */
int tsm_hw_refresh(struct tsm_provider *provider,
		   const struct tsm_measurement_register *mr)
{
	struct call call = {
		.provider = provider,
		.func = do_refresh,
		.mr = mr,
	};

	make(&call);
	trace_tsm_read(provider, mr, !provider->tm->confirm, call.rc);

	return call.rc;
}

/**
 * tsm_hw_confirm() - as tsm_hw_refresh(), as authentic as an extend
 * @provider: whose register it is
 * @mr: its first bank, with %TSM_MR_F_LIVE
 *
 * Context: As tsm_hw_refresh().
 *
 * Return: 0, or what the provider's confirm() returned, or refresh() where there
 * is no such operation.
 */
int tsm_hw_confirm(struct tsm_provider *provider,
		   const struct tsm_measurement_register *mr)
{
	struct call call = {
		.provider = provider,
		.func = provider->tm->confirm ? do_confirm : do_refresh,
		.mr = mr,
	};

	make(&call);
	trace_tsm_read(provider, mr, true, call.rc);

	return call.rc;
}

static noinline int extend_in_work(struct tsm_provider *provider,
				   const struct tsm_measurement_register *mr,
				   const u8 *const digests[],
				   enum tsm_failure *failure)
{
	struct call call = {
		.provider = provider,
		.func = do_extend,
		.mr = mr,
		.digests = digests,
		.failure = TSM_FAILURE_UNCLEAR,
	};

	make(&call);
	*failure = call.failure;

	return call.rc;
}

/**
 * tsm_hw_extend() - extend a register
 * @reg: the register
 * @digests: one digest per bank
 * @failure: what a failure did
 *
 * Context: As tsm_hw_refresh().
 *
 * Return: 0, or what the provider's extend() returned.
 */
int tsm_hw_extend(struct tsm_register *reg, const u8 *const digests[],
		  enum tsm_failure *failure)
{
	struct tsm_provider *provider = reg->provider;
	const struct tsm_measurement *tm = provider->tm;
	const struct tsm_measurement_register *mr = reg->banks[0].mr;

	if (is_undisturbed(provider)) {
		*failure = TSM_FAILURE_UNCLEAR;
		return tm->extend(tm, mr, digests, failure);
	}

	return extend_in_work(provider, mr, digests, failure);
}
