// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measurement registers: reading, extending, and keeping the log true.
 *
 * For each bank of an extensible register the core keeps a replay: the value
 * that checkpoints and records give. Comparing it with the hardware tells two
 * things apart that look the same to a driver:
 *
 * - A value that is not the replay, when nobody was extending here: someone
 *   extended past this interface. A "foreign" checkpoint says so in the log,
 *   and the replay goes on from the value found.
 * - An extend that failed: the hardware may have acted or not. If the register
 *   still has the replay's value, nothing happened. If it has the value that
 *   the extend would give, it happened and is logged as any other. Anything
 *   else is foreign.
 *
 * The log's lock (tsm-log.c) is held over all of this.
 */

#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "cel.h"
#include "tsm.h"

/*
 * How often to read a register with several banks anew because it changed
 * between the reading of its banks.
 */
#define REFRESH_TRIES	8

static int refresh_bank(struct tsm_bank *bank)
{
	struct tsm_measurement *tm = bank->reg->provider->tm;

	if (!(bank->mr->mr_flags & TSM_MR_F_LIVE))
		return 0;

	return tm->refresh(tm, bank->mr);
}

/* Bring all banks up to date, and tell whether one had another value. */
static int refresh_banks(struct tsm_register *reg, bool *changed)
{
	*changed = false;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		struct tsm_bank *bank = &reg->banks[i];
		u8 before[TSM_DIGEST_MAX_SIZE];
		int rc;

		memcpy(before, bank->mr->mr_value, bank->size);
		rc = refresh_bank(bank);
		if (rc)
			return rc;
		if (memcmp(before, bank->mr->mr_value, bank->size))
			*changed = true;
	}

	return 0;
}

/*
 * Bring a register up to date, so that the values of its banks belong together.
 *
 * Where the banks are read one by one, an extend by someone else may come
 * between them. So they are read until nothing changes any more.
 */
static int refresh_register(struct tsm_register *reg)
{
	bool changed;
	int rc;

	lockdep_assert_held(&reg->provider->log.lock);

	if (reg->nr_banks == 1 || reg->provider->tm->refresh_all)
		return refresh_bank(&reg->banks[0]);

	for (int try = 0; try < REFRESH_TRIES; try++) {
		rc = refresh_banks(reg, &changed);
		if (rc || !changed)
			return rc;
	}

	return -EAGAIN;
}

static bool bank_is_as_logged(const struct tsm_bank *bank)
{
	return !memcmp(bank->mr->mr_value, bank->replay, bank->size);
}

static bool register_is_as_logged(const struct tsm_register *reg)
{
	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		if (!bank_is_as_logged(&reg->banks[i]))
			return false;
	}

	return true;
}

/* Say in the log that it does not explain the values of the last refresh. */
static int restart(struct tsm_register *reg)
{
	return tsm_checkpoint_restart(reg, reg->provider->hibernating ?
					   TSM_CHECKPOINT_RESUME :
					   TSM_CHECKPOINT_FOREIGN);
}

/*
 * Look at the hardware's value of an extensible register, and if the log does
 * not explain it, make the log say so.
 */
static int sync_register(struct tsm_register *reg)
{
	int rc;

	rc = refresh_register(reg);
	if (!rc && !register_is_as_logged(reg))
		rc = restart(reg);
	if (!rc)
		reg->unsure = false;

	return rc;
}

/*
 * Bring one bank up to date, and compare what was read with the log: the bank
 * alone, or all registers where they are read all at once anyway.
 */
static int sync_bank(struct tsm_bank *bank)
{
	struct tsm_provider *provider = bank->reg->provider;
	bool all = provider->tm->refresh_all &&
		   (bank->mr->mr_flags & TSM_MR_F_LIVE);
	struct tsm_register *reg;
	int rc;

	if (bank->reg->unsure)
		return sync_register(bank->reg);

	rc = refresh_bank(bank);
	if (rc)
		return rc;

	if (!all) {
		if (bank->reg->extensible && !bank_is_as_logged(bank))
			return sync_register(bank->reg);
		return 0;
	}

	list_for_each_entry(reg, &provider->registers, node) {
		if (!reg->extensible || register_is_as_logged(reg))
			continue;
		rc = sync_register(reg);
		if (rc)
			return rc;
	}

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
 * gone, -ENOMEM, -EAGAIN if the register changed again and again while it was
 * read, or what the provider's refresh() returned.
 */
int tsm_mr_read(struct tsm_bank *bank, u8 *value)
{
	struct tsm_provider *provider = bank->reg->provider;
	int rc;

	ACQUIRE(mutex_intr, lock)(&provider->log.lock);
	rc = ACQUIRE_ERR(mutex_intr, &lock);
	if (rc)
		return rc;
	if (!provider->tm)
		return -ENODEV;

	rc = sync_bank(bank);
	if (rc)
		return rc;

	memcpy(value, bank->mr->mr_value, bank->size);

	return 0;
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
	if (!provider->tm)
		return -ENODEV;

	if (mr->mr_flags & TSM_MR_F_LIVE) {
		rc = provider->tm->refresh(provider->tm, mr);
		if (rc)
			return rc;
	}

	return memory_read_from_buffer(buf, count, &off, mr->mr_value,
				       mr->mr_size);
}

/**
 * struct request - an extend that is asked for
 * @reg: the register
 * @digests: one digest per bank, in the order of @reg->banks
 * @record: the record of it; who asks sets the event
 * @head: @record, encoded up to its event data
 * @head_size: bytes of @head
 */
struct request {
	struct tsm_register *reg;
	const u8 *const *digests;
	struct cel_record record;
	const u8 *head;
	size_t head_size;
};

/* Complete the record, which is the next one, with @digests, and encode it. */
static void encode(struct request *request, struct cel_digest *digests,
		   u8 *head)
{
	struct tsm_register *reg = request->reg;
	struct cel_record *record = &request->record;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		digests[i].alg = tsm_hash_tcg_alg(reg->banks[i].algo);
		digests[i].size = reg->banks[i].size;
		digests[i].value = request->digests[i];
	}

	record->recnum = reg->provider->log.next_record;
	record->index_type = reg->provider->index_type;
	record->index = reg->index;
	record->nr_digests = reg->nr_banks;
	record->digests = digests;
	request->head = head;
	request->head_size = cel_encode_head(head, record);
}

/*
 * The extend took effect: let the log and the replay say so. Where mr_value is
 * the register, extend() has just done the same computation, and nobody else
 * can have come between.
 */
static void commit(const struct request *request)
{
	struct tsm_register *reg = request->reg;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		struct tsm_bank *bank = &reg->banks[i];

		if (bank->mr->mr_flags & TSM_MR_F_LIVE)
			tsm_hash_extend(bank->algo, bank->replay,
					request->digests[i]);
		else
			memcpy(bank->replay, bank->mr->mr_value, bank->size);
	}

	tsm_log_commit(&reg->provider->log, request->head, request->head_size,
		       request->record.event, request->record.event_size);
	tsm_log_notify(reg->provider);
}

/* Does the register have the value that the extend gives? */
static bool register_is_extended(const struct request *request)
{
	for (unsigned int i = 0; i < request->reg->nr_banks; i++) {
		const struct tsm_bank *bank = &request->reg->banks[i];
		u8 expected[TSM_DIGEST_MAX_SIZE];

		memcpy(expected, bank->replay, bank->size);
		tsm_hash_extend(bank->algo, expected, request->digests[i]);
		if (memcmp(bank->mr->mr_value, expected, bank->size))
			return false;
	}

	return true;
}

/*
 * The extend has failed and may have acted all the same. If a signal ended it,
 * the caller must not take that for a wait that may simply be tried again.
 */
static int not_restartable(int error)
{
	return error == -EINTR || error == -ERESTARTSYS ? -EIO : error;
}

/*
 * The provider's extend() returned @error. Find out whether the hardware acted
 * all the same, and return what the caller of the extend shall get.
 */
static int resolve_failure(const struct request *request, int error)
{
	struct tsm_register *reg = request->reg;

	/* Until the register was read: the next access to it tries again. */
	reg->unsure = true;
	if (refresh_register(reg))
		return not_restartable(error);

	if (register_is_as_logged(reg)) {
		reg->unsure = false;
		return error;
	}
	if (register_is_extended(request)) {
		reg->unsure = false;
		commit(request);
		return 0;
	}
	if (!restart(reg))
		reg->unsure = false;

	return not_restartable(error);
}

static int extend(struct request *request)
{
	struct tsm_register *reg = request->reg;
	struct tsm_provider *provider = reg->provider;
	/* To fill them with zeroes first would be most of the cost of a record. */
	struct cel_digest digests[TSM_MAX_BANKS] __uninitialized;
	u8 head[CEL_HEAD_MAX_SIZE] __uninitialized;
	struct tsm_measurement *tm;
	int rc;

	ACQUIRE(mutex_intr, lock)(&provider->log.lock);
	rc = ACQUIRE_ERR(mutex_intr, &lock);
	if (rc)
		return rc;

	tm = provider->tm;
	if (!tm)
		return -ENODEV;

	if (reg->unsure || provider->hibernating) {
		rc = sync_register(reg);
		if (rc)
			return rc;
	}

	encode(request, digests, head);
	rc = tsm_log_reserve(&provider->log, request->head_size +
					     request->record.event_size);
	if (rc)
		return rc;

	rc = tm->extend(tm, reg->banks[0].mr, request->digests);
	if (rc)
		return resolve_failure(request, rc);

	commit(request);

	return 0;
}

/**
 * tsm_mr_extend_digests() - extend a register by digests without their event
 * @reg: an extensible register
 * @digests: one digest per bank, in the order of @reg->banks
 *
 * The record has the type EV_COMPACT_HASH and no data.
 *
 * Context: Process context, may sleep. Takes the log's lock.
 *
 * Return: 0 if the register was extended and the record is in the log. On an
 * error there is no record: -EINTR if a signal came while waiting, -ENOSPC if
 * the log is full, -ENOMEM, -ENODEV if the provider is gone, or what the
 * provider's extend() returned.
 */
int tsm_mr_extend_digests(struct tsm_register *reg, const u8 *const digests[])
{
	struct request request = {
		.reg = reg,
		.digests = digests,
		.record.event_type = TSM_EV_COMPACT_HASH,
	};

	return extend(&request);
}

/**
 * tsm_mr_extend_event() - extend a register by the digest of an event
 * @reg: an extensible register
 * @event: the event, recorded as it is
 * @len: its size in bytes, 1 to %TSM_EVENT_MAX_SIZE
 *
 * Each bank is extended by its own hash of @event. The record has the type
 * EV_ACTION and @event as its data.
 *
 * Context: Process context, may sleep. Takes the log's lock.
 *
 * Return: as tsm_mr_extend_digests(), and -EINVAL for an empty event or -E2BIG
 * for one that is too long.
 */
int tsm_mr_extend_event(struct tsm_register *reg, const void *event, size_t len)
{
	u8 values[TSM_MAX_BANKS][TSM_DIGEST_MAX_SIZE] __uninitialized;
	const u8 *digests[TSM_MAX_BANKS];
	struct request request = {
		.reg = reg,
		.digests = digests,
		.record.event_type = TSM_EV_ACTION,
		.record.event = event,
		.record.event_size = len,
	};

	if (!len)
		return -EINVAL;
	if (len > TSM_EVENT_MAX_SIZE)
		return -E2BIG;

	for (unsigned int i = 0; i < reg->nr_banks; i++) {
		tsm_hash(reg->banks[i].algo, event, len, values[i]);
		digests[i] = values[i];
	}

	return extend(&request);
}

/**
 * tsm_mr_find() - find a register by its name
 * @provider: whose register it is
 * @name: the name
 *
 * Context: Any context. The registers of a provider never change, and live as
 * long as the caller's reference to it.
 *
 * Return: the register, or %NULL.
 */
struct tsm_register *tsm_mr_find(struct tsm_provider *provider,
				 const char *name)
{
	struct tsm_register *reg;

	list_for_each_entry(reg, &provider->registers, node) {
		if (!strcmp(reg->name, name))
			return reg;
	}

	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_mr_find);

/* Bring all registers that can be extended up to date. */
static int refresh_extensible(struct tsm_provider *provider)
{
	struct tsm_register *reg;
	int rc;

	list_for_each_entry(reg, &provider->registers, node) {
		if (!reg->extensible)
			continue;
		rc = refresh_register(reg);
		if (rc || provider->tm->refresh_all)
			return rc;
	}

	return 0;
}

/**
 * tsm_mr_open_log() - begin the log with the values that registers have now
 * @provider: whose log; &tsm_provider.tm is set, and nobody uses it yet
 *
 * Context: Process context, may sleep. Takes the log's locks.
 *
 * Return: 0, -ENOMEM, -EAGAIN, or what the provider's refresh() returned.
 */
int tsm_mr_open_log(struct tsm_provider *provider)
{
	struct tsm_log *log = &provider->log;
	struct tsm_register *reg;
	char *opening;
	size_t size;
	int rc;

	guard(mutex)(&log->trim_lock);
	guard(mutex)(&log->lock);

	rc = refresh_extensible(provider);
	if (rc)
		return rc;

	list_for_each_entry(reg, &provider->registers, node) {
		for (unsigned int i = 0; i < reg->nr_banks; i++) {
			struct tsm_bank *bank = &reg->banks[i];

			memcpy(bank->replay, bank->mr->mr_value, bank->size);
			memcpy(bank->next_opening, bank->replay, bank->size);
			memcpy(bank->opening, bank->replay, bank->size);
		}
	}

	opening = tsm_checkpoint_opening(provider, 0, TSM_CHECKPOINT_REGISTER,
					 &size);
	if (!opening)
		return -ENOMEM;

	tsm_log_begin(log, 0, 0, opening, size);

	return 0;
}

/**
 * tsm_mr_hibernate() - the machine is going to hibernate
 * @provider: the provider
 *
 * The image that is about to be written may wake up with registers that have
 * been reset, or that have measured the boot of the kernel which loads it. Until
 * tsm_mr_resume() a register is therefore looked at before each use.
 *
 * Context: Process context, may sleep. Takes the log's lock.
 */
void tsm_mr_hibernate(struct tsm_provider *provider)
{
	guard(mutex)(&provider->log.lock);

	provider->hibernating = true;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_mr_hibernate);

static int resume_register(struct tsm_register *reg)
{
	int rc;

	/* If it cannot be read now: the next access to it tries again. */
	reg->unsure = true;
	rc = refresh_register(reg);
	if (!rc)
		rc = tsm_checkpoint_restart(reg, TSM_CHECKPOINT_RESUME);
	if (!rc)
		reg->unsure = false;

	return rc;
}

/**
 * tsm_mr_resume() - the machine has come back, or did not hibernate after all
 * @provider: the provider
 *
 * Every register that can be extended gets a checkpoint.
 *
 * Context: Process context, may sleep. Takes the log's lock.
 *
 * Return: 0, or the first error of a register that could not be read or
 * recorded: -ENOMEM, -EAGAIN, or what the provider's refresh() returned.
 */
int tsm_mr_resume(struct tsm_provider *provider)
{
	struct tsm_register *reg;
	int first_rc = 0;

	guard(mutex)(&provider->log.lock);

	if (!provider->tm)
		return 0;

	provider->hibernating = false;
	list_for_each_entry(reg, &provider->registers, node) {
		int rc = reg->extensible ? resume_register(reg) : 0;

		first_rc = first_rc ?: rc;
	}

	return first_rc;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_mr_resume);

static void init_bank(struct tsm_bank *bank, struct tsm_register *reg,
		      const struct tsm_measurement_register *mr)
{
	bank->reg = reg;
	bank->mr = mr;
	bank->algo = mr->mr_hash;
	bank->size = mr->mr_size;
	if (!reg->strongest || bank->size > reg->strongest->size)
		reg->strongest = bank;
}

/* Make the register whose first bank is @mr. */
static int create_register(struct tsm_provider *provider,
			   const struct tsm_measurement *tm,
			   const struct tsm_measurement_register *mr)
{
	const struct tsm_measurement_register *end = tm->mrs + tm->nr_mrs;
	const struct tsm_measurement_register *other;
	struct tsm_register *reg;
	unsigned int nr_banks = 0;

	for (other = mr; other < end; other++)
		nr_banks += !strcmp(other->mr_name, mr->mr_name);

	reg = kzalloc_flex(*reg, banks, nr_banks);
	if (!reg)
		return -ENOMEM;

	reg->name = kstrdup(mr->mr_name, GFP_KERNEL);
	if (!reg->name) {
		kfree(reg);
		return -ENOMEM;
	}

	reg->nr_banks = nr_banks;
	reg->provider = provider;
	reg->extensible = mr->mr_flags & TSM_MR_F_WRITABLE;
	reg->index = tsm_mr_index(tm, mr);

	nr_banks = 0;
	for (other = mr; other < end; other++) {
		if (!strcmp(other->mr_name, mr->mr_name))
			init_bank(&reg->banks[nr_banks++], reg, other);
	}

	list_add_tail(&reg->node, &provider->registers);

	return 0;
}

/**
 * tsm_mr_create_all() - make the registers of a provider that have a hash
 * @provider: the provider
 * @tm: its definition, which tsm_check_definition() has accepted
 *
 * Elements of @tm->mrs that share a name become the banks of one register.
 *
 * Context: Process context, may sleep. Nobody else knows @provider yet.
 *
 * Return: 0, or -ENOMEM; tsm_mr_free_all() frees what was made either way.
 */
int tsm_mr_create_all(struct tsm_provider *provider,
		      const struct tsm_measurement *tm)
{
	for (size_t i = 0; i < tm->nr_mrs; i++) {
		const struct tsm_measurement_register *mr = &tm->mrs[i];
		int rc;

		if (mr->mr_flags & TSM_MR_F_NOHASH ||
		    tsm_mr_find(provider, mr->mr_name))
			continue;

		rc = create_register(provider, tm, mr);
		if (rc)
			return rc;
	}

	return 0;
}

/**
 * tsm_mr_free_all() - free the registers of a provider
 * @provider: the provider, which nobody uses any more
 *
 * Context: Process context.
 */
void tsm_mr_free_all(struct tsm_provider *provider)
{
	struct tsm_register *reg, *next;

	list_for_each_entry_safe(reg, next, &provider->registers, node) {
		kfree(reg->name);
		kfree(reg);
	}
}
