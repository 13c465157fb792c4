/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The format of the event logs under /sys/kernel/security/tsm/PROVIDER/.
 *
 * cel is a sequence of records in the TLV encoding of the TCG Canonical
 * Event Log Format (CEL-TLV). A TLV is a type (1 byte), the length of the value
 * (4 bytes, big-endian) and the value. A record is four of them in this order:
 *
 *	TSM_CEL_RECNUM		8 bytes, big-endian, counting from 0
 *	TSM_CEL_PCR or		1 byte, the index of the extended register
 *	TSM_CEL_CCMR
 *	TSM_CEL_DIGESTS		one TLV per bank: its type is the low byte of the
 *				bank's TPM_ALG_ID, its value the digest
 *	TSM_CEL_CONTENT_...	the content, of one of these types:
 *
 *	TSM_CEL_CONTENT_PCCLIENT_STD
 *				two TLVs: TSM_CEL_PCCLIENT_EVENT_TYPE (4 bytes,
 *				big-endian) and TSM_CEL_PCCLIENT_EVENT_DATA
 *	TSM_CEL_CONTENT_IMA_TEMPLATE
 *				two TLVs: TSM_CEL_IMA_TEMPLATE_NAME and
 *				TSM_CEL_IMA_TEMPLATE_DATA
 *	TSM_CEL_CONTENT_IMA_TLV, and all from TSM_CEL_CONTENT_OTHER on
 *				whatever the writer means by it
 *
 * Content is bound if the digest in every bank is the hash of what is measured of
 * it: of the event data, of the template data, or of all of the TLV if it is of
 * any other type. Then it is what the register was extended by. Otherwise it is
 * claimed: the writer gave digests of its own, and only who knows the type can
 * tell how they come from the content. A record of a bare digest has the event
 * type TSM_EV_COMPACT_HASH and no data.
 *
 * A write to append_record is the last two TLVs of a record, TSM_CEL_DIGESTS and
 * the content, or the content alone.
 *
 * checkpoints is text. Each line tells of one register just before the record
 * RECNUM, in the order of cel:
 *
 *	RECNUM REASON REGISTER [ALGO:HEX[,ALGO:HEX...]] [foreign=COUNT]
 *
 * The first lines, one per register that is in the log, are the opening. A line gives
 * the register's value in its banks, and REASON tells what that has to do with
 * the records before it:
 *
 *	register	the first value that was read: where a replay begins
 *	trim		the opening of a log whose first records were dropped: what
 *			a replay of those gave
 *	foreign		the register was extended past the log: a replay goes on
 *			from here
 *	resume		the value after hibernation: a replay goes on from here
 *	reset		the value after somebody has reset the register: a replay goes
 *			on from here
 *	settled		the value is known again, and what a replay gives
 *	unsure		no value. In the opening: the value is not known here, until
 *			a later line gives it. After that: the register may have been
 *			extended without a record, because an extend's end is not
 *			known, until a later line gives its value. If that extend
 *			took effect, its record is the last one before a "settled".
 *
 * A bank whose hash the kernel cannot compute is left out of a trim's values.
 *
 * foreign=COUNT ends a line of the opening: so many foreign extends of the
 * register were found before. Without it there were none.
 *
 * Until there is a record RECNUM, a line may still be replaced by a newer one of
 * the same register: "unsure" and "settled" by any, others by one of the same
 * REASON.
 *
 * index is text, in lines of TSM_INDEX_LINE_SIZE bytes: RECNUM and OFFSET,
 * each in 20 columns. The record RECNUM begins at the byte OFFSET of cel.
 * There is a line for the first record, and then one for each whose number is a
 * multiple of TSM_INDEX_INTERVAL.
 *
 * See Documentation/admin-guide/tsm-measurement.rst.
 */
#ifndef _UAPI_LINUX_TSM_EVENT_LOG_H
#define _UAPI_LINUX_TSM_EVENT_LOG_H

/* Bytes of a TLV before its value: the type and the length. */
#define TSM_CEL_TLV_HEADER_SIZE		5

/* Top-level types, TCG CEL table "CEL-TLV encoding". */
#define TSM_CEL_RECNUM			0
#define TSM_CEL_PCR			1
#define TSM_CEL_DIGESTS			3
/* The log's own, as the CEL specification has it; not in use. */
#define TSM_CEL_CONTENT_CEL		4
#define TSM_CEL_CONTENT_PCCLIENT_STD	5
#define TSM_CEL_CONTENT_IMA_TEMPLATE	7
#define TSM_CEL_CONTENT_IMA_TLV		8
/* The first of the types that anybody may use. */
#define TSM_CEL_CONTENT_OTHER		9
/* Register index in the numbering of UEFI "Confidential Computing". */
#define TSM_CEL_CCMR			108

/* Sizes of the values of fixed size. */
#define TSM_CEL_RECNUM_SIZE		8
#define TSM_CEL_INDEX_SIZE		1
#define TSM_CEL_EVENT_TYPE_SIZE		4

/* Types inside TSM_CEL_DIGESTS, from the TCG Algorithm Registry. */
#define TSM_CEL_ALG_SHA1		0x04
#define TSM_CEL_ALG_SHA256		0x0b
#define TSM_CEL_ALG_SHA384		0x0c
#define TSM_CEL_ALG_SHA512		0x0d
#define TSM_CEL_ALG_SM3_256		0x12

/* Types inside TSM_CEL_CONTENT_PCCLIENT_STD. */
#define TSM_CEL_PCCLIENT_EVENT_TYPE	0
#define TSM_CEL_PCCLIENT_EVENT_DATA	1

/* Types inside TSM_CEL_CONTENT_IMA_TEMPLATE. */
#define TSM_CEL_IMA_TEMPLATE_NAME	0
#define TSM_CEL_IMA_TEMPLATE_DATA	1

/*
 * Event types, TCG PC Client Platform Firmware Profile. An event of the type
 * TSM_EV_NO_ACTION extends nothing, so no record has it.
 */
#define TSM_EV_NO_ACTION		0x00000003
#define TSM_EV_ACTION			0x00000005
#define TSM_EV_COMPACT_HASH		0x0000000c

/* The longest event that one write to append_event takes, in bytes. */
#define TSM_EVENT_MAX_SIZE		4095

/* The longest write to append_record, in bytes. */
#define TSM_RECORD_MAX_SIZE		4095

/* Reasons in checkpoints. */
#define TSM_CHECKPOINT_REGISTER		"register"
#define TSM_CHECKPOINT_FOREIGN		"foreign"
#define TSM_CHECKPOINT_TRIM		"trim"
#define TSM_CHECKPOINT_RESUME		"resume"
#define TSM_CHECKPOINT_RESET		"reset"
#define TSM_CHECKPOINT_UNSURE		"unsure"
#define TSM_CHECKPOINT_SETTLED		"settled"

/* Records between two lines of index, and bytes of such a line. */
#define TSM_INDEX_INTERVAL		256
#define TSM_INDEX_LINE_SIZE		42

#endif /* _UAPI_LINUX_TSM_EVENT_LOG_H */
