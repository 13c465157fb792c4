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

#define RC_SUCCESS 0

#define SPLIT16(number) (number) >> 8, (number) % 256

#define EK_MODULUS_SIZE 256

/*
 * TPM2_CreatePrimary of an RSA endorsement key by the template of TCG's EK
 * Credential Profile (L-1): the same key each time, as the vTPM's seed says.
 */
static const u8 create_ek[] = {
	0x80, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x31,
	/* the endorsement hierarchy, with an empty password */
	0x40, 0x00, 0x00, 0x0b, 0x00, 0x00, 0x00, 0x09, 0x40, 0x00, 0x00, 0x09,
	0x00, 0x00, 0x00, 0x00, 0x00,
	/* nothing sensitive */
	0x00, 0x04, 0x00, 0x00, 0x00, 0x00,
	/* size; RSA, SHA-256, attributes, policy */
	SPLIT16(58 + EK_MODULUS_SIZE), 0x00, 0x01, 0x00, 0x0b, 0x00, 0x03, 0x00,
	0xb2, 0x00, 0x20, 0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a,
	0x90, 0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e, 0x06,
	0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa,
	/* AES-128-CFB, no scheme, 2048 bits, default exponent, modulus */
	0x00, 0x06, 0x00, 0x80, 0x00, 0x43, 0x00, 0x10, 0x08, 0x00, 0x00, 0x00,
	0x00, 0x00, SPLIT16(EK_MODULUS_SIZE)
};

/* After the modulus: no data from outside, no PCRs. */
#define CREATE_EK_SIZE (sizeof(create_ek) + EK_MODULUS_SIZE + 6)

static void store_be32(u8 *bytes, u32 value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = value >> (24 - 8 * i);
}

static void flush_context(u32 handle)
{
	u8 command[14] = { 0x80, 0x01, 0, 0, 0, sizeof(command), 0, 0, 1, 0x65 };

	store_be32(command + TPM_HEADER_SIZE, handle);
	tpm_transmit(command, sizeof(command), sizeof(command));
}

/**
 * tpm_endorsement_key() - the public part of the TPM's endorsement key
 * @public: where to put the TPMT_PUBLIC
 * @size: how many bytes there is room for
 *
 * Return: its length, or 0 if the TPM did not make it.
 */
size_t tpm_endorsement_key(u8 *public, size_t size)
{
	const size_t handle_at = TPM_HEADER_SIZE, public_at = handle_at + 8;
	static u8 buffer[CRB_DATA_SIZE];
	size_t response, length;

	memset(buffer, 0, CREATE_EK_SIZE);
	memcpy(buffer, create_ek, sizeof(create_ek));
	store_be32(buffer + 2, CREATE_EK_SIZE);
	response = tpm_transmit(buffer, CREATE_EK_SIZE, sizeof(buffer));
	if (response < public_at + 2 || load_be32(buffer + 6) != RC_SUCCESS)
		return 0;
	length = buffer[public_at] << 8 | buffer[public_at + 1];
	if (length > response - public_at - 2 || length > size)
		return 0;
	memcpy(public, buffer + public_at + 2, length);
	flush_context(load_be32(buffer + handle_at));
	return length;
}
