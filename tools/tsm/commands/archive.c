// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log archive: move records from the kernel's logs into files.
 *
 * For each provider: read the log, check it, write it as a segment, bring that
 * to disk, and only then let the kernel drop what is in it. Whoever is killed
 * before the segment has appeared has changed nothing. Whoever is killed after
 * that, but before the kernel has dropped the records, leaves them in both
 * places; the next run finds that out by comparing them, and lets the kernel
 * drop them first. So a record is never lost, and is never in two segments.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/command.h"
#include "formats/cel.h"
#include "formats/checkpoint.h"
#include "replay/verify.h"
#include "sources/archive.h"
#include "sources/boot.h"
#include "sources/log.h"

/* Archived, but the kernel had dropped records before. */
#define EXIT_MISSED 1

static const char help[] =
	"Usage: tsm-log archive [--begin] DIR [PROVIDER]...\n"
	"\n"
	"Move the records of each PROVIDER, or of all of them, from the kernel's event\n"
	"logs to the directory DIR: write them to disk as a new segment, then trim the\n"
	"log. Checkpoints that came without a record are added to the last segment. It\n"
	"may be killed at any point: nothing is lost or archived twice, and the next run\n"
	"goes on from there. 'tsm-log verify DIR' checks what is in DIR.\n"
	"\n"
	"A log that 'tsm-log verify' would not accept is left as it is.\n"
	"\n"
	"      --begin      move nothing yet: only keep that there is a log, of which boot,\n"
	"                   and what the firmware's log is, so that it is known to be\n"
	"                   missing if the machine crashes\n"
	"      --sysfs DIR  use a copy of " PROVIDER_ROOT "\n"
	"  -h, --help       show this help\n"
	"\n"
	"Exit status: 0 archived, 1 archived, but somebody else had trimmed a log since\n"
	"the last segment, 2 not or not all archived.\n";

/* The archive of one provider, and what is in it. */
struct job {
	const struct archive_dir *top;
	const char *root;
	struct provider provider;
	int trim_fd;

	char instance_name[INSTANCE_SIZE];
	struct archive_dir provider_dir;
	struct archive_dir instance_dir;
	struct segment *segments;
	int nr_segments;

	struct log log;
};

/* The number of the record after the last one that is archived. */
static uint64_t archived_to(const struct job *job)
{
	return job->nr_segments ? job->segments[job->nr_segments - 1].next : 0;
}

static void start_job(struct job *job, const struct archive_dir *top,
		      const char *root)
{
	*job = (struct job){
		.top = top,
		.root = root,
		.provider.dirfd = -1,
		.provider.logfd = -1,
		.trim_fd = -1,
		.provider_dir.fd = -1,
		.instance_dir.fd = -1,
	};
}

static void end_job(struct job *job)
{
	log_free(&job->log);
	free(job->segments);
	archive_dir_close(&job->instance_dir);
	archive_dir_close(&job->provider_dir);
	if (job->trim_fd >= 0)
		close(job->trim_fd);
	provider_close(&job->provider);
}

/* Who may not trim should not write segments either: nobody would go on. */
static int open_trim(struct job *job, struct error *err)
{
	job->trim_fd =
		openat(job->provider.logfd, "trim", O_WRONLY | O_CLOEXEC);
	if (job->trim_fd >= 0)
		return 0;
	return error_set(err, "cannot open trim: %s%s", strerror(errno),
			 errno == EACCES ? "; run as root" : "");
}

/* What an earlier run left. */
static int find_segments(struct job *job, struct error *err)
{
	int ret;

	ret = archive_dir_open(&job->provider_dir, job->top, job->provider.name,
			       err);
	if (ret > 0)
		ret = archive_dir_open(&job->instance_dir, &job->provider_dir,
				       job->instance_name, err);
	if (ret > 0) {
		ret = archive_segments(&job->instance_dir, &job->segments, err);
		if (ret >= 0)
			job->nr_segments = ret;
	}
	return ret < 0 ? -1 : 0;
}

/* There is an instance of this boot now, whatever comes. */
static int begin_instance(struct job *job, struct error *err)
{
	if (job->provider_dir.fd < 0 &&
	    archive_dir_create(&job->provider_dir, job->top, job->provider.name,
			       err))
		return -1;
	if (job->instance_dir.fd < 0 &&
	    archive_dir_create(&job->instance_dir, &job->provider_dir,
			       job->instance_name, err))
		return -1;
	return boot_keep(&job->instance_dir, &job->provider_dir, &job->provider,
			 job->root, err);
}

/*
 * Let the kernel drop the records before @next. They are in segments, whose
 * bytes are on disk; their names may not be.
 */
static int trim_to(struct job *job, uint64_t next, struct error *err)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRIu64 "\n", next);
	ssize_t ret;

	if (archive_dir_sync(&job->instance_dir, err) ||
	    archive_dir_sync(&job->provider_dir, err) ||
	    archive_dir_sync(job->top, err))
		return -1;
	do {
		ret = pwrite(job->trim_fd, text, (size_t)len, 0);
	} while (ret < 0 && errno == EINTR);
	if (ret == len) {
		archive_set_trimmed(&job->instance_dir);
		return 0;
	}
	return error_set(err,
			 "cannot trim the log to record %" PRIu64
			 ": %s; the records before it are archived",
			 next, strerror(errno));
}

/* Where in @cel the record @recnum begins, or its end. */
static int find_record(const struct buffer *cel, uint64_t recnum, size_t *pos,
		       struct error *err)
{
	struct cel_reader reader = { .log = cel };
	struct cel_record rec;
	int ret;

	do {
		*pos = reader.pos;
		ret = cel_next(&reader, &rec, err);
	} while (ret > 0 && rec.recnum < recnum);
	return ret < 0 ? -1 : 0;
}

static int other_records(const struct job *job, const struct segment *segment,
			 struct error *err)
{
	char name[SEGMENT_NAME_SIZE];

	return error_set(err,
			 "%s/%s has other records than the log; move it away",
			 job->instance_dir.path, segment_name(segment, name));
}

/*
 * Whether the records of @segment are what the kernel's log has from @pos on;
 * move @pos to their end.
 */
static int compare_segment(struct job *job, const struct segment *segment,
			   size_t *pos, struct error *err)
{
	struct buffer cel = { 0 }, checkpoints = { 0 };
	size_t start = 0, end = 0;
	size_t len;
	int ret;

	ret = segment_read(job->instance_dir.fd, segment, &cel, &checkpoints,
			   err);
	if (!ret && segment->first < job->log.first)
		ret = find_record(&cel, job->log.first, &start, err);
	if (!ret)
		ret = find_record(&job->log.cel, segment->next, &end, err);
	len = end - *pos;
	if (!ret && (cel.len - start != len ||
		     memcmp(cel.data + start, job->log.cel.data + *pos, len)))
		ret = other_records(job, segment, err);
	*pos = end;
	buffer_free(&cel);
	buffer_free(&checkpoints);
	return ret;
}

/* What is trimmed is gone: a segment has to be as good as the log it replaces. */
static int check_segment(const struct job *job, const struct log *log,
			 const struct segment *segment, struct error *err)
{
	struct verification v = { .log = *log, .goes_on = true };
	enum verify_result result = verify_buffers(&v, NULL);

	if (result == VERIFY_UNCHECKED)
		*err = v.error;
	else if (result == VERIFY_DIFFERS || v.replay.first != segment->first ||
		 v.replay.next != segment->next)
		error_set(err,
			  "its log does not verify; see 'tsm-log verify %s'",
			  job->provider.name);
	else
		result = VERIFY_OK;
	replay_free(&v.replay);
	return result == VERIFY_OK ? 0 : -1;
}

/* Drop from @checkpoints the lines after those of the record @next. */
static int cut_checkpoints(struct buffer *checkpoints, uint64_t next,
			   struct error *err)
{
	size_t end;

	if (checkpoint_find(checkpoints, next + 1, &end, err))
		return -1;
	checkpoints->len = end;
	return 0;
}

static bool same_bytes(const struct buffer *a, const struct buffer *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* Add the lines at the end of the last segment that it does not have. */
static int add_lines(struct job *job, struct error *err)
{
	const struct segment *last = &job->segments[job->nr_segments - 1];
	int dirfd = job->instance_dir.fd;
	struct buffer before = { 0 };
	struct log log = { 0 };
	int ret;

	ret = segment_read(dirfd, last, &log.cel, &log.checkpoints, err) ||
	      buffer_append(&before, &log.checkpoints, err) ||
	      cut_checkpoints(&job->log.checkpoints, last->next, err) ||
	      segment_add_lines(&log.checkpoints, &job->log.checkpoints,
				job->log.first, last->next,
				archive_is_untrimmed(&job->instance_dir), err);
	if (!ret && !same_bytes(&before, &log.checkpoints))
		ret = check_segment(job, &log, last, err) ||
		      archive_set_untrimmed(&job->instance_dir, err) ||
		      segment_replace_lines(dirfd, last, &log.checkpoints, err);
	buffer_free(&before);
	log_free(&log);
	return ret ? -1 : 0;
}

/*
 * Whether the log has lines after its opening that a trim to @next should have
 * dropped: with records after them, they cannot have come since.
 */
static int check_trimmed(const struct job *job, uint64_t next,
			 struct error *err)
{
	const struct buffer *lines = &job->log.checkpoints;
	size_t opening, end;

	if (checkpoint_opening(lines, &opening, err) ||
	    checkpoint_find(lines, next + 1, &end, err))
		return -1;
	if (job->log.first >= next && (!job->log.cel.len || end <= opening))
		return 0;
	return error_set(err,
			 "the log still has what is before record %" PRIu64
			 " after it was trimmed to there",
			 next);
}

/* An earlier run was killed before it could trim: do that. */
static int trim_archived(struct job *job, struct error *err)
{
	uint64_t next = archived_to(job);
	size_t pos = 0;
	int i;

	for (i = 0; i < job->nr_segments; i++)
		if (job->segments[i].next > job->log.first &&
		    compare_segment(job, &job->segments[i], &pos, err))
			return -1;
	if (add_lines(job, err) || trim_to(job, next, err))
		return -1;
	log_free(&job->log);
	if (log_read(&job->log, &job->provider, 0, err))
		return -1;
	return check_trimmed(job, next, err);
}

/* @next, where the records begin, becomes the number after the last one. */
static int find_next(const struct buffer *cel, uint64_t *next,
		     struct error *err)
{
	struct cel_reader reader = { .log = cel };
	struct cel_record rec;
	int ret;

	while ((ret = cel_next(&reader, &rec, err)) > 0)
		*next = rec.recnum + 1;
	return ret ? error_prefix(err, "cel") : 0;
}

static void say_archived(const struct job *job, const struct segment *segment)
{
	char name[SEGMENT_NAME_SIZE];

	if (job->log.cel.len)
		printf("%s: records %" PRIu64 " to %" PRIu64 " are in %s/%s\n",
		       job->provider.name, segment->first, segment->next - 1,
		       job->instance_dir.path, segment_name(segment, name));
	else
		printf("%s: no new records; new checkpoints are in %s/%s\n",
		       job->provider.name, job->instance_dir.path,
		       segment_name(segment, name));
}

/* Archive what job->log has in it as a new segment. */
static int archive_log(struct job *job, struct error *err)
{
	struct segment segment = { job->log.first, job->log.first };

	if (find_next(&job->log.cel, &segment.next, err) ||
	    cut_checkpoints(&job->log.checkpoints, segment.next, err) ||
	    check_segment(job, &job->log, &segment, err) ||
	    archive_set_untrimmed(&job->instance_dir, err))
		return -1;
	if (segment_write(job->instance_dir.fd, &segment, &job->log.cel,
			  &job->log.checkpoints, err))
		return error_prefix(err, job->instance_dir.path);
	if (trim_to(job, segment.next, err))
		return -1;
	say_archived(job, &segment);
	return 0;
}

/* The segment that ends where the log begins, or NULL. */
static const struct segment *segment_before(const struct job *job)
{
	return job->nr_segments && job->log.first == archived_to(job) ?
		       &job->segments[job->nr_segments - 1] :
		       NULL;
}

/*
 * Whether the log has lines, or its opening tells something, that the segment
 * before it does not have; and whether that may have been archived once, and not
 * been trimmed. Returns 0, or -1 with @err set.
 */
static int compare_lines(const struct job *job, bool *has_new, bool *untrimmed,
			 struct error *err)
{
	const struct segment *before = segment_before(job);
	const struct buffer *lines = &job->log.checkpoints;
	struct buffer cel = { 0 }, archived = { 0 };
	size_t opening, pos;
	int ret;

	ret = checkpoint_opening(lines, &opening, err);
	if (!ret && before)
		ret = segment_read(job->instance_dir.fd, before, &cel,
				   &archived, err);
	*untrimmed = !ret && before &&
		     segment_is_untrimmed(
			     &archived, lines, opening,
			     archive_is_untrimmed(&job->instance_dir), &pos);
	*has_new = !ret && (opening < lines->len ||
			    segment_misses_opening(&archived, lines, opening));
	buffer_free(&cel);
	buffer_free(&archived);
	return ret;
}

/* There is no new record, but there may be new lines. */
static int archive_lines(struct job *job, struct error *err)
{
	const struct segment *before = segment_before(job);
	bool has_new, untrimmed;

	if (compare_lines(job, &has_new, &untrimmed, err))
		return -1;
	if (!has_new) {
		if (before)
			archive_set_trimmed(&job->instance_dir);
		printf("%s: no new records\n", job->provider.name);
		return 0;
	}
	if (!before)
		return archive_log(job, err);
	if (add_lines(job, err) || trim_to(job, job->log.first, err))
		return -1;
	say_archived(job, before);
	return 0;
}

/*
 * Archive what is new. Lines that an earlier run, which was killed, added to the
 * last segment must be trimmed before records come after them.
 */
static int archive_new(struct job *job, struct error *err)
{
	bool has_new, untrimmed;

	if (!job->log.cel.len)
		return archive_lines(job, err);
	if (segment_before(job)) {
		if (compare_lines(job, &has_new, &untrimmed, err) ||
		    (untrimmed && trim_archived(job, err)))
			return -1;
	}
	return archive_log(job, err);
}

static int find_instance(struct job *job, const char *name, struct error *err)
{
	return provider_open(&job->provider, job->root, name, err) ||
			       instance_of(&job->provider, job->instance_name,
					   err) ||
			       open_trim(job, err) || find_segments(job, err) ||
			       begin_instance(job, err) ?
		       -1 :
		       0;
}

/* Returns an exit status, of which only EXIT_TROUBLE sets @err. */
static int run_job(struct job *job, const char *name, struct error *err)
{
	int status = 0;

	if (log_read(&job->log, &job->provider, 0, err))
		return EXIT_TROUBLE;
	if (job->nr_segments && job->log.first < archived_to(job) &&
	    trim_archived(job, err))
		return EXIT_TROUBLE;
	if (job->nr_segments && job->log.first > archived_to(job)) {
		fprintf(stderr,
			"tsm-log: %s: records %" PRIu64 " to %" PRIu64
			" are not archived: somebody else has trimmed the log\n",
			name, archived_to(job), job->log.first - 1);
		status = EXIT_MISSED;
	}
	if (archive_new(job, err))
		return EXIT_TROUBLE;
	return status;
}

static int archive_provider(const struct archive_dir *top, const char *root,
			    const char *name, bool begin)
{
	struct error err;
	struct job job;
	int status = 0;

	start_job(&job, top, root);
	if (find_instance(&job, name, &err))
		status = EXIT_TROUBLE;
	else if (!begin)
		status = run_job(&job, name, &err);
	end_job(&job);
	fflush(stdout);
	if (status == EXIT_TROUBLE)
		fprintf(stderr, "tsm-log: %s: %s\n", name, err.text);
	return status;
}

/* The greater of the exit statuses is the one that tells more. */
static int archive_providers_in(const struct archive_dir *top, const char *root,
				char **names, int nr, bool begin)
{
	int i, status = 0;

	for (i = 0; i < nr; i++) {
		int one = archive_provider(top, root, names[i], begin);

		if (status < one)
			status = one;
	}
	return status;
}

static int archive(const char *dir, const char *root, char **names, int nr,
		   bool begin)
{
	struct archive_dir top = { .fd = -1 };
	int ret, lock = -1, status = EXIT_TROUBLE;
	char **all = NULL;
	struct error err;

	ret = archive_dir_open(&top, NULL, dir, &err);
	if (!ret)
		ret = error_set(&err, "there is no directory %s; create it",
				dir);
	if (ret > 0) {
		lock = archive_lock(&top, &err);
		ret = lock < 0 ? -1 : 0;
	}
	if (!ret && !nr) {
		nr = provider_list(root, &all, &err);
		names = all;
		ret = nr < 0 ? -1 : 0;
	}
	if (ret)
		fprintf(stderr, "tsm-log: %s\n", err.text);
	else
		status = archive_providers_in(&top, root, names, nr, begin);
	if (all)
		names_free(all, nr);
	if (lock >= 0)
		close(lock);
	archive_dir_close(&top);
	return status;
}

int command_archive(int argc, char **argv)
{
	enum { OPT_BEGIN = 256, OPT_SYSFS };
	static const struct option options[] = {
		{ "begin", no_argument, NULL, OPT_BEGIN },
		{ "sysfs", required_argument, NULL, OPT_SYSFS },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *root = PROVIDER_ROOT;
	bool begin = false;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case OPT_BEGIN:
			begin = true;
			break;
		case OPT_SYSFS:
			root = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return usage_error("archive", NULL);
		}
	}
	if (optind == argc)
		return usage_error("archive", "no DIR given");
	return archive(argv[optind], root, argv + optind + 1, argc - optind - 1,
		       begin);
}
