// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How registers are called.
 */
#include <stdio.h>
#include <string.h>

#include "formats/register.h"

static const char mrtd[] = "mrtd";

bool register_name_valid(const char *name, size_t len)
{
	size_t i;

	if (!len || len >= REGISTER_NAME_SIZE || name[0] == '.')
		return false;
	for (i = 0; i < len; i++)
		if (!((name[i] >= 'a' && name[i] <= 'z') ||
		      (name[i] >= 'A' && name[i] <= 'Z') ||
		      (name[i] >= '0' && name[i] <= '9') || name[i] == '_' ||
		      name[i] == '.' || name[i] == '-'))
			return false;
	return true;
}

const char *register_name(bool is_ccmr, uint8_t index,
			  char out[REGISTER_NAME_SIZE])
{
	if (!is_ccmr)
		snprintf(out, REGISTER_NAME_SIZE, "pcr%u", index);
	else if (index)
		snprintf(out, REGISTER_NAME_SIZE, "rtmr%u", index - 1);
	else
		snprintf(out, REGISTER_NAME_SIZE, "%s", mrtd);
	return out;
}

static bool parse_number(const char *text, unsigned int max, uint8_t *number)
{
	unsigned int value = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9' && value <= max; p++)
		value = 10 * value + (unsigned int)(*p - '0');
	if (p == text || *p || value > max || (*text == '0' && text[1]))
		return false;
	*number = (uint8_t)value;
	return true;
}

bool register_parse(const char *name, bool *is_ccmr, uint8_t *index)
{
	*is_ccmr = strncmp(name, "pcr", 3) != 0;
	if (!*is_ccmr)
		return parse_number(name + 3, UINT8_MAX, index);
	*index = 0;
	if (register_is_mrtd(name))
		return true;
	if (strncmp(name, "rtmr", 4) ||
	    !parse_number(name + 4, UINT8_MAX - 1, index))
		return false;
	++*index;
	return true;
}

const char register_set_usage[] =
	"--leave-out takes a register as the log names it, such as pcr8 or rtmr2";

bool register_set_add(struct register_set *set, const char *name)
{
	bool is_ccmr;
	uint8_t index;

	if (!register_parse(name, &is_ccmr, &index))
		return false;
	set->any = true;
	set->has[is_ccmr][index] = true;
	return true;
}

bool register_is_mrtd(const char *name)
{
	return !strcmp(name, mrtd);
}
