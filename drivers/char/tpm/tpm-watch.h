/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What others do to the PCRs of a TPM 2.0.
 */
#ifndef __TPM_WATCH_H__
#define __TPM_WATCH_H__

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/tpm.h>
#include <linux/types.h>

struct delayed_work;

/**
 * enum tpm_watch_what - what happened to a PCR
 * @TPM_WATCH_EXTENDED: it is extended
 * @TPM_WATCH_UNCLEAR: it may be extended
 * @TPM_WATCH_RESET: it is reset
 * @TPM_WATCH_LOST: something that is not known
 */
enum tpm_watch_what {
	TPM_WATCH_EXTENDED,
	TPM_WATCH_UNCLEAR,
	TPM_WATCH_RESET,
	TPM_WATCH_LOST,
};

/**
 * struct tpm_watch_event - something that happened to a PCR
 * @node: in a queue of &struct tpm_watch
 * @what: what happened
 * @pcr: to which PCR
 * @digests: what it is extended by; a bank that is not here is not extended. None
 *	where the digests are those of @data.
 * @nr_digests: number of elements of @digests
 * @fill: for a reset, the byte that the PCR's values consist of now
 * @has_event: @data is what the digests are of
 * @has_content: @data is what the sender says it is about, see tpm_watch_content()
 * @size: bytes of @data
 * @data: what more is known of it
 */
struct tpm_watch_event {
	struct list_head node;
	enum tpm_watch_what what;
	u32 pcr;
	struct tpm_digest digests[TPM2_MAX_PCR_BANKS];
	unsigned int nr_digests;
	u8 fill;
	bool has_event;
	bool has_content;
	size_t size;
	u8 data[] __counted_by(size);
};

/* Bytes that may be waiting to be taken. */
#define TPM_WATCH_MAX_QUEUED	SZ_256K

/* Jiffies for which events may be waiting before who takes them is called. */
#define TPM_WATCH_DELAY		(HZ / 10)

/**
 * struct tpm_watch - the watch of one chip
 * @chip: the chip
 * @work: queued when something has happened, or %NULL
 * @lock: protects what is up to @queued; taken with and without the chip's mutex
 * @before: events of before the last mark
 * @lost_before: PCRs of which events were lost before that
 * @after: events since then
 * @lost_after: PCRs of which events have been lost since then
 * @queued: bytes of all events
 * @lost: says of a PCR that events were lost; of who takes events
 * @own: commands are of who watches
 * @content: what the sender of an extend says it is about, or %NULL
 * @content_size: bytes of @content
 * @deferred: the sender of the next command judges the answer itself
 * @has_command: there is such a command, in @command
 * @command_size: bytes of @command
 * @command: the command that the chip is at, which the response overwrites
 *
 * The chip's mutex protects all from @own on.
 */
struct tpm_watch {
	struct tpm_chip *chip;
	struct delayed_work *work;
	/* Held for moments, by who sends commands and by who takes events. */
	spinlock_t lock;
	struct list_head before;
	u32 lost_before;
	struct list_head after;
	u32 lost_after;
	size_t queued;
	struct tpm_watch_event *lost;
	bool own;
	const void *content;
	size_t content_size;
	bool deferred;
	bool has_command;
	size_t command_size;
	u8 command[TPM_BUFSIZE];
};

struct tpm_watch *tpm_watch_create(struct tpm_chip *chip,
				   struct delayed_work *work);
void tpm_watch_destroy(struct tpm_watch *watch);
void tpm_watch_own(struct tpm_watch *watch, bool own);
void tpm_watch_mark(struct tpm_watch *watch);
struct tpm_watch_event *tpm_watch_take(struct tpm_watch *watch);
void tpm_watch_put(struct tpm_watch *watch, struct tpm_watch_event *event);

#if IS_ENABLED(CONFIG_KUNIT)
void *tpm_watch_alloc(size_t size);
#endif

bool __tpm_watch_command(struct tpm_watch *watch, const u8 *command,
			 size_t size);
void __tpm_watch_response(struct tpm_watch *watch, const u8 *response,
			  ssize_t len);
void __tpm_watch_judge(struct tpm_watch *watch, int rc);

#ifdef CONFIG_TCG_TPM_WATCH

/**
 * tpm_watch_command() - a command is going to be sent
 * @chip: the chip
 * @command: the command
 * @size: bytes of the buffer that it is in
 *
 * Context: The chip's mutex is held, or nobody watches the chip.
 *
 * Return: whether tpm_watch_response() wants to know what became of it.
 */
static inline bool tpm_watch_command(struct tpm_chip *chip, const u8 *command,
				     size_t size)
{
	return chip->watch && __tpm_watch_command(chip->watch, command, size);
}

/**
 * tpm_watch_response() - a command that is watched has been answered, or has not
 * @chip: the chip
 * @response: the response
 * @len: its length, or a negative errno
 *
 * Context: As tpm_watch_command(), which has returned %true for the command.
 */
static inline void tpm_watch_response(struct tpm_chip *chip, const u8 *response,
				      ssize_t len)
{
	__tpm_watch_response(chip->watch, response, len);
}

/**
 * tpm_watch_content() - say what the next extend is about
 * @chip: the chip
 * @content: one content TLV of the TCG's Canonical Event Log; must stay until this is
 *	called again, with %NULL, before the chip's mutex is given away
 * @size: bytes of it
 *
 * An extend is told of also where there is no room or memory for @content.
 *
 * Context: As tpm_watch_command().
 */
static inline void tpm_watch_content(struct tpm_chip *chip, const void *content,
				     size_t size)
{
	if (chip->watch) {
		chip->watch->content = content;
		chip->watch->content_size = size;
	}
}

/**
 * tpm_watch_defer() - do not believe the answer to the next command yet
 * @chip: the chip
 *
 * For who checks the answer's HMAC: tpm_watch_judge() must follow the command.
 *
 * Context: As tpm_watch_command().
 */
static inline void tpm_watch_defer(struct tpm_chip *chip)
{
	if (chip->watch)
		chip->watch->deferred = true;
}

/**
 * tpm_watch_judge() - what is to be believed of the answer
 * @chip: the chip
 * @rc: 0, a TPM_RC, or a negative errno
 *
 * Context: As tpm_watch_command(). The chip's mutex has been held since
 * tpm_watch_defer().
 */
static inline void tpm_watch_judge(struct tpm_chip *chip, int rc)
{
	if (chip->watch)
		__tpm_watch_judge(chip->watch, rc);
}

#else

static inline bool tpm_watch_command(struct tpm_chip *chip, const u8 *command,
				     size_t size)
{
	return false;
}

static inline void tpm_watch_response(struct tpm_chip *chip, const u8 *response,
				      ssize_t len)
{
}

static inline void tpm_watch_content(struct tpm_chip *chip, const void *content,
				     size_t size)
{
}

static inline void tpm_watch_defer(struct tpm_chip *chip)
{
}

static inline void tpm_watch_judge(struct tpm_chip *chip, int rc)
{
}

#endif

#endif /* __TPM_WATCH_H__ */
