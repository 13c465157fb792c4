// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firmware's own event log, from power-on to when Linux took over.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/register.h"
#include "replay/firmware.h"
#include "sources/provider.h"

#define SECURITYFS "/sys/kernel/security"

/* A dynamic launch sets these PCRs to zero. */
#define FIRST_DYNAMIC_PCR 17
#define LAST_DYNAMIC_PCR 22

#define HCRTM_LOCALITY 4

/* The event that tells from which locality the TPM was started. */
static const char locality_signature[16] = "StartupLocality";

const char *firmware_path(const char *root, const char *provider,
			  char out[FIRMWARE_PATH_SIZE])
{
	bool is_copy = strcmp(root, PROVIDER_ROOT) != 0;
	int len;

	len = snprintf(out, FIRMWARE_PATH_SIZE, "%s/%s/%sfirmware",
		       is_copy ? root : PROVIDER_LOG_ROOT, provider,
		       is_copy ? "log/" : "");
	if (len < FIRMWARE_PATH_SIZE && !access(out, F_OK))
		return out;
	if (is_copy)
		return NULL;
	if (!strncmp(provider, "tpm", 3))
		snprintf(out, FIRMWARE_PATH_SIZE,
			 SECURITYFS "/%.32s/binary_bios_measurements",
			 provider);
	else
		snprintf(out, FIRMWARE_PATH_SIZE,
			 "/sys/firmware/acpi/tables/data/CCEL");
	return out;
}

static bool is_dynamic(bool is_ccmr, uint32_t index)
{
	return !is_ccmr && index >= FIRST_DYNAMIC_PCR &&
	       index <= LAST_DYNAMIC_PCR;
}

uint8_t firmware_starts_with(bool is_ccmr, uint8_t index)
{
	return is_dynamic(is_ccmr, index) ? 0xff : 0;
}

static void start_registers(struct firmware *firmware)
{
	int i;

	for (i = 0; i < FIRMWARE_REGISTERS; i++)
		memset(firmware->registers[i].value,
		       firmware_starts_with(firmware->is_ccmr, (uint8_t)i),
		       sizeof(firmware->registers[i].value));
}

static bool is_locality(const struct firmware *firmware,
			const struct tcg2_entry *entry)
{
	return !firmware->is_ccmr && entry->type == TCG2_EV_NO_ACTION &&
	       !entry->index && entry->event_len > sizeof(locality_signature) &&
	       !memcmp(entry->event, locality_signature,
		       sizeof(locality_signature));
}

/* PCR 0 starts with the locality as its value, in all banks. */
static void start_pcr0(struct firmware *firmware, uint8_t locality)
{
	enum bank_id bank;

	for (bank = 0; bank < BANK_COUNT; bank++)
		firmware->registers[0].value[bank][banks[bank].size - 1] =
			locality;
}

/*
 * An H-CRTM event is measured from locality 4, whatever the firmware says of its
 * own startup, which comes after that.
 */
static bool is_hcrtm(const struct firmware *firmware,
		     const struct tcg2_entry *entry)
{
	return !firmware->is_ccmr && entry->type == TCG2_EV_EFI_HCRTM_EVENT &&
	       !entry->index && !firmware->registers[0].entries;
}

static int set_locality(struct firmware *firmware,
			const struct tcg2_entry *entry, struct error *err)
{
	if (firmware->has_hcrtm)
		return 0;
	if (firmware->registers[0].entries)
		return error_set(
			err,
			"byte offset %zu: the startup locality comes after an extend of PCR 0",
			entry->offset);
	start_pcr0(firmware, entry->event[sizeof(locality_signature)]);
	return 0;
}

/*
 * Nobody but a dynamic launch and what it has launched can extend these PCRs, and it
 * sets all of them to zero before that.
 */
static void launch(struct firmware *firmware)
{
	int i;

	for (i = FIRST_DYNAMIC_PCR; i <= LAST_DYNAMIC_PCR; i++)
		memset(firmware->registers[i].value, 0,
		       sizeof(firmware->registers[i].value));
	firmware->is_launched = true;
}

static int extend(struct firmware *firmware, struct hasher *hasher,
		  const struct tcg2_entry *entry, struct error *err)
{
	struct firmware_register *reg;
	enum bank_id bank;

	if (is_hcrtm(firmware, entry)) {
		start_pcr0(firmware, HCRTM_LOCALITY);
		firmware->has_hcrtm = true;
	}
	if (entry->index >= FIRMWARE_REGISTERS)
		return error_set(err,
				 "byte offset %zu: there is no register %u",
				 entry->offset, entry->index);
	if (is_dynamic(firmware->is_ccmr, entry->index) &&
	    !firmware->is_launched)
		launch(firmware);
	reg = &firmware->registers[entry->index];
	firmware->header.banks &= entry->banks;
	for (bank = 0; bank_next(entry->banks, &bank); bank++)
		if (hasher_digest(hasher, bank, reg->value[bank],
				  banks[bank].size, entry->digest[bank],
				  banks[bank].size, reg->value[bank], err))
			return -1;
	reg->entries++;
	firmware->entries++;
	return 0;
}

int firmware_replay(struct firmware *firmware, bool is_ccmr, struct error *err)
{
	struct hasher hasher = { 0 };
	struct tcg2_reader reader;
	struct tcg2_entry entry;
	int ret;

	firmware->is_ccmr = is_ccmr;
	firmware->registers =
		calloc(FIRMWARE_REGISTERS, sizeof(*firmware->registers));
	if (!firmware->registers)
		return error_set(err, "no memory");
	start_registers(firmware);
	ret = tcg2_open(&reader, &firmware->log, err);
	firmware->header = reader.header;
	firmware->sha1_format = reader.sha1_format;
	if (!ret && reader.sha1_format && is_ccmr)
		ret = error_set(
			err,
			"not a crypto-agile log, as of these registers it must be");
	while (!ret) {
		ret = tcg2_next(&reader, &entry, err);
		if (ret <= 0)
			break;
		if (is_locality(firmware, &entry))
			ret = set_locality(firmware, &entry, err);
		else if (entry.type != TCG2_EV_NO_ACTION)
			ret = extend(firmware, &hasher, &entry, err);
		else
			ret = 0;
	}
	hasher_free(&hasher);
	firmware->left_out = reader.header.banks & ~firmware->header.banks;
	return ret;
}

int firmware_read(struct firmware *firmware, const char *path, bool is_ccmr,
		  struct error *err)
{
	*firmware = (struct firmware){ 0 };
	if (buffer_read_path(&firmware->log, path, err)) {
		if (err->code == ENOENT)
			error_set(
				err,
				"there is no %s: the firmware wrote no log%s; give another file by --firmware-log",
				path,
				strncmp(path, SECURITYFS, strlen(SECURITYFS)) ?
					"" :
					", or " SECURITYFS " is not mounted");
		return -1;
	}
	if (firmware_replay(firmware, is_ccmr, err))
		return error_prefix(err, path);
	return 0;
}

struct firmware_register *firmware_find(const struct firmware *firmware,
					const char *name)
{
	char other[REGISTER_NAME_SIZE];
	int i;

	if (register_is_mrtd(name))
		return NULL;
	for (i = 0; i < FIRMWARE_REGISTERS; i++)
		if (!strcmp(register_name(firmware->is_ccmr, (uint8_t)i, other),
			    name))
			return &firmware->registers[i];
	return NULL;
}

const struct unexplained *firmware_unexplained(const struct firmware *firmware,
					       int index,
					       struct unexplained *out)
{
	*out = (struct unexplained){ 0 };
	if (!firmware->registers || !firmware->registers[index].unlogged)
		return out;
	register_name(firmware->is_ccmr, (uint8_t)index, out->name);
	out->unlogged = true;
	return out;
}

void firmware_free(struct firmware *firmware)
{
	buffer_free(&firmware->log);
	free(firmware->registers);
	*firmware = (struct firmware){ 0 };
}
