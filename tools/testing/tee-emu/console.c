// SPDX-License-Identifier: GPL-2.0
/*
 * Messages on the first serial port, which the guest uses as well: so only
 * what a person must know is said (say), unless tee.trace asks for every call
 * of the guest (trace), and what ends the run (die).
 */
#include <stdarg.h>

#include "console.h"
#include "x86.h"

static bool tracing;

void console_enable_trace(void)
{
	tracing = true;
}

static void put_char(char c)
{
	while (!(in8(COM1_LINE_STATUS) & BIT(5)))
		cpu_relax();
	out8(c, COM1_DATA);
}

static void put_string(const char *s)
{
	for (; *s; s++)
		put_char(*s);
}

static void put_number(u64 value, unsigned int base)
{
	char digits[24];
	size_t i = sizeof(digits);

	digits[--i] = '\0';
	do {
		digits[--i] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	put_string(digits + i);
}

/*
 * The conversions that the emulator uses: %s, %u, %x, and with the length ll
 * for u64.
 */
static void put_format(const char *format, va_list args)
{
	put_string("\r\ntee-emu: ");
	for (; *format; format++) {
		bool is_long = false;

		if (*format != '%') {
			put_char(*format);
			continue;
		}
		format++;
		while (*format == 'l') {
			is_long = true;
			format++;
		}
		if (*format == 's')
			put_string(va_arg(args, const char *));
		else
			put_number(is_long ? va_arg(args, u64) :
					     va_arg(args, unsigned int),
				   *format == 'u' ? 10 : 16);
	}
	put_string("\r\n");
}

/**
 * say() - tell the user something
 * @format: a printf format, without the newline; see put_format()
 */
void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(format, args);
	va_end(args);
}

/**
 * trace() - log a call of the guest, if tee.trace is on the command line
 * @format: a printf format, without the newline; see put_format()
 */
void trace(const char *format, ...)
{
	va_list args;

	if (!tracing)
		return;
	va_start(args, format);
	put_format(format, args);
	va_end(args);
}

/**
 * die() - say why the guest cannot run, or run on, and end QEMU
 * @format: a printf format, without the newline: what is wrong and what to do
 *
 * With QEMU's isa-debug-exit device at port 0xf4 QEMU's exit status is 3,
 * otherwise the machine powers off, which is a status of 0.
 */
void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_format(format, args);
	va_end(args);

	out8(1, DEBUG_EXIT);
	out16(ACPI_SLEEP_S5, ACPI_PM1_CONTROL);
	for (;;)
		asm volatile("cli; hlt");
}
