// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Other programs that read logs, and what their parsers take.
 */
#include <string.h>

#include "formats/event-type.h"
#include "linux/tsm-event-log.h"
#include "output/consumer.h"
#include "output/cos-event.h"
#include "output/dstack-event.h"
#include "output/systemd-event.h"
#include "output/text.h"

#define ALL_BANKS ((1U << BANK_COUNT) - 1)
#define SHA_BANKS (ALL_BANKS & ~BANK_BIT(BANK_SM3))

/* The PCRs of a TPM, and those that a log of the firmware can name. */
#define NR_PCRS 24
#define NR_TCG2_INDICES 32

/* The RTMRs of TDX are the CC measurement registers 1 to 4. */
#define FIRST_RTMR 1
#define LAST_RTMR 4

/* Where the launcher of Container-Optimized OS measures. */
#define COS_PCR 13
#define COS_CCMR 4

static bool is_rtmr(bool is_ccmr, uint8_t index)
{
	return is_ccmr && index >= FIRST_RTMR && index <= LAST_RTMR;
}

static bool is_pcr(bool is_ccmr, uint8_t index)
{
	return !is_ccmr && index < NR_PCRS;
}

static bool is_cos(bool is_ccmr, uint8_t index)
{
	return index == (is_ccmr ? COS_CCMR : COS_PCR);
}

static bool is_tcg2(bool is_ccmr, uint8_t index)
{
	(void)is_ccmr;
	return index < NR_TCG2_INDICES;
}

static bool is_any(bool is_ccmr, uint8_t index)
{
	(void)is_ccmr;
	(void)index;
	return true;
}

static bool is_text(const struct cel_record *rec)
{
	return !rec->event_len || text_is_utf8(rec->event, rec->event_len);
}

/* Whether trustee's parser has a name for this type. */
static bool trustee_knows(uint32_t type)
{
	static const struct {
		uint32_t first;
		uint32_t last;
	} ranges[] = {
		{ 0, 0x12 },
		{ 0x80000000, 0x8000000c },
		{ 0x80000010, 0x80000010 },
		{ 0x800000e0, 0x800000e2 },
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (type >= ranges[i].first && type <= ranges[i].last)
			return true;
	return false;
}

/* It looks into the data of some types. */
static const char *trustee_refuses(const struct consumer_record *record)
{
	static const char no_text[] =
		"takes no data of this type that is not UTF-8";
	const struct cel_record *rec = record->rec;

	/* Content that is no event becomes EV_COMPACT_HASH. */
	if (!cel_is_event(rec))
		return is_text(rec) ? NULL : no_text;
	if (!trustee_knows(rec->event_type))
		return "does not know events of this type";
	switch (rec->event_type) {
	case EVENT_TYPE_POST_CODE:
	case TSM_EV_ACTION:
	case TSM_EV_COMPACT_HASH:
	case EVENT_TYPE_OMIT_BOOT_DEVICE_EVENTS:
	case EVENT_TYPE_EFI_ACTION:
		return is_text(rec) ? NULL : no_text;
	case EVENT_TYPE_IPL:
		return rec->event_len < 2 ?
			       "takes no EV_IPL of less than 2 bytes" :
			       NULL;
	case EVENT_TYPE_EVENT_TAG:
		return rec->event_len < 8 ?
			       "takes no EV_EVENT_TAG of less than 8 bytes" :
			       NULL;
	default:
		return NULL;
	}
}

static const char *cos_refuses(const struct consumer_record *record)
{
	if (record->rec->content_type != COS_CONTENT_TYPE)
		return "takes nothing but content of the type 80 in this register";
	if (!cos_event_valid(record->rec->event, record->rec->event_len))
		return "takes content of the type 80 that is one TLV, which this is not";
	if (record->binding != CONTENT_BOUND)
		return "takes no content whose hash is not the digest";
	return NULL;
}

static const char *pcrlock_refuses(const struct consumer_record *record)
{
	static const char no_object[] =
		"takes content of the type 9 that is a JSON object like systemd's, not this";
	const struct cel_record *rec = record->rec;

	if (rec->content_type != SYSTEMD_CONTENT_TYPE)
		return NULL;
	return systemd_event_valid(rec->event, rec->event_len) ? NULL :
								 no_object;
}

static const char *evidence_api_refuses(const struct consumer_record *record)
{
	return record->rec->content_type < CEL_CONTENT_OTHER ?
		       NULL :
		       "does not know content of this type";
}

static const char *dstack_refuses(const struct consumer_record *record)
{
	static const char no_event[] =
		"takes an event of its own type that has a name and a payload, which this has not";
	const struct cel_record *rec = record->rec;
	struct dstack_event event;

	if (!cel_is_event(rec) || rec->event_type != DSTACK_EVENT_TYPE)
		return NULL;
	if (!dstack_event_parse(&event, rec->event, rec->event_len))
		return no_event;
	return record->binding == CONTENT_BOUND ?
		       NULL :
		       "takes no event of its own type whose hash is not the digest";
}

static const char *refuses_nothing(const struct consumer_record *record)
{
	(void)record;
	return NULL;
}

static const struct consumer consumers[] = {
	{
		.name = "trustee",
		.format = EXPORT_TCG2,
		.banks = BANK_BIT(BANK_SHA384),
		.compares = true,
		.whole = true,
		.takes_register = is_rtmr,
		.registers = "rtmr0 to rtmr3",
		.refuses = trustee_refuses,
		.takes_bare = true,
	},
	{
		.name = "attestation-rs",
		.format = EXPORT_TCG2,
		.banks = SHA_BANKS,
		.compares = true,
		.whole = true,
		.takes_register = is_rtmr,
		.registers = "rtmr0 to rtmr3",
		.refuses = refuses_nothing,
		.takes_bare = true,
	},
	{
		.name = "go-eventlog",
		.format = EXPORT_CEL,
		.banks = SHA_BANKS,
		.compares = true,
		.one_kind = true,
		.takes_register = is_any,
		.refuses = refuses_nothing,
		.takes_bare = true,
	},
	{
		.name = "cos",
		.format = EXPORT_CEL,
		.banks = SHA_BANKS,
		.compares = true,
		.one_kind = true,
		.takes_register = is_cos,
		.registers = "pcr13 and rtmr3",
		.refuses = cos_refuses,
	},
	{
		.name = "tpm2-tools",
		.format = EXPORT_TCG2,
		.banks = ALL_BANKS,
		.takes_register = is_tcg2,
		.registers = "those with an index below 32",
		.refuses = refuses_nothing,
		.takes_bare = true,
	},
	{
		.name = "keylime",
		.format = EXPORT_TCG2,
		.banks = ALL_BANKS,
		.compares = true,
		.takes_register = is_pcr,
		.registers = "pcr0 to pcr23",
		.refuses = refuses_nothing,
		.takes_bare = true,
	},
	{
		.name = "pcrlock",
		.format = EXPORT_PCRLOCK,
		.banks = SHA_BANKS,
		.takes_register = is_pcr,
		.registers = "pcr0 to pcr23",
		.refuses = pcrlock_refuses,
		.takes_bare = true,
	},
	{
		.name = "evidence-api",
		.format = EXPORT_CEL,
		.banks = SHA_BANKS,
		.takes_register = is_any,
		.refuses = evidence_api_refuses,
		.takes_bare = true,
	},
	{
		.name = "dstack",
		.format = EXPORT_DSTACK,
		.banks = BANK_BIT(BANK_SHA384),
		.compares = true,
		.whole = true,
		.takes_register = is_rtmr,
		.registers = "rtmr0 to rtmr3",
		.refuses = dstack_refuses,
		.takes_bare = true,
	},
};

const struct consumer *consumer_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(consumers) / sizeof(*consumers); i++)
		if (!strcmp(consumers[i].name, name))
			return &consumers[i];
	return NULL;
}
