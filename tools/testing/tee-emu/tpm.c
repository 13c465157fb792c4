// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU's TPM, device tpm-crb: TCG PC Client Platform TPM Profile, "Command
 * Response Buffer Interface".
 */
#include "console.h"
#include "string.h"
#include "tpm.h"
#include "x86.h"

#define CRB_BASE 0xfed40000ULL
#define CRB_LOC_CTRL (CRB_BASE + 0x08)
#define CRB_LOC_STATE (CRB_BASE + 0x00)
#define CRB_INTF_ID (CRB_BASE + 0x30)
#define CRB_CTRL_REQ (CRB_BASE + 0x40)
#define CRB_CTRL_STS (CRB_BASE + 0x44)
#define CRB_CTRL_START (CRB_BASE + 0x4c)
#define CRB_DATA (CRB_BASE + 0x80)
#define CRB_DATA_SIZE (0x1000 - 0x80)

#define INTF_TYPE_MASK 0xf
#define INTF_TYPE_CRB 1
#define LOC_STATE_ASSIGNED BIT(1)
#define LOC_CTRL_REQUEST_ACCESS 1
#define CTRL_REQ_COMMAND_READY 1
#define CTRL_STS_ERROR 1
#define CTRL_START_INVOKE 1

#define TPM_HEADER_SIZE 10

/*
 * No command takes that long; making an RSA key may take seconds. QEMU's TSC
 * counts about as fast as the host's: this is a minute or more.
 */
#define TIMEOUT_CYCLES 200000000000ULL

/**
 * tpm_setup() - find the TPM and take hold of it
 */
void tpm_setup(void)
{
	if ((mmio_read32(CRB_INTF_ID) & INTF_TYPE_MASK) != INTF_TYPE_CRB)
		die("tee.mode=svsm needs a TPM: run swtpm and give QEMU %s %s %s",
		    "-chardev socket,id=chrtpm,path=SOCKET",
		    "-tpmdev emulator,id=tpm0,chardev=chrtpm",
		    "-device tpm-crb,tpmdev=tpm0");
	mmio_write32(CRB_LOC_CTRL, LOC_CTRL_REQUEST_ACCESS);
	if (!(mmio_read32(CRB_LOC_STATE) & LOC_STATE_ASSIGNED))
		die("the TPM does not grant locality 0");
}

static u32 load_be32(const u8 *bytes)
{
	return (u32)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

/**
 * tpm_transmit() - execute a TPM command
 * @buffer: the command, and then its response
 * @length: the command's length
 * @size: the buffer's size
 *
 * Return: the response's length, or 0 if there is none.
 */
size_t tpm_transmit(u8 *buffer, size_t length, size_t size)
{
	u64 start = rdtsc();
	size_t response;

	if (length < TPM_HEADER_SIZE || length > CRB_DATA_SIZE)
		return 0;
	mmio_write32(CRB_CTRL_REQ, CTRL_REQ_COMMAND_READY);
	for (size_t i = 0; i < length; i++)
		mmio_write8(CRB_DATA + i, buffer[i]);
	mmio_write32(CRB_CTRL_START, CTRL_START_INVOKE);
	while (mmio_read32(CRB_CTRL_START) & CTRL_START_INVOKE) {
		if (rdtsc() - start > TIMEOUT_CYCLES) {
			say("the TPM does not answer; is swtpm still there?");
			return 0;
		}
		cpu_relax();
	}
	if (mmio_read32(CRB_CTRL_STS) & CTRL_STS_ERROR)
		return 0;

	for (size_t i = 0; i < TPM_HEADER_SIZE; i++)
		buffer[i] = mmio_read8(CRB_DATA + i);
	response = load_be32(buffer + 2);
	if (response < TPM_HEADER_SIZE || response > CRB_DATA_SIZE ||
	    response > size)
		return 0;
	for (size_t i = TPM_HEADER_SIZE; i < response; i++)
		buffer[i] = mmio_read8(CRB_DATA + i);
	return response;
}
