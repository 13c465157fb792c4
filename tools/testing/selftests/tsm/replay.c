// SPDX-License-Identifier: GPL-2.0
/*
 * A verifier of the logs, from the description of the format in
 * include/uapi/linux/tsm-event-log.h.
 *
 * Register names: with PCR numbers register N is pcrN; with CC MR numbers
 * register N is rtmr(N - 1).
 */

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <linux/tsm-event-log.h>

#include "tsm.h"

#define MAX_BANKS 64
#define MAX_DIGEST 64

struct bank {
	char reg[64];
	char algo[16];
	size_t size;
	uint8_t value[MAX_DIGEST];
};

struct replay {
	struct bank banks[MAX_BANKS];
	int nr_banks;
	long records;
};

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

static struct bank *find_bank(struct replay *replay, const char *reg,
			      const char *algo, bool add)
{
	struct bank *bank;

	for (int i = 0; i < replay->nr_banks; i++) {
		bank = &replay->banks[i];
		if (!strcmp(bank->reg, reg) && !strcmp(bank->algo, algo))
			return bank;
	}
	if (!add || replay->nr_banks == MAX_BANKS)
		return NULL;

	bank = &replay->banks[replay->nr_banks++];
	snprintf(bank->reg, sizeof(bank->reg), "%s", reg);
	snprintf(bank->algo, sizeof(bank->algo), "%s", algo);

	return bank;
}

static bool hash(const char *algo, const void *a, size_t a_len, const void *b,
		 size_t b_len, uint8_t *digest)
{
	const EVP_MD *md = EVP_get_digestbyname(algo);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	good = md && ctx && EVP_DigestInit_ex(ctx, md, NULL) &&
	       EVP_DigestUpdate(ctx, a, a_len) &&
	       EVP_DigestUpdate(ctx, b, b_len) &&
	       EVP_DigestFinal_ex(ctx, digest, NULL);
	EVP_MD_CTX_free(ctx);

	return good;
}

static bool parse_hex(struct bank *bank, const char *hex)
{
	size_t size = strlen(hex) / 2;

	if (strlen(hex) % 2 || size > MAX_DIGEST)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (sscanf(hex + 2 * i, "%2hhx", &bank->value[i]) != 1)
			return false;
	}
	bank->size = size;

	return true;
}

/* One line: RECNUM REASON REGISTER ALGO:HEX[,ALGO:HEX...] */
static bool apply_checkpoint(struct replay *replay, char *line)
{
	char *save = NULL, *words[4];

	for (int i = 0; i < 4; i++) {
		words[i] = strtok_r(i ? NULL : line, " ", &save);
		if (!words[i])
			return wrong("a checkpoint has %d words", i);
	}
	if (strcmp(words[1], TSM_CHECKPOINT_REGISTER) &&
	    strcmp(words[1], TSM_CHECKPOINT_FOREIGN))
		return wrong("unknown reason %s", words[1]);

	for (char *value = strtok_r(words[3], ",", &save); value;
	     value = strtok_r(NULL, ",", &save)) {
		char *colon = strchr(value, ':');
		struct bank *bank;

		if (!colon)
			return wrong("%s has no hash", value);
		*colon = '\0';
		bank = find_bank(replay, words[2], value, true);
		if (!bank || !parse_hex(bank, colon + 1))
			return wrong("bad value of %s", words[2]);
	}

	return true;
}

static bool apply_checkpoints(struct replay *replay, char **text)
{
	while (**text && atol(*text) <= replay->records) {
		char *line = *text;
		char *end = strchr(line, '\n');

		if (!end)
			return wrong("a checkpoint has no newline");
		*end = '\0';
		*text = end + 1;
		if (!apply_checkpoint(replay, line))
			return false;
	}

	return true;
}

static bool apply_digests(struct replay *replay, const char *reg,
			  const struct tlv *digests, const struct tlv *event)
{
	const uint8_t *end = digests->value + digests->len;
	const uint8_t *p = digests->value;
	struct tlv digest;

	do {
		uint8_t expected[MAX_DIGEST];
		const char *algo;
		struct bank *bank;

		p = parse_tlv(p, end, &digest);
		if (!p)
			return wrong("record %ld: bad digests",
				     replay->records);
		algo = algo_name(digest.type);
		bank = find_bank(replay, reg, algo, false);
		if (!bank || digest.len != bank->size)
			return wrong("record %ld: no checkpoint of %s %s",
				     replay->records, reg, algo);
		if (event->len &&
		    (!hash(algo, event->value, event->len, NULL, 0, expected) ||
		     memcmp(expected, digest.value, digest.len)))
			return wrong("record %ld: %s is not that of the event",
				     replay->records, algo);
		if (!hash(algo, bank->value, bank->size, digest.value,
			  digest.len, bank->value))
			return wrong("no hash %s", algo);
	} while (p < end);

	return true;
}

static const uint8_t *apply_record(struct replay *replay, const uint8_t *p,
				   const uint8_t *end)
{
	struct tlv recnum, index, digests, content, type, event;
	uint64_t number = 0;
	char reg[16];

	p = parse_tlv(p, end, &recnum);
	p = parse_tlv(p, end, &index);
	p = parse_tlv(p, end, &digests);
	p = parse_tlv(p, end, &content);
	if (!p || recnum.type != TSM_CEL_RECNUM ||
	    recnum.len != TSM_CEL_RECNUM_SIZE ||
	    index.len != TSM_CEL_INDEX_SIZE ||
	    digests.type != TSM_CEL_DIGESTS ||
	    content.type != TSM_CEL_CONTENT_PCCLIENT_STD)
		return NULL;
	for (size_t i = 0; i < recnum.len; i++)
		number = number << 8 | recnum.value[i];
	if (number != (uint64_t)replay->records)
		return NULL;

	if (parse_tlv(parse_tlv(content.value, p, &type), p, &event) != p ||
	    type.type != TSM_CEL_PCCLIENT_EVENT_TYPE ||
	    event.type != TSM_CEL_PCCLIENT_EVENT_DATA)
		return NULL;

	if (index.type == TSM_CEL_PCR)
		snprintf(reg, sizeof(reg), "pcr%u", index.value[0]);
	else if (index.type == TSM_CEL_CCMR)
		snprintf(reg, sizeof(reg), "rtmr%d", index.value[0] - 1);
	else
		return NULL;

	return apply_digests(replay, reg, &digests, &event) ? p : NULL;
}

static bool compare(const struct replay *replay, const char *provider)
{
	for (int i = 0; i < replay->nr_banks; i++) {
		const struct bank *bank = &replay->banks[i];
		char hex[2 * MAX_DIGEST + 2];
		char live[256];

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

long tsm_replay(const char *provider)
{
	struct replay replay = {};
	size_t log_size, text_size;
	char *log, *text, *lines;
	const uint8_t *p, *end;
	bool good = false;

	/* In this order: a checkpoint never names a record yet to come. */
	text = tsm_slurp(&text_size, "%s/log/checkpoints", provider);
	log = tsm_slurp(&log_size, "%s/log/cel", provider);
	if (!log || !text)
		goto out;

	lines = text;
	p = (const uint8_t *)log;
	for (end = p + log_size; p < end; replay.records++) {
		if (!apply_checkpoints(&replay, &lines))
			goto out;
		p = apply_record(&replay, p, end);
		if (!p) {
			printf("# replay: record %ld is bad\n", replay.records);
			goto out;
		}
	}
	good = apply_checkpoints(&replay, &lines) && replay.nr_banks &&
	       compare(&replay, provider);
out:
	free(log);
	free(text);

	return good ? replay.records : -1;
}
