// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on demand.
 *
 * A fault is armed by its name, and with a number for how many times in a row:
 * "extend-busy=3". Several are separated by commas. They come from tee.fault=
 * on the command line, or at any time from the guest, as text written to the
 * fault port, where a newline ends the list. The port is a window of
 * FAULT_PORT_COUNT ports that all do the same, so that the text can be written
 * to /dev/port in one go. Reading a port of the window tells how the last list
 * fared: 0 it is armed, 1 it was not understood and armed nothing; without an
 * emulator the PC's empty bus answers 255.
 */
#include "console.h"
#include "fault.h"
#include "string.h"

static const char *const fault_names[FAULT_COUNT] = {
	[FAULT_REPORT_BUSY] = "report-busy",
	[FAULT_REPORT_INVALID] = "report-invalid",
	[FAULT_EXTEND_BUSY] = "extend-busy",
	[FAULT_EXTEND_INVALID] = "extend-invalid",
	[FAULT_EXTEND_UNCLEAR] = "extend-unclear",
	[FAULT_EXTEND_FOREIGN] = "extend-foreign",
	[FAULT_REQUEST_BUSY] = "request-busy",
	[FAULT_REQUEST_ERROR] = "request-error",
	[FAULT_REQUEST_REFUSED] = "request-refused",
	[FAULT_VTPM_REFUSED] = "vtpm-refused",
	[FAULT_CONVERT_LOST] = "convert-lost",
};

static unsigned int armed[FAULT_COUNT];

#define MAX_COUNT 1000000

/* One "name" or "name=count" of a list. */
static bool parse_fault(const char *text, size_t length, unsigned int *counts)
{
	for (size_t i = 0; i < FAULT_COUNT; i++) {
		size_t name = strlen(fault_names[i]);
		unsigned int count = 0;

		if (length < name || memcmp(text, fault_names[i], name))
			continue;
		if (length == name) {
			counts[i] = 1;
			return true;
		}
		if (text[name] != '=' || length == name + 1)
			return false;
		for (size_t j = name + 1; j < length; j++) {
			if (text[j] < '0' || text[j] > '9')
				return false;
			count = count * 10 + (text[j] - '0');
			if (count > MAX_COUNT)
				return false;
		}
		counts[i] = count;
		return true;
	}
	return false;
}

/**
 * fault_arm() - arm faults
 * @list: NAME[=COUNT], separated by commas; a count of 0 disarms
 * @length: the list's length
 *
 * Return: true, or false if the list has an error; then nothing changes.
 */
bool fault_arm(const char *list, size_t length)
{
	unsigned int counts[FAULT_COUNT];

	memcpy(counts, armed, sizeof(counts));
	while (length) {
		size_t end = 0;

		while (end < length && list[end] != ',')
			end++;
		if (!parse_fault(list, end, counts))
			return false;
		if (end < length)
			end++;
		list += end;
		length -= end;
	}
	memcpy(armed, counts, sizeof(armed));
	return true;
}

/**
 * fault_take() - is this call to fail?
 * @fault: how it would
 *
 * Return: true if that fault is armed; it is then used up by one.
 */
bool fault_take(enum fault fault)
{
	if (!armed[fault])
		return false;
	armed[fault]--;
	trace("fault %s, %u left", fault_names[fault], armed[fault]);
	return true;
}

static char line[FAULT_PORT_COUNT];
static size_t line_length;
static u8 port_status;

void fault_port_write(u8 byte)
{
	if (byte != '\n') {
		/* A line too long for the window ends up as an error. */
		if (line_length < sizeof(line))
			line[line_length++] = byte;
		return;
	}
	port_status = line_length == sizeof(line) ||
		      !fault_arm(line, line_length);
	line_length = 0;
}

u8 fault_port_read(void)
{
	return port_status;
}
