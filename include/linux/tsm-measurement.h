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

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/kconfig.h>
#include <linux/tsm-mr.h>
#include <linux/types.h>

struct device;
struct tsm_measurement;
struct tsm_register;

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
 * enum tsm_failure - what a failed extend has done to the register
 * @TSM_FAILURE_UNCLEAR: it is extended, or not, or something else happened to it
 * @TSM_FAILURE_BEFORE: nothing, the hardware was not asked or has refused
 * @TSM_FAILURE_FORGED: as @TSM_FAILURE_UNCLEAR, and somebody stands between us
 *	and the hardware: the answer was not authentic
 */
enum tsm_failure {
	TSM_FAILURE_UNCLEAR,
	TSM_FAILURE_BEFORE,
	TSM_FAILURE_FORGED,
};

/**
 * enum tsm_told_what - what others have done to a register
 * @TSM_TOLD_EXTENDED: they have extended it
 * @TSM_TOLD_UNCLEAR: they may have extended it
 * @TSM_TOLD_RESET: they have reset it
 * @TSM_TOLD_LOST: something that is not known
 */
enum tsm_told_what {
	TSM_TOLD_EXTENDED,
	TSM_TOLD_UNCLEAR,
	TSM_TOLD_RESET,
	TSM_TOLD_LOST,
};

/**
 * struct tsm_told - something that others have done to a register
 * @mr: the first bank of the register
 * @what: what they have done
 * @digests: for an extend, the digest for each bank, in the order of the banks in
 *	&tsm_measurement.mrs; %NULL for a bank that is not extended. If all are
 *	%NULL, each bank is extended by its hash of @event.
 * @event: what the digests are of, %NULL if that is not known
 * @event_size: bytes of @event
 * @content: what they say they have measured, as one content TLV of the log; %NULL if
 *	they say nothing
 * @content_size: bytes of @content
 * @fill: for a reset, the byte that all banks consist of now
 */
struct tsm_told {
	const struct tsm_measurement_register *mr;
	enum tsm_told_what what;
	const u8 *digests[TSM_MAX_BANKS];
	const void *event;
	size_t event_size;
	const void *content;
	size_t content_size;
	u8 fill;
};

/**
 * struct tsm_measurement - a provider of measurement registers
 * @name: directory under /sys/kernel/tsm, unique among the providers
 * @parent: device that the registers belong to; optional
 * @mrs: the registers. Elements of the same name are the banks of one register
 *	and must agree in flags; they need not be neighbours.
 * @nr_mrs: number of elements of @mrs
 * @mr_index: for each element of @mrs its number, in the numbering that
 *	@index_space tells, or %TSM_INDEX_NONE. Extensible registers need one,
 *	which the log calls them by. May be %NULL where no register has one.
 * @index_space: the numbering of @mr_index
 * @firmware: where the firmware has left its own log of the registers, or %NULL.
 *	Users see it if it is in the TCG's crypto-agile format.
 * @firmware_size: bytes that may be read there; the log may end before
 * @refresh_all: one call of @refresh brings all live registers up to date;
 *	otherwise it has to bring all banks of a register up to date, as they are
 *	at one moment
 * @slow: the operations may wait for hardware for longer than a writer wants to
 *	wait for a registration, and for a signal may give up half way. They are
 *	then called from a work item, which no signal reaches.
 * @refresh: bring &tsm_measurement_register.mr_value of at least all banks of
 *	@mr's register up to date from the hardware. Required where a register
 *	has %TSM_MR_F_LIVE. After an error the values may be anything.
 * @confirm: as @refresh, from an answer that is as authentic as one to @extend
 *	is; to be set where one of @refresh is less than that
 * @extend: extend the register whose first bank is @mr; @digests has one digest
 *	per bank, in the order of the banks in @mrs and each as long as the
 *	bank's &tsm_measurement_register.mr_size. Required where a register has
 *	%TSM_MR_F_WRITABLE. Where it fails, @failure may be set; it is
 *	%TSM_FAILURE_UNCLEAR until then.
 * @take: for who is told of everything that others do to registers: give out the
 *	next of that, in the order in which it was done. Of what has been done so
 *	far, if @all is set; otherwise up to where the last @refresh, @confirm or
 *	@extend got its answer. Returns %false if that was all; what @told points to
 *	must stay as it is until the next call. Must not wait for the hardware.
 *	With this the log has all live registers that have a number, not only the
 *	extensible ones.
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
 * The core calls the operations of one provider one at a time, in process
 * context, with a mutex held, and never after tsm_unregister_measurement() has
 * returned. They may sleep, and return 0 or a negative errno. Unless @slow is
 * set they must not give up for a signal. After a failed @extend the core looks
 * at the register itself to learn whether the extend took effect.
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
	const void *firmware;
	size_t firmware_size;
	bool refresh_all;
	bool slow;
	int (*refresh)(const struct tsm_measurement *tm,
		       const struct tsm_measurement_register *mr);
	int (*confirm)(const struct tsm_measurement *tm,
		       const struct tsm_measurement_register *mr);
	int (*extend)(const struct tsm_measurement *tm,
		      const struct tsm_measurement_register *mr,
		      const u8 *const digests[], enum tsm_failure *failure);
	bool (*take)(const struct tsm_measurement *tm, bool all,
		     struct tsm_told *told);
};

int __must_check tsm_register_measurement(const struct tsm_measurement *tm);
void tsm_unregister_measurement(const struct tsm_measurement *tm);
void tsm_take_told(const struct tsm_measurement *tm);

/**
 * struct tsm_digest - a digest for one bank of a register
 * @algo: the bank
 * @value: the digest, hash_digest_size[@algo] bytes
 */
struct tsm_digest {
	enum hash_algo algo;
	const u8 *value;
};

#if IS_ENABLED(CONFIG_TSM_MEASUREMENT_CORE)

struct tsm_register *tsm_measurement_get(const char *name, const char *mr_name);
struct tsm_register *tsm_measurement_get_ccmr(const char *name, u8 index);
void tsm_measurement_put(struct tsm_register *reg);
int tsm_measurement_banks(const struct tsm_register *reg,
			  enum hash_algo algos[TSM_MAX_BANKS]);
const char *tsm_measurement_provider_name(const struct tsm_register *reg);
const char *tsm_measurement_name(const struct tsm_register *reg);
int __must_check tsm_measurement_read(const struct tsm_register *reg, u8 index,
				      enum hash_algo algo, u8 *value);
int __must_check tsm_extend_event(struct tsm_register *reg, const void *event,
				  size_t len);
int __must_check tsm_extend_digests(struct tsm_register *reg,
				    const struct tsm_digest *digests,
				    size_t nr_digests);
int __must_check tsm_extend_record(struct tsm_register *reg,
				   const void *content, size_t len,
				   const struct tsm_digest *digests,
				   size_t nr_digests);
int __must_check tsm_extend_in_any_case(struct tsm_register *reg,
					const struct tsm_digest *digests,
					size_t nr_digests);

#else

static inline struct tsm_register *tsm_measurement_get(const char *name,
						       const char *mr_name)
{
	return ERR_PTR(-ENODEV);
}

static inline struct tsm_register *tsm_measurement_get_ccmr(const char *name,
							    u8 index)
{
	return ERR_PTR(-ENODEV);
}

static inline void tsm_measurement_put(struct tsm_register *reg)
{
}

static inline int tsm_measurement_banks(const struct tsm_register *reg,
					enum hash_algo algos[TSM_MAX_BANKS])
{
	return -ENODEV;
}

static inline const char *
tsm_measurement_provider_name(const struct tsm_register *reg)
{
	return NULL;
}

static inline const char *tsm_measurement_name(const struct tsm_register *reg)
{
	return NULL;
}

static inline int tsm_measurement_read(const struct tsm_register *reg, u8 index,
				       enum hash_algo algo, u8 *value)
{
	return -ENODEV;
}

static inline int tsm_extend_event(struct tsm_register *reg, const void *event,
				   size_t len)
{
	return -ENODEV;
}

static inline int tsm_extend_digests(struct tsm_register *reg,
				     const struct tsm_digest *digests,
				     size_t nr_digests)
{
	return -ENODEV;
}

static inline int tsm_extend_record(struct tsm_register *reg,
				    const void *content, size_t len,
				    const struct tsm_digest *digests,
				    size_t nr_digests)
{
	return -ENODEV;
}

static inline int tsm_extend_in_any_case(struct tsm_register *reg,
					 const struct tsm_digest *digests,
					 size_t nr_digests)
{
	return -ENODEV;
}

#endif /* IS_ENABLED(CONFIG_TSM_MEASUREMENT_CORE) */

DEFINE_FREE(tsm_measurement_put, struct tsm_register *, tsm_measurement_put(_T))

#endif /* __TSM_MEASUREMENT_H */
