// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: A TDX or SEV-SNP guest on a machine that has neither
 *
 * QEMU can emulate an AMD processor with SVM, nested paging included, on any
 * machine (-accel tcg -cpu max). This program is a hypervisor for exactly one
 * guest, an unmodified Linux kernel, on that emulated processor. It stands in
 * for what a confidential guest finds below it on real hardware:
 *
 * - for TDX the TDX module, which answers TDCALL, and the host behind it;
 * - for SEV-SNP the host, which answers VMGEXIT, and the firmware in the secure
 *   processor behind it;
 * - for SEV-SNP with an SVSM also that, with QEMU's TPM as its vTPM.
 *
 * The trick is in what an ordinary processor does with the instructions of a
 * confidential guest. TDCALL, PVALIDATE and RMPADJUST are undefined to it, and
 * raise #UD; VMGEXIT is a VMMCALL with a prefix. SVM can intercept both. So the
 * guest's kernel needs only be told, by CPUID, that it is such a guest, and
 * every call that it then makes to its firmware or host comes here.
 *
 * Memory encryption itself needs no emulation, as nobody here attacks the
 * guest's memory: a bit in the guest's page tables says which pages are shared
 * with the host, and the emulator maps all memory twice, for that bit set and
 * clear (paging.c), or, if asked to, only where it belongs (isolation.c).
 * Everything else is passed through to QEMU: ports, device
 * memory, interrupts, so that the guest uses QEMU's disks, consoles and TPM as
 * a plain guest does.
 *
 * What is in which file:
 *
 * - boot.S, trap.c, trap-entry.S, main.c: the way here, and checks;
 * - paging.c, vcpu.c, vmrun.S, cpuid.c, port.c: the hypervisor;
 * - isolation.c: which pages are private and which shared;
 * - loader.c, acpi.c: the guest's kernel and what it finds in memory;
 * - tdx.c: the TDX module; tdx-host.c: the host of a TDX guest; ccel.c: what its
 *   firmware has measured;
 * - snp.c: the SNP firmware; snp-host.c: the host of an SNP guest;
 * - svsm.c, tpm.c: the SVSM and its vTPM;
 * - keys.c: what quotes and reports are signed with, if the user gives it;
 * - sha256.c, sha384.c, aes-gcm.c, ecdsa.c: the cryptography of these;
 * - cmdline.c, console.c, fault.c, string.c: options, messages, faults on
 *   demand, and what a C library would have.
 */
#include "acpi.h"
#include "cmdline.h"
#include "console.h"
#include "fault.h"
#include "isolation.h"
#include "loader.h"
#include "paging.h"
#include "string.h"
#include "trap.h"
#include "vcpu.h"
#include "x86.h"

#define FW_CFG_SELECT 0x510
#define FW_CFG_DATA 0x511
#define FW_CFG_SIGNATURE 0x00
#define FW_CFG_NB_CPUS 0x05

#define CPUID_SVM_EDX_NP BIT(0)

#define CPU_ADVICE "-cpu max,phys-bits=52"

static const struct tee_ops *const modes[] = {
	&tdx_ops,
	&snp_ops,
	&svsm_ops,
};

static u32 fw_cfg_read(u16 key, unsigned int bytes)
{
	u32 value = 0;

	out16(key, FW_CFG_SELECT);
	for (unsigned int i = 0; i < bytes; i++)
		value |= (u32)in8(FW_CFG_DATA) << (8 * i);
	return value;
}

/* boot.S has checked for SVM, but could not say what was wrong in detail. */
static void check_machine(void)
{
	struct cpuid_result result;
	u32 processors;

	cpuid_native(0x8000000a, 0, &result);
	if (!(result.edx & CPUID_SVM_EDX_NP))
		die("this CPU model lacks nested paging: run QEMU with " CPU_ADVICE);
	cpuid_native(0x80000008, 0, &result);
	if ((result.eax & 0xff) < GUEST_PHYSICAL_BITS)
		die("%u bits of physical address are not enough: run QEMU with " CPU_ADVICE,
		    result.eax & 0xff);

	if (fw_cfg_read(FW_CFG_SIGNATURE, 4) != 0x554d4551) /* "QEMU" */
		die("this is no QEMU machine: run QEMU with -M q35 or -M pc");
	processors = fw_cfg_read(FW_CFG_NB_CPUS, 2);
	if (processors != 1)
		die("the guest can have one processor only, not %u: run QEMU with -smp 1",
		    processors);
}

static const struct tee_ops *choose_mode(void)
{
	size_t length;
	const char *mode = cmdline_value("mode", &length);

	for (size_t i = 0; mode && i < ARRAY_SIZE(modes); i++)
		if (length == strlen(modes[i]->name) &&
		    !memcmp(mode, modes[i]->name, length))
			return modes[i];
	die("say in -append what the guest is: tee.mode=tdx, tee.mode=snp or tee.mode=svsm");
}

static void arm_faults(void)
{
	size_t length;
	const char *list = cmdline_value("fault", &length);

	if (list && !fault_arm(list, length))
		die("tee.fault= takes NAME[=COUNT],...; README.rst lists the names");
}

/**
 * emulator_main() - set everything up and run the guest
 * @magic: from the multiboot loader
 * @info: from the multiboot loader
 */
__noreturn void emulator_main(u32 magic, const struct multiboot_info *info);

void emulator_main(u32 magic, const struct multiboot_info *info)
{
	static struct vcpu vcpu;
	const struct tee_ops *tee;
	struct boot_params *params;

	trap_setup();
	if (magic != MULTIBOOT_LOADER_MAGIC ||
	    !(info->flags & MULTIBOOT_INFO_CMDLINE))
		die("give this image to QEMU's -kernel, with the guest's kernel as -initrd");
	cmdline_setup(phys_to_ptr(info->cmdline));
	if (cmdline_flag("trace"))
		console_enable_trace();
	check_machine();
	tee = choose_mode();
	arm_faults();

	paging_setup();
	params = loader_load(info);
	params->acpi_rsdp_addr = acpi_find_root();
	vcpu_setup(&vcpu, loader_entry(params), ptr_to_phys(params));
	vcpu_intercept_ports(&vcpu, FAULT_PORT, FAULT_PORT_COUNT);
	tee->setup(&vcpu, params);
	if (cmdline_flag("isolate"))
		isolation_setup(&vcpu, params, tee->bit_is_private);
	cmdline_check(tee->name);
	vcpu_loop(&vcpu, tee);
}
