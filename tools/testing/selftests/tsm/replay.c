// SPDX-License-Identifier: GPL-2.0
/*
 * A verifier of the logs, from the description of the format in
 * include/uapi/linux/tsm-event-log.h.
 *
 * Register names: with PCR numbers register N is pcrN; with CC MR numbers
 * register N is rtmr(N - 1).
 */

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <linux/tsm-event-log.h>

#include "replay.h"
#include "tsm.h"

struct tlv {
	uint8_t type;
	uint32_t len;
	const uint8_t *value;
};

/* Say what is wrong. Always false, for the caller to return. */
static bool __attribute__((format(printf, 1, 2))) wrong(const char *format, ...)
{
	va_list args;

	printf("# replay: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");

	return false;
}

static const uint8_t *parse_tlv(const uint8_t *p, const uint8_t *end,
				struct tlv *tlv)
{
	if (!p || end - p < TSM_CEL_TLV_HEADER_SIZE)
		return NULL;
	tlv->type = p[0];
	tlv->len = (uint32_t)p[1] << 24 | p[2] << 16 | p[3] << 8 | p[4];
	tlv->value = p + TSM_CEL_TLV_HEADER_SIZE;
	if (tlv->len > end - tlv->value)
		return NULL;

	return tlv->value + tlv->len;
}

static const char *algo_name(uint8_t alg)
{
	switch (alg) {
	case TSM_CEL_ALG_SHA1:
		return "sha1";
	case TSM_CEL_ALG_SHA256:
		return "sha256";
	case TSM_CEL_ALG_SHA384:
		return "sha384";
	case TSM_CEL_ALG_SHA512:
		return "sha512";
	default:
		return "unknown";
	}
}

static struct replay_bank *find_bank(struct replay *replay, const char *reg,
				     const char *algo)
{
	for (int i = 0; i < replay->nr_banks; i++) {
		struct replay_bank *bank = &replay->banks[i];

		if (!strcmp(bank->reg, reg) && !strcmp(bank->algo, algo))
			return bank;
	}

	return NULL;
}

static struct replay_bank *add_bank(struct replay *replay, const char *reg,
				    const char *algo)
{
	struct replay_bank *bank = &replay->banks[replay->nr_banks];

	if (replay->nr_banks == REPLAY_MAX_BANKS)
		return NULL;
	bank->md = EVP_MD_fetch(NULL, algo, NULL);
	if (!bank->md)
		return NULL;
	snprintf(bank->reg, sizeof(bank->reg), "%s", reg);
	snprintf(bank->algo, sizeof(bank->algo), "%s", algo);
	replay->nr_banks++;

	return bank;
}

static bool hash(struct replay *replay, const EVP_MD *md, const void *a,
		 size_t a_len, const void *b, size_t b_len, uint8_t *digest)
{
	if (!replay->ctx)
		replay->ctx = EVP_MD_CTX_new();

	return replay->ctx && EVP_DigestInit_ex(replay->ctx, md, NULL) &&
	       EVP_DigestUpdate(replay->ctx, a, a_len) &&
	       EVP_DigestUpdate(replay->ctx, b, b_len) &&
	       EVP_DigestFinal_ex(replay->ctx, digest, NULL);
}

static bool parse_hex(const char *hex, uint8_t *value, size_t size)
{
	if (strlen(hex) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (sscanf(hex + 2 * i, "%2hhx", &value[i]) != 1)
			return false;
	}

	return true;
}

/* The value of one bank: taken over, or compared with what the replay gave. */
static bool apply_value(struct replay *replay, const char *reg,
			const char *algo, const char *hex, bool restarts)
{
	struct replay_bank *bank = find_bank(replay, reg, algo);
	uint8_t value[REPLAY_MAX_DIGEST];
	bool is_new = !bank;

	if (is_new)
		bank = add_bank(replay, reg, algo);
	if (!bank)
		return wrong("%s has a bank %s", reg, algo);
	if (is_new)
		bank->size = EVP_MD_get_size(bank->md);
	if (!parse_hex(hex, value, bank->size))
		return wrong("bad value of %s %s", reg, algo);
	if (!is_new && !restarts && memcmp(value, bank->value, bank->size))
		return wrong("%s %s: a checkpoint before record %" PRIu64
			     " is not what the records give",
			     reg, algo, replay->next);
	memcpy(bank->value, value, bank->size);

	return true;
}

/* One line: RECNUM REASON REGISTER [ALGO:HEX[,ALGO:HEX...]] [foreign=COUNT] */
static bool apply_checkpoint(struct replay *replay, char *line)
{
	char *save = NULL, *words[4];
	bool restarts;

	for (int i = 0; i < 4; i++) {
		words[i] = strtok_r(i ? NULL : line, " ", &save);
		/* It has no value, and the replay goes on with the one it has. */
		if (i == 2 && words[i] && !strcmp(words[1], TSM_CHECKPOINT_UNSURE))
			return true;
		if (!words[i])
			return wrong("a checkpoint has %d words", i);
	}
	restarts = !strcmp(words[1], TSM_CHECKPOINT_FOREIGN) ||
		   !strcmp(words[1], TSM_CHECKPOINT_RESUME) ||
		   !strcmp(words[1], TSM_CHECKPOINT_RESET);
	if (!restarts && strcmp(words[1], TSM_CHECKPOINT_REGISTER) &&
	    strcmp(words[1], TSM_CHECKPOINT_SETTLED) &&
	    strcmp(words[1], TSM_CHECKPOINT_TRIM))
		return wrong("unknown reason %s", words[1]);

	for (char *value = strtok_r(words[3], ",", &save); value;
	     value = strtok_r(NULL, ",", &save)) {
		char *colon = strchr(value, ':');

		if (!colon)
			return wrong("%s has no hash", value);
		*colon = '\0';
		if (!apply_value(replay, words[2], value, colon + 1, restarts))
			return false;
	}

	return true;
}

/* Lines before record number @end, and none of those that have been seen. */
static bool apply_checkpoints(struct replay *replay, char **text, uint64_t end)
{
	while (**text) {
		uint64_t number = strtoull(*text, NULL, 10);
		char *line = *text;
		char *newline = strchr(line, '\n');

		if (number >= end)
			return true;
		if (!newline)
			return wrong("a checkpoint has no newline");
		*newline = '\0';
		*text = newline + 1;
		if (number >= replay->next && !apply_checkpoint(replay, line))
			return false;
	}

	return true;
}

static bool apply_digests(struct replay *replay, struct replay_record *record,
			  const struct tlv *digests)
{
	const uint8_t *end = digests->value + digests->len;
	const uint8_t *p = digests->value;
	struct tlv digest;

	record->bound = true;
	do {
		uint8_t expected[REPLAY_MAX_DIGEST];
		struct replay_bank *bank;
		const char *algo;

		p = parse_tlv(p, end, &digest);
		if (!p)
			return wrong("record %" PRIu64 ": bad digests",
				     record->number);
		algo = algo_name(digest.type);
		bank = find_bank(replay, record->reg, algo);
		if (!bank || digest.len != bank->size)
			return wrong("record %" PRIu64
				     ": no checkpoint of %s %s",
				     record->number, record->reg, algo);
		if (!hash(replay, bank->md, record->measured,
			  record->measured_size, NULL, 0, expected))
			return wrong("no hash %s", algo);
		if (memcmp(expected, digest.value, digest.len))
			record->bound = false;
		if (!hash(replay, bank->md, bank->value, bank->size,
			  digest.value, digest.len, bank->value))
			return wrong("no hash %s", algo);
		bank->extended = true;
	} while (p < end);
	replay->nr_claims += !record->bound && !record->bare;

	return true;
}

/* Two TLVs, of these types, and nothing else. */
static bool parse_pair(const struct tlv *content, uint8_t first_type,
		       struct tlv *first, uint8_t second_type,
		       struct tlv *second)
{
	const uint8_t *end = content->value + content->len;
	const uint8_t *p = parse_tlv(content->value, end, first);

	return p && parse_tlv(p, end, second) == end &&
	       first->type == first_type && second->type == second_type;
}

static bool parse_content(const struct tlv *content,
			  struct replay_record *record)
{
	static const uint8_t compact_hash[] = { 0, 0, 0, TSM_EV_COMPACT_HASH };
	struct tlv first, second;

	record->content = content->type;
	record->event = content->value;
	record->event_size = content->len;
	record->bare = false;

	switch (content->type) {
	case TSM_CEL_CONTENT_PCCLIENT_STD:
		if (!parse_pair(content, TSM_CEL_PCCLIENT_EVENT_TYPE, &first,
				TSM_CEL_PCCLIENT_EVENT_DATA, &second) ||
		    first.len != TSM_CEL_EVENT_TYPE_SIZE)
			return false;
		record->event = second.value;
		record->event_size = second.len;
		record->bare = !second.len &&
			       !memcmp(first.value, compact_hash,
				       sizeof(compact_hash));
		break;
	case TSM_CEL_CONTENT_IMA_TEMPLATE:
		if (!parse_pair(content, TSM_CEL_IMA_TEMPLATE_NAME, &first,
				TSM_CEL_IMA_TEMPLATE_DATA, &second))
			return false;
		break;
	default:
		if (content->type < TSM_CEL_CONTENT_IMA_TLV)
			return false;
		record->measured = content->value - TSM_CEL_TLV_HEADER_SIZE;
		record->measured_size = content->len + TSM_CEL_TLV_HEADER_SIZE;
		return true;
	}
	record->measured = second.value;
	record->measured_size = second.len;

	return true;
}

/* Returns where the next record begins, or NULL if this one is malformed. */
static const uint8_t *parse_record(const uint8_t *p, const uint8_t *end,
				   struct replay_record *record,
				   struct tlv *digests)
{
	struct tlv recnum, index, content, first;

	p = parse_tlv(p, end, &recnum);
	p = parse_tlv(p, end, &index);
	p = parse_tlv(p, end, digests);
	p = parse_tlv(p, end, &content);
	if (!p || recnum.type != TSM_CEL_RECNUM ||
	    recnum.len != TSM_CEL_RECNUM_SIZE ||
	    index.len != TSM_CEL_INDEX_SIZE ||
	    digests->type != TSM_CEL_DIGESTS ||
	    !parse_content(&content, record) ||
	    !parse_tlv(digests->value, digests->value + digests->len, &first))
		return NULL;
	record->number = 0;
	for (size_t i = 0; i < recnum.len; i++)
		record->number = record->number << 8 | recnum.value[i];

	if (index.type == TSM_CEL_PCR)
		snprintf(record->reg, sizeof(record->reg), "pcr%u",
			 index.value[0]);
	else if (index.type == TSM_CEL_CCMR)
		snprintf(record->reg, sizeof(record->reg), "rtmr%d",
			 index.value[0] - 1);
	else
		return NULL;
	record->digest = first.value;

	return p;
}

static bool apply_record(struct replay *replay, char **checkpoints,
			 struct replay_record *record,
			 const struct tlv *digests)
{
	if (!replay->started) {
		replay->started = true;
		replay->next = record->number;
	}
	/* Seen, in an earlier piece. */
	if (record->number < replay->next)
		return true;

	if (record->number != replay->next)
		return wrong("record %" PRIu64 " is where %" PRIu64
			     " should be",
			     record->number, replay->next);
	if (!apply_checkpoints(replay, checkpoints, record->number + 1) ||
	    !apply_digests(replay, record, digests))
		return false;
	replay->next++;

	return !replay->look || replay->look(replay->arg, record);
}

static bool apply_records(struct replay *replay, const char *cel, size_t size,
			  char **checkpoints)
{
	const uint8_t *p = (const uint8_t *)cel;
	const uint8_t *end = p + size;
	struct replay_record record;
	struct tlv digests;

	while (p < end) {
		p = parse_record(p, end, &record, &digests);
		if (!p)
			return wrong("what follows record %" PRIu64
				     " is malformed",
				     replay->next - 1);
		if (!apply_record(replay, checkpoints, &record, &digests))
			return false;
	}

	return true;
}

bool replay_piece(struct replay *replay, const char *cel, size_t size,
		  char *checkpoints)
{
	return apply_records(replay, cel, size, &checkpoints);
}

bool replay_last_piece(struct replay *replay, const char *cel, size_t size,
		       char *checkpoints)
{
	if (!apply_records(replay, cel, size, &checkpoints))
		return false;
	/* The log may be empty, because nothing came or all was dropped. */
	if (!replay->started && *checkpoints) {
		replay->started = true;
		replay->next = strtoull(checkpoints, NULL, 10);
	}
	if (!apply_checkpoints(replay, &checkpoints, replay->next + 1))
		return false;
	if (*checkpoints)
		return wrong("a checkpoint is of a record that is not there");

	return true;
}

bool replay_equals_registers(const struct replay *replay, const char *provider)
{
	if (!replay->nr_banks)
		return wrong("%s has no checkpoints", provider);

	for (int i = 0; i < replay->nr_banks; i++) {
		const struct replay_bank *bank = &replay->banks[i];
		char hex[2 * REPLAY_MAX_DIGEST + 2];
		char live[256];

		/* Of a register without records one bank will do. */
		if (i && !bank->extended && !strcmp(bank->reg, bank[-1].reg))
			continue;
		if (tsm_read(live, sizeof(live), "%s/%s/%s/digest", provider,
			     bank->reg, bank->algo) < 0 &&
		    tsm_read(live, sizeof(live), "%s/%s/digest", provider,
			     bank->reg) < 0)
			return wrong("cannot read %s", bank->reg);
		for (size_t j = 0; j < bank->size; j++)
			sprintf(hex + 2 * j, "%02x", bank->value[j]);
		strcat(hex, "\n");
		if (strcmp(hex, live))
			return wrong("%s %s: the log says %s", bank->reg,
				     bank->algo, hex);
	}

	return true;
}

size_t replay_record(const char *p, size_t left, uint64_t *number)
{
	const uint8_t *bytes = (const uint8_t *)p;
	struct replay_record record;
	const uint8_t *end;
	struct tlv digests;

	end = parse_record(bytes, bytes + left, &record, &digests);
	if (!end)
		return 0;
	*number = record.number;

	return end - bytes;
}

void replay_free(struct replay *replay)
{
	for (int i = 0; i < replay->nr_banks; i++)
		EVP_MD_free(replay->banks[i].md);
	EVP_MD_CTX_free(replay->ctx);
}

long tsm_replay_claims(const char *provider, long *nr_claims)
{
	struct replay replay = {};
	size_t log_size, text_size;
	char *log, *text;
	bool good;

	log = tsm_slurp(&log_size, "%s/log/cel", provider);
	text = tsm_slurp(&text_size, "%s/log/checkpoints", provider);
	good = log && text && replay_last_piece(&replay, log, log_size, text) &&
	       replay_equals_registers(&replay, provider);
	replay_free(&replay);
	free(log);
	free(text);
	*nr_claims = replay.nr_claims;

	return good ? (long)replay.next : -1;
}

long tsm_replay(const char *provider)
{
	long nr_claims;

	return tsm_replay_claims(provider, &nr_claims);
}
