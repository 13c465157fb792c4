// SPDX-License-Identifier: GPL-2.0
/*
 * What firmware measures into a TD's RTMRs, and its log of that.
 *
 * UEFI specification, "Confidential Computing": the log is in memory, in the
 * TCG's crypto agile format, and the ACPI table CCEL says where. There is no
 * firmware that measures below the emulator, so it measures a few things itself,
 * each a kind of event that real firmware has: its version and separators, and
 * the kernel's command line. Registers are numbered as CC MRs: RTMR n is n + 1.
 */
#include "acpi.h"
#include "ccel.h"
#include "cmdline.h"
#include "console.h"
#include "string.h"
#include "tdx.h"

/* TCG PC Client Platform Firmware Profile */
#define EV_NO_ACTION 3
#define EV_SEPARATOR 4
#define EV_S_CRTM_VERSION 8
#define EV_IPL 13
#define TPM_ALG_SHA384 0x000c

#define CC_TYPE_TDX 2

/* Firmware's logs have room to spare, which is filled with this. */
#define LOG_SIZE 65536
#define LOG_FILLER 0xff

struct tcg_pcr_event {
	u32 index;
	u32 type;
	u8 sha1[20];
	u32 size;
} __packed;

struct tcg_spec_id {
	u8 signature[16];
	u32 platform_class;
	u8 version_minor;
	u8 version_major;
	u8 errata;
	u8 uintn_size; /* in units of 4 bytes */
	u32 algorithm_count;
	u16 algorithm;
	u16 digest_size;
	u8 vendor_info_size;
} __packed;

struct tcg_pcr_event2 {
	u32 index;
	u32 type;
	u32 digest_count;
	u16 algorithm;
	u8 digest[SHA384_SIZE];
	u32 size;
} __packed;

static struct acpi_ccel {
	struct acpi_header header;
	u8 cc_type;
	u8 cc_subtype;
	u16 reserved;
	u64 log_size;
	u64 log_address;
} __packed table = {
	.header = { .signature = "CCEL", .length = sizeof(table) },
	.cc_type = CC_TYPE_TDX,
	.log_size = LOG_SIZE,
};

static u8 event_log[LOG_SIZE];
static size_t log_used;

static void append(const void *data, size_t size)
{
	if (size > LOG_SIZE - log_used)
		die("the firmware's log is full");
	memcpy(event_log + log_used, data, size);
	log_used += size;
}

static void begin_log(void)
{
	static const struct tcg_spec_id id = {
		.signature = "Spec ID Event03",
		.version_major = 2,
		.uintn_size = 2,
		.algorithm_count = 1,
		.algorithm = TPM_ALG_SHA384,
		.digest_size = SHA384_SIZE,
	};
	static const struct tcg_pcr_event event = {
		.type = EV_NO_ACTION,
		.size = sizeof(id),
	};

	memset(event_log, LOG_FILLER, sizeof(event_log));
	append(&event, sizeof(event));
	append(&id, sizeof(id));
}

static void measure(u32 index, u32 type, const void *data, size_t size)
{
	struct tcg_pcr_event2 event = {
		.index = index,
		.type = type,
		.digest_count = 1,
		.algorithm = TPM_ALG_SHA384,
		.size = size,
	};

	sha384(data, size, event.digest);
	tdx_extend(index - 1, event.digest);
	append(&event, sizeof(event));
	append(data, size);
}

/**
 * ccel_setup() - measure what firmware measures, and log it
 * @params: the guest's, which lead it to the log
 */
void ccel_setup(struct boot_params *params)
{
	static const char version[] = "tee-emu";
	static const u8 separator[4];
	const char *line = cmdline_guest();

	begin_log();
	measure(1, EV_S_CRTM_VERSION, version, sizeof(version));
	for (u32 index = 1; index <= 3; index++)
		measure(index, EV_SEPARATOR, separator, sizeof(separator));
	measure(3, EV_IPL, line, strlen(line));

	table.log_address = ptr_to_phys(event_log);
	params->acpi_rsdp_addr =
		acpi_add_table(params->acpi_rsdp_addr, &table.header);
}
