// SPDX-License-Identifier: GPL-2.0
/*
 * I/O ports on behalf of the guest: the emulator's own, and QEMU's devices.
 */
#include "fault.h"
#include "port.h"
#include "x86.h"

/**
 * port_access() - execute IN or OUT for the guest
 * @port: the port
 * @size: 1, 2 or 4 bytes
 * @in: IN, rather than OUT
 * @value: what to write
 *
 * Return: what was read.
 */
u32 port_access(u16 port, unsigned int size, bool in, u32 value)
{
	if (port >= FAULT_PORT && port < FAULT_PORT + FAULT_PORT_COUNT) {
		if (in)
			return fault_port_read();
		fault_port_write(value);
		return 0;
	}
	if (in) {
		switch (size) {
		case 1:
			return in8(port);
		case 2:
			return in16(port);
		default:
			return in32(port);
		}
	}
	switch (size) {
	case 1:
		out8(value, port);
		break;
	case 2:
		out16(value, port);
		break;
	default:
		out32(value, port);
		break;
	}
	return 0;
}
