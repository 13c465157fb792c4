// SPDX-License-Identifier: GPL-2.0-only
/*
 * What others do to the PCRs of a TPM 2.0.
 *
 * Who keeps a log of what PCRs are extended by has to know of each extend, whoever
 * makes it: user space by /dev/tpm0 and /dev/tpmrm0, IMA, trusted keys. All of their
 * commands pass tpm_transmit(), one at a time with the chip's mutex held. There a
 * watcher is told of
 *
 *	TPM2_PCR_Extend			the command has the digests
 *	TPM2_PCR_Event			the command has what is hashed, unless a session
 *					encrypts it; the response has the digests
 *	TPM2_EventSequenceComplete	the response has the digests
 *	TPM2_PCR_Reset, TPM2_Startup	reset PCRs
 *
 * Most commands are none of these and cost a look at their code. The others are
 * copied before they are sent, because the response overwrites them, and judged by
 * the response code; but for those where the kernel checks the answer's HMAC, which
 * are judged after that (tpm_watch_defer()). If there was no answer, it is unclear
 * what happened, and the digests are kept for who can find out.
 *
 * Nobody's command waits for the watcher or fails because of it. What happened is
 * queued, and who watches takes it when he likes. The queue is bounded, and its
 * memory is not waited for; if there is none, the PCR is marked as one of which
 * something was lost.
 *
 * Who watches asks the chip for values as well, and wants to know what happened
 * before that and what after it. So the queue has a mark, which is set with the
 * chip's mutex held, after the command.
 */

#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "tpm.h"
#include "tpm-parse.h"
#include "tpm-watch.h"

#define ALL_PCRS	GENMASK(TPM2_PLATFORM_PCR - 1, 0)

/* PCRs of a dynamic launch, which begin with ones in all bits. */
#define DYNAMIC_PCRS	GENMASK(22, 17)

/**
 * enum outcome - what is known of a command
 * @DONE: the TPM says that it did it
 * @UNCLEAR: nobody knows
 * @REFUSED: the TPM says that it did nothing
 */
enum outcome {
	DONE,
	UNCLEAR,
	REFUSED,
};

/**
 * struct command - a command that may change a PCR
 * @cc: its code
 * @pcr: the PCR, if it has one
 * @params: the parameters
 * @encrypted: the first of them is encrypted
 */
struct command {
	u32 cc;
	u32 pcr;
	struct tpm_fields params;
	bool encrypted;
};

/* What a TPML_DIGEST_VALUES says. */
struct digest_list {
	struct tpm_digest digests[TPM2_MAX_PCR_BANKS];
	unsigned int nr;
};

VISIBLE_IF_KUNIT void *tpm_watch_alloc(size_t size)
{
	KUNIT_STATIC_STUB_REDIRECT(tpm_watch_alloc, size);

	return kzalloc(size, GFP_NOWAIT | __GFP_NOWARN);
}
EXPORT_SYMBOL_IF_KUNIT(tpm_watch_alloc);

/*
 * Who takes events one by one gets between the commands of those who send many. Nobody
 * waits for him: who looks at registers or the log takes what there is.
 */
static void kick(struct tpm_watch *watch)
{
	bool is_much;

	if (!watch->work)
		return;

	scoped_guard(spinlock, &watch->lock)
		is_much = watch->queued > TPM_WATCH_MAX_QUEUED / 2;
	if (is_much)
		mod_delayed_work(system_dfl_wq, watch->work, 0);
	else
		queue_delayed_work(system_dfl_wq, watch->work,
				   TPM_WATCH_DELAY);
}

/* Something happened to these PCRs, and what it was is not kept. */
static void lose(struct tpm_watch *watch, u32 pcrs)
{
	scoped_guard(spinlock, &watch->lock)
		watch->lost_after |= pcrs & ALL_PCRS;
	kick(watch);
}

static bool has_room(const struct tpm_watch *watch, size_t size)
{
	return watch->queued + struct_size_t(struct tpm_watch_event, data, size) <=
	       TPM_WATCH_MAX_QUEUED;
}

/* Who has lost something of a PCR cannot use what comes then. */
static bool queue_event(struct tpm_watch *watch, struct tpm_watch_event *event)
{
	guard(spinlock)(&watch->lock);

	if (watch->lost_after & BIT(event->pcr))
		return false;

	/* That it happened is worth more than what it was about. */
	if (event->has_content && !has_room(watch, event->size)) {
		event->has_content = false;
		event->size = 0;
	}
	if (!has_room(watch, event->size))
		return false;

	list_add_tail(&event->node, &watch->after);
	watch->queued += struct_size(event, data, event->size);

	return true;
}

static struct tpm_watch_event *
alloc_event(enum tpm_watch_what what, u32 pcr, const struct tpm_fields *data)
{
	size_t size = data ? data->len : 0;
	struct tpm_watch_event *event;

	event = tpm_watch_alloc(struct_size(event, data, size));
	if (!event)
		return NULL;

	event->what = what;
	event->pcr = pcr;
	event->has_event = data;
	event->size = size;
	if (size)
		memcpy(event->data, data->data, size);

	return event;
}

/* With what its sender says the extend is about, as far as there is memory for it. */
static struct tpm_watch_event *
alloc_extend(struct tpm_watch *watch, enum tpm_watch_what what, u32 pcr,
	     const struct tpm_fields *data)
{
	struct tpm_fields content = {
		.data = watch->content,
		.len = watch->content_size,
	};
	struct tpm_watch_event *event;

	if (!watch->content)
		return alloc_event(what, pcr, data);

	event = alloc_event(what, pcr, &content);
	if (!event)
		return alloc_event(what, pcr, NULL);

	event->has_event = false;
	event->has_content = true;

	return event;
}

/* Queue @event, or if that cannot be or there is none, remember that. */
static void add(struct tpm_watch *watch, struct tpm_watch_event *event, u32 pcr)
{
	if (event && queue_event(watch, event)) {
		kick(watch);
		return;
	}

	kfree(event);
	lose(watch, BIT(pcr));
}

static bool has_digest_of(const struct tpm_watch_event *event, u16 alg_id)
{
	for (unsigned int i = 0; i < event->nr_digests; i++) {
		if (event->digests[i].alg_id == alg_id)
			return true;
	}

	return false;
}

/*
 * A list may name a bank several times, and the TPM extends it as often. That is
 * the same as several extends.
 */
static void add_extends(struct tpm_watch *watch, enum tpm_watch_what what,
			u32 pcr, const struct digest_list *list,
			const struct tpm_fields *data)
{
	unsigned long left = BIT(list->nr) - 1;

	while (left) {
		struct tpm_watch_event *event = alloc_extend(watch, what, pcr, data);

		for (unsigned int i = 0; event && i < list->nr; i++) {
			if (!(left & BIT(i)) ||
			    has_digest_of(event, list->digests[i].alg_id))
				continue;
			event->digests[event->nr_digests++] = list->digests[i];
			left &= ~BIT(i);
		}
		if (!event)
			left = 0;
		add(watch, event, pcr);
	}
}

/* The values of @pcrs are zeros now, but for those of @ones. */
static void add_resets(struct tpm_watch *watch, u32 pcrs, u32 ones)
{
	for (u32 pcr = 0; pcr < TPM2_PLATFORM_PCR; pcr++) {
		struct tpm_watch_event *event;

		if (!(pcrs & BIT(pcr)))
			continue;
		event = alloc_event(TPM_WATCH_RESET, pcr, NULL);
		if (event && ones & BIT(pcr))
			event->fill = 0xff;
		add(watch, event, pcr);
	}
}

/* Of hashes that the chip has no bank of a TPM may know the size and we may not. */
static size_t digest_size(const struct tpm_chip *chip, u16 alg_id)
{
	for (u32 i = 0; i < chip->nr_allocated_banks; i++) {
		if (chip->allocated_banks[i].alg_id == alg_id)
			return chip->allocated_banks[i].digest_size;
	}

	switch (alg_id) {
	case TPM_ALG_SHA1:
		return 20;
	case TPM_ALG_SHA256:
	case TPM_ALG_SM3_256:
		return 32;
	case TPM_ALG_SHA384:
		return 48;
	case TPM_ALG_SHA512:
		return 64;
	default:
		return 0;
	}
}

/* TPML_DIGEST_VALUES, the last of @fields. Returns whether that is what is there. */
static bool take_digests(const struct tpm_chip *chip, struct tpm_fields *fields,
			 struct digest_list *list)
{
	u32 count = tpm_take_u32(fields);

	if (fields->truncated || count > ARRAY_SIZE(list->digests))
		return false;

	for (list->nr = 0; list->nr < count; list->nr++) {
		struct tpm_digest *digest = &list->digests[list->nr];
		const u8 *value;
		size_t size;

		digest->alg_id = tpm_take_u16(fields);
		size = digest_size(chip, digest->alg_id);
		if (!size || size > sizeof(digest->digest))
			return false;
		value = tpm_take(fields, size);
		if (!value)
			return false;
		memcpy(digest->digest, value, size);
	}

	return !fields->len;
}

/* The authorizations of a command. Returns whether a session encrypts its data. */
static bool take_auths(struct tpm_fields *fields)
{
	struct tpm_fields auths = tpm_take_fields(fields, tpm_take_u32(fields));
	bool encrypted = false;

	while (auths.len && !auths.truncated) {
		/* A session, its nonce, its attributes and an HMAC. */
		tpm_take_u32(&auths);
		tpm_take(&auths, tpm_take_u16(&auths));
		encrypted |= tpm_take_u8(&auths) & TPM2_SA_DECRYPT;
		tpm_take(&auths, tpm_take_u16(&auths));
	}
	fields->truncated |= auths.truncated;

	return encrypted;
}

static void parse_command(const struct tpm_watch *watch, struct command *command)
{
	struct tpm_fields *fields = &command->params;
	u16 tag;

	*command = (struct command) {
		.params.data = watch->command,
		.params.len = watch->command_size,
		.pcr = U32_MAX,
	};

	tag = tpm_take_u16(fields);
	tpm_take_u32(fields);
	command->cc = tpm_take_u32(fields);
	if (command->cc != TPM2_CC_STARTUP)
		command->pcr = tpm_take_u32(fields);
	/* Then there is no such command that a TPM would do. */
	if (fields->truncated)
		command->pcr = U32_MAX;
	if (command->cc == TPM2_CC_EVENT_SEQUENCE_COMPLETE)
		tpm_take_u32(fields);
	if (tag == TPM2_ST_SESSIONS)
		command->encrypted = take_auths(fields);
}

/* The parameters of a response that has a header. */
static struct tpm_fields params_of(const u8 *response, size_t len)
{
	struct tpm_fields fields = { .data = response, .len = len };
	u16 tag = tpm_take_u16(&fields);

	tpm_take(&fields, TPM_HEADER_SIZE - sizeof(tag));
	if (tag != TPM2_ST_SESSIONS)
		return fields;

	return tpm_take_fields(&fields, tpm_take_u32(&fields));
}

/* TPM2B_EVENT, all of a command's parameters. */
static bool take_event(const struct command *command, struct tpm_fields *event)
{
	struct tpm_fields params = command->params;

	*event = tpm_take_fields(&params, tpm_take_u16(&params));

	return !event->truncated && !params.len && !command->encrypted;
}

static void pcr_extend(struct tpm_watch *watch, enum tpm_watch_what what,
		       struct command *command)
{
	struct digest_list list;

	if (take_digests(watch->chip, &command->params, &list))
		add_extends(watch, what, command->pcr, &list, NULL);
	else
		lose(watch, BIT(command->pcr));
}

/* @response is %NULL where there was none. */
static void pcr_event(struct tpm_watch *watch, const struct command *command,
		      struct tpm_fields *response)
{
	struct tpm_fields event;
	struct digest_list list;
	bool has_event;

	has_event = command->cc == TPM2_CC_PCR_EVENT &&
		    take_event(command, &event);

	if (response && take_digests(watch->chip, response, &list))
		add_extends(watch, TPM_WATCH_EXTENDED, command->pcr, &list,
			    has_event ? &event : NULL);
	else if (!response && has_event)
		add(watch, alloc_event(TPM_WATCH_UNCLEAR, command->pcr, &event),
		    command->pcr);
	else
		lose(watch, BIT(command->pcr));
}

static void startup(struct tpm_watch *watch, enum outcome outcome,
		    struct command *command)
{
	if (outcome == DONE &&
	    tpm_take_u16(&command->params) == TPM2_SU_CLEAR)
		add_resets(watch, ALL_PCRS, DYNAMIC_PCRS);
	else
		lose(watch, ALL_PCRS);
}

/* Tell of the command that is over. */
static void conclude(struct tpm_watch *watch, enum outcome outcome,
		     struct tpm_fields *response)
{
	enum tpm_watch_what what = outcome == DONE ? TPM_WATCH_EXTENDED :
						     TPM_WATCH_UNCLEAR;
	struct command command;

	watch->has_command = false;
	if (watch->own || outcome == REFUSED)
		return;

	parse_command(watch, &command);
	if (command.cc == TPM2_CC_STARTUP) {
		startup(watch, outcome, &command);
		return;
	}
	/* TPM_RH_NULL stands for no PCR. */
	if (command.pcr >= TPM2_PLATFORM_PCR)
		return;

	switch (command.cc) {
	case TPM2_CC_PCR_EXTEND:
		pcr_extend(watch, what, &command);
		break;
	case TPM2_CC_PCR_EVENT:
	case TPM2_CC_EVENT_SEQUENCE_COMPLETE:
		pcr_event(watch, &command, outcome == DONE ? response : NULL);
		break;
	case TPM2_CC_PCR_RESET:
		if (outcome == DONE)
			add_resets(watch, BIT(command.pcr), 0);
		else
			lose(watch, BIT(command.pcr));
		break;
	}
}

/* What a TPM_RC says, of a TPM that may have broken in the middle. */
static enum outcome outcome_of(u32 rc)
{
	if (rc == TPM2_RC_SUCCESS)
		return DONE;

	return rc == TPM2_RC_FAILURE ? UNCLEAR : REFUSED;
}

bool __tpm_watch_command(struct tpm_watch *watch, const u8 *command, size_t size)
{
	const struct tpm_header *header = (const void *)command;
	u32 len;

	lockdep_assert_held(&watch->chip->tpm_mutex);

	if (size < TPM_HEADER_SIZE)
		return false;

	switch (be32_to_cpu(header->ordinal)) {
	case TPM2_CC_PCR_EVENT:
	case TPM2_CC_PCR_RESET:
	case TPM2_CC_STARTUP:
	case TPM2_CC_PCR_EXTEND:
	case TPM2_CC_EVENT_SEQUENCE_COMPLETE:
		break;
	default:
		return false;
	}

	len = be32_to_cpu(header->length);
	if (len < TPM_HEADER_SIZE || len > size || len > sizeof(watch->command))
		return false;

	memcpy(watch->command, command, len);
	watch->command_size = len;
	watch->has_command = true;

	return true;
}

void __tpm_watch_response(struct tpm_watch *watch, const u8 *response,
			  ssize_t len)
{
	const struct tpm_header *header = (const void *)response;
	struct tpm_fields params;

	lockdep_assert_held(&watch->chip->tpm_mutex);

	if (watch->deferred)
		return;
	if (len < 0) {
		conclude(watch, UNCLEAR, NULL);
		return;
	}

	params = params_of(response, len);
	conclude(watch, outcome_of(be32_to_cpu(header->return_code)), &params);
}

void __tpm_watch_judge(struct tpm_watch *watch, int rc)
{
	enum outcome outcome = rc < 0 ? UNCLEAR : outcome_of(rc);

	lockdep_assert_held(&watch->chip->tpm_mutex);

	watch->deferred = false;
	/* A refusal has no HMAC. Where answers have one, it could be anybody's. */
	if (outcome == REFUSED && tpm2_pcr_integrity())
		outcome = UNCLEAR;
	if (watch->has_command)
		conclude(watch, outcome, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(__tpm_watch_judge);

/**
 * tpm_watch_create() - get ready for watching a chip
 * @chip: the chip
 * @work: is queued when something has happened, to run %TPM_WATCH_DELAY later, or at
 *	once when there is much of it; may be %NULL
 *
 * Context: Process context, may sleep.
 *
 * Return: what tpm_watch_destroy() takes, or %NULL if there is no memory.
 */
struct tpm_watch *tpm_watch_create(struct tpm_chip *chip,
				   struct delayed_work *work)
{
	struct tpm_watch *watch = kzalloc_obj(*watch);

	if (!watch)
		return NULL;

	watch->lost = kzalloc_flex(*watch->lost, data, 0);
	if (!watch->lost) {
		kfree(watch);
		return NULL;
	}

	watch->chip = chip;
	watch->work = work;
	spin_lock_init(&watch->lock);
	INIT_LIST_HEAD(&watch->before);
	INIT_LIST_HEAD(&watch->after);
	watch->lost->what = TPM_WATCH_LOST;

	return watch;
}
EXPORT_SYMBOL_IF_KUNIT(tpm_watch_create);

static void free_events(struct list_head *events)
{
	struct tpm_watch_event *event, *next;

	list_for_each_entry_safe(event, next, events, node)
		kfree(event);
}

/**
 * tpm_watch_destroy() - free what tpm_watch_create() returned
 * @watch: the watch, which sees no commands any more, see tpm_chip_watch(); may be
 *	%NULL
 *
 * Context: Process context.
 */
void tpm_watch_destroy(struct tpm_watch *watch)
{
	if (!watch)
		return;

	free_events(&watch->before);
	free_events(&watch->after);
	kfree(watch->lost);
	kfree(watch);
}
EXPORT_SYMBOL_IF_KUNIT(tpm_watch_destroy);

/**
 * tpm_watch_own() - whose are the next commands?
 * @watch: the watch; may be %NULL
 * @own: they are of who watches, who knows of them
 *
 * Context: The chip's mutex is held.
 */
void tpm_watch_own(struct tpm_watch *watch, bool own)
{
	if (!watch)
		return;

	lockdep_assert_held(&watch->chip->tpm_mutex);

	watch->own = own;
}
EXPORT_SYMBOL_IF_KUNIT(tpm_watch_own);

/**
 * tpm_watch_mark() - set the mark behind what has happened so far
 * @watch: the watch; may be %NULL
 *
 * Context: Any context where a spinlock can be taken. Who wants to know what
 * happened before a command of his holds the chip's mutex from that on.
 */
void tpm_watch_mark(struct tpm_watch *watch)
{
	if (!watch)
		return;

	guard(spinlock)(&watch->lock);

	list_splice_tail_init(&watch->after, &watch->before);
	watch->lost_before |= watch->lost_after;
	watch->lost_after = 0;
}
EXPORT_SYMBOL_IF_KUNIT(tpm_watch_mark);

/**
 * tpm_watch_take() - take what happened next, up to the mark
 * @watch: the watch
 *
 * Where something was lost of a PCR, that comes last.
 *
 * Context: Any context where a spinlock can be taken. One at a time.
 *
 * Return: the event, to be given to tpm_watch_put(), or %NULL if that was all.
 */
struct tpm_watch_event *tpm_watch_take(struct tpm_watch *watch)
{
	struct tpm_watch_event *event;

	guard(spinlock)(&watch->lock);

	event = list_first_entry_or_null(&watch->before, struct tpm_watch_event,
					 node);
	if (event) {
		list_del(&event->node);
		watch->queued -= struct_size(event, data, event->size);
		return event;
	}
	if (!watch->lost_before)
		return NULL;

	watch->lost->pcr = __ffs(watch->lost_before);
	watch->lost_before &= ~BIT(watch->lost->pcr);

	return watch->lost;
}
EXPORT_SYMBOL_IF_KUNIT(tpm_watch_take);

/**
 * tpm_watch_put() - free an event
 * @watch: the watch
 * @event: what tpm_watch_take() has returned
 *
 * Context: Any context.
 */
void tpm_watch_put(struct tpm_watch *watch, struct tpm_watch_event *event)
{
	if (event != watch->lost)
		kfree(event);
}
EXPORT_SYMBOL_IF_KUNIT(tpm_watch_put);
