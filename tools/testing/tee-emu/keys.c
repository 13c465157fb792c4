// SPDX-License-Identifier: GPL-2.0
/*
 * Keys and certificates to sign quotes and reports with. They are in a module
 * whose memory becomes the guest's, so this keeps a copy.
 */
#include "console.h"
#include "ecdsa.h"
#include "keys.h"
#include "string.h"

static const char magic[] = "TEEKEYS1";

#define MAGIC_SIZE (sizeof(magic) - 1)

struct item_header {
	u32 item;
	u32 length;
} __packed;

static u8 keys[16 * PAGE_SIZE];
static struct {
	const u8 *data;
	size_t length;
} items[KEYS_ITEMS];

/* Those of which it is known how long they are. */
static const size_t lengths[KEYS_ITEMS] = {
	[KEYS_TDX_KEY] = P256_SIZE,
	[KEYS_TDX_PUBLIC] = 2 * P256_SIZE,
	[KEYS_SNP_KEY] = P384_SIZE,
};

/**
 * keys_take() - take the keys out of a module, if that is what it has
 * @module: the module
 *
 * Return: whether it has keys.
 */
bool keys_take(const struct multiboot_module *module)
{
	size_t size = module->end - module->start, at = MAGIC_SIZE;

	if (size < MAGIC_SIZE ||
	    memcmp(phys_to_ptr(module->start), magic, MAGIC_SIZE))
		return false;
	if (size > sizeof(keys))
		die("the file of keys has %u bytes, more than %u",
		    (unsigned int)size, (unsigned int)sizeof(keys));
	memcpy(keys, phys_to_ptr(module->start), size);
	while (at < size) {
		struct item_header header;

		if (size - at < sizeof(header))
			die("the file of keys is truncated");
		memcpy(&header, keys + at, sizeof(header));
		at += sizeof(header);
		if (header.item >= KEYS_ITEMS || header.length > size - at ||
		    (lengths[header.item] &&
		     header.length != lengths[header.item]))
			die("the file of keys is malformed at byte %u",
			    (unsigned int)at);
		items[header.item].data = keys + at;
		items[header.item].length = header.length;
		at += header.length;
	}
	for (size_t i = KEYS_TDX_KEY; i < KEYS_ITEMS; i++)
		if (!items[i].data)
			die("the file of keys has no item %u", (unsigned int)i);
	return true;
}

/**
 * keys_item() - look up an item
 * @item: which one
 * @length: its length
 *
 * Return: the item, or NULL if there are no keys.
 */
const u8 *keys_item(enum keys_item item, size_t *length)
{
	*length = items[item].length;
	return items[item].data;
}
