// SPDX-License-Identifier: GPL-2.0
/*
 * Writers under stress. Each numbers what it writes, be it events or digests, so
 * that the log shows whether anything is lost, doubled or out of order.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <linux/tsm-event-log.h>

#include "stress.h"
#include "tsm.h"

/* Bytes of the log between two times of stress by limits. */
#define LIMIT (2 << 20)

/* What every event and every digest begins with. */
struct mark {
	char magic[6];
	uint8_t writer;
	uint8_t zero;
	uint64_t number;
} __attribute__((packed));

static const char magic[6] = "stress";

/* Most events are short, and some as long as can be. */
static size_t random_length(struct stress_thread *thread)
{
	unsigned int most = below(thread, 16) ? 200 : TSM_EVENT_MAX_SIZE;

	return sizeof(struct mark) +
	       below(thread, most - sizeof(struct mark) + 1);
}

static size_t to_hex(char *hex, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sprintf(hex + 2 * i, "%02hhx", data[i]);

	return 2 * len;
}

static ssize_t write_one(struct stress_thread *thread, uint64_t number)
{
	const struct provider *provider = &thread->stress->provider;
	const struct provider_reg *reg;
	const char *name = thread->stress->name;
	char data[TSM_EVENT_MAX_SIZE], hex[2 * REPLAY_MAX_DIGEST + 1];
	struct mark mark = { .writer = thread->id, .number = number };
	size_t len;
	ssize_t rc;

	memcpy(mark.magic, magic, sizeof(magic));
	reg = &provider->regs[below(thread, provider->nr_regs)];
	memset(data, 'a' + below(thread, 26), sizeof(data));
	memcpy(data, &mark, sizeof(mark));
	if (!reg->digest || below(thread, 2)) {
		len = random_length(thread);
		rc = tsm_write(data, len, "%s/%s/append_event", name,
			       reg->name);
	} else if (below(thread, 2)) {
		len = reg->size;
		rc = tsm_write(data, len, "%s/%s/digest", name, reg->name);
	} else {
		len = to_hex(hex, data, reg->size);
		rc = tsm_write(hex, len, "%s/%s/digest", name, reg->name);
	}

	return rc < 0 ? rc : rc == (ssize_t)len ? 0 : -EIO;
}

void *stress_write(void *arg)
{
	struct stress_thread *thread = arg;
	struct stress *stress = thread->stress;
	uint64_t number = stress->written[thread->id];

	while (!stress->stop_writers) {
		ssize_t rc = write_one(thread, number);

		if (!rc) {
			stress->written[thread->id] = ++number;
		} else if (rc == -ENOSPC || is_gone(stress, rc)) {
			stress->refused++;
			usleep(200);
		} else {
			complain(stress, "a write failed: %zd", rc);
			break;
		}
	}

	return NULL;
}

static void set_limit(struct stress *stress, long long limit)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%lld\n", limit);
	ssize_t rc = tsm_write(text, len, "%s/log/limit", stress->name);

	if (rc < 0 && !is_gone(stress, rc))
		complain(stress, "no limit %lld: %zd", limit, rc);
}

/* A log that is full now and then. */
void *stress_limits(void *arg)
{
	struct stress_thread *thread = arg;
	struct stress *stress = thread->stress;
	long long usual = tsm_number("%s/log/limit", stress->name);

	while (!stress->stop) {
		long long size = tsm_number("%s/log/size", stress->name);

		if (size >= 0)
			set_limit(stress, size + 1 + below(thread, 2000));
		usleep(below(thread, 5000));
		set_limit(stress, below(thread, 8) ? LIMIT : 0);
		usleep(50000);
	}
	set_limit(stress, usual);

	return NULL;
}

bool stress_look(void *arg, const struct replay_record *record)
{
	struct stress *stress = arg;
	struct mark mark;
	uint64_t *seen;

	if (!record->bound && !record->bare) {
		complain(stress, "record %" PRIu64 " is not what was measured",
			 record->number);
		return false;
	}
	memcpy(&mark, record->event_size ? record->event : record->digest,
	       sizeof(mark));
	if (memcmp(mark.magic, magic, sizeof(magic)) ||
	    mark.writer >= NR_WRITERS) {
		complain(stress, "record %" PRIu64 " was not written here",
			 record->number);
		return false;
	}

	/* What a log that is gone had is not to be seen any more. */
	seen = &stress->seen[mark.writer];
	if (stress->mortal ? mark.number < *seen : mark.number != *seen) {
		complain(stress,
			 "record %" PRIu64 ": writer %u wrote %" PRIu64
			 " after %" PRIu64,
			 record->number, mark.writer, mark.number, *seen);
		return false;
	}
	*seen = mark.number + 1;

	return true;
}
