// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measurement registers of an Intel TDX guest, as a provider.
 *
 * Who owns TDG.MR.REPORT and TDG.MR.RTMR.EXTEND, the TDX guest driver, lends them
 * here. The TDX module never waits: where something else holds what a call
 * needs, the call changes nothing and fails with TDX_OPERAND_BUSY.
 */

#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/tsm-measurement.h>

#include "ccel.h"
#include "tdx.h"

/* How often to ask a TDX module that is busy: for more than a second. */
#define BUSY_TRIES	100
#define BUSY_WAIT_MS	10

#define NR_RTMRS	4

/* In the order of TDINFO_STRUCT. */
static const struct {
	const char *name;
	u32 flags;
	u8 index;
} registers[TSM_TDX_NR_MRS] = {
	{ "mrtd", 0, 0 },
	{ "mrconfigid", TSM_MR_F_NOHASH, TSM_INDEX_NONE },
	{ "mrowner", TSM_MR_F_NOHASH, TSM_INDEX_NONE },
	{ "mrownerconfig", TSM_MR_F_NOHASH, TSM_INDEX_NONE },
	{ "rtmr0", TSM_MR_F_RTMR, 1 },
	{ "rtmr1", TSM_MR_F_RTMR, 2 },
	{ "rtmr2", TSM_MR_F_RTMR, 3 },
	{ "rtmr3", TSM_MR_F_RTMR, 4 },
};

/* Where the RTMRs begin. */
#define FIRST_RTMR	(TSM_TDX_NR_MRS - NR_RTMRS)

/**
 * struct tsm_tdx - the registers of this TD
 * @tm: the provider
 * @ops: how to get at them
 * @mrs: the registers
 * @mr_index: their CC MR indexes
 * @values: what they had when they were last read
 * @rtmrs: handles of the RTMRs
 */
struct tsm_tdx {
	struct tsm_measurement tm;
	const struct tsm_tdx_ops *ops;
	struct tsm_measurement_register mrs[TSM_TDX_NR_MRS];
	u8 mr_index[TSM_TDX_NR_MRS];
	u8 values[TSM_TDX_NR_MRS][SHA384_DIGEST_SIZE];
	struct tsm_register *rtmrs[NR_RTMRS];
};

static struct tsm_tdx *to_tsm_tdx(const struct tsm_measurement *tm)
{
	return container_of(tm, struct tsm_tdx, tm);
}

/*
 * A call of the TDX module has returned @rc. Shall it be made again? If so, some
 * time has passed.
 */
static bool try_again(int rc, unsigned int *tries)
{
	if (rc != -EBUSY || ++*tries == BUSY_TRIES)
		return false;

	msleep(BUSY_WAIT_MS);

	return true;
}

static int read_all(struct tsm_tdx *tdx)
{
	unsigned int tries = 0;
	int rc;

	do {
		rc = tdx->ops->read(tdx->values);
	} while (try_again(rc, &tries));

	return rc;
}

static int refresh(const struct tsm_measurement *tm,
		   const struct tsm_measurement_register *mr)
{
	return read_all(to_tsm_tdx(tm));
}

static int extend(const struct tsm_measurement *tm,
		  const struct tsm_measurement_register *mr,
		  const u8 *const digests[], enum tsm_failure *failure)
{
	struct tsm_tdx *tdx = to_tsm_tdx(tm);
	unsigned int tries = 0;
	int rc;

	do {
		rc = tdx->ops->extend(mr - &tdx->mrs[FIRST_RTMR], digests[0]);
	} while (try_again(rc, &tries));

	return rc;
}

static void define_register(struct tsm_tdx *tdx, size_t i)
{
	tdx->mrs[i] = (struct tsm_measurement_register) {
		.mr_name = registers[i].name,
		.mr_value = tdx->values[i],
		.mr_size = SHA384_DIGEST_SIZE,
		.mr_flags = TSM_MR_F_READABLE | registers[i].flags,
		.mr_hash = HASH_ALGO_SHA384,
	};
	tdx->mr_index[i] = registers[i].index;
}

static void define(struct tsm_tdx *tdx, const char *name)
{
	for (size_t i = 0; i < TSM_TDX_NR_MRS; i++)
		define_register(tdx, i);
	tdx->tm = (struct tsm_measurement) {
		.name = name,
		.mrs = tdx->mrs,
		.nr_mrs = TSM_TDX_NR_MRS,
		.mr_index = tdx->mr_index,
		.index_space = TSM_INDEX_CCMR,
		.refresh_all = true,
		.refresh = refresh,
		.extend = extend,
	};
}

static void put_rtmrs(struct tsm_tdx *tdx)
{
	for (size_t i = 0; i < NR_RTMRS; i++)
		tsm_measurement_put(tdx->rtmrs[i]);
}

static int get_rtmrs(struct tsm_tdx *tdx)
{
	for (size_t i = 0; i < NR_RTMRS; i++) {
		tdx->rtmrs[i] = tsm_measurement_get(tdx->tm.name,
						    tdx->mrs[FIRST_RTMR + i].mr_name);
		if (IS_ERR(tdx->rtmrs[i]))
			return PTR_ERR(tdx->rtmrs[i]);
	}

	return 0;
}

/**
 * tsm_tdx_register() - make the registers of this TD a provider
 * @name: name of the provider
 * @ops: how to get at them; must stay as they are until tsm_tdx_unregister()
 *	has returned
 *
 * Context: Process context of a TDX guest, may sleep. Calls @ops.
 *
 * Return: the registers, or an ERR_PTR(): -EOPNOTSUPP where the kernel is built
 * without them, -ENOMEM, -EEXIST if there is a provider of that name, or what
 * @ops->read() has returned.
 */
struct tsm_tdx *tsm_tdx_register(const char *name,
				 const struct tsm_tdx_ops *ops)
{
	struct tsm_tdx *tdx __free(kfree) = kzalloc_obj(*tdx);
	int rc;

	if (!tdx)
		return ERR_PTR(-ENOMEM);

	tdx->ops = ops;
	define(tdx, name);
	/* The static registers never change, so they are not read again. */
	rc = read_all(tdx);
	if (rc)
		return ERR_PTR(rc);

	tdx->tm.firmware = tsm_ccel_map(&tdx->tm.firmware_size);
	rc = tsm_register_measurement(&tdx->tm);
	if (rc)
		goto err_unmap;

	rc = get_rtmrs(tdx);
	if (rc)
		goto err_unregister;

	return_ptr(tdx);

err_unregister:
	put_rtmrs(tdx);
	tsm_unregister_measurement(&tdx->tm);
err_unmap:
	tsm_ccel_unmap(tdx->tm.firmware);
	return ERR_PTR(rc);
}
EXPORT_SYMBOL_GPL(tsm_tdx_register);

/**
 * tsm_tdx_unregister() - take the registers away
 * @tdx: what tsm_tdx_register() has returned; freed
 *
 * Context: Process context, may sleep. Waits for running calls of the
 * operations; tsm_tdx_extend() must not be running.
 */
void tsm_tdx_unregister(struct tsm_tdx *tdx)
{
	put_rtmrs(tdx);
	tsm_unregister_measurement(&tdx->tm);
	tsm_ccel_unmap(tdx->tm.firmware);
	kfree(tdx);
}
EXPORT_SYMBOL_GPL(tsm_tdx_unregister);

/**
 * tsm_tdx_extend() - extend an RTMR for somebody who was never promised a record
 * @tdx: the registers
 * @rtmr: which one, 0 to 3
 * @digest: %SHA384_DIGEST_SIZE bytes
 *
 * There is a record, unless the log has no room for it: then the RTMR is
 * extended all the same, see tsm_extend_in_any_case().
 *
 * Context: Process context, may sleep. No signal ends it.
 *
 * Return: 0 if the RTMR was extended, or what &tsm_tdx_ops.extend has returned.
 */
int tsm_tdx_extend(struct tsm_tdx *tdx, unsigned int rtmr, const u8 *digest)
{
	const struct tsm_digest sha384 = { HASH_ALGO_SHA384, digest };

	return tsm_extend_in_any_case(tdx->rtmrs[rtmr], &sha384, 1);
}
EXPORT_SYMBOL_GPL(tsm_tdx_extend);

MODULE_DESCRIPTION("Measurement registers of a TDX guest");
MODULE_LICENSE("GPL");
