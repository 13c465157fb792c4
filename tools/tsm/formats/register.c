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

bool register_is_mrtd(const char *name)
{
	return !strcmp(name, mrtd);
}
