// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tsm-log measure: measure an event, for scripts.
 *
 * With --once, looking for the key and measuring are one step for all who use
 * this command: they hold a lock, flock() on append_event. Only those who may
 * extend the register can open that file, so nobody else can hold them up.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buffer.h"
#include "commands/agent-event.h"
#include "commands/command.h"
#include "commands/file-event.h"
#include "commands/new-record.h"
#include "commands/once.h"
#include "commands/owner.h"
#include "formats/register.h"
#include "linux/tsm-event-log.h"
#include "sources/provider.h"

static const char help[] =
	"Usage: tsm-log measure [OPTION]... PROVIDER/REGISTER TEXT\n"
	"       tsm-log measure [OPTION]... PROVIDER/REGISTER -\n"
	"       tsm-log measure [OPTION]... --file FILE PROVIDER/REGISTER\n"
	"       tsm-log measure --digest ALGO:HEX... [OPTION]... PROVIDER/REGISTER\n"
	"       tsm-log measure --aael PROVIDER/REGISTER DOMAIN OPERATION CONTENT\n"
	"\n"
	"Measure an event of 1 to 4095 bytes into a register: TEXT, or standard input with\n"
	"each of its bytes, or the digest of FILE, with its name, as a JSON object:\n"
	"{\"file\":\"FILE\",\"sha256\":\"...\",\"size\":...}.\n"
	"\n"
	"      --once KEY        measure KEY, a space and the event, or KEY if there is no\n"
	"                        TEXT, unless the log has an event of this register that\n"
	"                        is KEY or begins with KEY and a space\n"
	"      --archive DIR     for --once: records that were trimmed from the log are in\n"
	"                        DIR, from 'tsm-log archive'\n"
	"      --ignore-trimmed  for --once: they do not count\n"
	"      --file FILE       measure a file\n"
	"      --sysfs DIR       use DIR instead of " PROVIDER_ROOT "\n"
	"\n"
	"With one of these, what is measured is a record; TEXT, standard input or what is\n"
	"in FILE is its content, and with --digest there need not be any:\n"
	"\n"
	"      --type TYPE       the type of the event: EV_ACTION or the like, or a number\n"
	"      --content-type N  it is no event, but content of the type N\n"
	"      --digest ALGO:HEX extend by this digest, and not by one of the content; there\n"
	"                        must be one for each bank of the register\n"
	"\n"
	"or in the form of an agent, with TEXT as what it says:\n"
	"\n"
	"      --aael            of Confidential Containers' agent: DOMAIN, OPERATION and\n"
	"                        CONTENT in place of TEXT\n"
	"      --cos KIND        of the launcher of Container-Optimized OS: image-ref,\n"
	"                        image-digest, arg, env-var, separator and so on\n"
	"      --dstack NAME     of dstack: TEXT is the payload\n"
	"      --systemd TYPE    of systemd: phase, machine-id, volume-key or so\n"
	"      --secret FILE     for --systemd: extend by HMACs with the key in FILE\n"
	"  -h, --help            show this help\n"
	"\n"
	"Prints the record of the event that has KEY, if there is one.\n"
	"\n"
	"Exit status: 0 measured, or was measured before, 2 neither.\n";

static const char too_long_hint[] = "measure a digest of it (--file does)";
static const char full_hint[] =
	"; the log is full: archive it (tsm-log archive), or raise its limit";

struct event {
	uint8_t data[TSM_EVENT_MAX_SIZE];
	size_t len;
};

_Static_assert(NEW_RECORD_MAX_SIZE <= TSM_EVENT_MAX_SIZE,
	       "a record fits where an event does");

struct target {
	char provider[REGISTER_NAME_SIZE];
	char reg[REGISTER_NAME_SIZE];
	const char *file; /* append_event or append_record */
};

struct arguments {
	const char *root;
	const char *file;
	const char *target;
	const char *text;
	struct once once;
	struct new_record record;
	struct agent_event agent;
	bool help;
};

static int event_append(struct event *event, const void *data, size_t len,
			struct error *err)
{
	if (len > sizeof(event->data) - event->len)
		return error_set(err, "the event has more than %d bytes; %s",
				 TSM_EVENT_MAX_SIZE, too_long_hint);
	memcpy(event->data + event->len, data, len);
	event->len += len;
	return 0;
}

static int append_input(struct event *event, struct error *err)
{
	static const char name[] = "standard input";
	uint8_t data[TSM_EVENT_MAX_SIZE + 1];
	size_t len = 0;
	ssize_t got;

	/* From where the input is, which need not be the beginning of a file. */
	do {
		got = read(STDIN_FILENO, data + len, sizeof(data) - len);
		if (got > 0)
			len += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0)
		return error_set(err, "cannot read %s: %s", name,
				 strerror(errno));
	if (!len)
		return error_set(err, "%s is empty: there is no event", name);
	return event_append(event, data, len, err);
}

static int append_file(struct event *event, const char *path, struct error *err)
{
	char *text = file_event(path, err);
	int ret;

	if (!text)
		return -1;
	ret = event_append(event, text, strlen(text), err);
	free(text);
	return ret;
}

/* All that is in the file. */
static int append_content(struct event *event, const char *path,
			  struct error *err)
{
	struct buffer file = { 0 };
	int ret = buffer_read_path(&file, path, err);

	if (!ret)
		ret = event_append(event, file.data, file.len, err);
	buffer_free(&file);
	return ret;
}

/* The banks of the register that is to be extended. */
static int read_banks(const char *root, const struct target *target,
		      unsigned int *set, struct error *err)
{
	struct provider provider;
	int ret = provider_open(&provider, root, target->provider, err);

	if (!ret)
		ret = provider_read_banks(&provider, target->reg, set, err);
	provider_close(&provider);
	return ret ? error_prefix(err, target->provider) : 0;
}

/* The record takes the place of its content. */
static int make_record(struct event *event, struct arguments *args,
		       const struct target *target, struct error *err)
{
	struct event text = { .len = 0 };
	struct buffer content = { 0 };
	unsigned int set = 0;
	int len, ret = 0;

	if (args->file)
		ret = append_content(&text, args->file, err);
	else if (args->text && !strcmp(args->text, "-"))
		ret = append_input(&text, err);
	else if (args->text)
		ret = event_append(&text, args->text, strlen(args->text), err);
	if (!ret && args->agent.agent == AGENT_SYSTEMD)
		ret = read_banks(args->root, target, &set, err);
	if (ret || agent_event_make(&args->agent, &args->record, set, text.data,
				    text.len, &content, err)) {
		buffer_free(&content);
		return -1;
	}
	len = new_record_encode(&args->record, content.data, content.len,
				event->data, err);
	buffer_free(&content);
	event->len = len < 0 ? 0 : (size_t)len;
	return len < 0 ? -1 : 0;
}

/* @text: NULL if there is none. */
static int make_event(struct event *event, const char *key, const char *file,
		      const char *text, struct error *err)
{
	event->len = 0;
	if (key && event_append(event, key, strlen(key), err))
		return -1;
	if (key && (file || text) && event_append(event, " ", 1, err))
		return -1;
	if (file)
		return append_file(event, file, err);
	if (!text)
		return 0;
	if (!strcmp(text, "-"))
		return append_input(event, err);
	return event_append(event, text, strlen(text), err);
}

static bool target_parse(struct target *target, const char *text)
{
	size_t len = strcspn(text, "/");

	if (!text[len] || !register_name_valid(text, len) ||
	    !register_name_valid(text + len + 1, strlen(text + len + 1)))
		return false;
	snprintf(target->provider, sizeof(target->provider), "%.*s", (int)len,
		 text);
	snprintf(target->reg, sizeof(target->reg), "%s", text + len + 1);
	return true;
}

static int open_register(const struct provider *provider,
			 const struct target *target, struct error *err)
{
	char path[REGISTER_NAME_SIZE + sizeof("/append_record")];
	const char *hint = "";
	int fd;

	snprintf(path, sizeof(path), "%s/%s", target->reg, target->file);
	fd = openat(provider->dirfd, path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == EACCES)
		hint = "; run as root, or as a member of the group that may extend it";
	else if (errno == ENOENT)
		hint = "; there is no such register, or it cannot be extended";
	return error_set(err, "cannot open %s: %s%s", path, strerror(errno),
			 hint);
}

/* Otherwise the kernel says no more than that it is invalid. */
static int check_digests(const struct provider *provider, const char *reg,
			 unsigned int set, struct error *err)
{
	char mine[BANK_SET_TEXT], given[BANK_SET_TEXT];
	unsigned int all;

	if (provider_read_banks(provider, reg, &all, err))
		return -1;
	if (all == set)
		return 0;
	return error_set(
		err,
		"%s has the banks %s, and there must be a digest for each; given are %s",
		reg, bank_set_text(all, mine), bank_set_text(set, given));
}

static int write_event(int fd, const struct event *event, struct error *err)
{
	ssize_t done = pwrite(fd, event->data, event->len, 0);

	if (done == (ssize_t)event->len)
		return 0;
	if (done >= 0)
		return error_set(err, "only a part of the event was taken");
	return error_set(err, "cannot measure: %s%s", strerror(errno),
			 errno == ENOSPC ? full_hint : "");
}

/* Returns as once_find() does, and holds the lock until @fd is closed. */
static int find_before(struct once *once, const struct provider *provider,
		       int fd, struct error *err)
{
	while (flock(fd, LOCK_EX))
		if (errno != EINTR)
			return error_set(err, "cannot lock append_event: %s",
					 strerror(errno));
	return once_find(once, provider, err);
}

/*
 * @once: NULL to measure in any case. @digests: the banks that there is a digest
 * for, if there is any. Returns 0, or -1 with @err set.
 */
static int measure(const char *root, const struct target *target,
		   const struct event *event, unsigned int digests,
		   struct once *once, struct error *err)
{
	struct provider provider;
	int fd = -1, ret;

	ret = provider_open(&provider, root, target->provider, err);
	if (!ret)
		fd = open_register(&provider, target, err);
	if (fd < 0) {
		provider_close(&provider);
		return error_prefix(err, target->provider);
	}
	if (digests)
		ret = check_digests(&provider, target->reg, digests, err);
	if (!ret && once)
		ret = find_before(once, &provider, fd, err);
	if (!ret) {
		ret = write_event(fd, event, err);
		if (!ret)
			owner_warn(&provider, root, target->reg);
	} else if (ret > 0) {
		printf("%s/%s: measured before, record %" PRIu64 "%s\n",
		       target->provider, target->reg, once->recnum,
		       once->same ? "" : ", with other content");
	}
	close(fd);
	provider_close(&provider);
	return ret < 0 ? error_prefix(err, target->provider) : 0;
}

enum {
	OPT_AAEL = 256,
	OPT_ARCHIVE,
	OPT_CONTENT_TYPE,
	OPT_COS,
	OPT_DIGEST,
	OPT_DSTACK,
	OPT_FILE,
	OPT_IGNORE_TRIMMED,
	OPT_ONCE,
	OPT_SECRET,
	OPT_SYSFS,
	OPT_SYSTEMD,
	OPT_TYPE,
};

static const struct option options[] = {
	{ "aael", no_argument, NULL, OPT_AAEL },
	{ "archive", required_argument, NULL, OPT_ARCHIVE },
	{ "content-type", required_argument, NULL, OPT_CONTENT_TYPE },
	{ "cos", required_argument, NULL, OPT_COS },
	{ "digest", required_argument, NULL, OPT_DIGEST },
	{ "dstack", required_argument, NULL, OPT_DSTACK },
	{ "file", required_argument, NULL, OPT_FILE },
	{ "help", no_argument, NULL, 'h' },
	{ "ignore-trimmed", no_argument, NULL, OPT_IGNORE_TRIMMED },
	{ "once", required_argument, NULL, OPT_ONCE },
	{ "secret", required_argument, NULL, OPT_SECRET },
	{ "sysfs", required_argument, NULL, OPT_SYSFS },
	{ "systemd", required_argument, NULL, OPT_SYSTEMD },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ 0 },
};

/* Returns what is wrong with the usage, "" if getopt said it, or else NULL. */
static const char *take_arguments(struct arguments *args, int argc, char **argv)
{
	const char *wrong = NULL;
	int opt;

	while (!wrong &&
	       (opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case OPT_AAEL:
			wrong = agent_event_option(&args->agent, AGENT_AAEL,
						   NULL, &args->record);
			break;
		case OPT_COS:
			wrong = agent_event_option(&args->agent, AGENT_COS,
						   optarg, &args->record);
			break;
		case OPT_DSTACK:
			wrong = agent_event_option(&args->agent, AGENT_DSTACK,
						   optarg, &args->record);
			break;
		case OPT_SYSTEMD:
			wrong = agent_event_option(&args->agent, AGENT_SYSTEMD,
						   optarg, &args->record);
			break;
		case OPT_SECRET:
			args->agent.secret = optarg;
			break;
		case OPT_ARCHIVE:
			args->once.archive = optarg;
			break;
		case OPT_CONTENT_TYPE:
			wrong = new_record_content_type(&args->record, optarg);
			break;
		case OPT_DIGEST:
			wrong = new_record_digest(&args->record, optarg);
			break;
		case OPT_FILE:
			args->file = optarg;
			break;
		case OPT_IGNORE_TRIMMED:
			args->once.ignore_trimmed = true;
			break;
		case OPT_ONCE:
			args->once.key = optarg;
			break;
		case OPT_SYSFS:
			args->root = optarg;
			break;
		case OPT_TYPE:
			wrong = new_record_type(&args->record, optarg);
			break;
		case 'h':
			args->help = true;
			return NULL;
		default:
			return "";
		}
	}
	if (wrong)
		return wrong;
	if (optind < argc)
		args->target = argv[optind++];
	if (args->agent.agent == AGENT_AAEL) {
		if (argc - optind < 2)
			return "--aael takes DOMAIN, OPERATION and CONTENT after the register";
		args->agent.domain = argv[optind++];
		args->agent.operation = argv[optind++];
	}
	if (argc - optind > 1)
		return "more than one TEXT; put it in quotes";
	if (optind < argc)
		args->text = argv[optind];
	return NULL;
}

static const char *check_arguments(const struct arguments *args)
{
	const struct new_record *record = &args->record;
	const struct once *once = &args->once;

	if (!args->target)
		return "no PROVIDER/REGISTER given";
	if (args->text && args->file)
		return "--file excludes TEXT";
	if (args->text && !*args->text)
		return "the TEXT is empty";
	if (once->key && !*once->key)
		return "the KEY is empty";
	if (!once->key && (once->archive || once->ignore_trimmed))
		return "--archive and --ignore-trimmed go with --once";
	if (record->has_event_type && record->has_content_type)
		return "--type excludes --content-type";
	if (once->key && record->any)
		return "--once goes with events, not with records";
	if (args->agent.agent != AGENT_NONE &&
	    (record->has_event_type || record->has_content_type ||
	     record->banks))
		return "forms of agents exclude --type, --content-type and --digest";
	if (args->agent.secret && args->agent.agent != AGENT_SYSTEMD)
		return "--secret goes with --systemd";
	if (!once->key && !record->banks && !args->file && !args->text &&
	    args->agent.agent != AGENT_COS && args->agent.agent != AGENT_DSTACK)
		return "no TEXT given";
	return NULL;
}

int command_measure(int argc, char **argv)
{
	struct arguments args = { .root = PROVIDER_ROOT };
	struct target target;
	struct event event;
	const char *wrong;
	struct error err;

	wrong = take_arguments(&args, argc, argv);
	if (!wrong && args.help) {
		fputs(help, stdout);
		return 0;
	}
	if (!wrong)
		wrong = check_arguments(&args);
	if (!wrong && !target_parse(&target, args.target))
		wrong = "the first argument is not PROVIDER/REGISTER";
	if (wrong)
		return usage_error("measure", *wrong ? wrong : NULL);

	target.file = args.record.any ? "append_record" : "append_event";
	if (args.record.any ? make_record(&event, &args, &target, &err) :
			      make_event(&event, args.once.key, args.file,
					 args.text, &err)) {
		fprintf(stderr, "tsm-log: %s\n", err.text);
		return EXIT_TROUBLE;
	}
	args.once.reg = target.reg;
	args.once.event = event.data;
	args.once.event_len = event.len;
	if (measure(args.root, &target, &event, args.record.banks,
		    args.once.key ? &args.once : NULL, &err)) {
		fprintf(stderr, "tsm-log: %s\n", err.text);
		return EXIT_TROUBLE;
	}
	return 0;
}
