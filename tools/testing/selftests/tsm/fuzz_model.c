// SPDX-License-Identifier: GPL-2.0
/*
 * What a provider must look like after all that was written to it.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/tsm-event-log.h>

#include "fuzz_model.h"
#include "tsm.h"

static const char *const number_names[] = { "next_record", "first_record",
					    "size", "limit" };

/* The longest text that is taken for a number, and a bit more. */
#define NUMBER_SIZE 22

static uint8_t tcg_alg(const char *algo)
{
	if (!strcmp(algo, "sha1"))
		return TSM_CEL_ALG_SHA1;
	if (!strcmp(algo, "sha256"))
		return TSM_CEL_ALG_SHA256;
	if (!strcmp(algo, "sha384"))
		return TSM_CEL_ALG_SHA384;

	return TSM_CEL_ALG_SHA512;
}

static void hash(const char *algo, const void *a, size_t a_len, const void *b,
		 size_t b_len, uint8_t *digest)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (!ctx || !EVP_DigestInit_ex(ctx, EVP_get_digestbyname(algo), NULL) ||
	    !EVP_DigestUpdate(ctx, a, a_len) ||
	    !EVP_DigestUpdate(ctx, b, b_len) ||
	    !EVP_DigestFinal_ex(ctx, digest, NULL))
		abort();
	EVP_MD_CTX_free(ctx);
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;

	return -1;
}

static bool parse_hex(const char *hex, uint8_t *value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = high < 0 ? -1 : hex_digit(hex[2 * i + 1]);

		if (low < 0)
			return false;
		value[i] = high << 4 | low;
	}

	return true;
}

/* ALGO:HEX[,ALGO:HEX...] in the order that records have the banks in. */
static bool parse_banks(struct model_reg *reg, char *text)
{
	char *save;

	for (char *word = strtok_r(text, ",", &save); word;
	     word = strtok_r(NULL, ",", &save)) {
		struct model_bank *bank = &reg->banks[reg->nr_banks++];
		char *colon = strchr(word, ':');

		if (!colon || reg->nr_banks > MODEL_MAX_BANKS)
			return false;
		*colon = '\0';
		snprintf(bank->algo, sizeof(bank->algo), "%s", word);
		bank->alg = tcg_alg(bank->algo);
		bank->size = strlen(colon + 1) / 2;
		if (bank->size > MODEL_MAX_DIGEST ||
		    !parse_hex(colon + 1, bank->value, bank->size))
			return false;
	}

	return true;
}

static const struct provider_reg *
find_register(const struct provider *provider, const char *name)
{
	for (int i = 0; i < provider->nr_regs; i++) {
		if (!strcmp(provider->regs[i].name, name))
			return &provider->regs[i];
	}

	return NULL;
}

static bool parse_line(struct model *model, const struct provider *provider,
		       char *line)
{
	struct model_reg *reg = &model->regs[model->nr_regs];
	const struct provider_reg *known;
	char values[2048];
	unsigned int number;

	if (model->nr_regs == MAX_REGISTERS)
		return false;
	if (sscanf(line, "%*u %*s %255s %2047s", reg->name, values) != 2)
		return false;
	known = find_register(provider, reg->name);
	/* One that only others extend. */
	if (!known)
		return true;
	model->nr_regs++;
	reg->digest = known->digest;
	if (sscanf(reg->name, "pcr%u", &number) == 1) {
		reg->index_type = TSM_CEL_PCR;
		reg->index = number;
	} else if (sscanf(reg->name, "rtmr%u", &number) == 1) {
		reg->index_type = TSM_CEL_CCMR;
		reg->index = number + 1;
	} else {
		return false;
	}

	return parse_banks(reg, values);
}

bool model_init(struct model *model, const struct provider *provider)
{
	const char *name = provider->name;
	char *text, *line, *save, number[32];
	bool good = true;
	size_t size;
	int len;

	memset(model, 0, sizeof(*model));
	model->provider = name;
	model->next = tsm_number("%s/log/next_record", name);
	model->limit = tsm_number("%s/log/limit", name);
	/* Then the checkpoints are the values of now, one line a register. */
	len = snprintf(number, sizeof(number), "%" PRIu64, model->next);
	if (tsm_write(number, len, "%s/log/trim", name) != len)
		return false;
	model->first = model->next;
	text = tsm_slurp(&size, "%s/log/checkpoints", name);
	if (!text)
		return false;
	for (line = strtok_r(text, "\n", &save); line && good;
	     line = strtok_r(NULL, "\n", &save))
		good = parse_line(model, provider, line);
	free(text);
	for (int i = 0; i < 4; i++)
		model->numbers[i] =
			tsm_open(O_RDONLY, "%s/log/%s", name, number_names[i]);

	return good && model->nr_regs == provider->nr_regs;
}

void model_free(struct model *model)
{
	free(model->cel);
	free(model->starts);
	for (int i = 0; i < 4; i++)
		close(model->numbers[i]);
}

static void put_header(uint8_t **p, uint8_t type, size_t len)
{
	*(*p)++ = type;
	for (int shift = 24; shift >= 0; shift -= 8)
		*(*p)++ = len >> shift;
}

static void put_number(uint8_t **p, uint8_t type, uint64_t number, size_t size)
{
	put_header(p, type, size);
	for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
		*(*p)++ = number >> shift;
}

static void put_bytes(uint8_t **p, uint8_t type, const void *data, size_t len)
{
	put_header(p, type, len);
	memcpy(*p, data, len);
	*p += len;
}

/* Content of the type PCCLIENT_STD. Returns its size. */
static size_t put_event(uint8_t *buf, uint32_t event_type, const uint8_t *data,
			size_t len)
{
	uint8_t *p = buf;

	put_header(&p, TSM_CEL_CONTENT_PCCLIENT_STD, 9 + 5 + len);
	put_number(&p, TSM_CEL_PCCLIENT_EVENT_TYPE, event_type, 4);
	put_bytes(&p, TSM_CEL_PCCLIENT_EVENT_DATA, data, len);

	return p - buf;
}

static size_t record_size(const struct model_reg *reg, size_t content_size)
{
	size_t size = 13 + 6 + 5 + content_size;

	for (int i = 0; i < reg->nr_banks; i++)
		size += 5 + reg->banks[i].size;

	return size;
}

static void make_room(struct model *model, size_t len)
{
	if (model->size + len > model->room) {
		model->room = 2 * model->room + len;
		model->cel = realloc(model->cel, model->room);
	}
	if (model->nr_starts == model->starts_room) {
		model->starts_room = 2 * model->starts_room + 1024;
		model->starts =
			realloc(model->starts,
				model->starts_room * sizeof(*model->starts));
	}
	if (!model->cel || !model->starts)
		abort();
}

static ssize_t extend(struct model *model, struct model_reg *reg,
		      uint8_t digests[][MODEL_MAX_DIGEST],
		      const uint8_t *content, size_t content_size)
{
	size_t size = record_size(reg, content_size);
	size_t digests_size = 0;
	uint8_t *p;

	if (model->limit && model->size + size > model->limit)
		return -ENOSPC;

	make_room(model, size);
	model->starts[model->nr_starts++] = model->size;
	p = model->cel + model->size;
	model->size += size;
	put_number(&p, TSM_CEL_RECNUM, model->next++, TSM_CEL_RECNUM_SIZE);
	put_number(&p, reg->index_type, reg->index, TSM_CEL_INDEX_SIZE);
	for (int i = 0; i < reg->nr_banks; i++)
		digests_size += 5 + reg->banks[i].size;
	put_header(&p, TSM_CEL_DIGESTS, digests_size);
	for (int i = 0; i < reg->nr_banks; i++) {
		struct model_bank *bank = &reg->banks[i];

		put_bytes(&p, bank->alg, digests[i], bank->size);
		hash(bank->algo, bank->value, bank->size, digests[i],
		     bank->size, bank->value);
	}
	memcpy(p, content, content_size);

	return 0;
}

static void hash_for_all(const struct model_reg *reg, const uint8_t *data,
			 size_t len, uint8_t digests[][MODEL_MAX_DIGEST])
{
	for (int i = 0; i < reg->nr_banks; i++)
		hash(reg->banks[i].algo, data, len, NULL, 0, digests[i]);
}

ssize_t model_append_event(struct model *model, struct model_reg *reg,
			   const uint8_t *data, size_t len)
{
	uint8_t digests[MODEL_MAX_BANKS][MODEL_MAX_DIGEST];
	uint8_t content[TSM_EVENT_MAX_SIZE + 19];
	ssize_t rc;

	if (!len)
		return 0;
	if (len > TSM_EVENT_MAX_SIZE)
		return -E2BIG;
	hash_for_all(reg, data, len, digests);
	rc = extend(model, reg, digests, content,
		    put_event(content, TSM_EV_ACTION, data, len));

	return rc ?: (ssize_t)len;
}

/* Length of the value of the TLV at @at, or -1 if it goes beyond @end. */
static long value_size(const uint8_t *data, size_t at, size_t end)
{
	uint64_t size = 0;

	if (at + 5 > end)
		return -1;
	for (size_t i = at + 1; i < at + 5; i++)
		size = size * 256 + data[i];

	return at + 5 + size > end ? -1 : (long)size;
}

/* Digests, from @at to @end: one for each bank of the register, each once. */
static bool take_digests(const struct model_reg *reg, const uint8_t *data,
			 size_t at, size_t end,
			 uint8_t digests[][MODEL_MAX_DIGEST])
{
	bool given[MODEL_MAX_BANKS] = {};
	int nr_given = 0;

	while (at < end) {
		long size = value_size(data, at, end);
		int i = 0;

		while (i < reg->nr_banks && reg->banks[i].alg != data[at])
			i++;
		if (i == reg->nr_banks || given[i] ||
		    size != (long)reg->banks[i].size)
			return false;
		memcpy(digests[i], data + at + 5, size);
		given[i] = true;
		nr_given++;
		at += 5 + size;
	}

	return nr_given == reg->nr_banks;
}

/*
 * Where in content, which is all of [@at, @end), what is measured begins; it goes
 * to the end. -1 if it is no content.
 */
static long find_measured(const uint8_t *data, size_t at, size_t end)
{
	size_t first = at + 5, second;
	long size = value_size(data, at, end);
	long first_size;
	bool is_event = data[at] == 5;

	if (size < 0 || at + 5 + size != end)
		return -1;
	if (data[at] == 8 || data[at] >= 9)
		return at;
	if (!is_event && data[at] != 7)
		return -1;

	/* Both have two values, a short one and what is measured. */
	first_size = value_size(data, first, end);
	if (first_size < 0 || data[first] != 0)
		return -1;
	if (is_event &&
	    (first_size != 4 || !memcmp(data + first + 5, "\0\0\0\3", 4)))
		return -1;
	second = first + 5 + first_size;
	size = value_size(data, second, end);
	if (size < 0 || data[second] != 1 || second + 5 + size != end)
		return -1;

	return second + 5;
}

ssize_t model_append_record(struct model *model, struct model_reg *reg,
			    const uint8_t *data, size_t len)
{
	uint8_t digests[MODEL_MAX_BANKS][MODEL_MAX_DIGEST];
	bool given = len && data[0] == 3;
	size_t content = 0;
	long measured;
	ssize_t rc;

	if (!len)
		return 0;
	if (len > TSM_RECORD_MAX_SIZE)
		return -E2BIG;
	if (given) {
		long size = value_size(data, 0, len);

		if (size < 0 || !take_digests(reg, data, 5, 5 + size, digests))
			return -EINVAL;
		content = 5 + size;
	}
	measured = content < len ? find_measured(data, content, len) : -1;
	if (measured < 0)
		return -EINVAL;
	if (!given)
		hash_for_all(reg, data + measured, len - measured, digests);

	rc = extend(model, reg, digests, data + content, len - content);

	return rc ?: (ssize_t)len;
}

ssize_t model_digest(struct model *model, struct model_reg *reg,
		     const uint8_t *data, size_t len)
{
	uint8_t digests[1][MODEL_MAX_DIGEST];
	uint8_t content[19];
	size_t size = reg->banks[0].size;
	const char *hex = (const char *)data;
	ssize_t rc;

	if (!len)
		return 0;
	if (len == size) {
		memcpy(digests[0], data, size);
	} else {
		if (len != 2 * size &&
		    (len != 2 * size + 1 || hex[2 * size] != '\n'))
			return -EINVAL;
		if (!parse_hex(hex, digests[0], size))
			return -EINVAL;
	}

	rc = extend(model, reg, digests, content,
		    put_event(content, TSM_EV_COMPACT_HASH, data, 0));

	return rc ?: (ssize_t)len;
}

/*
 * A number as the kernel takes it: digits after a plus sign, if there is one,
 * and before a newline, if there is one. It ends at a NUL byte.
 */
static bool parse_number(const uint8_t *data, size_t len, uint64_t *number)
{
	size_t i = 0, digits = 0;

	if (len >= NUMBER_SIZE)
		return false;
	len = strnlen((const char *)data, len);
	if (len && data[0] == '+')
		i++;
	*number = 0;
	for (; i < len && data[i] >= '0' && data[i] <= '9'; i++, digits++) {
		unsigned int digit = data[i] - '0';

		if (*number > (UINT64_MAX - digit) / 10)
			return false;
		*number = 10 * *number + digit;
	}

	return digits && (i == len || (i + 1 == len && data[i] == '\n'));
}

ssize_t model_limit(struct model *model, const uint8_t *data, size_t len)
{
	uint64_t limit;

	if (!parse_number(data, len, &limit))
		return MODEL_NO_NUMBER;
	model->limit = limit;

	return len;
}

static void drop(struct model *model, uint64_t number)
{
	size_t n = number - model->first;
	size_t bytes = number == model->next ? model->size : model->starts[n];

	model->size -= bytes;
	model->dropped += bytes;
	memmove(model->cel, model->cel + bytes, model->size);
	model->nr_starts -= n;
	for (size_t i = 0; i < model->nr_starts; i++)
		model->starts[i] = model->starts[i + n] - bytes;
	model->first = number;
}

ssize_t model_trim(struct model *model, const uint8_t *data, size_t len)
{
	uint64_t number;

	if (!parse_number(data, len, &number))
		return MODEL_NO_NUMBER;
	if (number > model->next)
		return -EINVAL;
	if (number > model->first)
		drop(model, number);

	return len;
}

char *model_index(const struct model *model, size_t *size)
{
	char *text = malloc((model->nr_starts / TSM_INDEX_INTERVAL + 2) *
				    TSM_INDEX_LINE_SIZE +
			    1);

	if (!text)
		abort();
	*size = 0;
	for (size_t i = 0; i < model->nr_starts; i++) {
		uint64_t number = model->first + i;

		if (!i || number % TSM_INDEX_INTERVAL == 0)
			*size += sprintf(text + *size, "%20" PRIu64 " %20zu\n",
					 number, model->starts[i]);
	}

	return text;
}

bool model_numbers_agree(const struct model *model)
{
	const uint64_t expected[] = { model->next, model->first, model->size,
				      model->limit };

	for (int i = 0; i < 4; i++) {
		char now[32] = "", text[32];

		snprintf(text, sizeof(text), "%" PRIu64 "\n", expected[i]);
		if (pread(model->numbers[i], now, sizeof(now) - 1, 0) > 0 &&
		    !strcmp(now, text))
			continue;
		printf("# %s is %s# not %s", number_names[i], now, text);
		return false;
	}

	return true;
}

static bool bank_agrees(const struct model *model, const struct model_reg *reg,
			const struct model_bank *bank)
{
	char expected[2 * MODEL_MAX_DIGEST + 2], now[256] = "";

	for (size_t i = 0; i < bank->size; i++)
		sprintf(expected + 2 * i, "%02x", bank->value[i]);
	strcat(expected, "\n");
	if (reg->nr_banks > 1)
		tsm_read(now, sizeof(now), "%s/%s/%s/digest", model->provider,
			 reg->name, bank->algo);
	else
		tsm_read(now, sizeof(now), "%s/%s/digest", model->provider,
			 reg->name);
	if (!strcmp(now, expected))
		return true;
	printf("# %s %s is %s# not %s", reg->name, bank->algo, now, expected);

	return false;
}

bool model_registers_agree(const struct model *model)
{
	for (int i = 0; i < model->nr_regs; i++) {
		const struct model_reg *reg = &model->regs[i];

		for (int j = 0; j < reg->nr_banks; j++) {
			if (!bank_agrees(model, reg, &reg->banks[j]))
				return false;
		}
	}

	return true;
}
