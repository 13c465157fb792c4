/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tsm_measurement

#if !defined(_TRACE_TSM_MEASUREMENT_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_TSM_MEASUREMENT_H

#include <linux/device.h>
#include <linux/tracepoint.h>
#include <linux/tsm-mr.h>

struct tsm_provider;
struct tsm_register;

/**
 * tsm_extend - a register was extended and the log has the record, or not
 * @reg: the register
 * @recnum: number of the record; after a failure that of the next one
 * @nr_digests: in how many banks
 * @size: bytes of the record, 0 if there is none
 * @others: somebody else did it
 * @rc: 0, or what the extend failed with; a record may still come then
 */
TRACE_EVENT(tsm_extend,
	    TP_PROTO(const struct tsm_register *reg, u64 recnum,
		     unsigned int nr_digests, size_t size, bool others, int rc),
	    TP_ARGS(reg, recnum, nr_digests, size, others, rc),
	    TP_STRUCT__entry(__string(provider, dev_name(&reg->provider->dev))
			     __string(mr, reg->name)
			     __field(u64, recnum)
			     __field(unsigned int, nr_digests)
			     __field(size_t, size)
			     __field(bool, others)
			     __field(int, rc)),
	    TP_fast_assign(__assign_str(provider);
			   __assign_str(mr);
			   __entry->recnum = recnum;
			   __entry->nr_digests = nr_digests;
			   __entry->size = size;
			   __entry->others = others;
			   __entry->rc = rc;),
	    TP_printk("provider=%s register=%s recnum=%llu digests=%u size=%zu others=%d rc=%d",
		      __get_str(provider), __get_str(mr), __entry->recnum,
		      __entry->nr_digests, __entry->size, __entry->others,
		      __entry->rc)
);

/**
 * tsm_read - the hardware was asked for the value of a register
 * @provider: whose register it is
 * @mr: the register, or its first bank
 * @authentic: by an answer that is as authentic as one to an extend
 * @rc: what it answered
 */
TRACE_EVENT(tsm_read,
	    TP_PROTO(const struct tsm_provider *provider,
		     const struct tsm_measurement_register *mr, bool authentic,
		     int rc),
	    TP_ARGS(provider, mr, authentic, rc),
	    TP_STRUCT__entry(__string(provider, dev_name(&provider->dev))
			     __string(mr, mr->mr_name)
			     __field(bool, authentic)
			     __field(int, rc)),
	    TP_fast_assign(__assign_str(provider);
			   __assign_str(mr);
			   __entry->authentic = authentic;
			   __entry->rc = rc;),
	    TP_printk("provider=%s register=%s authentic=%d rc=%d",
		      __get_str(provider), __get_str(mr), __entry->authentic,
		      __entry->rc)
);

/**
 * tsm_foreign - a register has a value that the log does not explain
 * @reg: the register
 * @recnum: number of the record that comes next
 * @count: how often that was found, of this register
 */
TRACE_EVENT(tsm_foreign,
	    TP_PROTO(const struct tsm_register *reg, u64 recnum, u64 count),
	    TP_ARGS(reg, recnum, count),
	    TP_STRUCT__entry(__string(provider, dev_name(&reg->provider->dev))
			     __string(mr, reg->name)
			     __field(u64, recnum)
			     __field(u64, count)),
	    TP_fast_assign(__assign_str(provider);
			   __assign_str(mr);
			   __entry->recnum = recnum;
			   __entry->count = count;),
	    TP_printk("provider=%s register=%s recnum=%llu count=%llu",
		      __get_str(provider), __get_str(mr), __entry->recnum,
		      __entry->count)
);

/**
 * tsm_reset - somebody has reset a register by a command that was seen
 * @reg: the register
 * @recnum: number of the record that comes next
 * @fill: the byte that its value consists of now
 */
TRACE_EVENT(tsm_reset,
	    TP_PROTO(const struct tsm_register *reg, u64 recnum, u8 fill),
	    TP_ARGS(reg, recnum, fill),
	    TP_STRUCT__entry(__string(provider, dev_name(&reg->provider->dev))
			     __string(mr, reg->name)
			     __field(u64, recnum)
			     __field(u8, fill)),
	    TP_fast_assign(__assign_str(provider);
			   __assign_str(mr);
			   __entry->recnum = recnum;
			   __entry->fill = fill;),
	    TP_printk("provider=%s register=%s recnum=%llu fill=0x%02x",
		      __get_str(provider), __get_str(mr), __entry->recnum,
		      __entry->fill)
);

/**
 * tsm_trim - the first records of a log were dropped, or not
 * @provider: whose log it is
 * @recnum: the first record that was to be kept
 * @dropped: how many were dropped
 * @rc: 0, or what the trim failed with
 */
TRACE_EVENT(tsm_trim,
	    TP_PROTO(const struct tsm_provider *provider, u64 recnum,
		     u64 dropped, int rc),
	    TP_ARGS(provider, recnum, dropped, rc),
	    TP_STRUCT__entry(__string(provider, dev_name(&provider->dev))
			     __field(u64, recnum)
			     __field(u64, dropped)
			     __field(int, rc)),
	    TP_fast_assign(__assign_str(provider);
			   __entry->recnum = recnum;
			   __entry->dropped = dropped;
			   __entry->rc = rc;),
	    TP_printk("provider=%s recnum=%llu dropped=%llu rc=%d",
		      __get_str(provider), __entry->recnum, __entry->dropped,
		      __entry->rc)
);

/**
 * tsm_drain - what others did was taken from the provider's queue
 * @provider: the provider
 * @taken: how many things they did
 * @lost: of how many the log cannot say more than that the register is unsure
 */
TRACE_EVENT(tsm_drain,
	    TP_PROTO(const struct tsm_provider *provider, unsigned int taken,
		     unsigned int lost),
	    TP_ARGS(provider, taken, lost),
	    TP_STRUCT__entry(__string(provider, dev_name(&provider->dev))
			     __field(unsigned int, taken)
			     __field(unsigned int, lost)),
	    TP_fast_assign(__assign_str(provider);
			   __entry->taken = taken;
			   __entry->lost = lost;),
	    TP_printk("provider=%s taken=%u lost=%u",
		      __get_str(provider), __entry->taken, __entry->lost)
);

#endif /* _TRACE_TSM_MEASUREMENT_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
