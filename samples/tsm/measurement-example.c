// SPDX-License-Identifier: GPL-2.0-only
/*
 * A provider of measurement registers in software.
 *
 * It shows all that a driver can define: registers with one bank and with
 * several, a register that describes the launch, one that changes by itself, and
 * a blob. Nothing protects these registers, so they prove nothing; they are for
 * trying out /sys/kernel/tsm, and for copying from.
 *
 * A driver for real hardware differs in two places: refresh() would ask the
 * hardware for values, and extend() would have the hardware do what
 * extend_bank() does here.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <crypto/sha2.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/tsm-measurement.h>

/* What hardware would keep, laid out as a report that it would sign. */
static struct {
	u8 launch[SHA384_DIGEST_SIZE];
	u8 config[64];
	u8 rtmr0[SHA384_DIGEST_SIZE];
	u8 rtmr1[SHA256_DIGEST_SIZE];
	u8 rtmr2_sha256[SHA256_DIGEST_SIZE];
	u8 rtmr2_sha384[SHA384_DIGEST_SIZE];
	u8 rtmr2_sha512[SHA512_DIGEST_SIZE];
	u8 report[SHA384_DIGEST_SIZE];
} example = {
	.config = "An example of data that has no hash",
};

static const struct tsm_measurement_register example_mrs[] = {
	/* Measured at launch, never changes. */
	{ TSM_MR_(launch, SHA384), .mr_value = example.launch },
	/* A blob: the flag takes the place of a hash. */
	{
		.mr_name = "config",
		.mr_value = example.config,
		.mr_size = sizeof(example.config),
		.mr_flags = TSM_MR_F_READABLE | TSM_MR_F_NOHASH,
	},
	/* One bank each: extended by writing to digest, or by append_event. */
	{
		TSM_MR_(rtmr0, SHA384) | TSM_MR_F_WRITABLE,
		.mr_value = example.rtmr0,
	},
	{
		TSM_MR_(rtmr1, SHA256) | TSM_MR_F_WRITABLE,
		.mr_value = example.rtmr1,
	},
	/* Three elements of one name are three banks of one register. */
	{
		TSM_MR_(rtmr2, SHA256) | TSM_MR_F_WRITABLE,
		.mr_value = example.rtmr2_sha256,
	},
	{
		TSM_MR_(rtmr2, SHA384) | TSM_MR_F_WRITABLE,
		.mr_value = example.rtmr2_sha384,
	},
	{
		TSM_MR_(rtmr2, SHA512) | TSM_MR_F_WRITABLE,
		.mr_value = example.rtmr2_sha512,
	},
	/* Changes whenever another register does, so it is read anew. */
	{
		TSM_MR_(report, SHA384) | TSM_MR_F_LIVE,
		.mr_value = example.report,
	},
};

/* One number for each element above: here RTMR n is CC MR n + 1, as in TDX. */
static const u8 example_index[] = {
	TSM_INDEX_NONE, TSM_INDEX_NONE, 1, 2, 3, 3, 3, TSM_INDEX_NONE,
};

static_assert(ARRAY_SIZE(example_index) == ARRAY_SIZE(example_mrs));

static int refresh(const struct tsm_measurement *tm,
		   const struct tsm_measurement_register *mr)
{
	sha384((const u8 *)&example, offsetof(typeof(example), report),
	       example.report);

	return 0;
}

static void extend_bank(const struct tsm_measurement_register *mr,
			const u8 *digest)
{
	u8 both[2 * SHA512_DIGEST_SIZE];

	memcpy(both, mr->mr_value, mr->mr_size);
	memcpy(both + mr->mr_size, digest, mr->mr_size);

	switch (mr->mr_hash) {
	case HASH_ALGO_SHA256:
		sha256(both, 2 * mr->mr_size, mr->mr_value);
		break;
	case HASH_ALGO_SHA384:
		sha384(both, 2 * mr->mr_size, mr->mr_value);
		break;
	default:
		sha512(both, 2 * mr->mr_size, mr->mr_value);
		break;
	}
}

/* @mr is the first bank of the register; here the others follow it. */
static int extend(const struct tsm_measurement *tm,
		  const struct tsm_measurement_register *mr,
		  const u8 *const digests[], enum tsm_failure *failure)
{
	const u8 *index = &example_index[mr - example_mrs];

	for (size_t i = 0; index[i] == index[0]; i++)
		extend_bank(&mr[i], digests[i]);

	return 0;
}

static const struct tsm_measurement example_tm = {
	.name = "sample",
	.mrs = example_mrs,
	.nr_mrs = ARRAY_SIZE(example_mrs),
	.mr_index = example_index,
	.index_space = TSM_INDEX_CCMR,
	.refresh = refresh,
	.extend = extend,
};

static int __init example_init(void)
{
	static const u8 image[] = "what the hardware measured at launch";

	sha384(image, sizeof(image) - 1, example.launch);

	return tsm_register_measurement(&example_tm);
}
module_init(example_init);

static void __exit example_exit(void)
{
	tsm_unregister_measurement(&example_tm);
}
module_exit(example_exit);

MODULE_DESCRIPTION("Measurement registers in software, as an example");
MODULE_LICENSE("GPL");
