// SPDX-License-Identifier: GPL-2.0
/*
 * The operation "write": extend a register by a write to a file of sysfs.
 *
 * With several files, each is written to by a thread of its own on a processor
 * of its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define MAX_FILES 8
#define MAX_SIZE 4096

struct file {
	const char *path;
	int fd;
	const char *data;
	size_t size;
	long count;
};

struct write_state {
	char data[MAX_SIZE];
	struct file files[MAX_FILES];
	int nr_files;
};

static void fill(char *data, size_t size, const char *form)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++)
		data[i] = hex[i * 7 % 16];
	if (!strcmp(form, "line"))
		data[size - 1] = '\n';
	else if (strcmp(form, "bytes"))
		die("write %s: bytes or line", form);
}

static void *prepare(char **args)
{
	struct write_state *state = calloc(1, sizeof(*state));
	size_t size = to_number(args[1]);
	char *paths = strdup(args[2]);

	if (!state || !paths)
		die("no memory");
	if (!size || size > sizeof(state->data))
		die("write: %zu bytes are too few or too many", size);
	fill(state->data, size, args[0]);

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
	.usage = "bytes|line SIZE FILE[,FILE...]",
	.nr_args = 3,
	.prepare = prepare,
	.run = run,
};
