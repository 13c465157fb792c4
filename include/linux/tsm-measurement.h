/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measurement registers of a trusted security module (TSM), with an event log.
 *
 * Drivers register a provider of measurement registers here; it then shows up
 * under /sys/kernel/tsm/ and every extend made through it is logged. Other
 * parts of the kernel extend registers by the functions at the end.
 *
 * See Documentation/driver-api/coco/tsm-measurement.rst.
 */
#ifndef __TSM_MEASUREMENT_H
#define __TSM_MEASUREMENT_H

#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/tsm-mr.h>
#include <linux/types.h>

struct device;
struct tsm_measurement;
struct tsm_provider;

/**
 * enum tsm_index_space - how registers are numbered in the event log
 * @TSM_INDEX_PCR: as TPM PCRs, 0 to 31 (TCG PC Client Platform TPM Profile)
 * @TSM_INDEX_CCMR: as confidential-computing measurement registers (UEFI,
 *	"Confidential Computing": 0 is TDX MRTD, n + 1 is TDX RTMR n)
 */
enum tsm_index_space {
	TSM_INDEX_PCR,
	TSM_INDEX_CCMR,
};

/* In &tsm_measurement.mr_index: the register has no number. */
#define TSM_INDEX_NONE	0xff

/* A register has at most one bank for each hash that the log can name. */
#define TSM_MAX_BANKS	5

/**
 * struct tsm_measurement - a provider of measurement registers
 * @name: directory under /sys/kernel/tsm, unique among the providers
 * @parent: device that the registers belong to, linked as "device"; optional
 * @mrs: the registers. Elements of the same name are the banks of one register
 *	and must agree in flags; they need not be neighbours.
 * @nr_mrs: number of elements of @mrs
 * @mr_index: for each element of @mrs its number, in the numbering that
 *	@index_space tells, or %TSM_INDEX_NONE. Extensible registers need one,
 *	which the log calls them by. May be %NULL where no register has one.
 * @index_space: the numbering of @mr_index
 * @refresh_all: one call of @refresh brings all registers up to date
 * @refresh: bring &tsm_measurement_register.mr_value of at least @mr up to date
 *	from the hardware. Required where a register has %TSM_MR_F_LIVE.
 * @extend: extend the register whose first bank is @mr; @digests has one digest
 *	per bank, in the order of the banks in @mrs and each as long as the
 *	bank's &tsm_measurement_register.mr_size. Required where a register has
 *	%TSM_MR_F_WRITABLE.
 * @provider: private to the core while registered
 *
 * The meaning of the flags in &struct tsm_measurement_register here:
 *
 * * %TSM_MR_F_READABLE - required on every register.
 * * %TSM_MR_F_WRITABLE - the register is extensible. Its hash must be one that
 *   the log can name: SHA-1, SHA-256, SHA-384, SHA-512 or SM3-256.
 * * %TSM_MR_F_LIVE - the hardware holds the value, which someone else may
 *   change: @refresh is called before each look at it. Without it @mr_value
 *   itself is the register, and @extend updates it.
 * * %TSM_MR_F_NOHASH - the register is a blob: its file has the raw bytes.
 *
 * The core calls @refresh and @extend of one provider one at a time, in process
 * context, with a mutex held, and never after tsm_unregister_measurement() has
 * returned. They may sleep, and should end early when a signal is pending. Both
 * return 0 or a negative errno. After a failed @extend the core looks at the
 * register itself to learn whether the extend took effect.
 *
 * All pointers must stay valid until tsm_unregister_measurement() returns.
 */
struct tsm_measurement {
	const char *name;
	struct device *parent;
	const struct tsm_measurement_register *mrs;
	size_t nr_mrs;
	const u8 *mr_index;
	enum tsm_index_space index_space;
	bool refresh_all;
	int (*refresh)(struct tsm_measurement *tm,
		       const struct tsm_measurement_register *mr);
	int (*extend)(struct tsm_measurement *tm,
		      const struct tsm_measurement_register *mr,
		      const u8 *const digests[]);

	struct tsm_provider *provider;
};

int __must_check tsm_register_measurement(struct tsm_measurement *tm);
void tsm_unregister_measurement(struct tsm_measurement *tm);

/**
 * struct tsm_digest - a digest for one bank of a register
 * @algo: the bank
 * @value: the digest, hash_digest_size[@algo] bytes
 */
struct tsm_digest {
	enum hash_algo algo;
	const u8 *value;
};

#if IS_REACHABLE(CONFIG_TSM_MEASUREMENT_CORE)

struct tsm_provider *tsm_measurement_get(const char *name);
void tsm_measurement_put(struct tsm_provider *provider);
int __must_check tsm_measurement_banks(struct tsm_provider *provider,
				       const char *mr_name,
				       enum hash_algo algos[TSM_MAX_BANKS]);
int __must_check tsm_extend_event(struct tsm_provider *provider,
				  const char *mr_name, const void *event,
				  size_t len);
int __must_check tsm_extend_digests(struct tsm_provider *provider,
				    const char *mr_name,
				    const struct tsm_digest *digests,
				    size_t nr_digests);

#else

static inline struct tsm_provider *tsm_measurement_get(const char *name)
{
	return NULL;
}

static inline void tsm_measurement_put(struct tsm_provider *provider)
{
}

static inline int tsm_measurement_banks(struct tsm_provider *provider,
					const char *mr_name,
					enum hash_algo algos[TSM_MAX_BANKS])
{
	return -ENODEV;
}

static inline int tsm_extend_event(struct tsm_provider *provider,
				   const char *mr_name, const void *event,
				   size_t len)
{
	return -ENODEV;
}

static inline int tsm_extend_digests(struct tsm_provider *provider,
				     const char *mr_name,
				     const struct tsm_digest *digests,
				     size_t nr_digests)
{
	return -ENODEV;
}

#endif /* IS_REACHABLE(CONFIG_TSM_MEASUREMENT_CORE) */

#endif /* __TSM_MEASUREMENT_H */
