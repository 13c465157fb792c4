// SPDX-License-Identifier: GPL-2.0
/*
 * The operation "write": extend a register by a write to a file of sysfs.
 *
 * With several files, each is written to by a thread of its own on a processor
 * of its own.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/tsm-event-log.h>

#include "bench.h"

#define MAX_FILES 8
#define MAX_SIZE 4096
/* What a record has besides its event. */
#define RECORD_SIZE 256
#define EV_EVENT_TAG 0x00000006

struct file {
	const char *path;
	int fd;
	const char *data;
	size_t size;
	long count;
};

struct write_state {
	char data[MAX_SIZE + RECORD_SIZE];
	struct file files[MAX_FILES];
	int nr_files;
};

static char *put_header(char *p, unsigned char type, uint32_t len)
{
	*p++ = type;
	len = htobe32(len);
	memcpy(p, &len, sizeof(len));

	return p + sizeof(len);
}

/* What append_record takes: a digest for each bank of swtpm, and an event. */
static size_t fill_record(char *data, size_t event_size)
{
	static const struct {
		unsigned char alg;
		size_t size;
	} banks[] = {
		{ TSM_CEL_ALG_SHA1, 20 },
		{ TSM_CEL_ALG_SHA256, 32 },
		{ TSM_CEL_ALG_SHA384, 48 },
		{ TSM_CEL_ALG_SHA512, 64 },
	};
	const uint32_t type = htobe32(EV_EVENT_TAG);
	char *digests = data + TSM_CEL_TLV_HEADER_SIZE;
	char *p = digests;

	for (size_t i = 0; i < sizeof(banks) / sizeof(banks[0]); i++) {
		p = put_header(p, banks[i].alg, banks[i].size);
		memset(p, 0xa5, banks[i].size);
		p += banks[i].size;
	}
	put_header(data, TSM_CEL_DIGESTS, p - digests);

	p = put_header(p, TSM_CEL_CONTENT_PCCLIENT_STD,
		       2 * TSM_CEL_TLV_HEADER_SIZE + sizeof(type) + event_size);
	p = put_header(p, TSM_CEL_PCCLIENT_EVENT_TYPE, sizeof(type));
	memcpy(p, &type, sizeof(type));
	p = put_header(p + sizeof(type), TSM_CEL_PCCLIENT_EVENT_DATA,
		       event_size);
	memset(p, 'x', event_size);

	return p + event_size - data;
}

/* Returns how many bytes there are to be written. */
static size_t fill(char *data, size_t size, const char *form)
{
	static const char hex[] = "0123456789abcdef";

	if (!strcmp(form, "record"))
		return fill_record(data, size);
	for (size_t i = 0; i < size; i++)
		data[i] = hex[i * 7 % 16];
	if (!strcmp(form, "line"))
		data[size - 1] = '\n';
	else if (strcmp(form, "bytes"))
		die("write %s: bytes, line or record", form);

	return size;
}

static void *prepare(char **args)
{
	struct write_state *state = calloc(1, sizeof(*state));
	size_t size = to_number(args[1]);
	char *paths = strdup(args[2]);

	if (!state || !paths)
		die("no memory");
	if (!size || size > MAX_SIZE)
		die("write: %zu bytes are too few or too many", size);
	size = fill(state->data, size, args[0]);

	for (char *path = strtok(paths, ","); path; path = strtok(NULL, ",")) {
		if (state->nr_files == MAX_FILES)
			die("write: there are more than %d files", MAX_FILES);
		state->files[state->nr_files++] = (struct file){
			.path = path,
			.fd = open_file(path, O_WRONLY),
			.data = state->data,
			.size = size,
		};
	}

	return state;
}

static void *write_file(void *arg)
{
	const struct file *file = arg;

	for (long i = 0; i < file->count; i++) {
		if (pwrite(file->fd, file->data, file->size, 0) !=
		    (ssize_t)file->size)
			die("%s: %s", file->path, strerror(errno));
	}

	return NULL;
}

static void write_files(struct write_state *state)
{
	pthread_t threads[MAX_FILES];

	for (int i = 0; i < state->nr_files; i++) {
		pthread_attr_t attr;
		cpu_set_t cpus;

		CPU_ZERO(&cpus);
		CPU_SET(i, &cpus);
		pthread_attr_init(&attr);
		pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
		if (pthread_create(&threads[i], &attr, write_file,
				   &state->files[i]))
			die("cannot start a thread on processor %d", i);
		pthread_attr_destroy(&attr);
	}
	for (int i = 0; i < state->nr_files; i++)
		pthread_join(threads[i], NULL);
}

static void run(void *arg, long count)
{
	struct write_state *state = arg;

	for (int i = 0; i < state->nr_files; i++)
		state->files[i].count = count;
	if (state->nr_files == 1)
		write_file(&state->files[0]);
	else
		write_files(state);
}

const struct operation write_operation = {
	.name = "write",
	.usage = "bytes|line|record SIZE FILE[,FILE...]",
	.nr_args = 3,
	.prepare = prepare,
	.run = run,
};
