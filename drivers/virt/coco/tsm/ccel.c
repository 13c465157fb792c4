// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event log that the firmware of a confidential VM has left.
 *
 * The ACPI table CCEL says where it is (UEFI specification, "Confidential
 * Computing"). Firmware goes on with it until the boot services end, so what it has
 * in its table of final events, for those who have fetched the log before, is here
 * as well.
 *
 * ACPI tables can come from the host. It may point us at any memory of the guest's,
 * which then has to look like a log for anybody to see it; the registers tell whether
 * it is one.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/static_stub.h>
#include <kunit/visibility.h>
#include <linux/acpi.h>
#include <linux/container_of.h>
#include <linux/io.h>
#include <linux/printk.h>
#include <linux/sizes.h>

#include "ccel.h"

/* Firmware reserves 64 KiB, or some times that. */
#define MAX_SIZE	SZ_16M

/**
 * tsm_ccel_map_table() - map the area that a table tells of
 * @table: the table
 * @size: bytes of the area
 *
 * Context: Process context, may sleep.
 *
 * Return: the area, for tsm_ccel_unmap(), or %NULL if there is none and @size is 0.
 */
VISIBLE_IF_KUNIT void *tsm_ccel_map_table(const struct acpi_table_header *table,
					  size_t *size)
{
	const struct acpi_table_ccel *ccel =
		container_of(table, struct acpi_table_ccel, header);
	void *area;

	*size = 0;
	if (table->length < sizeof(*ccel) || !ccel->log_area_start_address ||
	    !ccel->log_area_minimum_length ||
	    ccel->log_area_minimum_length > MAX_SIZE) {
		pr_warn(FW_BUG "the CCEL table is not valid\n");
		return NULL;
	}

	area = memremap(ccel->log_area_start_address,
			ccel->log_area_minimum_length, MEMREMAP_WB);
	if (area)
		*size = ccel->log_area_minimum_length;
	else
		pr_warn("cannot map the firmware's log\n");

	return area;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_ccel_map_table);

/**
 * tsm_ccel_map() - map the area that the firmware's log is in
 * @size: bytes of the area; the log may end before
 *
 * Context: Process context, may sleep.
 *
 * Return: the area, for tsm_ccel_unmap(), or %NULL if there is none and @size is 0.
 */
void *tsm_ccel_map(size_t *size)
{
	struct acpi_table_header *table;
	void *area;

	KUNIT_STATIC_STUB_REDIRECT(tsm_ccel_map, size);

	*size = 0;
	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_CCEL, 0, &table)))
		return NULL;

	area = tsm_ccel_map_table(table, size);
	acpi_put_table(table);

	return area;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_ccel_map);

/**
 * tsm_ccel_unmap() - give back what tsm_ccel_map() has returned
 * @area: the area; nothing happens if it is %NULL
 *
 * Context: Process context, may sleep.
 */
void tsm_ccel_unmap(const void *area)
{
	if (area)
		memunmap((void *)area);
}
