// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measurement registers of an Intel TDX guest.
 *
 * A TDREPORT has all of them at once, and TDG.MR.RTMR.EXTEND extends the four
 * RTMRs. The TDX module never waits: where something else holds what a call
 * needs, the call changes nothing and fails with TDX_OPERAND_BUSY.
 *
 * tests/tdx_test.c includes this file, with calls of the TDX module that fail on
 * demand.
 */

#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tdx-guest.h>

#include <asm/tdx.h>

#include "tdx.h"

/* How often to ask a TDX module that is busy: for more than a second. */
#define BUSY_TRIES	100
#define BUSY_WAIT_MS	10

/*
 * Size of the buffer that TDG.MR.RTMR.EXTEND takes a digest from: the digest has
 * 48 bytes, the alignment must be 64.
 */
#define EXTEND_BUF_SIZE	64

/*
 * Offsets in TDREPORT_STRUCT (Intel TDX Module ABI Reference Specification),
 * whose last part is TDINFO_STRUCT. Each register has 48 bytes.
 */
#define TDINFO		512
#define TDINFO_MR(n)	(TDINFO + 16 + (n) * SHA384_DIGEST_SIZE)

static const struct {
	const char *name;
	unsigned int offset;
	u32 flags;
	u8 index;
} registers[TSM_TDX_NR_MRS] = {
	/* The core calls RTMR n by its place here: see extend(). */
	{ "rtmr0", TDINFO_MR(4), TSM_MR_F_RTMR, 1 },
	{ "rtmr1", TDINFO_MR(5), TSM_MR_F_RTMR, 2 },
	{ "rtmr2", TDINFO_MR(6), TSM_MR_F_RTMR, 3 },
	{ "rtmr3", TDINFO_MR(7), TSM_MR_F_RTMR, 4 },
	{ "mrtd", TDINFO_MR(0), 0, 0 },
	{ "mrconfigid", TDINFO_MR(1), TSM_MR_F_NOHASH, TSM_INDEX_NONE },
	{ "mrowner", TDINFO_MR(2), TSM_MR_F_NOHASH, TSM_INDEX_NONE },
	{ "mrownerconfig", TDINFO_MR(3), TSM_MR_F_NOHASH, TSM_INDEX_NONE },
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

static int get_report(struct tsm_tdx *tdx)
{
	unsigned int tries = 0;
	int rc;

	do {
		rc = tdx_mcall_get_report0(tdx->reportdata, tdx->report);
	} while (try_again(rc, &tries));

	return rc;
}

static int refresh(const struct tsm_measurement *tm,
		   const struct tsm_measurement_register *mr)
{
	return get_report(to_tsm_tdx(tm));
}

static int extend(const struct tsm_measurement *tm,
		  const struct tsm_measurement_register *mr,
		  const u8 *const digests[], enum tsm_failure *failure)
{
	struct tsm_tdx *tdx = to_tsm_tdx(tm);
	unsigned int tries = 0;
	int rc;

	memcpy(tdx->digest, digests[0], SHA384_DIGEST_SIZE);
	do {
		rc = tdx_mcall_extend_rtmr(mr - tdx->mrs, tdx->digest);
	} while (try_again(rc, &tries));

	return rc;
}

static void define_register(struct tsm_tdx *tdx, size_t i)
{
	tdx->mrs[i] = (struct tsm_measurement_register) {
		.mr_name = registers[i].name,
		.mr_value = tdx->report + registers[i].offset,
		.mr_size = SHA384_DIGEST_SIZE,
		.mr_flags = TSM_MR_F_READABLE | registers[i].flags,
		.mr_hash = HASH_ALGO_SHA384,
	};
	tdx->mr_index[i] = registers[i].index;
}

/**
 * tsm_tdx_destroy() - free what tsm_tdx_create() has made
 * @tdx: the registers, which are not registered any more
 *
 * Context: Process context.
 */
void tsm_tdx_destroy(struct tsm_tdx *tdx)
{
	kfree(tdx->digest);
	kfree(tdx->reportdata);
	kfree(tdx->report);
	kfree(tdx);
}

DEFINE_FREE(tsm_tdx, struct tsm_tdx *, if (_T) tsm_tdx_destroy(_T))

/**
 * tsm_tdx_create() - make the registers, ready for tsm_register_measurement()
 * @name: name of the provider
 *
 * The static registers have their values when this returns; they never change.
 *
 * Context: Process context of a TDX guest, may sleep.
 *
 * Return: the registers, or an ERR_PTR(): -ENOMEM, -ENXIO if the TDX module
 * takes an operand for invalid, -EBUSY if it stays busy, -EIO for its other
 * failures.
 */
struct tsm_tdx *tsm_tdx_create(const char *name)
{
	struct tsm_tdx *tdx __free(tsm_tdx) = kzalloc_obj(*tdx);
	int rc;

	if (!tdx)
		return ERR_PTR(-ENOMEM);

	tdx->report = kzalloc(TDX_REPORT_LEN, GFP_KERNEL);
	tdx->reportdata = kzalloc(TDX_REPORTDATA_LEN, GFP_KERNEL);
	tdx->digest = kzalloc(EXTEND_BUF_SIZE, GFP_KERNEL);
	if (!tdx->report || !tdx->reportdata || !tdx->digest)
		return ERR_PTR(-ENOMEM);

	rc = get_report(tdx);
	if (rc)
		return ERR_PTR(rc);

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

	return_ptr(tdx);
}
