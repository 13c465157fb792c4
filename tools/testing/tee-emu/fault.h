/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEE_EMU_FAULT_H
#define TEE_EMU_FAULT_H

#include "types.h"

#define FAULT_PORT 0xe00
#define FAULT_PORT_COUNT 64

enum fault {
	FAULT_REPORT_BUSY,
	FAULT_REPORT_INVALID,
	FAULT_EXTEND_BUSY,
	FAULT_EXTEND_INVALID,
	FAULT_EXTEND_UNCLEAR,
	FAULT_EXTEND_FOREIGN,
	FAULT_REQUEST_BUSY,
	FAULT_REQUEST_ERROR,
	FAULT_REQUEST_REFUSED,
	FAULT_VTPM_REFUSED,
	FAULT_CONVERT_LOST,
	FAULT_COUNT,
};

bool fault_arm(const char *list, size_t length);
bool fault_take(enum fault fault);
void fault_port_write(u8 byte);
u8 fault_port_read(void);

#endif
