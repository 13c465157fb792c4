// SPDX-License-Identifier: GPL-2.0
/*
 * The command line.
 *
 * There is one, QEMU's -append, for the emulator and the guest. The words that
 * begin with "tee." are the emulator's; Linux takes them for parameters of a
 * module that is not there, and ignores them. A word of ours that nobody asks
 * for is an error: a test must not pass because its option was misspelt.
 */
#include "cmdline.h"
#include "console.h"
#include "sha384.h"
#include "string.h"

#define PREFIX "tee."
#define PREFIX_LENGTH (sizeof(PREFIX) - 1)
#define MAX_WORDS 64

static const char *guest_line;

static struct word {
	const char *text; /* after the prefix */
	size_t length;
	bool used;
} words[MAX_WORDS];
static size_t nr_words;

/**
 * cmdline_setup() - take the command line
 * @line: as QEMU gives it: the image's own name comes first
 */
void cmdline_setup(const char *line)
{
	while (*line && *line != ' ')
		line++;
	while (*line == ' ')
		line++;
	guest_line = line;

	while (*line) {
		const char *start = line;

		while (*line && *line != ' ')
			line++;
		if (!strncmp(start, PREFIX, PREFIX_LENGTH)) {
			if (nr_words == MAX_WORDS)
				die("more than %u tee. options on the command line",
				    MAX_WORDS);
			words[nr_words].text = start + PREFIX_LENGTH;
			words[nr_words].length = line - start - PREFIX_LENGTH;
			nr_words++;
		}
		while (*line == ' ')
			line++;
	}
}

/**
 * cmdline_guest() - the guest's command line
 */
const char *cmdline_guest(void)
{
	return guest_line;
}

static size_t name_length(const struct word *word)
{
	size_t length = 0;

	while (length < word->length && word->text[length] != '=')
		length++;
	return length;
}

/* The last word of that name counts, as with Linux' own parameters. */
static struct word *find(const char *name)
{
	struct word *found = NULL;

	for (size_t i = 0; i < nr_words; i++) {
		struct word *word = &words[i];
		size_t length = name_length(word);

		if (length == strlen(name) &&
		    !memcmp(word->text, name, length)) {
			word->used = true;
			found = word;
		}
	}
	return found;
}

/**
 * cmdline_value() - look up tee.NAME=VALUE
 * @name: the name
 * @length: length of the value
 *
 * Return: the value, or NULL if there is none.
 */
const char *cmdline_value(const char *name, size_t *length)
{
	struct word *word = find(name);
	size_t skip;

	if (!word)
		return NULL;
	skip = name_length(word) + 1;
	if (skip > word->length)
		die("tee.%s needs a value: tee.%s=...", name, name);
	*length = word->length - skip;
	return word->text + skip;
}

/**
 * cmdline_flag() - look up tee.NAME
 * @name: the name
 */
bool cmdline_flag(const char *name)
{
	struct word *word = find(name);

	if (word && word->length != strlen(name))
		die("tee.%s takes no value", name);
	return word;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/**
 * cmdline_number() - look up tee.NAME=HEX
 * @name: the name
 * @fallback: what to return without it
 */
u64 cmdline_number(const char *name, u64 fallback)
{
	u64 number = 0;
	size_t length;
	const char *text = cmdline_value(name, &length);

	if (!text)
		return fallback;
	if (length > 2 && text[0] == '0' && text[1] == 'x') {
		text += 2;
		length -= 2;
	}
	if (!length || length > 16)
		die("tee.%s takes a hexadecimal number of up to 64 bits", name);
	for (size_t i = 0; i < length; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			die("tee.%s takes a hexadecimal number", name);
		number = number << 4 | (unsigned int)digit;
	}
	return number;
}

/**
 * cmdline_bytes() - look up tee.NAME=HEX, for a value of bytes
 * @name: the name
 * @value: where to put it
 * @size: its size; the option must have exactly as many bytes
 *
 * Return: false if the option is not there.
 */
bool cmdline_bytes(const char *name, u8 *value, size_t size)
{
	size_t length;
	const char *text = cmdline_value(name, &length);

	if (!text)
		return false;
	if (length != 2 * size)
		die("tee.%s takes %u hexadecimal digits, not %u", name,
		    (unsigned int)(2 * size), (unsigned int)length);
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			die("tee.%s takes hexadecimal digits only", name);
		value[i] = high << 4 | low;
	}
	return true;
}

/**
 * cmdline_register() - the value of a static register
 * @name: the option that sets it
 * @value: where to put it
 * @size: its size, up to that of a SHA-384 digest
 *
 * Without the option it is the SHA-384 digest of the option's name, cut to
 * size: never zero, different for each register, and easy to expect in a test
 * ("printf mrtd | sha384sum").
 */
void cmdline_register(const char *name, u8 *value, size_t size)
{
	u8 digest[SHA384_SIZE];

	if (cmdline_bytes(name, value, size))
		return;
	sha384(name, strlen(name), digest);
	memcpy(value, digest, size);
}

/**
 * cmdline_check() - refuse options that nobody has asked for
 * @mode: the mode, for the message
 */
void cmdline_check(const char *mode)
{
	static char name[64];

	for (size_t i = 0; i < nr_words; i++) {
		size_t length = name_length(&words[i]);

		if (words[i].used)
			continue;
		if (length > sizeof(name) - 1)
			length = sizeof(name) - 1;
		memcpy(name, words[i].text, length);
		die("tee.%s is not an option in tee.mode=%s; README.rst lists them",
		    name, mode);
	}
}
