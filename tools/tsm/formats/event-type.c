// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Types of events.
 */
#include <stddef.h>
#include <string.h>

#include "formats/checkpoint.h"
#include "formats/event-type.h"

static const struct {
	uint32_t type;
	const char *name;
} types[] = {
	{ 0x00000000, "EV_PREBOOT_CERT" },
	{ 0x00000001, "EV_POST_CODE" },
	{ 0x00000003, "EV_NO_ACTION" },
	{ 0x00000004, "EV_SEPARATOR" },
	{ 0x00000005, "EV_ACTION" },
	{ 0x00000006, "EV_EVENT_TAG" },
	{ 0x00000007, "EV_S_CRTM_CONTENTS" },
	{ 0x00000008, "EV_S_CRTM_VERSION" },
	{ 0x00000009, "EV_CPU_MICROCODE" },
	{ 0x0000000a, "EV_PLATFORM_CONFIG_FLAGS" },
	{ 0x0000000b, "EV_TABLE_OF_DEVICES" },
	{ 0x0000000c, "EV_COMPACT_HASH" },
	{ 0x0000000d, "EV_IPL" },
	{ 0x0000000e, "EV_IPL_PARTITION_DATA" },
	{ 0x0000000f, "EV_NONHOST_CODE" },
	{ 0x00000010, "EV_NONHOST_CONFIG" },
	{ 0x00000011, "EV_NONHOST_INFO" },
	{ 0x00000012, "EV_OMIT_BOOT_DEVICE_EVENTS" },
	{ 0x80000001, "EV_EFI_VARIABLE_DRIVER_CONFIG" },
	{ 0x80000002, "EV_EFI_VARIABLE_BOOT" },
	{ 0x80000003, "EV_EFI_BOOT_SERVICES_APPLICATION" },
	{ 0x80000004, "EV_EFI_BOOT_SERVICES_DRIVER" },
	{ 0x80000005, "EV_EFI_RUNTIME_SERVICES_DRIVER" },
	{ 0x80000006, "EV_EFI_GPT_EVENT" },
	{ 0x80000007, "EV_EFI_ACTION" },
	{ 0x80000008, "EV_EFI_PLATFORM_FIRMWARE_BLOB" },
	{ 0x80000009, "EV_EFI_HANDOFF_TABLES" },
	{ 0x8000000a, "EV_EFI_PLATFORM_FIRMWARE_BLOB2" },
	{ 0x8000000b, "EV_EFI_HANDOFF_TABLES2" },
	{ 0x8000000c, "EV_EFI_VARIABLE_BOOT2" },
	{ 0x8000000d, "EV_EFI_GPT_EVENT2" },
	{ 0x80000010, "EV_EFI_HCRTM_EVENT" },
	{ 0x800000e0, "EV_EFI_VARIABLE_AUTHORITY" },
	{ 0x800000e1, "EV_EFI_SPDM_FIRMWARE_BLOB" },
	{ 0x800000e2, "EV_EFI_SPDM_FIRMWARE_CONFIG" },
	{ 0x800000e3, "EV_EFI_SPDM_DEVICE_POLICY" },
	{ 0x800000e4, "EV_EFI_SPDM_DEVICE_AUTHORITY" },
};

#define NR_TYPES (sizeof(types) / sizeof(*types))

const char *event_type_name(uint32_t type)
{
	size_t i;

	for (i = 0; i < NR_TYPES; i++)
		if (types[i].type == type)
			return types[i].name;
	return NULL;
}

static bool parse_hex(const char *text, uint32_t *type)
{
	char padded[] = "00000000";
	size_t i, len = strlen(text);
	uint8_t bytes[4];

	if (!len || len > 8)
		return false;
	memcpy(padded + 8 - len, text, len);
	if (!hex_parse(padded, 8, bytes, sizeof(bytes)))
		return false;
	for (*type = 0, i = 0; i < sizeof(bytes); i++)
		*type = *type << 8 | bytes[i];
	return true;
}

bool event_type_parse(const char *text, uint32_t *type)
{
	uint64_t number;
	size_t i;

	for (i = 0; i < NR_TYPES; i++) {
		if (strcmp(types[i].name, text))
			continue;
		*type = types[i].type;
		return true;
	}
	if (!strncmp(text, "0x", 2))
		return parse_hex(text + 2, type);
	if (!number_parse(text, strlen(text), &number) || number > UINT32_MAX)
		return false;
	*type = (uint32_t)number;
	return true;
}
