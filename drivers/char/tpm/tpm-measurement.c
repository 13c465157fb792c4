// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCRs of TPM 2.0 chips as measurement registers, in /sys/kernel/tsm/tpmN.
 *
 * Anybody who may talk to the chip can extend PCRs as well, so values are always
 * read from the chip. The log has these extends too, of all PCRs (tpm-watch.c).
 *
 * A PCR should have one log, and most of them have one: firmware measures into 0
 * to 7, and there is an owner of each of 8 to 15: GRUB (8 and 9), IMA (10), systemd
 * (11, 12, 13 and 15), shim (14). 17 to 22 are for a dynamic launch and refuse the
 * kernel's locality. So what can be extended here by default is 16 and 23, which are
 * for debugging and for applications. The administrator may choose others.
 *
 * An extend changes all of a chip's banks, so it needs a digest for each. The log
 * names banks by hash; one whose hash it cannot name is not shown. It is extended all
 * the same, by the digest that comes first in the record, padded with zeros or cut to
 * the size of the bank's digests: so who has the log can compute such a bank as well.
 * Where there is a SHA-1 bank, which is first then, that is what IMA does.
 */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/tpm.h>
#include <linux/tsm-measurement.h>
#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "tpm.h"
#include "tpm-measurement.h"
#include "tpm-watch.h"

static unsigned long extensible = BIT(16) | BIT(23);

static int set_pcrs(const char *val, const struct kernel_param *kp)
{
	unsigned long pcrs;
	int rc;

	rc = bitmap_parselist(val, &pcrs, TPM2_PLATFORM_PCR);
	if (!rc)
		extensible = pcrs;

	return rc;
}

static int get_pcrs(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%*pbl\n", TPM2_PLATFORM_PCR, &extensible);
}

static const struct kernel_param_ops pcrs_ops = {
	.set = set_pcrs,
	.get = get_pcrs,
};

module_param_cb(measurement_pcrs, &pcrs_ops, NULL, 0644);
MODULE_PARM_DESC(measurement_pcrs,
		 "PCRs that can be extended in /sys/kernel/tsm/tpmN of chips that come later, as a list (default: 16,23)");

static struct tpm_measurement *to_measurement(const struct tsm_measurement *tm)
{
	return container_of(tm, struct tpm_measurement, tm);
}

/* The banks of @mr's PCR are neighbours: the first of them, and how many. */
static size_t find_banks(const struct tpm_measurement *m,
			 const struct tsm_measurement_register *mr,
			 size_t *first)
{
	size_t i = mr - m->mrs;
	u8 pcr = m->mr_index[i];
	size_t end;

	while (i > 0 && m->mr_index[i - 1] == pcr)
		i--;
	for (end = i; end < m->tm.nr_mrs && m->mr_index[end] == pcr; end++)
		;
	*first = i;

	return end - i;
}

/*
 * The TPM core returns errnos for what happened on the way to the chip, and
 * positive TPM_RC codes for what the chip answered. What we ask for is valid, so
 * -EINVAL is a failure of the chip too: tpm_svsm returns it for a command that the
 * SVSM refuses.
 */
static int to_errno(int rc)
{
	switch (rc) {
	case TPM2_RC_LOCALITY:
		return -EACCES;
	case -ETIME:
		return -ETIMEDOUT;
	case -EINVAL:
	case -EFAULT:
		return -EIO;
	default:
		return rc > 0 ? -EIO : rc;
	}
}

typedef int (*read_banks_fn)(struct tpm_chip *chip, u32 pcr,
			     const struct tpm_pcr_value *values,
			     unsigned int nr_values);

static int read_pcr(const struct tsm_measurement *tm,
		    const struct tsm_measurement_register *mr,
		    read_banks_fn read_banks)
{
	struct tpm_measurement *m = to_measurement(tm);
	struct tpm_pcr_value values[TSM_MAX_BANKS];
	size_t first, n;
	int rc;

	n = find_banks(m, mr, &first);
	for (size_t i = 0; i < n; i++) {
		values[i] = (struct tpm_pcr_value) {
			.alg_id = m->digests[m->banks[first + i]].alg_id,
			.size = m->mrs[first + i].mr_size,
			.value = m->mrs[first + i].mr_value,
		};
	}

	rc = tpm_try_get_ops(m->chip);
	if (rc)
		return to_errno(rc);
	rc = read_banks(m->chip, m->mr_index[first], values, n);
	tpm_watch_mark(m->watch);
	tpm_put_ops(m->chip);

	return to_errno(rc);
}

static int refresh(const struct tsm_measurement *tm,
		   const struct tsm_measurement_register *mr)
{
	return read_pcr(tm, mr, tpm2_pcr_read_banks);
}

static int confirm(const struct tsm_measurement *tm,
		   const struct tsm_measurement_register *mr)
{
	return read_pcr(tm, mr, tpm2_pcr_read_authentic);
}

/* A digest for each bank that the chip has, whether or not it is shown. */
static void fill_digests(struct tpm_measurement *m,
			 const struct tsm_measurement_register *mr,
			 const u8 *const digests[])
{
	size_t first, n;

	for (u32 i = 0; i < m->chip->nr_allocated_banks; i++) {
		u8 *digest = m->digests[i].digest;

		memset(digest, 0, TPM2_MAX_DIGEST_SIZE);
		memcpy(digest, digests[0], mr->mr_size);
	}

	n = find_banks(m, mr, &first);
	for (size_t i = 0; i < n; i++)
		memcpy(m->digests[m->banks[first + i]].digest, digests[i],
		       m->mrs[first + i].mr_size);
}

/* Tests have no sessions with a TPM. */
VISIBLE_IF_KUNIT int tpm_measurement_transmit(struct tpm_chip *chip, u32 pcr,
					      struct tpm_digest *digests,
					      bool *sent)
{
	KUNIT_STATIC_STUB_REDIRECT(tpm_measurement_transmit, chip, pcr, digests,
				   sent);

	return tpm2_pcr_extend(chip, pcr, digests, sent);
}
EXPORT_SYMBOL_IF_KUNIT(tpm_measurement_transmit);

static int extend(const struct tsm_measurement *tm,
		  const struct tsm_measurement_register *mr,
		  const u8 *const digests[], enum tsm_failure *failure)
{
	struct tpm_measurement *m = to_measurement(tm);
	bool sent = false;
	int rc;

	fill_digests(m, mr, digests);
	rc = tpm_try_get_ops(m->chip);
	if (!rc) {
		tpm_watch_own(m->watch, true);
		rc = tpm_measurement_transmit(m->chip,
					      m->mr_index[mr - m->mrs],
					      m->digests, &sent);
		tpm_watch_own(m->watch, false);
		tpm_watch_mark(m->watch);
		tpm_put_ops(m->chip);
	}

	/*
	 * A TPM that refuses a command did nothing of it, unless it broke in the
	 * middle. Where answers have an HMAC, refusals have none, so there it could
	 * have been somebody else: that is worth a look.
	 */
	if (!sent)
		*failure = TSM_FAILURE_BEFORE;
	else if (rc == -EBADMSG)
		*failure = TSM_FAILURE_FORGED;
	else if (rc > 0 && rc != TPM2_RC_FAILURE && !tm->confirm)
		*failure = TSM_FAILURE_BEFORE;

	return to_errno(rc);
}

/* Say to the core what happened, if that is of a bank that it knows. */
static bool tell(struct tpm_measurement *m, const struct tpm_watch_event *event,
		 struct tsm_told *told)
{
	static const enum tsm_told_what whats[] = {
		[TPM_WATCH_EXTENDED] = TSM_TOLD_EXTENDED,
		[TPM_WATCH_UNCLEAR] = TSM_TOLD_UNCLEAR,
		[TPM_WATCH_RESET] = TSM_TOLD_RESET,
		[TPM_WATCH_LOST] = TSM_TOLD_LOST,
	};
	bool found = !event->nr_digests;
	size_t first, n;

	for (first = 0; first < m->tm.nr_mrs; first++) {
		if (m->mr_index[first] == event->pcr)
			break;
	}
	if (first == m->tm.nr_mrs)
		return false;

	*told = (struct tsm_told) {
		.mr = &m->mrs[first],
		.what = whats[event->what],
		.event = event->has_event ? event->data : NULL,
		.event_size = event->has_event ? event->size : 0,
		.content = event->has_content ? event->data : NULL,
		.content_size = event->has_content ? event->size : 0,
		.fill = event->fill,
	};
	n = find_banks(m, told->mr, &first);
	for (size_t i = 0; i < n; i++) {
		u16 alg_id = m->digests[m->banks[first + i]].alg_id;

		for (unsigned int j = 0; j < event->nr_digests; j++) {
			if (event->digests[j].alg_id != alg_id)
				continue;
			told->digests[i] = event->digests[j].digest;
			found = true;
		}
	}

	return found;
}

static bool take(const struct tsm_measurement *tm, bool all,
		 struct tsm_told *told)
{
	struct tpm_measurement *m = to_measurement(tm);

	if (all)
		tpm_watch_mark(m->watch);
	do {
		tpm_watch_put(m->watch, m->taken);
		m->taken = tpm_watch_take(m->watch);
	} while (m->taken && !tell(m, m->taken, told));

	return m->taken;
}

static void take_told(struct work_struct *work)
{
	struct tpm_measurement *m = container_of(to_delayed_work(work),
						 struct tpm_measurement,
						 take_told);

	tsm_take_told(&m->tm);
}

/*
 * The TPM core has a copy of what firmware has logged, up to when it handed over.
 * Where it has not shown it to anybody it may have failed half way.
 */
static void define_firmware(struct tpm_measurement *m)
{
	const struct tpm_bios_log *log = &m->chip->log;

	if (IS_ERR_OR_NULL(m->chip->bios_dir))
		return;

	m->tm.firmware = log->bios_event_log;
	m->tm.firmware_size = log->bios_event_log_end - log->bios_event_log;
}

static void define_pcr(struct tpm_measurement *m, unsigned int pcr,
		       const u32 pcrs[TPM2_MAX_PCR_BANKS], bool writable)
{
	snprintf(m->names[pcr], TPM_PCR_NAME_SIZE, "pcr%u", pcr);
	for (u32 i = 0; i < m->chip->nr_allocated_banks; i++) {
		const struct tpm_bank_info *bank = &m->chip->allocated_banks[i];
		size_t n = m->tm.nr_mrs;

		/* More than there are hashes: an impossible chip. */
		if (bank->crypto_id == HASH_ALGO__LAST ||
		    !(pcrs[i] & BIT(pcr)) || n == TPM_MAX_PCR_VALUES)
			continue;

		m->mrs[n] = (struct tsm_measurement_register) {
			.mr_name = m->names[pcr],
			.mr_value = m->values[n],
			.mr_size = bank->digest_size,
			.mr_hash = bank->crypto_id,
			.mr_flags = TSM_MR_F_READABLE | TSM_MR_F_LIVE |
				    (writable ? TSM_MR_F_WRITABLE : 0),
		};
		m->mr_index[n] = pcr;
		m->banks[n] = i;
		m->tm.nr_mrs++;
	}
}

/**
 * tpm_measurement_create() - make the provider of a chip's PCRs
 * @chip: a TPM 2.0 that works
 * @pcrs: for each of its banks a bitmap of the PCRs that it has
 * @writable: a bitmap of the PCRs that can be extended
 *
 * Context: Process context, may sleep.
 *
 * Return: the provider, to be freed by kfree(), whose &tpm_measurement.tm can be
 * registered, or %NULL if there is no memory.
 */
VISIBLE_IF_KUNIT struct tpm_measurement *
tpm_measurement_create(struct tpm_chip *chip,
		       const u32 pcrs[TPM2_MAX_PCR_BANKS],
		       unsigned long writable)
{
	struct tpm_measurement *m = kzalloc_obj(*m);

	if (!m)
		return NULL;

	m->chip = chip;
	m->tm = (struct tsm_measurement) {
		.name = dev_name(&chip->dev),
		.parent = &chip->dev,
		.mrs = m->mrs,
		.mr_index = m->mr_index,
		.index_space = TSM_INDEX_PCR,
		.slow = true,
		.refresh = refresh,
		.confirm = tpm2_pcr_integrity() ? confirm : NULL,
		.extend = extend,
	};
	define_firmware(m);
	INIT_DELAYED_WORK(&m->take_told, take_told);
	for (u32 i = 0; i < chip->nr_allocated_banks; i++)
		m->digests[i].alg_id = chip->allocated_banks[i].alg_id;
	for (unsigned int pcr = 0; pcr < TPM2_PLATFORM_PCR; pcr++)
		define_pcr(m, pcr, pcrs, test_bit(pcr, &writable));

	return m;
}
EXPORT_SYMBOL_IF_KUNIT(tpm_measurement_create);

static int get_selection(struct tpm_chip *chip, u32 pcrs[TPM2_MAX_PCR_BANKS])
{
	int rc = tpm_try_get_ops(chip);

	if (rc)
		return rc;
	rc = tpm2_get_pcr_selection(chip, pcrs);
	tpm_put_ops(chip);

	return to_errno(rc);
}

static unsigned long get_extensible(void)
{
	unsigned long pcrs;

	kernel_param_lock(THIS_MODULE);
	pcrs = extensible;
	kernel_param_unlock(THIS_MODULE);

	return pcrs;
}

/**
 * tpm_measurement_watch() - be told of what others do to PCRs from now on
 * @m: a provider that is not registered yet
 *
 * Where the chip cannot be watched, what others do is foreign to the log.
 *
 * Context: Process context, may sleep.
 *
 * Return: 0, or -ENOMEM.
 */
VISIBLE_IF_KUNIT int tpm_measurement_watch(struct tpm_measurement *m)
{
	struct tpm_watch *watch = tpm_watch_create(m->chip, &m->take_told);

	if (!watch)
		return -ENOMEM;

	if (tpm_chip_watch(m->chip, watch)) {
		tpm_watch_destroy(watch);
		return 0;
	}

	m->watch = watch;
	m->tm.take = take;

	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(tpm_measurement_watch);

/**
 * tpm_measurement_unwatch() - end what tpm_measurement_watch() began
 * @m: the provider, which is not registered any more
 *
 * Context: Process context, may sleep.
 */
VISIBLE_IF_KUNIT void tpm_measurement_unwatch(struct tpm_measurement *m)
{
	if (!m->watch)
		return;

	tpm_chip_watch(m->chip, NULL);
	cancel_delayed_work_sync(&m->take_told);
	tpm_watch_put(m->watch, m->taken);
	tpm_watch_destroy(m->watch);
}
EXPORT_SYMBOL_IF_KUNIT(tpm_measurement_unwatch);

/* The watch begins first: what happens then is taken when there are registers. */
static int watch_and_register(struct tpm_measurement *m)
{
	int rc;

	rc = tpm_measurement_watch(m);
	if (rc)
		return rc;

	rc = tsm_register_measurement(&m->tm);
	if (rc)
		tpm_measurement_unwatch(m);

	return rc;
}

/**
 * tpm_measurement_add() - show a chip's PCRs in /sys/kernel/tsm
 * @chip: the chip, which works and has its device
 *
 * A chip whose PCRs cannot be shown is still a TPM: this says why, and leaves it
 * alone. TPM 1.2 chips and chips that wait for new firmware have no PCRs for us.
 *
 * Context: Process context, may sleep.
 *
 * Return: what tpm_measurement_remove() takes before the chip goes, which may be
 * %NULL.
 */
struct tpm_measurement *tpm_measurement_add(struct tpm_chip *chip)
{
	struct tpm_measurement *m __free(kfree) = NULL;
	u32 pcrs[TPM2_MAX_PCR_BANKS];
	int rc;

	if (!(chip->flags & TPM_CHIP_FLAG_TPM2) || tpm_is_firmware_upgrade(chip))
		return NULL;

	rc = get_selection(chip, pcrs);
	if (!rc) {
		m = tpm_measurement_create(chip, pcrs, get_extensible());
		rc = m ? watch_and_register(m) : -ENOMEM;
	}
	if (rc) {
		dev_err(&chip->dev, "PCRs are not in /sys/kernel/tsm: %d\n", rc);
		return NULL;
	}

	return no_free_ptr(m);
}

/**
 * tpm_measurement_remove() - remove a chip's PCRs from /sys/kernel/tsm
 * @measurement: what tpm_measurement_add() returned; the chip still works, or its
 *	commands fail
 *
 * Context: Process context, waits for a command that the chip is at.
 */
void tpm_measurement_remove(struct tpm_measurement *measurement)
{
	if (!measurement)
		return;

	tsm_unregister_measurement(&measurement->tm);
	tpm_measurement_unwatch(measurement);
	kfree(measurement);
}
