// SPDX-License-Identifier: GPL-2.0
/*
 * CPUID: QEMU's answer, without SVM and with what a confidential guest sees.
 */
#include "paging.h"
#include "string.h"
#include "vcpu.h"

#define LEAF_EXTENDED 0x80000000
#define LEAF_HYPERVISOR 0x40000000

#define LEAF_1_ECX_OSXSAVE BIT(27)
#define LEAF_1_ECX_HYPERVISOR BIT(31)
#define LEAF_7_ECX_OSPKE BIT(4)
#define LEAF_7_ECX_LA57 BIT(16)
#define LEAF_80000001_ECX_SVM BIT(2)

#define CR4_OSXSAVE BIT(18)
#define CR4_PKE BIT(22)

/**
 * cpuid_native() - execute CPUID
 * @leaf: EAX
 * @subleaf: ECX
 * @result: the four registers
 */
void cpuid_native(u32 leaf, u32 subleaf, struct cpuid_result *result)
{
	asm volatile("cpuid"
		     : "=a"(result->eax), "=b"(result->ebx), "=c"(result->ecx),
		       "=d"(result->edx)
		     : "a"(leaf), "c"(subleaf));
}

static u32 set_or_clear(u32 value, u32 bits, bool set)
{
	return set ? value | bits : value & ~bits;
}

/*
 * QEMU answers a leaf above its maximum with that of another one. A guest that
 * is told of a higher maximum must not read that as an answer.
 */
static bool leaf_exists(u32 leaf)
{
	struct cpuid_result range;

	if (leaf >= LEAF_HYPERVISOR && leaf < LEAF_EXTENDED)
		return true;
	cpuid_native(leaf & LEAF_EXTENDED, 0, &range);
	return leaf <= range.eax;
}

/**
 * cpuid_guest() - what the guest's CPUID returns
 * @tee: what kind of guest it is
 * @cr4: the guest's CR4, which some bits mirror
 * @leaf: EAX
 * @subleaf: ECX
 * @result: the four registers
 */
void cpuid_guest(const struct tee_ops *tee, u64 cr4, u32 leaf, u32 subleaf,
		 struct cpuid_result *result)
{
	u32 ecx;

	if (leaf_exists(leaf))
		cpuid_native(leaf, subleaf, result);
	else
		memset(result, 0, sizeof(*result));

	switch (leaf) {
	case 1:
		result->ecx |= LEAF_1_ECX_HYPERVISOR;
		result->ecx = set_or_clear(result->ecx, LEAF_1_ECX_OSXSAVE,
					   cr4 & CR4_OSXSAVE);
		break;
	case 7:
		/* The emulator reads only four levels of page tables. */
		if (subleaf == 0) {
			ecx = set_or_clear(result->ecx, LEAF_7_ECX_OSPKE,
					   cr4 & CR4_PKE);
			result->ecx = ecx & ~LEAF_7_ECX_LA57;
		}
		break;
	case 0x80000001:
		result->ecx &= ~LEAF_80000001_ECX_SVM;
		break;
	case 0x80000008:
		result->eax = (result->eax & ~0xff) | GUEST_PHYSICAL_BITS;
		break;
	case 0x8000000a:
		memset(result, 0, sizeof(*result));
		break;
	}
	tee->cpuid(leaf, subleaf, result);
}
