// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware's ACPI tables: where they start, and how to hide the TPM.
 *
 * Under an SVSM the emulator drives QEMU's TPM, and the guest must not. The
 * guest's drivers find a TPM by the TPM2 table and by the hardware ID MSFT0101
 * in the DSDT; both get names that nobody looks for.
 */
#include "acpi.h"
#include "console.h"
#include "string.h"

#define BIOS_START 0xe0000
#define BIOS_END 0x100000

#define TPM_HID "MSFT0101"
#define TPM_HID_HIDDEN "TEEH0101"

struct acpi_rsdp {
	char signature[8];
	u8 checksum;
	char oem_id[6];
	u8 revision;
	u32 rsdt;
} __packed;

struct acpi_header {
	char signature[4];
	u32 length;
	u8 revision;
	u8 checksum;
	u8 rest[26];
} __packed;

struct acpi_rsdt {
	struct acpi_header header;
	u32 tables[];
} __packed;

struct acpi_fadt {
	struct acpi_header header;
	u32 facs;
	u32 dsdt;
} __packed;

/**
 * acpi_find_root() - find the RSDP that the firmware left in the BIOS area
 *
 * Return: its address, or 0.
 */
u64 acpi_find_root(void)
{
	for (u64 address = BIOS_START; address < BIOS_END; address += 16)
		if (!memcmp(phys_to_ptr(address), "RSD PTR ", 8))
			return address;
	return 0;
}

static void fix_checksum(struct acpi_header *table)
{
	const u8 *bytes = (const u8 *)table;
	u8 sum = 0;

	table->checksum = 0;
	for (u32 i = 0; i < table->length; i++)
		sum += bytes[i];
	table->checksum = -sum;
}

static void hide_device(struct acpi_header *table)
{
	u8 *bytes = (u8 *)table;
	size_t length = sizeof(TPM_HID) - 1;
	bool found = false;

	for (u32 i = sizeof(*table); i + length <= table->length; i++) {
		if (!memcmp(bytes + i, TPM_HID, length)) {
			memcpy(bytes + i, TPM_HID_HIDDEN, length);
			found = true;
		}
	}
	if (found)
		fix_checksum(table);
}

/**
 * acpi_hide_tpm() - keep the guest's own drivers from QEMU's TPM
 *
 * QEMU's tables are ACPI 1.0 ones: an RSDT with 32-bit addresses.
 */
void acpi_hide_tpm(void)
{
	const struct acpi_rsdp *rsdp = phys_to_ptr(acpi_find_root());
	const struct acpi_rsdt *rsdt;
	size_t count;

	if (!rsdp)
		die("the firmware left no ACPI tables");
	rsdt = phys_to_ptr(rsdp->rsdt);
	count = (rsdt->header.length - sizeof(rsdt->header)) / sizeof(u32);
	for (size_t i = 0; i < count; i++) {
		struct acpi_header *table = phys_to_ptr(rsdt->tables[i]);
		const struct acpi_fadt *fadt = phys_to_ptr(rsdt->tables[i]);

		if (!memcmp(table->signature, "FACP", 4))
			hide_device(phys_to_ptr(fadt->dsdt));
		if (!memcmp(table->signature, "SSDT", 4))
			hide_device(table);
		if (!memcmp(table->signature, "TPM2", 4)) {
			memcpy(table->signature, "TEEH", 4);
			fix_checksum(table);
		}
	}
}
