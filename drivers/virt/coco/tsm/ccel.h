/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event log that the firmware of a confidential VM has left.
 */
#ifndef __TSM_CCEL_H
#define __TSM_CCEL_H

#include <linux/kconfig.h>
#include <linux/types.h>

void *tsm_ccel_map(size_t *size);
void tsm_ccel_unmap(const void *area);

#if IS_ENABLED(CONFIG_KUNIT)
struct acpi_table_header;

void *tsm_ccel_map_table(const struct acpi_table_header *table, size_t *size);
#endif

#endif /* __TSM_CCEL_H */
