// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a command writes its result: standard output, or a file.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "output/output.h"

static int system_error(const char *what, const char *path, struct error *err)
{
	return error_set(err, "cannot %s %s: %s", what, path, strerror(errno));
}

static mode_t usual_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* A new file beside the one that it is to become. */
static int open_temporary(struct output *output, struct error *err)
{
	int len, fd;

	len = snprintf(output->temporary, sizeof(output->temporary),
		       "%s.XXXXXX", output->path);
	if (len >= (int)sizeof(output->temporary)) {
		output->temporary[0] = '\0';
		errno = ENAMETOOLONG;
		return system_error("write", output->path, err);
	}
	fd = mkstemp(output->temporary);
	if (fd < 0) {
		output->temporary[0] = '\0';
		return system_error("write", output->path, err);
	}
	output->file = fdopen(fd, "w");
	if (output->file && !fchmod(fd, usual_mode()))
		return 0;
	system_error("write", output->path, err);
	if (!output->file)
		close(fd);
	output_abort(output);
	return -1;
}

int output_open(struct output *output, const char *path, struct error *err)
{
	struct stat st;

	*output = (struct output){ .path = path };
	if (!path) {
		output->file = stdout;
		return 0;
	}
	/* Devices and pipes cannot be replaced, and a link is to stay one. */
	if (lstat(path, &st) || S_ISREG(st.st_mode))
		return open_temporary(output, err);
	output->file = fopen(path, "w");
	return output->file ? 0 : system_error("write", path, err);
}

int output_commit(struct output *output, struct error *err)
{
	const char *path = output->path ? output->path : "standard output";
	bool failed;

	failed = fflush(output->file) || ferror(output->file);
	if (failed)
		system_error("write", path, err);
	if (!failed && output->temporary[0] && fsync(fileno(output->file))) {
		system_error("write", path, err);
		failed = true;
	}
	if (!failed && output->temporary[0] &&
	    rename(output->temporary, output->path)) {
		system_error("replace", path, err);
		failed = true;
	}
	if (!failed)
		output->temporary[0] = '\0';
	output_abort(output);
	return failed ? -1 : 0;
}

static bool is_there(const struct output *output)
{
	struct buffer here = { 0 }, there = { 0 };
	struct error err;
	bool same;

	same = !buffer_read_path(&there, output->path, &err) &&
	       !buffer_read_path(&here, output->temporary, &err) &&
	       here.len == there.len &&
	       (!here.len || !memcmp(here.data, there.data, here.len));
	buffer_free(&here);
	buffer_free(&there);
	return same;
}

int output_commit_new(struct output *output, struct error *err)
{
	if (!output->temporary[0] || fflush(output->file) || !is_there(output))
		return output_commit(output, err);
	output_abort(output);
	return 0;
}

void output_abort(struct output *output)
{
	if (output->file && output->file != stdout)
		fclose(output->file);
	output->file = NULL;
	if (output->temporary[0])
		unlink(output->temporary);
	output->temporary[0] = '\0';
}
