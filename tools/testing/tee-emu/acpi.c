// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware's ACPI tables: where they start, how to hide the TPM, and how to
 * add a table.
 *
 * Under an SVSM the emulator drives QEMU's TPM, and the guest must not. The
 * guest's drivers find a TPM by the TPM2 table and by the hardware ID MSFT0101
 * in the DSDT; both get names that nobody looks for.
 *
 * QEMU's tables are ACPI 1.0 ones: an RSDT with 32-bit addresses.
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

/* What a checksum of 0 must be instead, so that all bytes add up to 0. */
static u8 checksum(const void *table, size_t size)
{
	const u8 *bytes = table;
	u8 sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	return -sum;
}

static void fix_checksum(struct acpi_header *table)
{
	table->checksum = 0;
	table->checksum = checksum(table, table->length);
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

/**
 * acpi_add_table() - give the guest one more table
 * @root: the RSDP
 * @table: the table, in memory that stays; all but its checksum is set
 *
 * The firmware's RSDP cannot be written to, and its RSDT has no room, so this
 * makes others.
 *
 * Return: the address of the new RSDP.
 */
u64 acpi_add_table(u64 root, struct acpi_header *table)
{
	static struct acpi_rsdp rsdp;
	static u8 page[PAGE_SIZE] __aligned(16);
	struct acpi_rsdt *rsdt = (void *)page;
	const struct acpi_rsdt *old;
	u32 *address;

	if (!root)
		die("the firmware left no ACPI tables");
	rsdp = *(const struct acpi_rsdp *)phys_to_ptr(root);
	old = phys_to_ptr(rsdp.rsdt);
	if (rsdp.revision || old->header.length + sizeof(u32) > sizeof(page))
		die("the firmware's ACPI tables are not as QEMU makes them");
	fix_checksum(table);

	memcpy(rsdt, old, old->header.length);
	address = (u32 *)(page + rsdt->header.length);
	*address = ptr_to_phys(table);
	rsdt->header.length += sizeof(*address);
	fix_checksum(&rsdt->header);

	rsdp.rsdt = ptr_to_phys(rsdt);
	rsdp.checksum = 0;
	rsdp.checksum = checksum(&rsdp, sizeof(rsdp));
	return ptr_to_phys(&rsdp);
}
